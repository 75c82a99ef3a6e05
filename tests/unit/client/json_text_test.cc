// JSON of messages: canonical, valid, harmless.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "messages.h"
#include "test_catalog.h"

namespace falcon::client {
namespace {

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
