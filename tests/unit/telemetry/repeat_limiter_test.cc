// The first few lines of a window, and the number of the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "telemetry/log.h"
#include "tests/support/fake_clock.h"

namespace falcon::telemetry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class RepeatLimiterTest : public ::testing::Test {
 protected:
  std::vector<std::pair<RepeatLimiter::Key, int64_t>> Flush() {
    std::vector<std::pair<RepeatLimiter::Key, int64_t>> told;
    limiter_.Flush([&](const auto& key, int64_t count) { told.emplace_back(key, count); });
    return told;
  }

  testing::FakeClock clock_;
  RepeatLimiter limiter_{clock_, {.burst = 2, .window = seconds(10), .max_keys = 3}};
};

TEST_F(RepeatLimiterTest, CountsLinesAfterTheBurst) {
  EXPECT_TRUE(limiter_.Admit({"a"}));
  EXPECT_TRUE(limiter_.Admit({"a"}));
  EXPECT_FALSE(limiter_.Admit({"a"}));
  EXPECT_FALSE(limiter_.Admit({"a"}));
  EXPECT_TRUE(limiter_.Admit({"b"})) << "another key";
  EXPECT_THAT(Flush(), IsEmpty()) << "the window is not over";

  clock_.Advance(seconds(10));

  EXPECT_THAT(Flush(), ElementsAre(Pair(ElementsAre("a"), 2)));
  EXPECT_THAT(Flush(), IsEmpty()) << "told once";
  EXPECT_TRUE(limiter_.Admit({"a"})) << "a new window";
}

TEST_F(RepeatLimiterTest, KeysAboveTheMaximumShareOne) {
  for (const char* key : {"a", "b", "c"}) EXPECT_TRUE(limiter_.Admit({key}));
  EXPECT_TRUE(limiter_.Admit({"d"}));
  EXPECT_TRUE(limiter_.Admit({"e"}));
  EXPECT_FALSE(limiter_.Admit({"f"}));
  EXPECT_TRUE(limiter_.Admit({"a"})) << "known already";
  clock_.Advance(seconds(10));
  EXPECT_THAT(Flush(), ElementsAre(Pair(ElementsAre("other"), 1)));
}

}  // namespace
}  // namespace falcon::telemetry
