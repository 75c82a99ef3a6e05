// Long lists come in pages, and content of every kind on one line.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "harness.h"
#include "mcp/protocol/content_json.h"

namespace falcon::mcp {
namespace {

Offer LongOffer(size_t tools, size_t resources) {
  Offer offer = SmallOffer();
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

TEST(Lists, ShowSchemasOnOneLineAsTheyAre) {
  Offer offer = SmallOffer();
  offer.tools[0].input_schema = "{\n  \"type\": \"object\"\n}";
  offer.tools[0].output_schema = R"({"type":"object","maxProperties":1.50})";
  offer.tools[0].annotations = {false, true, false, false};
  Conversation conversation(std::move(offer));
  const std::string text = conversation.AskWhole(Modern("tools/list")).text;
  EXPECT_NE(text.find(R"("outputSchema":{"type":"object","maxProperties":1.50})"),
            std::string::npos);
  const Json tool = Parsed(text)["result"]["tools"][0];
  EXPECT_EQ(tool["inputSchema"], (Json{{"type", "object"}}));
  EXPECT_EQ(tool["annotations"], (Json{{"readOnlyHint", false},
                                       {"destructiveHint", true},
                                       {"idempotentHint", false},
                                       {"openWorldHint", false}}));
}

Json Members(const std::string& members) { return Parsed("{" + members + "}"); }

TEST(ContentBlocks, HaveTheirKindsAndFields) {
  ToolResult result;
  result.content = {Content::Text("a\n\"b\""), Content::Image("aWY=", "image/png"),
                    Content::Audio("YXU=", "audio/wav"),
                    Content::Resource({"test://t", "text/plain", "t", ""}),
                    Content::Resource({"test://b", "", "", "Yg=="})};
  result.is_error = true;
  EXPECT_EQ(Members(ToolResultMembers(result)), Json::parse(R"({"content":[
    {"type":"text","text":"a\n\"b\""},{"type":"image","data":"aWY=","mimeType":"image/png"},
    {"type":"audio","data":"YXU=","mimeType":"audio/wav"},
    {"type":"resource","resource":{"uri":"test://t","mimeType":"text/plain","text":"t"}},
    {"type":"resource","resource":{"uri":"test://b","blob":"Yg=="}}],"isError":true})"));
}

TEST(ContentBlocks, KeepStructuredTextAsItIsOnOneLine) {
  ToolResult result;
  result.structured = "{\"big\":12345678901234567890123,\n\"a\":1}";
  EXPECT_EQ(ToolResultMembers(result),
            R"("content":[],"structuredContent":{"big":12345678901234567890123, "a":1})");
}

TEST(CompletionValues, AreAHundredAtMost) {
  Completions completions;
  for (int i = 0; i < 150; ++i) completions.values.push_back(std::to_string(i));
  const Json json = Members(CompletionMembers(completions))["completion"];
  EXPECT_EQ(json["values"].size(), 100);
  EXPECT_EQ(json["total"], 150);
  EXPECT_EQ(json["hasMore"], true);
}

TEST(CompletionValues, TellHowManyThereAre) {
  Completions completions;
  completions.values = {"a"};
  completions.total = 7;
  completions.has_more = true;
  EXPECT_EQ(Members(CompletionMembers(completions)),
            Json::parse(R"({"completion":{"values":["a"],"total":7,"hasMore":true}})"));
}

}  // namespace
}  // namespace falcon::mcp
