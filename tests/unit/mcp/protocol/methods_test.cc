// Every method in both eras, with right and wrong params; long lists in pages.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "harness.h"
#include "mcp/protocol/reply.h"

namespace falcon::mcp {
namespace {

struct Case {
  const char* name;
  const char* method;
  std::string params;
  // The result without what an era adds to it; null: an error.
  Json result;
  int code = 0;
  // Of the stateless era: public, private or nothing.
  std::string scope = {};
};

class Methods : public ConversationTest, public testing::WithParamInterface<Case> {};

Json WithoutEra(Json result) {
  for (const char* key : {"resultType", "_meta", "ttlMs", "cacheScope"}) result.erase(key);
  return result;
}

TEST_P(Methods, AnswerInTheInitializeEra) {
  conversation.Initialize();
  const OutgoingMessage answer =
      conversation.AskWhole(Legacy(GetParam().method, GetParam().params));
  const Json json = Parsed(answer.text);
  EXPECT_EQ(json["id"], 1);
  EXPECT_EQ(answer.http_status, 200);
  if (GetParam().code == 0) {
    EXPECT_EQ(json["result"], GetParam().result) << answer.text;
  } else {
    EXPECT_EQ(json["error"]["code"], GetParam().code) << answer.text;
  }
}

TEST_P(Methods, AnswerInTheStatelessEra) {
  const OutgoingMessage answer =
      conversation.AskWhole(Modern(GetParam().method, GetParam().params));
  const Json json = Parsed(answer.text);
  EXPECT_EQ(json["id"], 1);
  EXPECT_EQ(answer.http_status, 200);
  if (GetParam().code != 0) {
    const int code = GetParam().code == kResourceNotFound ? kInvalidParams : GetParam().code;
    EXPECT_EQ(json["error"]["code"], code) << answer.text;
    return;
  }
  EXPECT_EQ(WithoutEra(json["result"]), GetParam().result) << answer.text;
  EXPECT_EQ(json["result"]["resultType"], "complete");
  EXPECT_EQ(json["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "tested");
  EXPECT_EQ(json["result"].value("cacheScope", ""), GetParam().scope);
  EXPECT_EQ(json["result"].contains("ttlMs"), !GetParam().scope.empty());
}

Case Good(const char* name, const char* method, std::string params, const char* result,
          std::string scope = {}) {
  return {name, method, std::move(params), Json::parse(result), 0, std::move(scope)};
}

Case Bad(const char* name, const char* method, std::string params, int code = kInvalidParams) {
  return {name, method, std::move(params), nullptr, code};
}

// Of a JSON object.
std::string Members(int count) {
  std::string members;
  for (int i = 0; i < count; ++i) {
    members += (i > 0 ? ",\"a" : "\"a") + std::to_string(i) + "\":0";
  }
  return members;
}

std::string NameOf(const testing::TestParamInfo<Case>& test) { return test.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Lists, Methods,
    testing::Values(
        Good("Tools", "tools/list", "", R"({"tools":[{"name":"echo","title":"A title",
          "description":"A description.","inputSchema":{"type":"object"},"annotations":
          {"readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,
          "openWorldHint":true}}]})",
             "public"),
        Good("Resources", "resources/list", "", R"({"resources":[{"uri":"test://one","name":"one",
          "description":"The one.","mimeType":"text/plain"}]})",
             "public"),
        Good("Templates", "resources/templates/list", "",
             R"({"resourceTemplates":[{"uriTemplate":"test://{id}","name":"any"}]})", "public"),
        Good("Prompts", "prompts/list", "", R"({"prompts":[{"name":"greet","description":"Greets.",
          "arguments":[{"name":"who","description":"Whom to greet.","required":true},
          {"name":"how","required":false}]}]})",
             "public"),
        Bad("WrongCursor", "tools/list", R"("cursor":"tools-100")"),
        Bad("NumberAsCursor", "prompts/list", R"("cursor":1)")),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Tools, Methods,
    testing::Values(Good("Call", "tools/call", R"("name":"echo","arguments":{"a":[1,"x"]})",
                         R"({"content":[{"type":"text","text":"said"}],
                           "structuredContent":{"a":[1,"x"]}})"),
                    Good("NoArguments", "tools/call", R"("name":"echo")",
                         R"({"content":[{"type":"text","text":"said"}],"structuredContent":{}})"),
                    Bad("Unknown", "tools/call", R"("name":"Echo")"),
                    Bad("NoName", "tools/call", R"("arguments":{})"),
                    Bad("NumberAsName", "tools/call", R"("name":1)"),
                    Bad("ListAsArguments", "tools/call", R"("name":"echo","arguments":[])"),
                    Good("NullAsArguments", "tools/call", R"("name":"echo","arguments":null)",
                         R"({"content":[{"type":"text","text":"said"}],"structuredContent":{}})"),
                    Bad("TooManyArguments", "tools/call",
                        R"("name":"echo","arguments":{)" + Members(65) + "}"),
                    Bad("TooManyNestedArguments", "tools/call",
                        R"("name":"echo","arguments":{"a":[{)" + Members(1000) + "}]}"),
                    Bad("TooLongArguments", "tools/call",
                        R"("name":"echo","arguments":{"a":")" + std::string(65536, 'x') + "\"}")),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Resources, Methods,
    testing::Values(
        Good("Read", "resources/read", R"("uri":"test://one")",
             R"({"contents":[{"uri":"test://one","mimeType":"text/plain","text":"1"}]})",
             "private"),
        Bad("Missing", "resources/read", R"("uri":"test://two")", kResourceNotFound),
        Bad("Empty", "resources/read", R"("uri":"test://empty")", kResourceNotFound),
        Bad("Down", "resources/read", R"("uri":"test://down")", kInternalError),
        Bad("NoUri", "resources/read", ""),
        Bad("TooLong", "resources/read", R"("uri":")" + std::string(5000, 'u') + "\"")),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Prompts, Methods,
    testing::Values(
        Good("Get", "prompts/get", R"("name":"greet","arguments":{"who":"you"})",
             R"({"description":"A greeting","messages":[{"role":"user",
                           "content":{"type":"text","text":"Hello you"}}]})"),
        Bad("UnknownPrompt", "prompts/get", R"("name":"hate")"), Bad("NoName", "prompts/get", ""),
        Bad("MissingArgument", "prompts/get", R"("name":"greet")"),
        Bad("UnknownArgument", "prompts/get",
            R"("name":"greet","arguments":{"who":"you","why":"so"})"),
        Bad("NumberAsArgument", "prompts/get", R"("name":"greet","arguments":{"who":1})"),
        Bad("TextAsArguments", "prompts/get", R"("name":"greet","arguments":"you")"),
        Bad("ItsOwnRefusal", "prompts/get", R"("name":"greet","arguments":{"who":"nobody"})"),
        Bad("ItsFailure", "prompts/get", R"("name":"greet","arguments":{"who":"broken"})",
            kInternalError)),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Completions, Methods,
    testing::Values(
        Good("OfPrompt", "completion/complete",
             R"("ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"who","value":"y"},
              "context":{"arguments":{"how":"loud"}})",
             R"({"completion":{"values":["greet/who/y"],"hasMore":false}})"),
        Good("OfTemplate", "completion/complete",
             R"("ref":{"type":"ref/resource","uri":"test://{id}"},
              "argument":{"name":"id","value":""})",
             R"({"completion":{"values":["test://{id}/id/"],"hasMore":false}})"),
        Bad("UnknownPrompt", "completion/complete",
            R"("ref":{"type":"ref/prompt","name":"x"},"argument":{"name":"who","value":""})"),
        Bad("UnknownArgument", "completion/complete",
            R"("ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"x","value":""})"),
        Bad("UnknownTemplate", "completion/complete",
            R"("ref":{"type":"ref/resource","uri":"test://one"},
             "argument":{"name":"a","value":""})"),
        Bad("UnknownKind", "completion/complete",
            R"("ref":{"type":"ref/tool","name":"echo"},"argument":{"name":"a","value":""})"),
        Bad("NoValue", "completion/complete",
            R"("ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"who"})"),
        Bad("NoRef", "completion/complete", R"("argument":{"name":"who","value":""})"),
        Bad("TextAsContext", "completion/complete",
            R"("ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"who","value":""},
             "context":{"arguments":{"how":1}})")),
    NameOf);

TEST(MissingResource, IsNamedInTheError) {
  Conversation conversation;
  const Json error = conversation.Ask(Modern("resources/read", R"("uri":"test://t\"wo")"))["error"];
  EXPECT_EQ(error["data"], (Json{{"uri", "test://t\"wo"}}));
}

ServerDefinition LongOffer(size_t tools, size_t resources) {
  ServerDefinition offer = SmallServer();
  offer.tools.clear();
  for (size_t i = 0; i < tools; ++i) {
    offer.tools.push_back(MakeTool("tool_" + std::to_string(i), nullptr));
  }
  for (size_t i = 1; i < resources; ++i) {
    offer.resources.push_back({"test://" + std::to_string(i), "r", "", "", ""});
  }
  return offer;
}

// Follows the cursors; the sizes of the pages.
std::vector<size_t> PageSizes(Conversation& conversation, const std::string& method,
                              const std::string& key, std::set<std::string>& seen) {
  std::vector<size_t> sizes;
  std::string params;
  for (;;) {
    const Json result = conversation.Ask(Modern(method, params))["result"];
    sizes.push_back(result[key].size());
    for (const Json& item : result[key]) seen.insert(item.dump());
    EXPECT_EQ(result["cacheScope"], "public");
    if (!result.contains("nextCursor") || sizes.size() > 10) return sizes;
    params = R"("cursor":)" + result["nextCursor"].dump();
  }
}

TEST(Lists, ComeInPagesThatHoldEachItemOnce) {
  Conversation conversation(LongOffer(250, 200));
  std::set<std::string> seen;
  EXPECT_EQ(PageSizes(conversation, "tools/list", "tools", seen),
            (std::vector<size_t>{100, 100, 50}));
  EXPECT_EQ(seen.size(), 250);
  seen.clear();
  EXPECT_EQ(PageSizes(conversation, "resources/list", "resources", seen),
            (std::vector<size_t>{100, 100}));
  EXPECT_EQ(seen.size(), 200);
}

TEST(Lists, KeepTheirOrderAndTheirCursors) {
  Conversation conversation(LongOffer(150, 1));
  const std::string first = conversation.AskWhole(Modern("tools/list")).text;
  EXPECT_EQ(conversation.AskWhole(Modern("tools/list")).text, first);
  EXPECT_EQ(conversation.AskWhole(Modern("tools/list", R"("cursor":"")")).text, first);
  const Json result = Parsed(first)["result"];
  EXPECT_EQ(result["tools"][99]["name"], "tool_99");
  const std::string next = R"("cursor":)" + result["nextCursor"].dump();
  EXPECT_EQ(conversation.Ask(Modern("tools/list", next))["result"]["tools"][0]["name"], "tool_100");
  // A cursor of another list is none of this one.
  EXPECT_EQ(conversation.Ask(Modern("resources/list", next))["error"]["code"], kInvalidParams);
}

TEST(Lists, ShowSchemasOnOneLine) {
  ServerDefinition offer = SmallServer();
  offer.tools[0].input_schema = "{\n  \"type\": \"object\"\n}";
  offer.tools[0].output_schema = R"({"type":"object","maxProperties":1.50})";
  offer.tools[0].annotations = {false, true, false, false};
  Conversation conversation(std::move(offer));
  const std::string text = conversation.AskWhole(Modern("tools/list")).text;
  const Json tool = Parsed(text)["result"]["tools"][0];
  EXPECT_EQ(tool["inputSchema"], (Json{{"type", "object"}}));
  EXPECT_EQ(tool["outputSchema"], (Json{{"type", "object"}, {"maxProperties", 1.5}}));
  EXPECT_EQ(tool["annotations"], (Json{{"readOnlyHint", false},
                                       {"destructiveHint", true},
                                       {"idempotentHint", false},
                                       {"openWorldHint", false}}));
}

Json ResultOf(const ToolResult& result) { return Parsed(ToolReply({.id = "1"}, result))["result"]; }

TEST(ContentBlocks, HaveTheirKindsAndFields) {
  ToolResult result;
  result.content = {Content::Text("a\n\"b\""), Content::Image("aWY=", "image/png"),
                    Content::Audio("YXU=", "audio/wav"),
                    Content::Resource({"test://t", "text/plain", "t", ""}),
                    Content::Resource({"test://b", "", "", "Yg=="})};
  result.is_error = true;
  EXPECT_EQ(ResultOf(result), Json::parse(R"({"content":[
    {"type":"text","text":"a\n\"b\""},{"type":"image","data":"aWY=","mimeType":"image/png"},
    {"type":"audio","data":"YXU=","mimeType":"audio/wav"},
    {"type":"resource","resource":{"uri":"test://t","mimeType":"text/plain","text":"t"}},
    {"type":"resource","resource":{"uri":"test://b","blob":"Yg=="}}],"isError":true})"));
}

TEST(ContentBlocks, KeepStructuredTextAsItIsOnOneLine) {
  ToolResult result;
  result.structured = "{\"big\":12345678901234567890123,\n\"a\":1}";
  EXPECT_EQ(ToolReply({.id = "1"}, result),
            R"({"jsonrpc":"2.0","id":1,"result":{"content":[],)"
            R"("structuredContent":{"big":12345678901234567890123, "a":1}}})");
}

TEST(CompletionValues, AreAHundredAtMost) {
  Completions completions;
  for (int i = 0; i < 150; ++i) completions.values.push_back(std::to_string(i));
  const OrderedJson json = CompletionJson(completions)["completion"];
  EXPECT_EQ(json["values"].size(), 100);
  EXPECT_EQ(json["total"], 150);
  EXPECT_EQ(json["hasMore"], true);
}

TEST(CompletionValues, TellHowManyThereAre) {
  Completions completions;
  completions.values = {"a"};
  completions.total = 7;
  completions.has_more = true;
  EXPECT_EQ(CompletionJson(completions),
            OrderedJson::parse(R"({"completion":{"values":["a"],"total":7,"hasMore":true}})"));
}

}  // namespace
}  // namespace falcon::mcp
