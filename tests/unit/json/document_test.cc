// Document: envelopes in every variant, and bodies that are no JSON or nearly none.
#include "json/document.h"

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "decoding.h"
#include "simdjson.h"
#include "tests/support/status_matchers.h"

namespace falcon::json {
namespace {

using ::falcon::testing::FailsWith;
using ::falcon::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Nested(size_t levels) {
  std::string text = R"({"resources":)";
  text.append(levels - 1, '[').append("1").append(levels - 1, ']');
  return text + "}";
}

TEST(Document, RunsTheKernelOfThisProcessorNotTheFallback) {
  Parsed("{}");
  EXPECT_NE(simdjson::get_active_implementation()->name(), "fallback");
}

TEST(Document, ReadsTheWholeEnvelope) {
  const Document document = Parsed(R"({
      "meta": {"query_time": 0.01, "powered_by": "detectsapi", "trace_id": "7d0f5b1e",
               "pagination": {"offset": 20, "limit": 10, "total": 48211, "after": "WzE3"}},
      "errors": [{"code": 404, "message": "not found", "id": "a"}],
      "resources": ["x", "y"]})");
  const Envelope& envelope = document.envelope();
  EXPECT_EQ(envelope.trace_id, "7d0f5b1e");
  EXPECT_EQ(envelope.pagination.offset, 20);
  EXPECT_EQ(envelope.pagination.limit, 10);
  EXPECT_EQ(envelope.pagination.total, 48211);
  EXPECT_EQ(envelope.pagination.after, "WzE3");
  EXPECT_EQ(envelope.pagination.offset_token, "");
  ASSERT_EQ(envelope.errors.size(), 1u);
  EXPECT_EQ(envelope.errors[0].code, 404);
  EXPECT_EQ(envelope.errors[0].message, "not found");
  EXPECT_EQ(envelope.errors[0].id, "a");
  EXPECT_EQ(envelope.resources, 2u);
  EXPECT_THAT(document.Ids(), ElementsAre("x", "y"));
}

TEST(Document, TakesNumbersAsTextAndScrollTokensAsOffset) {
  const Pagination numbers =
      Parsed(R"({"meta":{"pagination":{"total":"12","limit":"5","offset":"10"}}})")
          .envelope()
          .pagination;
  EXPECT_EQ(numbers.total, 12);
  EXPECT_EQ(numbers.limit, 5);
  EXPECT_EQ(numbers.offset, 10);
  EXPECT_EQ(numbers.offset_token, "10");
  const Pagination token =
      Parsed(R"({"meta":{"pagination":{"offset":"DnF1ZXJ5","next":"n1"}}})").envelope().pagination;
  EXPECT_EQ(token.offset, std::nullopt);
  EXPECT_EQ(token.offset_token, "DnF1ZXJ5");
  EXPECT_EQ(token.next, "n1");
  EXPECT_EQ(Parsed(R"({"meta":{"next":"n2"}})").envelope().pagination.next, "n2");
}

TEST(Document, TakesMissingNullAndOddPartsOfTheEnvelope) {
  for (const char* body :
       {"{}", R"({"meta":null,"errors":null,"resources":null})",
        R"({"meta":[],"errors":[],"resources":[]})", R"({"meta":"x","errors":5,"resources":7})",
        R"({"meta":{"pagination":null,"trace_id":null}})",
        R"({"meta":{"pagination":{"total":null,"offset":null,"after":null}}})"}) {
    const Document document = Parsed(body);
    EXPECT_THAT(document.envelope().errors, IsEmpty()) << body;
    EXPECT_EQ(document.envelope().resources, 0u) << body;
    EXPECT_EQ(document.envelope().trace_id, "") << body;
    EXPECT_EQ(document.envelope().pagination.total, std::nullopt) << body;
    EXPECT_EQ(document.envelope().pagination.offset_token, "") << body;
  }
}

TEST(Document, TakesASingleRecordAsOneAndASingleTextAsNone) {
  EXPECT_EQ(Parsed(R"({"resources":{"id":"a"}})").envelope().resources, 1u);
  EXPECT_EQ(Parsed(R"({"resources":"a"})").envelope().resources, 0u);
}

TEST(Document, GivesOnlyTextAsIdsAndAnyResourceAsText) {
  const Document document = Parsed(R"({"resources":["a",{"b":[1,"c"]},null,5]})");
  EXPECT_THAT(document.Ids(), ElementsAre("a"));
  EXPECT_EQ(document.envelope().resources, 4u);
  EXPECT_EQ(document.ResourceText(1), R"({"b":[1,"c"]})");
}

TEST(Document, ReadsErrorsInEveryShape) {
  const auto errors =
      Parsed(R"({"errors":[{"code":"403","message":"denied"},"plain",null,{"code":-1},)"
             R"({"code":null,"message":{"no":"text"},"id":7}]})")
          .envelope()
          .errors;
  ASSERT_EQ(errors.size(), 4u);
  EXPECT_EQ(errors[0].code, 403);
  EXPECT_EQ(errors[1].message, "plain");
  EXPECT_EQ(errors[2].code, 0);
  EXPECT_EQ(errors[3].message, "");
  EXPECT_EQ(errors[3].id, "7");
  EXPECT_EQ(Parsed(R"({"errors":{"code":500}})").envelope().errors.at(0).code, 500);
}

TEST(Document, KeepsAThousandErrors) {
  std::string body = R"({"errors":[{"code":404})";
  for (int i = 0; i < 1500; ++i) body += R"(,{"code":404})";
  EXPECT_EQ(Parsed(body + "]}").envelope().errors.size(), 1000u);
}

TEST(Document, LetsALaterDuplicateKeyWin) {
  const Document document = Parsed(R"({"resources":["a","b"],"resources":["c"],"errors":[{}],)"
                                   R"("errors":null})");
  EXPECT_THAT(document.Ids(), ElementsAre("c"));
  EXPECT_THAT(document.envelope().errors, IsEmpty());
  EXPECT_EQ(Parsed(R"({"resources":["a"],"resources":null})").envelope().resources, 0u);
}

TEST(Document, RefusesOtherBodiesWithTheReason) {
  const std::pair<std::string, std::string> bodies[] = {
      {"", "empty"},
      {" \n", "empty"},
      {"<html><body>502</body></html>", "HTML"},
      {"upstream connect error", "JSON"},
      {R"({"resources":["a")", "JSON"},
      {R"({"resources":["a)", "JSON"},
      {R"({"a":1} {"b":2})", "JSON"},
      {"[1,2]", "another value"},
      {"\"text\"", "another value"},
      {std::string("{\"a\":1}\0", 8), "JSON"},
      {"\xFF\xFE", "JSON"},
  };
  for (const auto& [body, why] : bodies) {
    const auto document = Document::Parse(body);
    EXPECT_THAT(document, FailsWith(absl::StatusCode::kInternal, "UPSTREAM_PROTOCOL")) << body;
    EXPECT_THAT(std::string(document.status().message()), HasSubstr(why)) << body;
  }
}

TEST(Document, KeepsNumbersThatJsonCannotSpellAsText) {
  const Document document = Parsed(
      R"({"resources":[{"a":NaN,"b":[-Infinity, Infinity,nan],"c":+inf,"d":"NaN, -Infinity","e":null}]})");
  EXPECT_EQ(document.ResourceText(0),
            R"({"a":"NaN","b":["-Infinity","Infinity","nan"],"c":"+inf","d":"NaN, -Infinity",)"
            R"("e":null})");
}

TEST(Document, Takes64LevelsAndNoMore) {
  EXPECT_THAT(Document::Parse(Nested(64)), IsOk());
  EXPECT_THAT(Document::Parse(Nested(65)),
              FailsWith(absl::StatusCode::kInternal, "UPSTREAM_PROTOCOL"));
  EXPECT_THAT(Document::Parse(Nested(100'000)),
              FailsWith(absl::StatusCode::kInternal, "UPSTREAM_PROTOCOL"));
}

TEST(Document, RepairsBrokenText) {
  const std::pair<std::string, std::string> ids[] = {
      {"a\xFF"
       "b",
       "a\xEF\xBF\xBD"
       "b"},
      {"a\xE2\x82", "a\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {R"(a\ud800b)",
       "a\xEF\xBF\xBD"
       "b"},
      {R"(a\udc00)", "a\xEF\xBF\xBD"},
      {R"(\ud800\ud83d\ude00)", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
      {"tab\there", "tab\there"},
      {R"(C:\Windows)", "C:\\Windows"},
      {R"(\u12)", "\\u12"},
  };
  for (const auto& [text, repaired] : ids) {
    const Document document = Parsed(StrCat(R"({"resources":[")", text, R"("]})"));
    EXPECT_THAT(document.Ids(), ElementsAre(repaired)) << text;
  }
}

TEST(Document, KeepsGoodTextWhileItRepairsOther) {
  const Document document = Parsed(
      "{\"resources\":[\"\xF0\x9F\x98\x80 \\\" \\\\ \\u00e4 \\ud83d\\ude00\",\"\xFF\","
      "-1.5e3,12345678901234567890123]}");
  EXPECT_EQ(document.Ids().at(0), "\xF0\x9F\x98\x80 \" \\ \xC3\xA4 \xF0\x9F\x98\x80");
  EXPECT_EQ(document.ResourceText(2), "-1500.0");
  EXPECT_EQ(document.ResourceText(3), "\"12345678901234567890123\"");
}

TEST(Document, KeepsTheDigitsOfHugeNumbers) {
  const Document document =
      Parsed(R"({"resources":[18446744073709551615,18446744073709551616,-9223372036854775809]})");
  EXPECT_EQ(document.ResourceText(0), "18446744073709551615");
  EXPECT_EQ(document.ResourceText(1), "\"18446744073709551616\"");
  EXPECT_EQ(document.ResourceText(2), "\"-9223372036854775809\"");
}

TEST(Document, KeepsBareTokensThatAreNoJsonAsText) {
  for (const std::string_view token :
       {"NaN", "nan", "Infinity", "-Infinity", "None", "True", "tru", "nul", "undefined", "01",
        "+5", "-", "1.", ".5", "1e", "0x1F", "1.2.3", "2026-01-01"}) {
    const Document document =
        Parsed(StrCat(R"({"resources":[{"a":)", token, R"(,"b":true},-0.5e+1]})"));
    EXPECT_EQ(document.ResourceText(0), StrCat(R"({"a":")", token, R"(","b":true})")) << token;
    EXPECT_EQ(document.ResourceText(1), "-5.0") << token;
  }
}

TEST(Document, TakesAByteOrderMark) {
  EXPECT_THAT(Parsed("\xEF\xBB\xBF{\"resources\":[\"a\"]}").Ids(), ElementsAre("a"));
  EXPECT_THAT(Parsed("\xEF\xBB\xBF{\"resources\":[\"\xFF\"]}").Ids(), ElementsAre("\xEF\xBF\xBD"));
  EXPECT_THAT(Document::Parse("\xEF\xBB\xBF"),
              FailsWith(absl::StatusCode::kInternal, "UPSTREAM_PROTOCOL"));
}

TEST(Document, StaysValidWhenMovedAndWhenOthersAreParsed) {
  Document first = Parsed(R"({"meta":{"trace_id":"one"},"resources":["a"]})");
  const Document second = Parsed(R"({"meta":{"trace_id":"two"},"resources":["b"]})");
  const Document moved = std::move(first);
  EXPECT_EQ(moved.envelope().trace_id, "one");
  EXPECT_THAT(moved.Ids(), ElementsAre("a"));
  EXPECT_THAT(second.Ids(), ElementsAre("b"));
}

TEST(Parser, MakesDocumentsThatOutliveItAndEachOther) {
  const std::string page = StrCat(R"({"resources":[")", std::string(400'000, 'a'), R"("]})");
  auto parser = std::make_unique<Parser>();
  std::optional<Document> first = *parser->Parse(page);
  const Document second = *parser->Parse(R"({"resources":["b"]})");
  first.reset();
  const Document third = *parser->Parse(StrCat(page, " "));  // in the first one's memory
  EXPECT_THAT(parser->Parse("no JSON"),
              FailsWith(absl::StatusCode::kInternal, "UPSTREAM_PROTOCOL"));
  parser.reset();
  EXPECT_THAT(second.Ids(), ElementsAre("b"));
  EXPECT_EQ(third.Ids().at(0).size(), 400'000u);
}

TEST(Parser, RefusesAndRepairsAsDocumentDoes) {
  Parser parser;
  const std::string filler(400'000, 'a');
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(parser.Parse(StrCat(R"({"resources":[")", filler)).ok());
    EXPECT_FALSE(parser.Parse(StrCat(Nested(65), filler)).ok());
    EXPECT_THAT(parser.Parse(StrCat(R"({"resources":[")", filler, "\xFF\"]}"))->Ids().at(0),
                EndsWith("a\xEF\xBF\xBD"));
  }
}

}  // namespace
}  // namespace falcon::json
