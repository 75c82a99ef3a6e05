// Tasks side by side, and work beside the loop: results, failures and cancellation.
#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/this_coro.hpp>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "runtime/concurrency.h"
#include "runtime/cpu_pool.h"
#include "runtime/one_shot_event.h"
#include "tests/support/on_loop.h"

namespace falcon::runtime {
namespace {

using falcon::testing::Await;
using falcon::testing::OnLoop;
using falcon::testing::Running;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SpawnedTaskTest : public ::testing::Test {
 protected:
  // Ends when the gate opens; says how it ended.
  static Task<int> Work(std::shared_ptr<OneShotEvent> gate, std::shared_ptr<std::string> told) {
    struct Teller {
      std::shared_ptr<std::string> told;
      ~Teller() {
        if (told->empty()) *told = "unwound";
      }
    };
    const Teller teller{told};
    *told = "";
    co_await gate->Wait();
    *told = "done";
    co_return 7;
  }
  Task<int> StartAndJoin() {
    const Executor executor = co_await boost::asio::this_coro::executor;
    SpawnedTask<int> aside(executor, Work(gate_, told_));
    gate_->Set();
    co_return co_await aside.Join();
  }
  Task<int> StartAndLeave() {
    const Executor executor = co_await boost::asio::this_coro::executor;
    {
      const SpawnedTask<int> aside(executor, Work(gate_, told_));
    }
    co_return 0;
  }
  static Task<int> Throw() {
    throw std::runtime_error("broken");
    co_return 0;
  }
  Task<int> StartThrower() {
    const Executor executor = co_await boost::asio::this_coro::executor;
    SpawnedTask<int> aside(executor, Throw());
    try {
      co_return co_await aside.Join();
    } catch (const std::runtime_error&) {
      co_return -1;
    }
  }

  Loop loop_{"loop"};
  std::shared_ptr<OneShotEvent> gate_ = std::make_shared<OneShotEvent>(loop_.executor());
  std::shared_ptr<std::string> told_ = std::make_shared<std::string>();
};

TEST_F(SpawnedTaskTest, JoinReturnsResult) {
  EXPECT_EQ(Await(loop_, StartAndJoin()), 7);
  OnLoop(loop_, [&] { EXPECT_EQ(*told_, "done"); });
}

TEST_F(SpawnedTaskTest, DestructorCancelsTask) {
  EXPECT_EQ(Await(loop_, StartAndLeave()), 0);
  OnLoop(loop_, [] {});
  OnLoop(loop_, [&] { EXPECT_NE(*told_, "done"); });
}

TEST_F(SpawnedTaskTest, JoinRethrows) { EXPECT_EQ(Await(loop_, StartThrower()), -1); }

class CollectAllWindowedTest : public ::testing::Test {
 protected:
  // Counts itself among those at work until its gate opens or it is unwound.
  Task<int> Work(size_t index) {
    struct AtWork {
      explicit AtWork(int& count) : count_(count) { ++count_; }
      ~AtWork() { --count_; }
      int& count_;
    };
    begun_.push_back(index);
    const AtWork at_work(at_work_);
    most_ = std::max(most_, at_work_);
    co_await gates_[index]->Wait();
    co_return static_cast<int>(index) * 10;
  }
  Running<std::vector<int>> Start(size_t count, size_t width) {
    for (size_t i = 0; i < count; ++i)
      gates_.push_back(std::make_shared<OneShotEvent>(loop_.executor()));
    std::function<Task<int>(size_t)> work = [this](size_t index) { return Work(index); };
    return Running<std::vector<int>>(loop_, CollectAllWindowed(count, width, std::move(work)));
  }
  void Open(size_t index) {
    OnLoop(loop_, [&] { gates_[index]->Set(); });
  }
  template <class Predicate>
  void Until(Predicate holds) {
    bool held = false;
    while (!held) OnLoop(loop_, [&] { held = holds(); });
  }

  Loop loop_{"loop"};
  std::vector<std::shared_ptr<OneShotEvent>> gates_;
  std::vector<size_t> begun_;
  int at_work_ = 0;
  int most_ = 0;
};

TEST_F(CollectAllWindowedTest, CompletesAtOnceWithoutTasks) {
  EXPECT_THAT(*Start(0, 3).Get(), IsEmpty());
}

TEST_F(CollectAllWindowedTest, ReturnsResultsInOrder) {
  auto running = Start(3, 3);
  Until([&] { return at_work_ == 3; });
  for (const size_t index : {2, 0, 1}) Open(index);
  EXPECT_THAT(*running.Get(), ElementsAre(0, 10, 20));
}

TEST_F(CollectAllWindowedTest, RunsAtMostWidthTasks) {
  auto running = Start(5, 2);
  for (const size_t index : {1, 0, 3, 2, 4}) Open(index);
  EXPECT_THAT(*running.Get(), ElementsAre(0, 10, 20, 30, 40));
  OnLoop(loop_, [&] {
    EXPECT_EQ(most_, 2);
    EXPECT_THAT(begun_, ElementsAre(0, 1, 2, 3, 4));
  });
}

TEST_F(CollectAllWindowedTest, CancellationEndsRunningTasksAndStartsNoOthers) {
  auto running = Start(5, 2);
  Until([&] { return at_work_ == 2; });
  running.Cancel();
  EXPECT_FALSE(running.Get().has_value());
  Until([&] { return at_work_ == 0; });
  OnLoop(loop_, [&] { EXPECT_THAT(begun_, ElementsAre(0, 1)); });
}

TEST_F(CollectAllWindowedTest, CancellationSkipsEndedTask) {
  auto running = Start(2, 2);
  Until([&] { return at_work_ == 2; });
  Open(0);
  Until([&] { return at_work_ == 1; });
  running.Cancel();
  EXPECT_FALSE(running.Get().has_value());
  Until([&] { return at_work_ == 0; });
}

TEST_F(CollectAllWindowedTest, RethrowsOnceAllTasksHaveEnded) {
  std::function<Task<int>(size_t)> work = [](size_t index) -> Task<int> {
    if (index == 0) throw std::runtime_error("broken");
    co_return 1;
  };
  EXPECT_FALSE(Running<std::vector<int>>(loop_, CollectAllWindowed(3, 2, std::move(work)))
                   .Get()
                   .has_value());
}

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
