// Identical work in flight is done once.
#include "runtime/single_flight.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_timer.h"
#include "tests/support/on_loop.h"

namespace falcon::runtime {
namespace {

using falcon::testing::Await;
using falcon::testing::OnLoop;
using falcon::testing::Running;

class SingleFlightTest : public ::testing::Test {
 protected:
  // Work that ends when the gate is open, and says how many flights there were until it began.
  Task<int> Run() {
    const int number = ++started_;
    const std::shared_ptr<OneShotEvent> gate = gate_;
    co_await gate->Wait();
    ++landed_;
    co_return number;
  }
  Running<int> Join(std::string key) {
    std::function<Task<int>()> work = [this] { return Run(); };
    return Running<int>(loop_, flights_.Join(std::move(key), std::move(work)));
  }
  Running<std::optional<int>> JoinFor(std::string key, milliseconds span) {
    std::function<Task<int>()> work = [this] { return Run(); };
    return {loop_,
            flights_.JoinUntil(std::move(key), std::move(work), clock_.Now() + span, timer_)};
  }
  void OpenGate() {
    OnLoop(loop_, [this] { gate_->Set(); });
  }
  template <class Check>
  void Look(Check check) {
    OnLoop(loop_, std::move(check));
  }

  falcon::testing::FakeClock clock_;
  Loop loop_{"loop"};
  falcon::testing::FakeTimer timer_{loop_, clock_};
  SingleFlight<int> flights_{loop_};
  std::shared_ptr<OneShotEvent> gate_ = std::make_shared<OneShotEvent>(loop_.executor());
  int started_ = 0;  // loop thread only, both
  int landed_ = 0;
};

TEST_F(SingleFlightTest, SharesOneResult) {
  std::vector<Running<int>> joiners;
  for (int i = 0; i < 100; ++i) joiners.push_back(Join("key"));
  OpenGate();
  for (auto& joiner : joiners) EXPECT_EQ(joiner.Get(), 1);
  Look([&] { EXPECT_EQ(started_, 1); });
}

TEST_F(SingleFlightTest, RunsOncePerKey) {
  Running<int> first = Join("a");
  Running<int> second = Join("b");
  OpenGate();
  EXPECT_EQ(first.Get(), 1);
  EXPECT_EQ(second.Get(), 2);
}

TEST_F(SingleFlightTest, DoesNotCacheResults) {
  OpenGate();
  EXPECT_EQ(Join("key").Get(), 1);
  EXPECT_EQ(Join("key").Get(), 2);
  Look([&] { EXPECT_FALSE(flights_.InFlight("key")); });
}

TEST_F(SingleFlightTest, CancelledWaiterDoesNotCancelOthers) {
  Running<int> leaver = Join("key");  // it started the flight
  Running<int> stayer = Join("key");
  leaver.Cancel();
  EXPECT_EQ(leaver.Get(), std::nullopt);
  OpenGate();
  EXPECT_EQ(stayer.Get(), 1);
}

TEST_F(SingleFlightTest, WorkEndsWhenAllWaitersAreCancelled) {
  Running<int> leaver = Join("key");
  leaver.Cancel();
  EXPECT_EQ(leaver.Get(), std::nullopt);
  Look([&] { EXPECT_TRUE(flights_.InFlight("key")); });
  OpenGate();
  EXPECT_EQ(Join("other").Get(), 2);
  Look([&] {
    EXPECT_EQ(landed_, 2);
    EXPECT_FALSE(flights_.InFlight("key"));
  });
}

TEST_F(SingleFlightTest, LateCallerJoins) {
  Running<int> early = Join("key");
  Look([&] { EXPECT_TRUE(flights_.InFlight("key")); });
  Running<int> late = Join("key");
  OpenGate();
  EXPECT_EQ(early.Get(), 1);
  EXPECT_EQ(late.Get(), 1);
}

TEST_F(SingleFlightTest, TimedJoinReturnsAndWorkContinues) {
  Running<int> starter = Join("key");
  Running<std::optional<int>> hasty = JoinFor("key", seconds(1));
  Running<std::optional<int>> patient = JoinFor("key", seconds(9));
  size_t asleep = 0;
  while (asleep < 2) Look([&] { asleep = timer_.slept().size(); });
  timer_.Advance(seconds(1));
  EXPECT_EQ(*hasty.Get(), std::nullopt);
  Look([&] { EXPECT_TRUE(flights_.InFlight("key")); });
  OpenGate();
  EXPECT_EQ(starter.Get(), 1);
  EXPECT_EQ(*patient.Get(), 1);
}

TEST_F(SingleFlightTest, TimedJoinMayStartWork) {
  Running<std::optional<int>> hasty = JoinFor("key", seconds(1));
  Running<int> stayer = Join("key");
  size_t asleep = 0;
  while (asleep < 1) Look([&] { asleep = timer_.slept().size(); });
  timer_.Advance(seconds(1));
  EXPECT_EQ(*hasty.Get(), std::nullopt);
  OpenGate();
  EXPECT_EQ(stayer.Get(), 1);
}

}  // namespace
}  // namespace falcon::runtime
