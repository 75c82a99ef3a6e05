// The loop: one thread, in order; its timer, the check that callers are on it, and the watchdog.
#include "runtime/loop.h"

#include <gmock/gmock.h>
#include <pthread.h>

#include <atomic>
#include <future>
#include <thread>
#include <type_traits>
#include <vector>

#include "runtime/thread_affinity.h"
#include "runtime/watchdog.h"
#include "tests/support/on_loop.h"

namespace falcon::runtime {
namespace {

using falcon::testing::Await;
using falcon::testing::OnLoop;
using falcon::testing::Running;

TEST(Loop, RunsWorkInTheOrderOfTheCalls) {
  Loop loop("loop");
  std::vector<int> seen;
  for (int i = 0; i < 5; ++i) loop.Post([&seen, i] { seen.push_back(i); });
  OnLoop(loop, [&] { EXPECT_THAT(seen, ::testing::ElementsAre(0, 1, 2, 3, 4)); });
}

TEST(Loop, KnowsItsThread) {
  Loop loop("loop");
  EXPECT_FALSE(loop.OnLoop());
  OnLoop(loop, [&] { EXPECT_TRUE(loop.OnLoop()); });
}

TEST(Loop, TruncatesLongThreadName) {
  Loop loop("a-name-of-more-than-fifteen");
  OnLoop(loop, [] {
    char name[16] = "";
    pthread_getname_np(pthread_self(), name, sizeof(name));
    EXPECT_STREQ(name, "a-name-of-more-");
  });
}

Task<void> Count(std::atomic<int>* count) {
  ++*count;
  co_return;
}

TEST(Loop, RunsSpawnedTask) {
  Loop loop("loop");
  std::atomic<int> count = 0;
  loop.Spawn(Count(&count));
  OnLoop(loop, [] {});
  OnLoop(loop, [&] { EXPECT_EQ(count, 1); });
}

TEST(Loop, RunsNothingAfterStop) {
  std::atomic<bool> ran = false;
  {
    Loop loop("loop");
    loop.Stop();
    loop.Stop();
    loop.Post([&] { ran = true; });
  }
  EXPECT_FALSE(ran);
}

Task<SteadyTime> SleepAndLook(Timer* timer, SteadyTime at) {
  co_await timer->SleepUntil(at);
  co_return std::chrono::steady_clock::now();
}

TEST(LoopTimer, ReturnsNotBeforeInstant) {
  Loop loop("loop");
  LoopTimer timer;
  const SteadyTime at = std::chrono::steady_clock::now() + milliseconds(5);
  EXPECT_GE(Await(loop, SleepAndLook(&timer, at)), at);
}

TEST(LoopTimer, ReturnsAtOnceForPastInstant) {
  Loop loop("loop");
  LoopTimer timer;
  Await(loop, SleepAndLook(&timer, std::chrono::steady_clock::now() - seconds(1)));
}

TEST(LoopTimer, CancellationUnwinds) {
  Loop loop("loop");
  LoopTimer timer;
  const SteadyTime never = std::chrono::steady_clock::now() + std::chrono::hours(1);
  Running<SteadyTime> sleeper(loop, SleepAndLook(&timer, never));
  sleeper.Cancel();
  EXPECT_EQ(sleeper.Get(), std::nullopt);
}

#ifdef NDEBUG
static_assert(std::is_empty_v<ThreadAffinity>);
#else
TEST(ThreadAffinityDeathTest, AbortsWhenSecondThreadChecks) {
  EXPECT_DEATH(
      {
        const ThreadAffinity affinity;
        affinity.Check();
        std::thread([&affinity] { affinity.Check(); }).join();
      },
      "used by another");
}
#endif

TEST(ThreadAffinity, BelongsToFirstThreadThatChecks) {
  const ThreadAffinity affinity;
  std::thread([&affinity] {
    affinity.Check();
    affinity.Check();
  }).join();
}

TEST(ThreadAffinity, AllowsOtherThreadsOnceLoopIsStopped) {
  Loop loop("loop");
  const ThreadAffinity affinity(loop.executor());
  testing::OnLoop(loop, [&affinity] { affinity.Check(); });
  loop.Stop();
  affinity.Check();
}

constexpr HeartbeatOptions kQuick{.interval = milliseconds(1), .late_after = milliseconds(20)};

TEST(Heartbeat, BeatsOnTheLoop) {
  Loop loop("test");
  std::promise<bool> on_loop;
  std::atomic<int> beats = 0;
  Heartbeat::Callbacks callbacks;
  callbacks.on_beat = [&] {
    if (++beats == 3) on_loop.set_value(loop.OnLoop());
  };
  const Heartbeat heartbeat(loop, kQuick, callbacks);
  EXPECT_TRUE(on_loop.get_future().get());
}

TEST(Heartbeat, ReportsStallAndRecoveryOnceEach) {
  Loop loop("test");
  std::promise<void> stalled, recovered, gate;
  std::atomic<int> changes = 0;
  Heartbeat::Callbacks callbacks;
  callbacks.on_change = [&](bool beats) {
    ++changes;
    (beats ? recovered : stalled).set_value();
  };
  const Heartbeat heartbeat(loop, kQuick, callbacks);
  loop.Post([open = gate.get_future().share()] { open.wait(); });

  stalled.get_future().wait();
  EXPECT_FALSE(heartbeat.beats());
  gate.set_value();

  recovered.get_future().wait();
  EXPECT_TRUE(heartbeat.beats());
  EXPECT_EQ(changes, 2);
}

TEST(Heartbeat, StopsWhileLoopIsStalled) {
  Loop loop("test");
  std::promise<void> gate;
  loop.Post([open = gate.get_future().share()] { open.wait(); });
  {
    const Heartbeat heartbeat(loop, {.late_after = seconds(300)}, {});
  }
  gate.set_value();
}

TEST(ExitDeadline, CallsBackOnceAfterSpan) {
  std::atomic<int> calls = 0;
  const ExitDeadline deadline(milliseconds(1), [&] { ++calls; });
  while (calls == 0) std::this_thread::yield();
  EXPECT_EQ(calls, 1);
}

TEST(ExitDeadline, DoesNothingWhenDestroyedInTime) {
  std::atomic<int> calls = 0;
  {
    const ExitDeadline deadline(std::chrono::hours(1), [&] { ++calls; });
  }
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace falcon::runtime
