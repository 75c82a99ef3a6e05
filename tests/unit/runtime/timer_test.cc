// Real time, as far as it can be tested without waiting for it.
#include <gtest/gtest.h>

#include "runtime/loop.h"
#include "tests/support/on_loop.h"

namespace falcon::runtime {
namespace {

using falcon::testing::Await;
using falcon::testing::Running;

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

}  // namespace
}  // namespace falcon::runtime
