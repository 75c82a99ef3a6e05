// The parameters of tools: their names, and the schemas that say what they take.
#include "mcp/tools/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "fql_fields.h"
#include "mcp/tools/parameters_list.h"
#include "tests/unit/client/test_catalog.h"
#include "tests/unit/mcp/tools/bound_tool.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;

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

  const std::unique_ptr<client::Catalog> catalog_ = client::RealCatalog();
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
  for (const ToolFacts& facts : ToolTable()) {
    if (facts.kind != ToolKind::kSearch) continue;
    SCOPED_TRACE(facts.name);
    EXPECT_THAT(
        Names(std::string(facts.name)),
        IsSupersetOf({"days", "fql", "limit", "cursor", "order_by", "fields", "view", "format"}));
  }
}

TEST_F(Parameters, GoByOneNameInAllTools) {
  for (const ToolFacts& facts : ToolTable()) {
    for (const std::string& name : Names(std::string(facts.name))) {
      EXPECT_THAT((std::set<std::string>{"page_size", "page_token", "read_mask", "read_options",
                                         "device_id", "device_ids", "severities"}),
                  testing::Not(Contains(name)))
          << facts.name;
    }
  }
}

TEST_F(Parameters, AreNamedInTheGatewaysComplaints) {
  const BoundTool tool = BoundToolNamed(*catalog_, "search_vulnerabilities");
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
  for (const ToolFacts& facts : ToolTable()) {
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
  for (const ToolFacts& facts : ToolTable()) {
    const Json filter = Schema(std::string(facts.name))["properties"]["fql"];
    if (filter.is_null()) continue;
    const std::string text = filter["description"];
    const std::string guide = StrCat("FQL (falcon://fql/", facts.noun, "): ");
    ASSERT_TRUE(text.starts_with(guide)) << text;
    std::vector<std::string> known;
    for (const auto& field :
         client::FqlFieldsOf(*client::FqlRecordOf(*catalog_->FindNoun(facts.noun)))) {
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
