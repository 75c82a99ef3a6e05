// What is no request: malformed, batched, too deep; and what wants no answer.
#include "mcp/protocol/message.h"

#include <gtest/gtest.h>

#include <string>

#include "harness.h"

namespace falcon::mcp {
namespace {

struct BadMessage {
  const char* name;
  std::string text;
  int code;
  Json id;
};

class BadMessages : public testing::TestWithParam<BadMessage> {};

TEST_P(BadMessages, AreAnsweredOnceWithWhatIsWrong) {
  Conversation conversation;
  const Outgoing answer = conversation.AskWhole(GetParam().text);
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
        BadMessage{"TooDeep", Nested(kMostDepth), kInvalidRequest, nullptr},
        BadMessage{"Bomb", std::string(1 << 20, '['), kInvalidRequest, nullptr}),
    [](const auto& test) { return test.param.name; });

TEST(Messages, MayNestAsDeepAsTheBound) {
  Conversation conversation;
  EXPECT_TRUE(conversation.Ask(Nested(kMostDepth - 2)).contains("result"));
}

TEST(Messages, MayHoldBracketsInStrings) {
  Conversation conversation;
  const std::string brackets(200, '[');
  EXPECT_TRUE(
      conversation.Ask(Legacy("ping", R"("a":"\")" + brackets + R"(")")).contains("result"));
}

TEST(Messages, KeepTheirIdsExactly) {
  Conversation conversation;
  for (const char* id : {"0", "-7", "9007199254740993", "18446744073709551615", R"("")", R"("7")",
                         R"("a\"\\\u0001é")"}) {
    const Json answer = conversation.Ask(Legacy("ping", "", id));
    EXPECT_EQ(answer["id"], Json::parse(id)) << id;
  }
}

TEST(Messages, ThatWantNoAnswerGetNone) {
  Conversation conversation;
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

TEST(Messages, MayLeaveTheirParamsOutOrNull) {
  Conversation conversation;
  EXPECT_EQ(conversation.Ask(R"({"jsonrpc":"2.0","id":1,"method":"ping"})")["result"],
            Json::object());
  EXPECT_EQ(conversation.Ask(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":null})")["result"],
            Json::object());
}

}  // namespace
}  // namespace falcon::mcp
