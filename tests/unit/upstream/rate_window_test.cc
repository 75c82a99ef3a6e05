// What is left of a minute, and how it is made to last.
#include "upstream/call/rate_window.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/fake_clock.h"

namespace falcon::upstream {
namespace {

using testing::FakeClock;

constexpr int kLimit = 6000;

class RateWindowTest : public ::testing::Test {
 protected:
  // One call that is sent and answered at once.
  bool Answer(int remaining) {
    const int64_t number = window.Send(clock.Now());
    return window.Observe(number, kLimit, remaining, clock.Now());
  }
  // How long the next call waits that follows one of now; never less than nothing.
  milliseconds Wait(Priority priority = Priority::kInteractive, size_t ahead = 0) {
    const SteadyTime at = window.Next(priority, ahead, clock.Now(), clock.Now());
    return std::chrono::round<milliseconds>(std::max(at, clock.Now()) - clock.Now());
  }
  // Calls a second, as the pace is now.
  double Pace(Priority priority = Priority::kInteractive) {
    const SteadyTime at = window.Next(priority, 0, clock.Now(), clock.Now());
    return 1 / std::chrono::duration<double>(at - clock.Now()).count();
  }

  FakeClock clock;
  RateWindow window;
};

TEST_F(RateWindowTest, BeforeAnyAnswerNobodyWaits) {
  EXPECT_EQ(window.Left(clock.Now()), std::nullopt);
  for (int i = 0; i < 100; ++i) window.Send(clock.Now());
  EXPECT_EQ(Wait(), milliseconds(0));
}

TEST_F(RateWindowTest, AboveHalfOfTheLimitNobodyWaits) {
  Answer(3'001);
  EXPECT_EQ(Wait(), milliseconds(0));
  Answer(3'000);
  EXPECT_GT(Wait(), milliseconds(0));
}

TEST_F(RateWindowTest, BelowItWhatIsLeftIsSpreadOverTheRestOfTheMinute) {
  Answer(3'000);
  // But for a fiftieth of the limit, for what nobody can know.
  EXPECT_NEAR(Pace(), 2'880.0 / 60, 0.1);
  EXPECT_EQ(Wait(Priority::kInteractive, 47), milliseconds(1'000));
  clock.Advance(seconds(30));
  for (int i = 0; i < 2'279; ++i) window.Send(clock.Now());
  Answer(720);
  EXPECT_NEAR(Pace(), 600.0 / 30, 0.1);
}

TEST_F(RateWindowTest, CallsSentSinceTheAnswerCount) {
  Answer(3'050);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(Wait(), milliseconds(0));
    window.Send(clock.Now());
  }
  EXPECT_EQ(window.Left(clock.Now()), 3'000);
  EXPECT_GT(Wait(), milliseconds(0));
}

TEST_F(RateWindowTest, CallsSentBeforeTheAnsweredOneAreInItsNumber) {
  const int64_t first = window.Send(clock.Now());
  const int64_t second = window.Send(clock.Now());
  const int64_t third = window.Send(clock.Now());
  window.Observe(second, kLimit, 100, clock.Now());
  EXPECT_EQ(window.Left(clock.Now()), 99);
  // One that arrives late is old.
  EXPECT_FALSE(window.Observe(first, kLimit, 101, clock.Now()));
  EXPECT_EQ(window.Left(clock.Now()), 99);
  window.Observe(third, kLimit, 98, clock.Now());
  EXPECT_EQ(window.Left(clock.Now()), 98);
}

TEST_F(RateWindowTest, ExportsArePacedFirstAndKeepOffTheReserve) {
  Answer(3'751);
  EXPECT_EQ(Wait(Priority::kExport), milliseconds(0));
  for (int i = 0; i < 50; ++i) window.Send(clock.Now());
  Answer(3'700);
  EXPECT_EQ(Wait(Priority::kInteractive), milliseconds(0));
  EXPECT_NEAR(Pace(Priority::kExport), (3'700.0 - 1'500 - 120) / 60, 0.1);
  clock.Advance(seconds(10));
  for (int i = 0; i < 2'199; ++i) window.Send(clock.Now());
  Answer(1'500);
  EXPECT_EQ(Wait(Priority::kExport), seconds(50));
  EXPECT_NEAR(Pace(Priority::kInteractive), 1'380.0 / 50, 0.1);
}

// What an answer says of the budget is a hint; that nothing is left, a 429 says.
TEST_F(RateWindowTest, WithNothingLeftOneCallAtATimeAsksAndOthersGoSlowly) {
  for (const int remaining : {1, 0}) {
    Answer(remaining);
    EXPECT_EQ(Wait(), milliseconds(0));
    const int64_t asks = window.Send(clock.Now());
    EXPECT_EQ(Wait(), seconds(2));
    EXPECT_EQ(Wait(Priority::kInteractive, 4), seconds(10));
    window.Observe(asks, kLimit, 0, clock.Now());
    EXPECT_EQ(Wait(), milliseconds(0));
  }
}

TEST_F(RateWindowTest, WithNothingLeftExportsWaitForTheEndOfTheMinute) {
  Answer(3'000);
  clock.Advance(seconds(20));
  Answer(1);
  EXPECT_EQ(Wait(Priority::kExport), seconds(40));
}

TEST_F(RateWindowTest, RemainingThatJumpsUpBeginsANewMinute) {
  Answer(3'000);
  clock.Advance(seconds(20));
  EXPECT_FALSE(Answer(1'000));
  clock.Advance(milliseconds(10));
  EXPECT_TRUE(Answer(5'990));
  EXPECT_EQ(Wait(), milliseconds(0));
  // Its end is known now.
  clock.Advance(seconds(50));
  Answer(1);
  EXPECT_EQ(Wait(Priority::kExport), seconds(10));
}

TEST_F(RateWindowTest, WhenTheMinuteIsOverOneAsksAndTheOthersWaitForTheAnswer) {
  Answer(1);
  clock.Advance(seconds(60));
  EXPECT_EQ(Wait(), milliseconds(0));
  const int64_t scout = window.Send(clock.Now());
  EXPECT_EQ(Wait(), seconds(1));
  EXPECT_EQ(Wait(Priority::kExport), seconds(1));
  clock.Advance(milliseconds(200));
  EXPECT_TRUE(window.Observe(scout, kLimit, 5'999, clock.Now()));
  EXPECT_EQ(Wait(), milliseconds(0));
}

TEST_F(RateWindowTest, AScoutWithoutAnAnswerIsFollowedByAnother) {
  Answer(1);
  clock.Advance(seconds(60));
  window.Send(clock.Now());
  clock.Advance(seconds(1));
  EXPECT_EQ(Wait(), milliseconds(0));
  window.Send(clock.Now());
  EXPECT_EQ(Wait(), seconds(1));
}

TEST_F(RateWindowTest, AnAnswerFromBeforeTheEndTellsNothingOfTheNextMinute) {
  Answer(10);
  const int64_t early = window.Send(clock.Now());
  clock.Advance(seconds(60));
  EXPECT_FALSE(window.Observe(early, kLimit, 9, clock.Now()));
  EXPECT_EQ(Wait(), milliseconds(0));
}

TEST_F(RateWindowTest, WhereAMinuteBringsNothingBackTheNextIsWaitedFor) {
  Answer(1);
  clock.Advance(seconds(60));
  EXPECT_TRUE(Answer(1));
  EXPECT_EQ(Wait(Priority::kExport), seconds(60));
}

TEST_F(RateWindowTest, MinutesOfSilenceChangeNothingOfWhenTheyBegin) {
  Answer(1);
  clock.Advance(seconds(60 * 7 + 15));
  EXPECT_EQ(Wait(), milliseconds(0));
  Answer(1);
  EXPECT_EQ(Wait(Priority::kExport), seconds(45));
}

TEST_F(RateWindowTest, WhatOthersTakeIsLeftForThem) {
  int remaining = 3'001;
  Answer(remaining);
  // Another client takes 20 a second.
  for (int i = 0; i < 10; ++i) {
    clock.Advance(seconds(1));
    Answer(remaining -= 21);
  }
  EXPECT_NEAR(Pace(), (remaining - 120.0) / 50 - 20, 0.5);
}

TEST_F(RateWindowTest, WhatComesBackMayBeUsed) {
  int remaining = 700;
  Answer(remaining);
  // The calls of the minute before leave the last sixty seconds, 30 a second.
  for (int i = 0; i < 10; ++i) {
    clock.Advance(seconds(1));
    Answer(remaining += 29);
  }
  EXPECT_NEAR(Pace(), (remaining - 120.0) / 50 + 30, 0.5);
}

TEST_F(RateWindowTest, WithoutAnswersOthersAreTakenToGoOnAndNotForEver) {
  Answer(3'000);
  clock.Advance(seconds(2));
  Answer(2'800);
  EXPECT_LT(*window.Left(clock.Now() + seconds(5)), 2'500);
  EXPECT_GT(*window.Left(clock.Now() + seconds(50)), 2'000);
}

TEST_F(RateWindowTest, WhatOthersTookLongAgoIsForgotten) {
  Answer(3'000);
  clock.Advance(seconds(2));
  Answer(2'900);
  clock.Advance(seconds(16));
  Answer(2'900);
  EXPECT_NEAR(Pace(), 2'780.0 / 42, 0.1);
}

TEST_F(RateWindowTest, ABurstOfOthersIsLookedIntoWhileMuchIsLeft) {
  Answer(5'000);
  clock.Advance(seconds(2));
  Answer(1'000);
  EXPECT_LE(Wait(), seconds(2));
}

TEST_F(RateWindowTest, TheMinuteEndsWhenFalconSaysSo) {
  Answer(1);
  window.EndBy(clock.Now() + seconds(7));
  EXPECT_EQ(Wait(Priority::kExport), seconds(7));
  window.EndBy(clock.Now() + seconds(9));
  EXPECT_EQ(Wait(Priority::kExport), seconds(7));
}

TEST_F(RateWindowTest, TowardsTheEndOfTheMinuteThePaceDoesNotRunAway) {
  Answer(3'000);
  clock.Advance(milliseconds(59'900));
  Answer(1'120);
  EXPECT_LE(Pace(), 1'000.0 / 5 + 0.1);
}

TEST_F(RateWindowTest, ASmallLimitIsMadeToLastToo) {
  RateWindow small;
  const int64_t number = small.Send(clock.Now());
  small.Observe(number, 10, 4, clock.Now());
  EXPECT_EQ(small.Next(Priority::kInteractive, 0, clock.Now(), clock.Now()) - clock.Now(),
            seconds(2));
  small.Observe(small.Send(clock.Now()), 10, 1, clock.Now());
  EXPECT_EQ(small.Next(Priority::kExport, 0, clock.Now(), clock.Now()) - clock.Now(), seconds(60));
}

}  // namespace
}  // namespace falcon::upstream
