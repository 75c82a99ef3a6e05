// Waiting for an event, and leaving while it has not come.
#include "run/event.h"

#include <gtest/gtest.h>

#include "tests/support/on_loop.h"

namespace falcon::run {
namespace {

using falcon::testing::Await;
using falcon::testing::OnLoop;
using falcon::testing::Running;

Task<bool> WaitFor(std::shared_ptr<Event> event) {
  co_await event->Wait();
  co_return event->is_set();
}

class EventTest : public ::testing::Test {
 protected:
  Loop loop_{"loop"};
  std::shared_ptr<Event> event_ = std::make_shared<Event>(loop_.executor());
};

TEST_F(EventTest, WakesEverybodyWhoWaits) {
  Running<bool> first(loop_, WaitFor(event_));
  Running<bool> second(loop_, WaitFor(event_));
  OnLoop(loop_, [&] { event_->Set(); });
  EXPECT_EQ(first.Get(), true);
  EXPECT_EQ(second.Get(), true);
}

TEST_F(EventTest, StaysSet) {
  OnLoop(loop_, [&] { event_->Set(); });
  EXPECT_TRUE(Await(loop_, WaitFor(event_)));
  EXPECT_TRUE(Await(loop_, WaitFor(event_)));
}

TEST_F(EventTest, MayBeSetTwice) {
  OnLoop(loop_, [&] {
    event_->Set();
    event_->Set();
  });
  EXPECT_TRUE(Await(loop_, WaitFor(event_)));
}

TEST_F(EventTest, ACancelledWaiterLeavesTheOthersWaiting) {
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

TEST_F(EventTest, ATaskMayBeCancelledBeforeItWaits) {
  Running<bool> leaver(loop_, WaitFor(event_));
  leaver.Cancel();
  EXPECT_EQ(leaver.Get(), std::nullopt);
}

}  // namespace
}  // namespace falcon::run
