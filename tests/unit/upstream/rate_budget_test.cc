// The shared budget: who waits how long, and in which order.
#include "upstream/call/rate_budget.h"

#include <gmock/gmock.h>

#include "tests/unit/upstream/upstream_fixture.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;

constexpr Priority kInteractive = Priority::kInteractive;
constexpr Priority kExport = Priority::kExport;

class RateBudgetTest : public UpstreamTest {
 protected:
  using Ticket = absl::StatusOr<RateBudget::Ticket>;

  Ticket Take(milliseconds patience = seconds(1), Priority priority = kInteractive) {
    return Await(loop, budget.Wait(In(patience), priority));
  }
  // A call that goes at once, and its answer.
  void Answer(int limit, int remaining) {
    const Ticket ticket = Take();
    ASSERT_THAT(ticket, IsOk());
    OnLoop(loop, [&] { Observe(*ticket, limit, remaining); });
  }
  void Observe(RateBudget::Ticket ticket, int limit, int remaining) {
    budget.Observe(ticket, {{"X-Ratelimit-Limit", StrCat(limit)},
                            {"X-Ratelimit-Remaining", StrCat(remaining)}});
  }
  // Waits, and notes its name when it may go.
  Task<absl::Status> Visit(std::string name, milliseconds patience, Priority priority) {
    const Ticket ticket = co_await budget.Wait(In(patience), priority);
    if (ticket.ok()) went_.push_back(name);
    co_return ticket.status();
  }
  Running<absl::Status> Start(std::string name, milliseconds patience = seconds(100),
                              Priority priority = kInteractive) {
    const size_t before = Stats().waiting;
    Running<absl::Status> visit(loop, Visit(std::move(name), patience, priority));
    Until([&] { return budget.stats().waiting > before; });
    return visit;
  }
  RateStats Stats() {
    RateStats stats;
    OnLoop(loop, [&] { stats = budget.stats(); });
    return stats;
  }
  std::vector<std::string> Went() {
    std::vector<std::string> went;
    OnLoop(loop, [&] { went = went_; });
    return went;
  }

  std::vector<std::string> went_;  // loop thread only
};

TEST_F(RateBudgetTest, AnOpenBudgetLetsCallsPassAtOnce) {
  EXPECT_THAT(Take(), IsOk());
  EXPECT_TRUE(timer.slept().empty());
  EXPECT_EQ(Stats().paced, 0);
}

TEST_F(RateBudgetTest, ReadsLimitAndRemainingFromAnyCaseOfHeader) {
  budget.Observe(1, {{"x-ratelimit-limit", "6000"}, {"X-RATELIMIT-REMAINING", "5990"}});
  EXPECT_EQ(budget.limit(), 6000);
  EXPECT_EQ(budget.remaining(), 5990);
}

TEST_F(RateBudgetTest, KeepsWhatItKnowsWhenHeadersAreMissingOrGarbage) {
  budget.Observe(1, {{"X-Ratelimit-Limit", "6000"}, {"X-Ratelimit-Remaining", "7"}});
  budget.Observe(2, {{"X-Ratelimit-Limit", "many"}, {"X-Ratelimit-Remaining", "-1"}});
  budget.Observe(3, {});
  EXPECT_EQ(budget.limit(), 6000);
  EXPECT_EQ(budget.remaining(), 7);
}

TEST_F(RateBudgetTest, TheLimitOfUnauthenticatedCallersIsNotTheCustomers) {
  Observe(1, 6000, 7);
  Observe(2, 15, 0);
  EXPECT_EQ(budget.limit(), 6000);
  EXPECT_EQ(budget.remaining(), 7);
}

TEST_F(RateBudgetTest, TheSmallerLimitOfAnEndpointIsNotTheCustomers) {
  Observe(1, 6000, 5'000);
  Observe(2, 100, 3);
  EXPECT_EQ(budget.limit(), 6000);
  EXPECT_EQ(budget.remaining(), 5'000);
  // Unless nothing else is heard of any more.
  clock.Advance(seconds(60));
  Observe(3, 100, 3);
  EXPECT_EQ(budget.limit(), 100);
  Observe(4, 6000, 5'000);
  EXPECT_EQ(budget.limit(), 6000);
}

TEST_F(RateBudgetTest, TheAnswerToAnEarlierCallTellsNothingNew) {
  Observe(2, 6000, 100);
  Observe(1, 6000, 101);
  EXPECT_EQ(budget.remaining(), 100);
}

TEST_F(RateBudgetTest, ACooldownThatFitsTheDeadlineIsWaitedOut) {
  timer.AdvanceByItself();
  budget.CoolDown(seconds(5));
  EXPECT_THAT(Take(seconds(6)), IsOk());
  EXPECT_THAT(timer.slept(), ElementsAre(seconds(5)));
  EXPECT_EQ(budget.cooldown(), milliseconds(0));
  EXPECT_EQ(Stats().paced, 1);
}

TEST_F(RateBudgetTest, ACooldownPastTheDeadlineFailsNowAndSaysWhenToComeBack) {
  budget.CoolDown(seconds(5));
  const absl::Status limited = Take(seconds(5)).status();
  EXPECT_THAT(limited, FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_EQ(RetryAfter(limited), seconds(5));
  EXPECT_THAT(budget.Check(In(seconds(5)), kInteractive),
              FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_THAT(budget.Check(In(seconds(6)), kInteractive), IsOk());
  EXPECT_TRUE(timer.slept().empty());
  EXPECT_EQ(Stats().refused, 2);
}

TEST_F(RateBudgetTest, AShorterCooldownDoesNotEndALongerOne) {
  budget.CoolDown(seconds(60));
  budget.CoolDown(seconds(1));
  EXPECT_EQ(budget.cooldown(), seconds(60));
}

TEST_F(RateBudgetTest, ConcurrentRefusalsAreOneCooldown) {
  for (int i = 0; i < 40; ++i) budget.CoolDown(seconds(5));
  EXPECT_EQ(budget.stats().cooldowns, 1);
  clock.Advance(seconds(5));
  budget.CoolDown(seconds(5));
  EXPECT_EQ(budget.stats().cooldowns, 2);
}

TEST_F(RateBudgetTest, ACooldownThatGrowsDuringTheWaitIsWaitedOutToo) {
  budget.CoolDown(seconds(2));
  Running<absl::Status> waiting = Start("a", seconds(60));
  OnLoop(loop, [&] { budget.CoolDown(seconds(10)); });
  timer.Advance(seconds(2));
  EXPECT_EQ(Stats().waiting, 1u);
  timer.Advance(seconds(8));
  EXPECT_THAT(*waiting.Get(), IsOk());
}

TEST_F(RateBudgetTest, WhomANewCooldownKeepsTooLongHearsOfItNow) {
  budget.CoolDown(seconds(2));
  Running<absl::Status> patient = Start("patient", seconds(60));
  Running<absl::Status> hasty = Start("hasty", seconds(5));
  OnLoop(loop, [&] { budget.CoolDown(seconds(10)); });
  const absl::Status limited = *hasty.Get();
  EXPECT_THAT(limited, FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_EQ(RetryAfter(limited), seconds(10));
  timer.Advance(seconds(10));
  EXPECT_THAT(*patient.Get(), IsOk());
}

TEST_F(RateBudgetTest, AJumpOfTheWallClockChangesNoCooldown) {
  budget.CoolDown(seconds(5));
  clock.JumpWall(std::chrono::hours(1));
  EXPECT_EQ(budget.cooldown(), seconds(5));
}

TEST_F(RateBudgetTest, PacedCallsGoOneByOneInTheOrderOfTheirComing) {
  // A call each half second.
  Answer(6000, 150);
  Running<absl::Status> a = Start("a"), b = Start("b"), c = Start("c");
  EXPECT_THAT(Went(), ElementsAre());
  timer.Advance(seconds(2));
  EXPECT_THAT(*a.Get(), IsOk());
  Until([&] { return timer.slept().size() == 2; });
  timer.Advance(seconds(2));
  EXPECT_THAT(*b.Get(), IsOk());
  Until([&] { return timer.slept().size() == 3; });
  timer.Advance(seconds(2));
  EXPECT_THAT(*c.Get(), IsOk());
  EXPECT_THAT(Went(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(Stats().paced, 3);
}

TEST_F(RateBudgetTest, AQueueThatIsTooLongForTheDeadlineIsNotJoined) {
  Answer(6000, 150);
  Running<absl::Status> first = Start("a"), second = Start("b");
  const absl::Status limited = Take(seconds(5)).status();
  EXPECT_THAT(limited, FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_GE(RetryAfter(limited), seconds(5));
  first.Cancel();
  second.Cancel();
}

TEST_F(RateBudgetTest, ACancelledWaiterMakesRoom) {
  Answer(6000, 150);
  Running<absl::Status> leaver = Start("leaver"), stayer = Start("stayer");
  leaver.Cancel();
  EXPECT_EQ(leaver.Get(), std::nullopt);
  EXPECT_EQ(Stats().waiting, 1u);
  Until([&] { return timer.slept().size() == 2; });
  timer.Advance(seconds(2));
  EXPECT_THAT(*stayer.Get(), IsOk());
}

TEST_F(RateBudgetTest, ANewMinuteEndsAllWaits) {
  Answer(6000, 4'000);
  const Ticket on_its_way = Take();
  ASSERT_THAT(on_its_way, IsOk());
  const Ticket late = Take();
  ASSERT_THAT(late, IsOk());
  OnLoop(loop, [&] { Observe(*on_its_way, 6000, 100); });
  Running<absl::Status> a = Start("a"), b = Start("b"), c = Start("c", seconds(100), kExport);
  OnLoop(loop, [&] { Observe(*late, 6000, 5'990); });
  for (Running<absl::Status>* one : {&a, &b, &c}) EXPECT_THAT(*one->Get(), IsOk());
}

TEST_F(RateBudgetTest, ExportsKeepOffTheReserveWhileInteractiveCallsGo) {
  Answer(6000, 1'500);
  EXPECT_THAT(Take(seconds(50), kExport),
              FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  Running<absl::Status> exported = Start("export", seconds(100), kExport);
  Running<absl::Status> interactive = Start("interactive");
  Until([&] { return timer.slept().size() == 2; });
  timer.Advance(milliseconds(100));
  EXPECT_THAT(*interactive.Get(), IsOk());
  EXPECT_EQ(Stats().waiting, 1u);
  exported.Cancel();
}

TEST_F(RateBudgetTest, AfterACooldownOneAsksFirst) {
  const Ticket refused = Take();
  ASSERT_THAT(refused, IsOk());
  OnLoop(loop, [&] {
    Observe(*refused, 6000, 0);
    budget.CoolDown(seconds(7));
  });
  Running<absl::Status> a = Start("a"), b = Start("b");
  timer.Advance(seconds(7));
  EXPECT_THAT(*a.Get(), IsOk());
  EXPECT_EQ(Stats().waiting, 1u);
  OnLoop(loop, [&] { Observe(*refused + 1, 6000, 5'999); });
  EXPECT_THAT(*b.Get(), IsOk());
}

TEST(RateBudgetEndTest, WhoWaitsMayOutliveTheBudget) {
  FakeClock clock;
  runtime::Loop loop("loop");
  FakeTimer timer(loop, clock);
  RateBudget budget(clock, timer);
  budget.CoolDown(seconds(5));
  using Ticket = absl::StatusOr<RateBudget::Ticket>;
  const Deadline deadline = Deadline::In(clock, seconds(60));
  Running<Ticket> first(loop, budget.Wait(deadline, kInteractive));
  Running<Ticket> second(loop, budget.Wait(deadline, kInteractive));
  OnLoop(loop, [&] { EXPECT_EQ(budget.stats().waiting, 2u); });
  loop.Stop();
}

}  // namespace
}  // namespace falcon::upstream
