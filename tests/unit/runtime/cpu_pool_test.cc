// Work beside the loop, and a cancellation that waits for it.
#include "runtime/cpu_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include "runtime/one_shot_event.h"
#include "tests/support/on_loop.h"

namespace falcon::runtime {
namespace {

class CpuPoolTest : public ::testing::Test {
 protected:
  // The thread that the work ran on, and whether the task went on upon the loop.
  Task<bool> RunsElsewhere(CpuPool* pool, bool heavy) {
    std::thread::id worker;
    std::function<void()> work = [&] { worker = std::this_thread::get_id(); };
    co_await RunHeavy(pool, heavy, std::move(work));
    EXPECT_TRUE(loop_.OnLoop());
    co_return worker != std::this_thread::get_id();
  }

  Loop loop_{"cpu-pool-test"};
  CpuPool pool_{loop_, 2};
};

TEST_F(CpuPoolTest, RunsHeavyWorkOffTheLoop) {
  EXPECT_TRUE(testing::Await(loop_, RunsElsewhere(&pool_, /*heavy=*/true)));
}

TEST_F(CpuPoolTest, RunsLightWorkOnTheLoop) {
  EXPECT_FALSE(testing::Await(loop_, RunsElsewhere(&pool_, /*heavy=*/false)));
  EXPECT_FALSE(testing::Await(loop_, RunsElsewhere(nullptr, /*heavy=*/true)));
}

TEST_F(CpuPoolTest, LoopRunsDuringWork) {
  std::promise<void> open;
  std::function<void()> work = [gate = open.get_future().share()] { gate.wait(); };
  const auto run = [&]() -> Task<bool> {
    co_await pool_.Run(work);
    co_return true;
  };
  testing::Running<bool> running(loop_, run());
  testing::OnLoop(loop_, [] {});
  open.set_value();
  EXPECT_EQ(running.Get(), true);
}

TEST_F(CpuPoolTest, StopWaitsForStartedWork) {
  std::promise<void> begun;
  std::promise<void> open;
  std::atomic<bool> done = false;
  pool_.Post([&] {
    begun.set_value();
    open.get_future().wait();
    done = true;
  });
  begun.get_future().wait();

  open.set_value();
  pool_.Stop();

  EXPECT_TRUE(done);
}

TEST_F(CpuPoolTest, CancellationUnwindsCallerAfterWork) {
  std::promise<void> open;
  std::promise<void> begun;
  std::atomic<bool> done = false;
  bool went_on = false;
  bool unwound_after_work = false;
  struct AtEnd {
    std::function<void()> run;
    ~AtEnd() { run(); }
  };
  const auto run = [&]() -> Task<bool> {
    const AtEnd at_end{[&] { unwound_after_work = done; }};
    std::function<void()> work = [&] {
      begun.set_value();
      open.get_future().wait();
      done = true;
    };
    co_await pool_.Run(std::move(work));
    went_on = true;
    co_return true;
  };
  testing::Running<bool> running(loop_, run());
  begun.get_future().wait();
  running.Cancel();
  testing::OnLoop(loop_, [] {});
  EXPECT_FALSE(done);

  open.set_value();

  EXPECT_EQ(running.Get(), std::nullopt);
  EXPECT_TRUE(unwound_after_work);
  EXPECT_FALSE(went_on);
}

TEST_F(CpuPoolTest, CancellationBetweenWorkUnwindsAtNextWait) {
  const auto run = [&]() -> Task<bool> {
    std::function<void()> work = [] {};
    co_await pool_.Run(work);
    co_await pool_.Run(work);
    OneShotEvent never(loop_.executor());
    co_await never.Wait();
    co_return true;
  };
  testing::Running<bool> running(loop_, run());
  testing::OnLoop(loop_, [] {});
  running.Cancel();
  EXPECT_EQ(running.Get(), std::nullopt);
}

}  // namespace
}  // namespace falcon::runtime
