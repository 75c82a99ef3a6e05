// Small text helpers and times.
#include "text.h"

#include <gmock/gmock.h>

namespace falcon::client {
namespace {

using ::testing::ElementsAre;

absl::Time At(const std::string& text) { return *ParseInstant(text, absl::UnixEpoch()); }

TEST(Text, WrapsAtBlanksAndKeepsParagraphs) {
  EXPECT_THAT(Wrap("one two three\nfour", 8), ElementsAre("one two", "three", "four"));
  EXPECT_THAT(Wrap("unbreakable", 4), ElementsAre("unbreakable"));
}

TEST(Text, GroupsDigits) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1234567), "1,234,567");
  EXPECT_EQ(Grouped(-1234), "-1,234");
}

TEST(Text, FindsTheNearestWordButNoFarOne) {
  EXPECT_EQ(Nearest("hihg", {"low", "high"}), "high");
  EXPECT_EQ(Nearest("HIGH", {"low", "high"}), "high");
  EXPECT_EQ(Nearest("zebra", {"low", "high"}), "");
}

TEST(TimeText, ReadsInstantsDatesAndSpansBackFromNow) {
  const absl::Time now = At("2026-05-28T20:00:00Z");
  EXPECT_EQ(InstantText(*ParseInstant("7d", now)), "2026-05-21T20:00:00Z");
  EXPECT_EQ(InstantText(*ParseInstant("24h", now)), "2026-05-27T20:00:00Z");
  EXPECT_EQ(InstantText(*ParseInstant("90m", now)), "2026-05-28T18:30:00Z");
  EXPECT_EQ(InstantText(*ParseInstant("now", now)), "2026-05-28T20:00:00Z");
  EXPECT_EQ(InstantText(*ParseInstant("2026-05-01", now)), "2026-05-01T00:00:00Z");
  EXPECT_EQ(InstantText(*ParseInstant("2026-05-01T10:00:00+02:00", now)), "2026-05-01T08:00:00Z");
  EXPECT_EQ(InstantText(*ParseInstant("2026-05-01T10:00:00.25", now)), "2026-05-01T10:00:00.25Z");
  for (const char* wrong :
       {"", "7", "d", "-7d", "7x", "2026-13-01", "yesterday", "1e30d", "nand"}) {
    EXPECT_FALSE(ParseInstant(wrong, now)) << wrong;
  }
}

TEST(TimeText, TellsAgesInOneUnit) {
  const absl::Time now = At("2026-05-28T20:00:00Z");
  EXPECT_EQ(RelativeText(now, now), "now");
  EXPECT_EQ(RelativeText(now - absl::Seconds(12), now), "12 s ago");
  EXPECT_EQ(RelativeText(now - absl::Minutes(5), now), "5 min ago");
  EXPECT_EQ(RelativeText(now - absl::Hours(3), now), "3 h ago");
  EXPECT_EQ(RelativeText(now - absl::Hours(24 * 12), now), "12 d ago");
  EXPECT_EQ(RelativeText(now - absl::Hours(24 * 100), now), "2026-02-17");
  EXPECT_EQ(RelativeText(now + absl::Hours(3), now), "in 3 h");
}

TEST(TimeText, TellsSpansInTwoUnits) {
  EXPECT_EQ(SpanText(absl::Milliseconds(250)), "0.25 s");
  EXPECT_EQ(SpanText(absl::Seconds(1799)), "29 min 59 s");
  EXPECT_EQ(SpanText(absl::Minutes(63)), "1 h 3 min");
  EXPECT_EQ(SpanText(absl::Hours(48)), "2 d");
}

}  // namespace
}  // namespace falcon::client
