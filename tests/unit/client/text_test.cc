// Text, times and JSON as people and programs read them.
#include "text.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "messages.h"
#include "test_catalog.h"

namespace falcon::client {
namespace {

using ::testing::ElementsAre;

absl::Time At(const std::string& text) { return *ParseInstant(text, absl::UnixEpoch()); }

TEST(Text, WrapsAtBlanksAndKeepsParagraphs) {
  EXPECT_THAT(Wrap("one two three\nfour", 8), ElementsAre("one two", "three", "four"));
  EXPECT_THAT(Wrap("unbreakable", 4), ElementsAre("unbreakable"));
}

TEST(Text, GroupsDigitsByThousands) {
  const std::pair<int64_t, const char*> cases[] = {
      {0, "0"}, {999, "999"}, {1234567, "1,234,567"}, {-1234, "-1,234"}};
  for (const auto& [number, grouped] : cases) EXPECT_EQ(Grouped(number), grouped);
}

TEST(Text, FindsTheNearestWordButNoFarOne) {
  const std::pair<const char*, const char*> cases[] = {
      {"hihg", "high"}, {"HIGH", "high"}, {"zebra", ""}};
  for (const auto& [word, nearest] : cases) EXPECT_EQ(Nearest(word, {"low", "high"}), nearest);
}

TEST(Text, EscapesLongTextWithoutCuttingIt) {
  EXPECT_EQ(EscapeUnsafe("\x1b[2J" + std::string(5000, 'x')),
            "\\u{001B}[2J" + std::string(5000, 'x'));
}

TEST(Text, QuotesForAShell) { EXPECT_EQ(ShellWord("it's"), "'it'\\''s'"); }

TEST(Text, MeasuresWideAndCombiningCharacters) {
  const std::pair<const char*, size_t> cases[] = {
      {"abc", 3}, {"日本", 4}, {"🔴 🟠 🟡 🟢 ⚪", 14}, {"e\xcc\x81", 1}};
  for (const auto& [text, width] : cases) EXPECT_EQ(DisplayWidth(text), width) << text;
}

TEST(Text, TruncatesToTheWidthAndMarksTheCut) {
  struct Case {
    const char* text;
    size_t width;
    const char* truncated;
  };
  for (const Case& one :
       {Case{"abcdef", 6, "abcdef"}, Case{"abcdef", 4, "abc…"}, Case{"日本語", 5, "日本…"},
        Case{"日本語", 4, "日…"}, Case{"abc", 0, ""}}) {
    EXPECT_EQ(Truncate(one.text, one.width), one.truncated);
  }
}

TEST(TimeText, ReadsInstantsDatesAndSpansBeforeNow) {
  const absl::Time now = At("2026-05-28T20:00:00Z");
  const std::pair<const char*, const char*> cases[] = {
      {"7d", "2026-05-21T20:00:00Z"},
      {"24h", "2026-05-27T20:00:00Z"},
      {"90m", "2026-05-28T18:30:00Z"},
      {"now", "2026-05-28T20:00:00Z"},
      {"2026-05-01", "2026-05-01T00:00:00Z"},
      {"2026-05-01T10:00:00+02:00", "2026-05-01T08:00:00Z"},
      {"2026-05-01T10:00:00.25", "2026-05-01T10:00:00.25Z"}};
  for (const auto& [text, instant] : cases) {
    EXPECT_EQ(InstantText(*ParseInstant(text, now)), instant) << text;
  }
  for (const char* wrong :
       {"", "7", "d", "-7d", "7x", "2026-13-01", "yesterday", "1e30d", "nand"}) {
    EXPECT_FALSE(ParseInstant(wrong, now)) << wrong;
  }
}

TEST(TimeText, WritesAgesInOneUnit) {
  const absl::Time now = At("2026-05-28T20:00:00Z");
  const std::pair<absl::Duration, const char*> cases[] = {
      {absl::ZeroDuration(), "now"},      {absl::Seconds(12), "12 s ago"},
      {absl::Minutes(5), "5 min ago"},    {absl::Hours(3), "3 h ago"},
      {absl::Hours(24 * 12), "12 d ago"}, {absl::Hours(24 * 100), "2026-02-17"},
      {-absl::Hours(3), "in 3 h"}};
  for (const auto& [age, text] : cases) EXPECT_EQ(RelativeText(now - age, now), text);
}

TEST(TimeText, WritesSpansInTwoUnits) {
  const std::pair<absl::Duration, const char*> cases[] = {{absl::Milliseconds(250), "0.25 s"},
                                                          {absl::Seconds(1799), "29 min 59 s"},
                                                          {absl::Minutes(63), "1 h 3 min"},
                                                          {absl::Hours(48), "2 d"}};
  for (const auto& [span, text] : cases) EXPECT_EQ(SpanText(span), text);
}

TEST(JsonText, KeepsTheProtosNamesAndCanonicalForms) {
  const auto catalog = RealCatalog();
  const auto& answer = *MethodOf(*catalog, "detections", "list").descriptor->output_type();
  const auto message = FromText(*catalog, answer, R"(
      detections {
        composite_id: "c:ind:a:1" severity: SEVERITY_HIGH severity_score: 0
        created_timestamp { seconds: 1780000000 nanos: 500000000 }
        device { hostname: "SRV-PROD-001" }
        tags: "a" tags: "b"
        additional_fields { fields { key: "z" value { bool_value: true } }
                            fields { key: "a" value { list_value { values { number_value: 1.5 }
                                                                   values { null_value: NULL_VALUE } } } } }
      }
      total_size: 9007199254740993)");
  EXPECT_EQ(
      JsonText(*message, JsonForm::kOneLine),
      R"({"detections":[{"composite_id":"c:ind:a:1","severity":"SEVERITY_HIGH","severity_score":0,)"
      R"("created_timestamp":"2026-05-28T20:26:40.5Z","device":{"hostname":"SRV-PROD-001"},)"
      R"("tags":["a","b"],"additional_fields":{"a":[1.5,null],"z":true}}],)"
      R"("total_size":"9007199254740993"})");
}

TEST(JsonText, PrettyAndOneLineAreEqualJson) {
  const auto catalog = RealCatalog();
  const auto& answer = *MethodOf(*catalog, "", "status").descriptor->output_type();
  const auto message = FromText(*catalog, answer, R"(
      region: "us-1" token { valid: true age { seconds: 3 } } rate_budget { limit: 6000 remaining: 0 }
      libraries { key: "grpc" value: "1.51.1" } libraries { key: "curl" value: "7.88.1" })");
  const std::string pretty = JsonText(*message, JsonForm::kPretty);
  EXPECT_NE(pretty.find("\n  \"region\": \"us-1\""), std::string::npos) << pretty;
  EXPECT_EQ(nlohmann::json::parse(pretty),
            nlohmann::json::parse(JsonText(*message, JsonForm::kOneLine)));
  EXPECT_EQ(nlohmann::json::parse(pretty)["libraries"]["curl"], "7.88.1");
  EXPECT_EQ(nlohmann::json::parse(pretty)["rate_budget"]["remaining"], 0);
}

TEST(JsonText, EmptyMessagesAreEmptyObjects) {
  const auto catalog = RealCatalog();
  const auto& answer = *MethodOf(*catalog, "", "status").descriptor->output_type();
  EXPECT_EQ(JsonText(*catalog->NewMessage(answer), JsonForm::kPretty), "{}");
}

TEST(JsonText, UnknownEnumNumbersStayNumbers) {
  const auto catalog = RealCatalog();
  const auto message = FromText(*catalog, RecordOf(*catalog, "detections"), "severity: 77");
  EXPECT_EQ(JsonText(*message, JsonForm::kOneLine), R"({"severity":77})");
}

TEST(JsonText, EscapesHostileCharactersAsValidJson) {
  EXPECT_EQ(JsonString("a\"b\\c\n\t\x1b[2J"), R"("a\"b\\c\n\t\u001b[2J")");
  EXPECT_EQ(JsonString("\xe2\x80\xae\xc2\x9b\x7f"), R"("\u202e\u009b\u007f")");
  EXPECT_EQ(JsonString("\xf3\xa0\x81\x81"), R"("\udb40\udc41")");
  EXPECT_EQ(JsonString("\xff"), R"("\ufffd")");
  for (const std::string text :
       {"\xf3\xa0\x81\x81 tag", "\xe2\x80\x8b", "日本 🔴", "\x1b]0;x\x07"}) {
    EXPECT_EQ(nlohmann::json::parse(JsonString(text)).get<std::string>(), text);
  }
}

}  // namespace
}  // namespace falcon::client
