// Results, failures and cancellation of a spawned task.
#include <gtest/gtest.h>

#include <boost/asio/this_coro.hpp>
#include <stdexcept>

#include "runtime/concurrency.h"
#include "tests/support/on_loop.h"

namespace falcon::runtime {
namespace {

using falcon::testing::Await;
using falcon::testing::OnLoop;
using falcon::testing::Running;

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

}  // namespace
}  // namespace falcon::runtime
