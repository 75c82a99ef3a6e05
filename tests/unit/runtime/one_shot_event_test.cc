// Waiting for an event, and sharing work that is in flight.
#include "runtime/one_shot_event.h"

#include <gtest/gtest.h>

#include "runtime/single_flight.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_timer.h"
#include "tests/support/on_loop.h"

namespace falcon::runtime {
namespace {

using falcon::testing::Await;
using falcon::testing::OnLoop;
using falcon::testing::Running;

Task<bool> WaitFor(std::shared_ptr<OneShotEvent> event) {
  co_await event->Wait();
  co_return event->is_set();
}

// Whether the event was set in time.
Task<bool> WaitUntil(std::shared_ptr<OneShotEvent> event, SteadyTime at, Timer& timer) {
  co_return co_await event->WaitUntil(at, timer);
}

class OneShotEventTest : public ::testing::Test {
 protected:
  Running<bool> BeginUntil(milliseconds span) {
    return {loop_, WaitUntil(event_, clock_.Now() + span, timer_)};
  }
  void UntilAsleep(size_t sleepers) {
    size_t asleep = 0;
    while (asleep < sleepers) OnLoop(loop_, [&] { asleep = timer_.slept().size(); });
  }

  falcon::testing::FakeClock clock_;
  Loop loop_{"loop"};
  falcon::testing::FakeTimer timer_{loop_, clock_};
  std::shared_ptr<OneShotEvent> event_ = std::make_shared<OneShotEvent>(loop_.executor());
};

TEST_F(OneShotEventTest, WakesAllWaiters) {
  Running<bool> first(loop_, WaitFor(event_));
  Running<bool> second(loop_, WaitFor(event_));
  OnLoop(loop_, [&] { event_->Set(); });
  EXPECT_EQ(first.Get(), true);
  EXPECT_EQ(second.Get(), true);
}

TEST_F(OneShotEventTest, StaysSet) {
  OnLoop(loop_, [&] { event_->Set(); });
  EXPECT_TRUE(Await(loop_, WaitFor(event_)));
  EXPECT_TRUE(Await(loop_, WaitFor(event_)));
}

TEST_F(OneShotEventTest, CanBeSetTwice) {
  OnLoop(loop_, [&] {
    event_->Set();
    event_->Set();
  });
  EXPECT_TRUE(Await(loop_, WaitFor(event_)));
}

TEST_F(OneShotEventTest, CancellationWakesOnlyItsWaiter) {
  Running<bool> leaver(loop_, WaitFor(event_));
  Running<bool> stayer(loop_, WaitFor(event_));
  leaver.Cancel();
  EXPECT_EQ(leaver.Get(), std::nullopt);
  OnLoop(loop_, [&] {
    EXPECT_FALSE(event_->is_set());
    event_->Set();
  });
  EXPECT_EQ(stayer.Get(), true);
}

TEST_F(OneShotEventTest, CancellationBeforeWaitUnwinds) {
  Running<bool> leaver(loop_, WaitFor(event_));
  leaver.Cancel();
  EXPECT_EQ(leaver.Get(), std::nullopt);
}

TEST_F(OneShotEventTest, TimedWaitEndsWithoutWakingOthers) {
  Running<bool> hasty = BeginUntil(seconds(1));
  Running<bool> patient = BeginUntil(seconds(9));
  Running<bool> endless(loop_, WaitFor(event_));
  UntilAsleep(2);
  timer_.Advance(seconds(1));
  EXPECT_EQ(hasty.Get(), false);
  OnLoop(loop_, [&] { event_->Set(); });
  EXPECT_EQ(patient.Get(), true);
  EXPECT_EQ(endless.Get(), true);
}

TEST_F(OneShotEventTest, TimedWaitReturnsAtOnceWhenSet) {
  EXPECT_EQ(BeginUntil(seconds(0)).Get(), false);
  OnLoop(loop_, [&] { event_->Set(); });
  EXPECT_EQ(BeginUntil(seconds(0)).Get(), true);
}

TEST_F(OneShotEventTest, TimedWaitCanBeCancelled) {
  Running<bool> leaver = BeginUntil(seconds(1));
  Running<bool> stayer = BeginUntil(seconds(1));
  UntilAsleep(2);
  leaver.Cancel();
  EXPECT_EQ(leaver.Get(), std::nullopt);
  OnLoop(loop_, [&] { event_->Set(); });
  EXPECT_EQ(stayer.Get(), true);
  Running<bool> unbegun = BeginUntil(seconds(1));
  unbegun.Cancel();
  unbegun.Get();
}

TEST_F(OneShotEventTest, TimedWaitIsDestroyedWithLoop) {
  Running<bool> waiting = BeginUntil(seconds(1));
  UntilAsleep(1);
  loop_.Stop();
}

TEST_F(OneShotEventTest, TimedWaitEndsInRealTime) {
  LoopTimer timer;
  Task<bool> wait = WaitUntil(event_, std::chrono::steady_clock::now() + milliseconds(5), timer);
  EXPECT_FALSE(Await(loop_, std::move(wait)));
  wait = WaitUntil(event_, std::chrono::steady_clock::now() + std::chrono::hours(1), timer);
  Running<bool> running(loop_, std::move(wait));
  OnLoop(loop_, [&] { event_->Set(); });
  EXPECT_EQ(running.Get(), true);
}

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
