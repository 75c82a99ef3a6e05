// What the decoder forgives, and text of timestamps.
#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decoding.h"
#include "json/values.h"
#include "kinds.pb.h"

namespace falcon::json {
namespace {

using kinds::Kinds;

struct Row {
  std::string_view json;  // members of the record
  std::string_view text;  // of the message without `additional_fields`
  int skipped = 0;
  std::string_view kept = "";  // `additional_fields`; empty: all members, if any was skipped
};

class Leniency : public ::testing::TestWithParam<Row> {};

TEST_P(Leniency, Holds) {
  const Row& row = GetParam();
  Decoded<Kinds> decoded = DecodeRecord<Kinds>(StrCat("{", row.json, "}"));
  EXPECT_EQ(decoded.report.skipped_values, row.skipped) << row.json;
  const std::string_view kept = row.skipped == 0 ? "" : row.kept.empty() ? row.json : row.kept;
  EXPECT_EQ(Text(decoded.message.additional_fields()), Text(StructOf(StrCat("{", kept, "}"))));
  decoded.message.clear_additional_fields();
  EXPECT_EQ(Text(decoded.message), row.text) << row.json;
}

constexpr Row kAny[] = {
    {R"("text":null,"int64":null,"instant":null,"kinds":null,"texts":null,"any":null)", ""},
    {R"("unknown":1,"also":{"text":"x"})", ""},
    {"", ""},
};
INSTANTIATE_TEST_SUITE_P(NullAndAbsentAreUnset, Leniency, ::testing::ValuesIn(kAny));

constexpr Row kText[] = {
    {R"("text":"a b")", R"(text: "a b")"},
    {R"("text":"")", ""},
    {R"("optional_text":"")", R"(optional_text: "")"},
    {R"("text":-12)", R"(text: "-12")"},
    {R"("text":9007199254740993)", R"(text: "9007199254740993")"},
    {R"("text":18446744073709551615)", R"(text: "18446744073709551615")"},
    {R"("text":123456789012345678901234567890)", R"(text: "123456789012345678901234567890")"},
    {R"("text":1.25)", R"(text: "1.25")"},
    {R"("text":true)", R"(text: "true")"},
    {R"("text":{"a":1})", "", 1},
    {R"("text":["a"])", "", 1},
    {R"("re-named":"x","renamed":"y")", R"(renamed: "x")"},
};
INSTANTIATE_TEST_SUITE_P(Text, Leniency, ::testing::ValuesIn(kText));

constexpr Row kIntegers[] = {
    {R"("int32":-7)", "int32: -7"},
    {R"("int32":"-7")", "int32: -7"},
    {R"("int32":123.0)", "int32: 123"},
    {R"("int32":0)", "int32: 0"},
    {R"("int32":"")", ""},
    {R"("int32":2147483648)", "", 1},
    {R"("int32":1.5)", "", 1},
    {R"("int32":"12 apples")", "", 1},
    {R"("int32":"1.5")", "", 1},
    {R"("int32":true)", "", 1},
    {R"("int32":{},"int64":[1])", "", 2},
    {R"("int64":9007199254740993)", "int64: 9007199254740993"},
    {R"("int64":"9223372036854775807")", "int64: 9223372036854775807"},
    {R"("int64":9223372036854775808)", "", 1, R"("int64":"9223372036854775808")"},
    {R"("int64":99999999999999999999999)", "", 1, R"("int64":"99999999999999999999999")"},
    {R"("int64":1e30)", "", 1},
    {R"("uint32":4294967295)", "uint32: 4294967295"},
    {R"("uint32":4294967296)", "", 1},
    {R"("uint64":18446744073709551615)", "uint64: 18446744073709551615"},
    {R"("uint64":"18446744073709551615")", "uint64: 18446744073709551615"},
    {R"("uint64":-1,"uint32":-1)", "", 2},
};
INSTANTIATE_TEST_SUITE_P(Integers, Leniency, ::testing::ValuesIn(kIntegers));

constexpr Row kNumbers[] = {
    {R"("double":1.5)", "double: 1.5"},
    {R"("double":3)", "double: 3"},
    {R"("double":"1.5")", "double: 1.5"},
    {R"("double":"")", ""},
    {R"("double":"nan")", "", 1},
    {R"("double":NaN,"int32":-Infinity)", "", 2, R"("double":"NaN","int32":"-Infinity")"},
    {R"("double":"1.5x")", "", 1},
    {R"("double":1e999)", "", 1, R"("double":"1e999")"},
    {R"("double":9007199254740992)", "double: 9007199254740992"},
    {R"("double":9007199254740993)", "", 1, R"("double":"9007199254740993")"},
    {R"("double":false)", "", 1},
    {R"("float":1.5)", "float: 1.5"},
    {R"("float":1e300)", "", 1},
    {R"("boolean":true)", "boolean: true"},
    {R"("boolean":"True")", "boolean: true"},
    {R"("boolean":"yes")", "boolean: true"},
    {R"("boolean":1)", "boolean: true"},
    {R"("boolean":false)", "boolean: false"},
    {R"("boolean":"FALSE")", "boolean: false"},
    {R"("boolean":"No")", "boolean: false"},
    {R"("boolean":0)", "boolean: false"},
    {R"("boolean":"")", ""},
    {R"("boolean":"maybe")", "", 1},
    {R"("boolean":2)", "", 1},
    {R"("boolean":[])", "", 1},
};
INSTANTIATE_TEST_SUITE_P(DoublesAndBooleans, Leniency, ::testing::ValuesIn(kNumbers));

constexpr Row kInstants[] = {
    {R"("instant":"2026-01-05T08:15:00Z")", "instant { seconds: 1767600900 }"},
    {R"("instant":"2026-01-05T08:15:00.5")", "instant { seconds: 1767600900 nanos: 500000000 }"},
    {R"("instant":"2026-01-05")", "instant { seconds: 1767571200 }"},
    {R"("instant":1767600900)", "instant { seconds: 1767600900 }"},
    {R"("instant":1767600900123)", "instant { seconds: 1767600900 nanos: 123000000 }"},
    {R"("instant":1767600900.25)", "instant { seconds: 1767600900 nanos: 250000000 }"},
    {R"("instant":"1767600900")", "instant { seconds: 1767600900 }"},
    {R"("instant":"1767600900123")", "instant { seconds: 1767600900 nanos: 123000000 }"},
    {R"("instant":"")", ""},
    {R"("instant":0)", ""},
    {R"("instant":"0")", ""},
    {R"("instant":"0001-01-01T00:00:00Z")", ""},
    {R"("instant":"tomorrow")", "", 1},
    {R"("instant":-1)", "", 1},
    {R"("instant":true)", "", 1},
    {R"("instant":{"seconds":1})", "", 1},
};
INSTANTIATE_TEST_SUITE_P(Instants, Leniency, ::testing::ValuesIn(kInstants));

constexpr Row kEnums[] = {
    {R"("mood":"calm")", "mood: MOOD_CALM"},
    {R"("mood":"Very Calm")", "mood: MOOD_VERY_CALM"},
    {R"("mood":"very-calm")", "mood: MOOD_VERY_CALM"},
    {R"("mood":"VERY_CALM")", "mood: MOOD_VERY_CALM"},
    {R"("mood":"")", ""},
    {R"("mood":"furious")", "", 1},
    {R"("mood":1)", "", 1},
    {R"("mood":"unspecified")", "", 1},
    {R"("mood":["calm"])", "", 1},
    {R"("moods":["calm","furious","very calm"])", "moods: MOOD_CALM moods: MOOD_VERY_CALM", 1,
     R"("moods[1]":"furious")"},
    {R"("moods":"furious")", "", 1},
};
INSTANTIATE_TEST_SUITE_P(Enums, Leniency, ::testing::ValuesIn(kEnums));

constexpr Row kRepeated[] = {
    {R"("texts":["a","b"])", R"(texts: "a" texts: "b")"},
    {R"("texts":[])", ""},
    {R"("texts":"a")", R"(texts: "a")"},
    {R"("texts":"")", ""},
    {R"("texts":["a",null,{"x":1},["y"],7,"b"])", R"(texts: "a" texts: "7" texts: "b")", 2,
     R"("texts[2]":{"x":1},"texts[3]":["y"])"},
    {R"("int64s":["1",2,"x",3.0,""])", "int64s: 1 int64s: 2 int64s: 3", 1, R"("int64s[2]":"x")"},
    {R"("int64s":5)", "int64s: 5"},
    {R"("booleans":["yes",0])", "booleans: true booleans: false"},
    {R"("instants":[1767600900,"no"])", "instants { seconds: 1767600900 }", 1,
     R"("instants[1]":"no")"},
    {R"("many":{"text":"a"})", R"(many { text: "a" })"},
    {R"("many":[{"text":"a"},"b",null,{"text":[]}])", R"(many { text: "a" } many { })", 2,
     R"("many[1]":"b","many[3].text":[])"},
    {R"("many":{"kinds":{"int32":"x"}})", "many { kinds { } }", 1, R"("many.kinds.int32":"x")"},
};
INSTANTIATE_TEST_SUITE_P(Repeated, Leniency, ::testing::ValuesIn(kRepeated));

constexpr Row kMessages[] = {
    {R"("kinds":{"text":"a","kinds":{"int32":"1"}})", R"(kinds { text: "a" kinds { int32: 1 } })"},
    {R"("kinds":{})", "kinds { }"},
    {R"("kinds":"a")", "", 1},
    {R"("kinds":[{"text":"a"}])", "", 1},
    {R"("object":{"a":1})", R"(object { fields { key: "a" value { number_value: 1 } } })"},
    {R"("object":"")", ""},
    {R"("object":["x"])",
     R"(object { fields { key: "value" value { list_value { values { string_value: "x" } } } } })"},
    {R"("any":"x")", R"(any { string_value: "x" })"},
    {R"("any":[true,{}])",
     "any { list_value { values { bool_value: true } values { struct_value { } } } }"},
};
INSTANTIATE_TEST_SUITE_P(MessagesAndStructs, Leniency, ::testing::ValuesIn(kMessages));

constexpr Row kDuplicates[] = {
    {R"("text":"a","text":"b")", R"(text: "b")"},
    {R"("text":"a","text":null)", ""},
    {R"("int32":1,"int32":"x")", "", 1, R"("int32":"x")"},
    {R"("int32":"x","int32":1)", "int32: 1"},
    {R"("int32":"x","int32":"y")", "", 1, R"("int32":"y")"},
    {R"("many":[{"int32":"x"},{"int32":"y"}],"many":[{"int32":"z"}])", "many { }", 1,
     R"("many[0].int32":"z")"},
    {R"("kinds":{"int32":"x"},"kinds":{"text":"a"})", R"(kinds { text: "a" })"},
    {R"("counts":{"a":"x","a":1})", R"(counts { key: "a" value: 1 })"},
    {R"("counts":{"a":1,"a":"x"})", "", 1, R"("counts.a":"x")"},
    {R"("texts":["a"],"texts":["b"])", R"(texts: "b")"},
    {R"("kinds":{"text":"a"},"kinds":{"int32":1})", "kinds { int32: 1 }"},
};
INSTANTIATE_TEST_SUITE_P(ALaterDuplicateKeyWins, Leniency, ::testing::ValuesIn(kDuplicates));

constexpr int64_t kMoment = 1767600900;  // 2026-01-05T08:15:00Z

TEST(ParseInstant, ReadsEveryDialect) {
  const std::pair<Instant, std::vector<std::string_view>> dialects[] = {
      {{kMoment, 0},
       {"2026-01-05T08:15:00Z", "2026-01-05t08:15:00z", "2026-01-05 08:15:00",
        "2026-01-05T08:15:00", "2026-01-05T09:15:00+01:00", "2026-01-05T02:45:00-0530",
        "2026-01-05T08:14:60Z", "1767600900"}},
      {{kMoment, 100'000'000}, {"2026-01-05T08:15:00.1Z"}},
      {{kMoment, 123'000'000}, {"2026-01-05T08:15:00.123Z", "1767600900123"}},
      {{kMoment, 123'456'789},
       {"2026-01-05T08:15:00.123456789Z", "2026-01-05T08:15:00.1234567899Z"}},
      {{kMoment, 500'000'000}, {"1767600900.5"}},
      {{1767571200, 0}, {"2026-01-05"}},
      {{1709164800, 0}, {"2024-02-29"}},
      {{-1, 500'000'000}, {"1969-12-31T23:59:59.5Z"}},
      {{-62135596800, 0}, {"0001-01-01T00:00:00Z"}},
      {{253402300799, 0}, {"9999-12-31T23:59:59Z"}},
  };
  for (const auto& [instant, texts] : dialects) {
    for (const std::string_view text : texts) EXPECT_EQ(ParseInstant(text), instant) << text;
  }
}

TEST(ParseInstant, RefusesOtherText) {
  for (const std::string_view text :
       {"", "now-7d", "2026-13-01T00:00:00Z", "2025-02-29", "2026-01-32", "0000-01-01",
        "2026-01-05T24:00:00Z", "2026-01-05T08:15Z", "2026-01-05T08:15:00.Z",
        "2026-01-05T08:15:00Zulu", "2026-01-05T08:15:00+25:00", "2026-01-05T", "2026-01-0",
        "20260105T081500Z", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00", "-5",
        "1767600900 s", "99999999999999999"}) {
    EXPECT_EQ(ParseInstant(text), std::nullopt) << text;
  }
}

TEST(InstantOfEpoch, TellsSecondsFromMillisecondsBySize) {
  EXPECT_EQ(InstantOfEpoch(int64_t{99'999'999'999}), (Instant{99'999'999'999, 0}));
  EXPECT_EQ(InstantOfEpoch(int64_t{100'000'000'001}), (Instant{100'000'000, 1'000'000}));
  EXPECT_EQ(InstantOfEpoch(int64_t{253'402'300'800'000}), std::nullopt);
  EXPECT_EQ(InstantOfEpoch(1e300), std::nullopt);
  EXPECT_EQ(InstantOfEpoch(-0.5), std::nullopt);
}

}  // namespace
}  // namespace falcon::json
