// The shared budget.
#include "falcon/rate_budget.h"

#include "tests/unit/falcon/upstream_fixture.h"

namespace falcon::testing {
namespace {

class RateBudgetTest : public UpstreamTest {};

TEST_F(RateBudgetTest, AnOpenBudgetLetsCallsPassAtOnce) {
  EXPECT_THAT(Await(loop, budget.Wait(In(seconds(1)))), IsOk());
  EXPECT_TRUE(timer.slept().empty());
}

TEST_F(RateBudgetTest, ReadsLimitAndRemainingFromAnyCaseOfHeader) {
  budget.Observe({{"x-ratelimit-limit", "6000"}, {"X-RATELIMIT-REMAINING", "5990"}});
  EXPECT_EQ(budget.limit(), 6000);
  EXPECT_EQ(budget.remaining(), 5990);
}

TEST_F(RateBudgetTest, KeepsWhatItKnowsWhenHeadersAreMissingOrGarbage) {
  budget.Observe({{"X-Ratelimit-Limit", "6000"}, {"X-Ratelimit-Remaining", "7"}});
  budget.Observe({{"X-Ratelimit-Limit", "many"}, {"X-Ratelimit-Remaining", "-1"}});
  budget.Observe({});
  EXPECT_EQ(budget.limit(), 6000);
  EXPECT_EQ(budget.remaining(), 7);
}

TEST_F(RateBudgetTest, TheLimitOfUnauthenticatedCallersIsNotTheCustomers) {
  budget.Observe({{"X-Ratelimit-Limit", "6000"}, {"X-Ratelimit-Remaining", "7"}});
  budget.Observe({{"X-Ratelimit-Limit", "15"}, {"X-Ratelimit-Remaining", "0"}});
  EXPECT_EQ(budget.limit(), 6000);
  EXPECT_EQ(budget.remaining(), 7);
}

TEST_F(RateBudgetTest, ACooldownThatFitsTheDeadlineIsWaitedOut) {
  timer.AdvanceByItself();
  budget.CoolDown(seconds(5));
  EXPECT_THAT(Await(loop, budget.Wait(In(seconds(6)))), IsOk());
  EXPECT_EQ(timer.slept(), std::vector<milliseconds>{seconds(5)});
  EXPECT_EQ(budget.cooldown(), milliseconds(0));
}

TEST_F(RateBudgetTest, ACooldownPastTheDeadlineFailsNowAndSaysWhenToComeBack) {
  budget.CoolDown(seconds(5));
  const absl::Status limited = Await(loop, budget.Wait(In(seconds(5))));
  EXPECT_THAT(limited, FailsWith(absl::StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_EQ(RetryAfter(limited), seconds(5));
  EXPECT_TRUE(timer.slept().empty());
}

TEST_F(RateBudgetTest, AShorterCooldownDoesNotEndALongerOne) {
  budget.CoolDown(seconds(60));
  budget.CoolDown(seconds(1));
  EXPECT_EQ(budget.cooldown(), seconds(60));
}

TEST_F(RateBudgetTest, ACooldownThatGrowsDuringTheWaitIsWaitedOutToo) {
  budget.CoolDown(seconds(2));
  Running<absl::Status> waiting(loop, budget.Wait(In(seconds(60))));
  Until([&] { return timer.slept().size() == 1; });
  OnLoop(loop, [&] { budget.CoolDown(seconds(10)); });
  timer.Advance(seconds(2));
  Until([&] { return timer.slept().size() == 2; });
  timer.Advance(seconds(8));
  EXPECT_THAT(*waiting.Get(), IsOk());
}

TEST_F(RateBudgetTest, AJumpOfTheWallClockChangesNoCooldown) {
  budget.CoolDown(seconds(5));
  clock.JumpWall(std::chrono::hours(1));
  EXPECT_EQ(budget.cooldown(), seconds(5));
}

}  // namespace
}  // namespace falcon::testing
