// The list of tools, and their parameters.
#include "mcp/tools/tool_list.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "fql_fields.h"
#include "mcp/tools/parameters.h"
#include "tests/unit/client/test_catalog.h"
#include "tests/unit/mcp/protocol/harness.h"
#include "tests/unit/mcp/tools/tool_bench.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

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
  ServerDefinition offer;
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

class Parameters : public testing::Test {
 protected:
  std::set<std::string> Names(const std::string& tool) {
    std::set<std::string> names;
    for (const Parameter& parameter : ParametersOf(BoundToolNamed(*catalog_, tool))) {
      names.insert(parameter.name);
    }
    return names;
  }
  Json Schema(const std::string& tool) {
    return Json::parse(InputSchemaOf(BoundToolNamed(*catalog_, tool)));
  }

  const client::Catalog* const catalog_ = client::RealCatalog();
};

TEST_F(Parameters, AnswerTheSevenClassicQuestions) {
  EXPECT_THAT(Names("search_detections"),
              IsSupersetOf({"days", "severity", "status", "limit", "hostname", "technique"}));
  EXPECT_THAT(Names("get_host"), IsSupersetOf({"host_id", "hostname"}));
  EXPECT_THAT(Names("search_iocs"), IsSupersetOf({"days", "type", "severity", "limit"}));
  EXPECT_THAT(Names("search_vulnerabilities"),
              IsSupersetOf({"days", "severity", "status", "limit", "hostname"}));
  EXPECT_THAT(Names("search_incidents"), IsSupersetOf({"days", "status", "severity", "limit"}));
  EXPECT_THAT(Names("search_rtr_sessions"), IsSupersetOf({"days", "status", "limit"}));
  EXPECT_THAT(Names("search_discovered_hosts"), IsSupersetOf({"days", "status", "limit"}));
}

TEST_F(Parameters, OfEachSearchSteerItAlike) {
  for (const ToolSpec& facts : ToolTable()) {
    if (facts.kind != ToolKind::kSearch) continue;
    SCOPED_TRACE(facts.name);
    EXPECT_THAT(
        Names(std::string(facts.name)),
        IsSupersetOf({"days", "fql", "limit", "cursor", "order_by", "fields", "view", "format"}));
  }
}

TEST_F(Parameters, GoByOneNameInAllTools) {
  for (const ToolSpec& facts : ToolTable()) {
    for (const std::string& name : Names(std::string(facts.name))) {
      EXPECT_THAT((std::set<std::string>{"page_size", "page_token", "read_mask", "read_options",
                                         "device_id", "device_ids", "severities"}),
                  testing::Not(Contains(name)))
          << facts.name;
    }
  }
}

TEST_F(Parameters, AreNamedInTheGatewaysComplaints) {
  const ToolBinding tool = BoundToolNamed(*catalog_, "search_vulnerabilities");
  EXPECT_EQ(ParameterNameOf(tool, "severities[1]"), "severity");
  EXPECT_EQ(ParameterNameOf(tool, "device_ids"), "host_id");
  EXPECT_EQ(ParameterNameOf(tool, "page_size"), "limit");
  EXPECT_EQ(ParameterNameOf(tool, "read_mask.paths[0]"), "fields");
  EXPECT_EQ(ParameterNameOf(tool, "created"), "created_after");
  EXPECT_EQ(ParameterNameOf(tool, "created.end"), "created_before");
  EXPECT_EQ(ParameterNameOf(tool, "closed.end"), "closed.end");
  EXPECT_EQ(ParameterNameOf(tool, "nonsense"), "nonsense");
}

// The bounds stand in code, since nothing but comments states them in the protos.
TEST_F(Parameters, HaveTheBoundsThatTheProtosState) {
  int checked = 0;
  for (const ToolSpec& facts : ToolTable()) {
    for (const Parameter& parameter :
         ParametersOf(BoundToolNamed(*catalog_, std::string(facts.name)))) {
      if (parameter.name != "days") continue;
      const std::string stated = StrCat(parameter.least, " to ", parameter.most, ".");
      EXPECT_THAT(client::CommentOf(parameter.field()), HasSubstr(stated)) << facts.name;
      ++checked;
    }
  }
  EXPECT_EQ(checked, 10);
}

TEST_F(Parameters, TakeAPlainWordOrAListOfThem) {
  const Json severity = Schema("search_detections")["properties"]["severity"];
  EXPECT_EQ(severity, Json::parse(R"({"type":["string","array"],"items":
      {"enum":["informational","low","medium","high","critical"]}})"));
}

TEST_F(Parameters, SayTheirBoundsAndDefaults) {
  const Json properties = Schema("search_detections")["properties"];
  EXPECT_EQ(properties["limit"],
            Json::parse(R"({"type":"integer","minimum":1,"maximum":500,"default":20})"));
  EXPECT_EQ(properties["days"]["maximum"], 365);
}

TEST_F(Parameters, ThatACallNeedsAreRequired) {
  EXPECT_EQ(Schema("get_detection")["required"], Json::parse(R"(["composite_id"])"));
  EXPECT_EQ(Schema("get_ioc_devices")["required"], Json::parse(R"(["type","value"])"));
  EXPECT_EQ(Schema("lookup_reputation")["required"], Json::parse(R"(["value"])"));
  EXPECT_EQ(Schema("aggregate_detections")["required"], Json::parse(R"(["field"])"));
  EXPECT_FALSE(Schema("get_host").contains("required"));
  EXPECT_FALSE(Schema("search_hosts").contains("required"));
}

// A hint about stars stands only where stars are taken.
TEST_F(Parameters, AreDescribedAsTheGatewayTakesThem) {
  EXPECT_THAT(Schema("search_hosts")["properties"]["hostname"]["description"], HasSubstr("SRV-*"));
  EXPECT_THAT(Schema("get_host")["properties"]["hostname"]["description"], HasSubstr("no star"));
}

TEST_F(Parameters, OfEachFilterShowOneOfFieldsThatFqlKnows) {
  int shown = 0;
  for (const ToolSpec& facts : ToolTable()) {
    const Json filter = Schema(std::string(facts.name))["properties"]["fql"];
    if (filter.is_null()) continue;
    const std::string text = filter["description"];
    const std::string guide = StrCat("FQL (falcon://fql/", facts.resource, "): ");
    ASSERT_TRUE(text.starts_with(guide)) << text;
    std::vector<std::string> known;
    for (const auto& field :
         client::FqlFieldsOf(*client::FqlRecordOf(*catalog_->FindNoun(facts.resource)))) {
      known.push_back(field.name);
    }
    for (const std::string& condition : client::Split(text.substr(guide.size()), '+')) {
      EXPECT_THAT(known, Contains(condition.substr(0, condition.find(':')))) << facts.name;
      ++shown;
    }
  }
  EXPECT_GE(shown, 10);
}

}  // namespace
}  // namespace falcon::mcp
