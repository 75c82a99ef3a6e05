// A loop that stalls and recovers, and an exit that takes too long.
#include "runtime/watchdog.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "runtime/loop.h"

namespace falcon::runtime {
namespace {

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
