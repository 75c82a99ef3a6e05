// Turns: so many a minute, so many a day, none in a cooldown.
#include "reputation/quota.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_timer.h"
#include "tests/support/on_loop.h"
#include "tests/support/status_matchers.h"

namespace falcon::reputation {
namespace {

using absl::StatusCode;
using falcon::testing::Await;
using falcon::testing::FailsWith;
using falcon::testing::IsOk;
using std::chrono::hours;
using ::testing::HasSubstr;

class QuotaTest : public ::testing::Test {
 protected:
  Deadline In(milliseconds span) const { return Deadline::In(clock_, span); }
  // Of a caller that never came before.
  std::string Somebody() { return StrCat("caller ", ++callers_); }
  // A turn that is spent, and how long it waits.
  milliseconds Spend(milliseconds patience = hours(48)) { return Spend(Somebody(), patience); }
  milliseconds Spend(const std::string& caller, milliseconds patience = hours(48)) {
    auto turn = quota_.Reserve(caller, In(patience));
    EXPECT_THAT(turn, IsOk());
    turn->Spend();
    return std::chrono::duration_cast<milliseconds>(turn->at() - clock_.Now());
  }
  absl::Status Refused(milliseconds patience) {
    return quota_.Reserve(Somebody(), In(patience)).status();
  }
  // Until the next midnight, UTC.
  milliseconds ToMidnight() const {
    const auto midnight = std::chrono::ceil<std::chrono::days>(clock_.WallNow());
    return std::chrono::ceil<milliseconds>(midnight - clock_.WallNow());
  }

  falcon::testing::FakeClock clock_;
  runtime::Loop loop_{"loop"};
  falcon::testing::FakeTimer timer_{loop_, clock_};
  Quota quota_{{.per_minute = 4, .per_day = 500}, clock_, timer_};

 private:
  int callers_ = 0;
};

TEST_F(QuotaTest, FourTurnsAreImmediateAndTheNextIsAMinuteLater) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Spend(), seconds(0));
  EXPECT_EQ(Spend(), seconds(61));
  clock_.Advance(seconds(60));
  EXPECT_EQ(Spend(), seconds(1));
}

TEST_F(QuotaTest, LongQueueHasFourTurnsAMinute) {
  std::vector<milliseconds> waits;
  waits.reserve(10);
  for (int i = 0; i < 10; ++i) waits.push_back(Spend());
  EXPECT_EQ(waits.at(4), seconds(61));
  EXPECT_EQ(waits.at(7), seconds(61));
  EXPECT_EQ(waits.at(8), seconds(122));
}

TEST_F(QuotaTest, TurnPastTheDeadlineFailsAtOnceWithQuotaAndRetryAfter) {
  for (int i = 0; i < 4; ++i) Spend();
  clock_.Advance(seconds(20));
  const absl::Status refused = Refused(seconds(41));
  EXPECT_THAT(refused, FailsWith(StatusCode::kResourceExhausted, "REPUTATION_QUOTA"));
  EXPECT_EQ(RetryAfter(refused), seconds(41));
  EXPECT_EQ(Metadata(refused)["quota"], "minute");
  EXPECT_THAT(std::string(ToStd(refused.message())), HasSubstr("4 look-ups a minute"));
  EXPECT_THAT(Refused(seconds(42)), IsOk());
}

TEST_F(QuotaTest, UnspentTurnIsGivenBack) {
  for (int i = 0; i < 3; ++i) Spend();
  EXPECT_THAT(quota_.Reserve(Somebody(), In(seconds(1))), IsOk());  // and given back at once
  EXPECT_EQ(quota_.state().minute_left, 1);
  EXPECT_EQ(quota_.state().day_left, 497);
  EXPECT_EQ(Spend(), seconds(0));
}

TEST_F(QuotaTest, DayIsSpentUntilMidnightUtc) {
  Quota small({.per_minute = 100, .per_day = 3}, clock_, timer_);
  for (int i = 0; i < 3; ++i) small.Reserve(Somebody(), In(seconds(1)))->Spend();
  const absl::Status refused = small.Reserve(Somebody(), In(seconds(300))).status();
  EXPECT_THAT(refused, FailsWith(StatusCode::kResourceExhausted, "REPUTATION_QUOTA"));
  EXPECT_EQ(Metadata(refused)["quota"], "day");
  EXPECT_EQ(RetryAfter(refused), ToMidnight());
  EXPECT_EQ(small.state().day_left, 0);
  clock_.Advance(ToMidnight() - seconds(100));
  const auto turn = small.Reserve(Somebody(), In(seconds(300)));
  ASSERT_THAT(turn, IsOk()) << "it fits into the deadline now";
  EXPECT_EQ(turn->at() - clock_.Now(), seconds(100));
  clock_.Advance(seconds(100));
  EXPECT_EQ(small.state().day_left, 2) << "the waiting one has its turn";
}

TEST_F(QuotaTest, TurnsAtMidnightKeepToTheMinuteToo) {
  Quota small({.per_minute = 1, .per_day = 1}, clock_, timer_);
  small.Reserve(Somebody(), In(seconds(1)))->Spend();
  clock_.Advance(ToMidnight() - seconds(5));
  const auto first = small.Reserve(Somebody(), In(hours(48)));
  const auto second = small.Reserve(Somebody(), In(hours(48)));
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->at() - clock_.Now(), seconds(5));
  EXPECT_EQ(second->at() - clock_.Now(), seconds(5) + hours(24)) << "the day after";
}

TEST_F(QuotaTest, WallClockThatJumpsToAnotherDayBeginsIt) {
  Quota small({.per_minute = 100, .per_day = 1}, clock_, timer_);
  small.Reserve(Somebody(), In(seconds(1)))->Spend();
  clock_.JumpWall(-hours(72));
  EXPECT_THAT(small.Reserve(Somebody(), In(seconds(1))), IsOk());
}

TEST_F(QuotaTest, ShorterCooldownDoesNotEndALongerOne) {
  quota_.CoolDown(seconds(30));
  quota_.CoolDown(seconds(5));
  EXPECT_EQ(quota_.state().cooldown, seconds(30));
  const absl::Status refused = Refused(seconds(30));
  EXPECT_EQ(Metadata(refused)["quota"], "cooldown");
  EXPECT_EQ(RetryAfter(refused), seconds(30));
  EXPECT_EQ(Spend(), seconds(30));
}

TEST_F(QuotaTest, CooldownDuringAWaitFailsTheTurn) {
  timer_.AdvanceByItself();
  const auto turn = quota_.Reserve(Somebody(), In(seconds(60)));
  EXPECT_TRUE(Await(loop_, quota_.Await(*turn)));
  quota_.CoolDown(seconds(30));
  EXPECT_FALSE(Await(loop_, quota_.Await(*turn)));
}

TEST_F(QuotaTest, PassedDeadlineIsNotAQuotaError) {
  EXPECT_THAT(Refused(seconds(0)), FailsWith(StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED"));
}

TEST_F(QuotaTest, StateCountsWhatIsLeft) {
  EXPECT_EQ(quota_.state().minute_left, 4);
  Spend();
  Spend();
  EXPECT_EQ(quota_.state().minute_left, 2);
  EXPECT_EQ(quota_.state().day_left, 498);
  clock_.Advance(seconds(61));
  EXPECT_EQ(quota_.state().minute_left, 4);
  EXPECT_EQ(quota_.state().day_left, 498);
}

TEST_F(QuotaTest, CallerGetsHalfOfWhatTheOthersLeaveOfTheDay) {
  Quota small({.per_minute = 100, .per_day = 8}, clock_, timer_);
  const auto spend_all = [&](const std::string& caller) {
    int spent = 0;
    absl::Status refused;
    while (true) {
      auto turn = small.Reserve(caller, In(seconds(1)));
      refused = turn.status();
      if (!turn.ok()) break;
      turn->Spend();
      ++spent;
    }
    EXPECT_THAT(refused, FailsWith(StatusCode::kResourceExhausted, "REPUTATION_QUOTA"));
    EXPECT_EQ(Metadata(refused)["quota"], "share");
    EXPECT_EQ(RetryAfter(refused), ToMidnight());
    return spent;
  };
  EXPECT_EQ(spend_all("a"), 4);
  EXPECT_EQ(spend_all("b"), 2);
  EXPECT_EQ(spend_all("c"), 1);
  EXPECT_EQ(small.state().day_left, 1);
  EXPECT_THAT(small.Reserve("d", In(seconds(1))), IsOk());
}

TEST_F(QuotaTest, CallerHoldsHalfAMinutesFutureTurns) {
  for (int i = 0; i < 4; ++i) Spend("a");
  const auto first = quota_.Reserve("a", In(hours(1)));
  const auto second = quota_.Reserve("a", In(hours(1)));
  const auto third = quota_.Reserve("a", In(hours(1)));
  ASSERT_THAT(third, IsOk());
  EXPECT_EQ(third->at(), first->at()) << "when to ask again";
  EXPECT_EQ(Spend("b"), seconds(61)) << "and not behind all that the other wants";
  timer_.AdvanceByItself();
  EXPECT_TRUE(Await(loop_, quota_.Await(*second)));
  EXPECT_FALSE(Await(loop_, quota_.Await(*third)));
  EXPECT_EQ(Spend("a"), seconds(0));
}

TEST_F(QuotaTest, LoneCallerUsesTheWholeMinute) {
  for (int minute = 0; minute < 3; ++minute) {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(Spend("a"), seconds(0));
    clock_.Advance(seconds(61));
  }
}

}  // namespace
}  // namespace falcon::reputation
