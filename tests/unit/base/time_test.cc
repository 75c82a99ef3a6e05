// Deadlines and backoff against a clock that stands still.
#include "base/time.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace falcon {
namespace {

using falcon::testing::FakeClock;

TEST(Deadline, SaysWhatIsLeftAndNeverLess) {
  FakeClock clock;
  const Deadline deadline = Deadline::In(clock, milliseconds(100));
  EXPECT_EQ(deadline.Left(clock), milliseconds(100));
  EXPECT_FALSE(deadline.Passed(clock));
  clock.Advance(milliseconds(100));
  EXPECT_TRUE(deadline.Passed(clock));
  EXPECT_EQ(deadline.Left(clock), milliseconds(0));
  clock.Advance(seconds(1));
  EXPECT_EQ(deadline.Left(clock), milliseconds(0));
}

TEST(Deadline, AllowsOnlyWhatEndsBeforeIt) {
  FakeClock clock;
  const Deadline deadline = Deadline::In(clock, milliseconds(100));
  EXPECT_TRUE(deadline.Allows(clock, milliseconds(99)));
  EXPECT_FALSE(deadline.Allows(clock, milliseconds(100)));
}

TEST(Deadline, KnowsTheEarlierOfTwo) {
  const Deadline early(SteadyTime(seconds(1))), late(SteadyTime(seconds(2)));
  EXPECT_EQ(Earlier(early, late).at(), early.at());
  EXPECT_EQ(Earlier(late, early).at(), early.at());
}

TEST(Deadline, BearsTheEndsOfTime) {
  FakeClock clock;
  EXPECT_TRUE(Deadline(SteadyTime::min()).Passed(clock));
  EXPECT_EQ(Deadline(SteadyTime::min()).Left(clock), milliseconds(0));
  EXPECT_GT(Deadline(SteadyTime::max()).Left(clock), std::chrono::hours(24 * 365));
}

TEST(SystemClock, DoesNotGoBackwards) {
  const SystemClock clock;
  const SteadyTime before = clock.Now();
  EXPECT_GE(clock.Now(), before);
}

constexpr Backoff kBackoff(milliseconds(500), seconds(20));

TEST(BackoffTest, DoublesUpToItsMaximum) {
  EXPECT_EQ(kBackoff.After(0), milliseconds(500));
  EXPECT_EQ(kBackoff.After(1), milliseconds(500));
  EXPECT_EQ(kBackoff.After(2), milliseconds(1000));
  EXPECT_EQ(kBackoff.After(6), milliseconds(16'000));
  EXPECT_EQ(kBackoff.After(7), milliseconds(20'000));
  EXPECT_EQ(kBackoff.After(1'000'000), milliseconds(20'000));
}

TEST(BackoffTest, JitterTakesAwayAtMostHalf) {
  EXPECT_EQ(kBackoff.After(2, 0.0), milliseconds(500));
  EXPECT_EQ(kBackoff.After(2, 0.5), milliseconds(750));
  EXPECT_EQ(kBackoff.After(2, -7.0), milliseconds(500));
  EXPECT_EQ(kBackoff.After(2, 7.0), milliseconds(1000));
}

}  // namespace
}  // namespace falcon
