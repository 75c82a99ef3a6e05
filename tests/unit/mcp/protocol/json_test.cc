// Text as JSON strings, and JSON as one line.
#include "mcp/protocol/json.h"

#include <gtest/gtest.h>

#include <string>

#include "mcp/protocol/object_writer.h"

namespace falcon::mcp {
namespace {

std::string Escaped(std::string_view text) {
  std::string out;
  AppendString(out, text);
  return out;
}

TEST(AppendString, EscapesWhatJsonWants) {
  EXPECT_EQ(Escaped(""), R"("")");
  EXPECT_EQ(Escaped("plain"), R"("plain")");
  EXPECT_EQ(Escaped("say \"a\\b\""), R"("say \"a\\b\"")");
  EXPECT_EQ(Escaped("\n\r\t"), R"("\n\r\t")");
  EXPECT_EQ(Escaped(std::string_view("\0\x1b\x7f", 3)), "\"\\u0000\\u001b\x7f\"");
}

TEST(AppendString, KeepsUtf8AndReplacesWhatIsNone) {
  EXPECT_EQ(Escaped("é€😀"), "\"é€😀\"");
  const std::string_view bad[] = {"\x80",
                                  "\xC0\x80",
                                  "\xC3",
                                  "\xE2\x82",
                                  "\xED\xA0\x80",
                                  "\xF4\x90\x80\x80",
                                  "\xF0\x80\x80\x80",
                                  "\xFF"};
  for (const std::string_view bytes : bad) {
    const std::string text = "a" + std::string(bytes) + "b";
    const Json read = Json::parse(Escaped(text), nullptr, false);
    ASSERT_FALSE(read.is_discarded());
    const auto shown = read.get<std::string>();
    EXPECT_TRUE(shown.starts_with("a\xEF\xBF\xBD") && shown.ends_with("b")) << shown;
  }
}

TEST(AppendString, ReadsBackAsItWasForEveryCharacterOfTwoBytes) {
  for (int first = 0; first < 0x80; ++first) {
    for (int second = 0; second < 0x80; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      EXPECT_EQ(Json::parse(Escaped(text)).get<std::string>(), text);
    }
  }
}

TEST(JsonText, IsOneLineAndNeverFailsOnBytes) {
  EXPECT_EQ(Text(Json{{"a", "x\ny"}, {"b", 1}}), R"({"a":"x\ny","b":1})");
  EXPECT_EQ(Text(Json("\xFF")), "\"\xEF\xBF\xBD\"");
}

TEST(ObjectWriter, PutsJsonTextOnOneLine) {
  std::string out;
  ObjectWriter writer(out);
  writer.String("a", "1\n");
  writer.Optional("b", "");
  writer.Raw("c", "{\n\"d\": [1,\r\n2]}");
  writer.Bool("e", false);
  writer.End();
  EXPECT_EQ(out, "{\"a\":\"1\\n\",\"c\":{ \"d\": [1,  2]},\"e\":false}");
}

}  // namespace
}  // namespace falcon::mcp
