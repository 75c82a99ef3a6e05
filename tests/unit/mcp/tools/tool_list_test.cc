// The list of tools as an API: its golden file, size and schemas, and what an operator chooses.
#include "mcp/tools/tool_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/unit/mcp/protocol/harness.h"
#include "tests/unit/mcp/tools/tool_bench.h"

namespace falcon::mcp {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr size_t kMostListBytes = size_t{24} * 1024;
constexpr size_t kMostNameBytes = 37;

class ToolList : public testing::Test {
 protected:
  std::vector<Tool> All() {
    auto tools = MakeTools(bench_.bridge, {});
    EXPECT_TRUE(tools.ok()) << tools.status();
    return tools.ok() ? *std::move(tools) : std::vector<Tool>();
  }
  std::vector<std::string> Names(const ToolChoice& choice) {
    std::vector<std::string> names;
    const auto tools = MakeTools(bench_.bridge, choice);
    EXPECT_TRUE(tools.ok()) << tools.status();
    if (tools.ok()) {
      for (const Tool& tool : *tools) names.push_back(tool.name);
    }
    return names;
  }
  std::string Refusal(const ToolChoice& choice) {
    const auto tools = MakeTools(bench_.bridge, choice);
    return tools.ok() ? "(accepted)" : std::string(tools.status().message());
  }

  ToolBench bench_;
};

// The answer to tools/list, as a client reads it.
std::string ListAnswer(std::vector<Tool> tools) {
  Offer offer;
  offer.name = "falcon-mcp-bridge";
  offer.version = "0.1.0";
  offer.tools = std::move(tools);
  Workers workers(1, 1);
  Server server(offer, workers);
  const auto recorder = std::make_shared<Recorder>();
  server.Handle(Modern("tools/list"), std::make_shared<Session>(), recorder);
  return recorder->AfterAnswers(1).at(0).text;
}

std::string FileText(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Whoever changes this file changes what models and their hosts see: read the difference.
TEST_F(ToolList, IsAsTheGoldenFileSays) {
  const auto answer = nlohmann::ordered_json::parse(ListAnswer(All()));
  const std::string actual = answer["result"]["tools"].dump(2) + "\n";
  const std::string golden = FALCON_TEST_DATA "/mcp_tools.json";
  if (FileText(golden) == actual) return;
  const std::string path = testing::TempDir() + "mcp_tools.json";
  std::ofstream(path) << actual;
  FAIL() << "The tools differ from the golden file. If that is meant:\n  cp " << path << " "
         << golden;
}

TEST_F(ToolList, FitsIntoTwentyFourKilobytes) {
  size_t inputs = 0;
  size_t outputs = 0;
  for (const Tool& tool : All()) {
    inputs += tool.input_schema.size();
    outputs += tool.output_schema.size();
  }
  EXPECT_LE(ListAnswer(All()).size(), kMostListBytes)
      << inputs << " bytes of input schemas, " << outputs << " of output schemas";
}

void ExpectLocalReferences(const Json& schema) {
  if (!schema.is_structured()) return;
  if (schema.is_object() && schema.contains("$ref")) {
    EXPECT_TRUE(schema["$ref"].get<std::string>().starts_with("#/")) << schema;
  }
  for (const Json& inner : schema) ExpectLocalReferences(inner);
}

TEST_F(ToolList, HasSchemasOfObjectsThatStandAlone) {
  for (const Tool& tool : All()) {
    SCOPED_TRACE(tool.name);
    for (const std::string& text : {tool.input_schema, tool.output_schema}) {
      const Json schema = Json::parse(text, nullptr, false);
      ASSERT_TRUE(schema.is_object()) << text;
      EXPECT_EQ(schema.value("type", ""), "object");
      // Some hosts refuse a choice at the root.
      for (const char* choice : {"anyOf", "oneOf", "allOf"}) EXPECT_FALSE(schema.contains(choice));
      ExpectLocalReferences(schema);
      EXPECT_EQ(text.find('\n'), text.npos);
    }
    EXPECT_EQ(Json::parse(tool.input_schema)["additionalProperties"], false);
  }
}

TEST_F(ToolList, HasNamesThatHostsTake) {
  const std::regex verb_noun("(search|get|aggregate|lookup|check|summarize)_[a-z]+(_[a-z]+)*");
  std::set<std::string> names;
  for (const Tool& tool : All()) {
    EXPECT_TRUE(std::regex_match(tool.name, verb_noun)) << tool.name;
    EXPECT_LE(tool.name.size(), kMostNameBytes);
    EXPECT_TRUE(names.insert(tool.name).second) << tool.name << " twice";
    EXPECT_FALSE(tool.title.empty());
    EXPECT_TRUE(tool.description.ends_with('.')) << tool.description;
  }
  EXPECT_EQ(names.size(), ToolTable().size() + 1);
}

TEST_F(ToolList, SaysThatNoToolChangesAnything) {
  for (const Tool& tool : All()) {
    EXPECT_TRUE(tool.annotations.read_only) << tool.name;
    EXPECT_FALSE(tool.annotations.destructive) << tool.name;
    EXPECT_TRUE(tool.annotations.idempotent) << tool.name;
    EXPECT_TRUE(tool.annotations.open_world) << tool.name;
  }
}

// A model knows nothing of the gateway's protos.
TEST_F(ToolList, SpeaksNoProto) {
  const std::regex proto(
      "NOT_FOUND|INVALID_ARGUMENT|page_token|page_size|read_mask|`|[a-z][A-Z]"
      "[a-z]+Service|List[A-Z]|BatchGet");
  for (const Tool& tool : All()) {
    for (const std::string& text : {tool.description, tool.input_schema}) {
      EXPECT_FALSE(std::regex_search(text, proto)) << text;
    }
  }
}

TEST_F(ToolList, IsWhatTheOperatorChose) {
  EXPECT_THAT(Names({.toolsets = {"hosts"}, .tools = {}, .exclude_tools = {}}),
              ElementsAre("search_hosts", "get_host"));
  EXPECT_THAT(Names({.toolsets = {}, .tools = {"get_host", "get_ioc"}, .exclude_tools = {}}),
              ElementsAre("get_host", "get_ioc"));
  EXPECT_THAT(Names({.toolsets = {"hosts"}, .tools = {"check_access"}, .exclude_tools = {}}),
              ElementsAre("search_hosts", "get_host", "check_access"));
  EXPECT_THAT(Names({.toolsets = {"hosts"}, .tools = {"get_host"}, .exclude_tools = {"get_host"}}),
              ElementsAre("search_hosts"));
  EXPECT_THAT(Names({.toolsets = {"gateway"}, .tools = {}, .exclude_tools = {}}),
              ElementsAre("check_access", "summarize_records"));
  EXPECT_EQ(Names({.toolsets = {}, .tools = {}, .exclude_tools = {"summarize_records"}}).size(),
            ToolTable().size());
}

TEST_F(ToolList, RefusesNamesThatItDoesNotKnow) {
  EXPECT_EQ(Refusal({.toolsets = {"hots"}, .tools = {}, .exclude_tools = {}}),
            "There is no toolset \"hots\"; did you mean \"hosts\"? Known: detections, hosts, iocs, "
            "vulnerabilities, incidents, rtr, discover, reputation, gateway.");
  EXPECT_THAT(Refusal({.toolsets = {}, .tools = {"search_host"}, .exclude_tools = {}}),
              AllOf(HasSubstr("no tool \"search_host\"; did you mean \"search_hosts\"?"),
                    HasSubstr("summarize_records")));
  EXPECT_THAT(Refusal({.toolsets = {}, .tools = {}, .exclude_tools = {"zzz"}}),
              HasSubstr("no tool \"zzz\". Known: "));
  EXPECT_THAT(Refusal({.toolsets = {}, .tools = {"get_host"}, .exclude_tools = {"get_host"}}),
              HasSubstr("No tool is left"));
}

TEST_F(ToolList, AsksTheGatewayOnlyWithRightArguments) {
  bench_.gateway.Answers("GetHost", R"({"host":{"hostname":"SRV-PROD-001"}})");
  EXPECT_TRUE(bench_.Call("get_host", R"({"hostnme":"SRV-PROD-001"})").is_error);
  EXPECT_TRUE(bench_.gateway.Asked().empty());
  EXPECT_FALSE(bench_.Call("get_host", R"({"hostname":"SRV-PROD-001"})").is_error);
  EXPECT_THAT(bench_.gateway.Asked(), ElementsAre(HasSubstr("GetHost hostname: \"SRV-PROD-001\"")));
}

}  // namespace
}  // namespace falcon::mcp
