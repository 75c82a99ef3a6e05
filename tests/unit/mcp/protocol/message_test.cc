// Messages: what is no request, JSON as one line, and blanks and base64 in headers.
#include "mcp/protocol/message.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"
#include "harness.h"
#include "mcp/protocol/json.h"
#include "mcp/protocol/protocol_mode.h"

namespace falcon::mcp {
namespace {

struct BadMessage {
  const char* name;
  std::string text;
  int code;
  Json id;
};

class BadMessages : public ConversationTest, public testing::WithParamInterface<BadMessage> {};

TEST_P(BadMessages, AreAnsweredOnceWithWhatIsWrong) {
  const OutgoingMessage answer = conversation.AskWhole(GetParam().text);
  const Json json = Parsed(answer.text);
  EXPECT_EQ(json["error"]["code"], GetParam().code);
  EXPECT_FALSE(json["error"]["message"].get<std::string>().empty());
  EXPECT_EQ(json["id"], GetParam().id);
  EXPECT_FALSE(json.contains("result"));
  EXPECT_EQ(answer.http_status, 400);
  EXPECT_TRUE(answer.last);
}

std::string Nested(int depth) {
  return R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":)" +
         std::string(static_cast<size_t>(depth), '[') +
         std::string(static_cast<size_t>(depth), ']') + "}}";
}

INSTANTIATE_TEST_SUITE_P(
    All, BadMessages,
    testing::Values(
        BadMessage{"Empty", "", kParseError, nullptr},
        BadMessage{"NoJson", "hello", kParseError, nullptr},
        BadMessage{"Cut", R"({"jsonrpc":"2.0","id":1,"method":"pi)", kParseError, nullptr},
        BadMessage{"NoUtf8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xFF\"}", kParseError,
                   nullptr},
        BadMessage{"Batch", R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", kInvalidRequest,
                   nullptr},
        BadMessage{"EmptyBatch", "[]", kInvalidRequest, nullptr},
        BadMessage{"Number", "7", kInvalidRequest, nullptr},
        BadMessage{"NoMethod", R"({"jsonrpc":"2.0","id":5})", kInvalidRequest, 5},
        BadMessage{"NumberAsMethod", R"({"jsonrpc":"2.0","id":5,"method":1})", kInvalidRequest, 5},
        BadMessage{"NullId", R"({"jsonrpc":"2.0","id":null,"method":"ping"})", kInvalidRequest,
                   nullptr},
        BadMessage{"FractionAsId", R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", kInvalidRequest,
                   nullptr},
        BadMessage{"ObjectAsId", R"({"jsonrpc":"2.0","id":{},"method":"ping"})", kInvalidRequest,
                   nullptr},
        BadMessage{"TooLongId",
                   R"({"jsonrpc":"2.0","id":")" + std::string(1025, 'i') + R"(","method":"ping"})",
                   kInvalidRequest, nullptr},
        BadMessage{"NoVersion", R"({"id":"a","method":"ping"})", kInvalidRequest, "a"},
        BadMessage{"WrongVersion", R"({"jsonrpc":"1.0","id":"a","method":"ping"})", kInvalidRequest,
                   "a"},
        BadMessage{"ListAsParams", R"({"jsonrpc":"2.0","id":3,"method":"ping","params":[1]})",
                   kInvalidParams, 3},
        BadMessage{"TooDeep", Nested(kMaxDepth), kInvalidRequest, nullptr},
        BadMessage{"Bomb", std::string(1 << 20, '['), kInvalidRequest, nullptr}),
    [](const auto& test) { return test.param.name; });

using Messages = ConversationTest;

TEST_F(Messages, MayNestAsDeepAsTheBound) {
  EXPECT_TRUE(conversation.Ask(Nested(kMaxDepth - 2)).contains("result"));
}

TEST_F(Messages, MayHoldBracketsInStrings) {
  const std::string brackets(200, '[');
  EXPECT_TRUE(
      conversation.Ask(Legacy("ping", R"("a":"\")" + brackets + R"(")")).contains("result"));
}

TEST_F(Messages, KeepTheirIdsExactly) {
  for (const char* id : {"0", "-7", "9007199254740993", "18446744073709551615", R"("")", R"("7")",
                         R"("a\"\\\u0001é")"}) {
    const Json answer = conversation.Ask(Legacy("ping", "", id));
    EXPECT_EQ(answer["id"], Json::parse(id)) << id;
  }
}

TEST_F(Messages, ThatWantNoAnswerGetNone) {
  for (const char* message :
       {R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
        R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}})",
        R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}})",
        R"({"jsonrpc":"2.0","method":"notifications/cancelled"})",
        R"({"jsonrpc":"2.0","method":"notifications/unheard-of","params":[1]})",
        R"({"jsonrpc":"2.0","method":"tools/list"})", R"({"jsonrpc":"2.0","id":1,"result":{}})",
        R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}})"}) {
    EXPECT_FALSE(conversation.Send(message)) << message;
  }
  EXPECT_TRUE(conversation.outlet().sent().empty());
}

TEST_F(Messages, MayLeaveTheirParamsOutOrNull) {
  EXPECT_EQ(conversation.Ask(R"({"jsonrpc":"2.0","id":1,"method":"ping"})")["result"],
            Json::object());
  EXPECT_EQ(conversation.Ask(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":null})")["result"],
            Json::object());
}

std::string Escaped(std::string_view text) { return Text(Json(text)); }

TEST(JsonString, EscapesWhatJsonWants) {
  EXPECT_EQ(Escaped(""), R"("")");
  EXPECT_EQ(Escaped("plain"), R"("plain")");
  EXPECT_EQ(Escaped("say \"a\\b\""), R"("say \"a\\b\"")");
  EXPECT_EQ(Escaped("\n\r\t"), R"("\n\r\t")");
  EXPECT_EQ(Escaped(std::string_view("\0\x1b\x7f", 3)), "\"\\u0000\\u001b\x7f\"");
}

TEST(JsonString, KeepsUtf8AndReplacesWhatIsNone) {
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

TEST(JsonString, ReadsBackAsItWasForEveryCharacterOfTwoBytes) {
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

TEST(HeaderValue, LosesTheBlanksAroundIt) {
  EXPECT_EQ(Trimmed(" \ta b\t "), "a b");
  EXPECT_EQ(Trimmed(" \t "), "");
  EXPECT_EQ(Trimmed(""), "");
}

TEST(HeaderValue, IsDecodedWhereItIsWrittenInBase64) {
  EXPECT_EQ(DecodedHeader("us-west1"), "us-west1");
  EXPECT_EQ(DecodedHeader(" =?base64?SGVsbG8sIOS4lueVjA==?= "), "Hello, 世界");
  EXPECT_EQ(DecodedHeader("=?base64?IHBhZGRlZCA=?="), " padded ");
  EXPECT_EQ(DecodedHeader("=?base64?bGluZTEKbGluZTI=?="), "line1\nline2");
  EXPECT_EQ(DecodedHeader("=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="), "=?base64?literal?=");
  EXPECT_EQ(DecodedHeader("=?base64?"
                          "?="),
            "");
}

TEST(HeaderValue, IsTakenAsItIsWithoutTheWholeFrame) {
  EXPECT_EQ(DecodedHeader("=?BASE64?SGk=?="), "=?BASE64?SGk=?=");
  EXPECT_EQ(DecodedHeader("=?base64?="), "=?base64?=");
  EXPECT_EQ(DecodedHeader("=?base64?SGk="), "=?base64?SGk=");
}

TEST(HeaderValue, IsRefusedWhereTheBase64IsNone) {
  for (const char* bad : {"=?base64?SGVsbG8?=", "=?base64?SGV%bG8=?=", "=?base64?SGk?=",
                          "=?base64?====?=", "=?base64?SGl=?=", "=?base64?S===?="}) {
    EXPECT_EQ(DecodedHeader(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace falcon::mcp
