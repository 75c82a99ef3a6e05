// Waits after failures in a row.
#include <gtest/gtest.h>

#include "base/time.h"

namespace falcon {
namespace {

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
