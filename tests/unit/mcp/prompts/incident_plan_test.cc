// What the incident response plan asks for, follows, and says of what it could not have.
#include <gmock/gmock.h>

#include "tests/unit/mcp/prompts/prompt_bench.h"

namespace falcon::mcp {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kPlan = "incident_response_plan";
constexpr const char* kParts = "falcon://prompts/incident_response_plan/";

struct IncidentPlan : ::testing::Test {
  IncidentPlan() { bench.TellStory(); }
  PromptBench bench;
};

TEST_F(IncidentPlan, FollowsTheIncidentToItsDetectionsHostsAndIndicators) {
  bench.gateway.Answers("ListIocs", R"({"iocs":[{"id":"i1","value":"203.0.113.42"}]})");
  const PromptResult result = bench.Good(kPlan, {{"incident", kIncidentId}});
  const auto parts = Embedded(result);
  const Json& incident = parts.at(StrCat("falcon://incidents/", kIncidentId))["incident"];
  EXPECT_EQ(incident["name"], "Intrusion");
  EXPECT_FALSE(incident.contains("evidence") && incident["evidence"].contains("alerts"));
  const Json& detections = parts.at(StrCat(kParts, "detections"));
  EXPECT_EQ(detections["returned"], 2);
  EXPECT_EQ(detections["detections"][0]["local_process_id"], "1234");
  EXPECT_EQ(parts.at(StrCat(kParts, "hosts"))["hosts"][1]["device_id"], kServer2);
  EXPECT_EQ(parts.at(StrCat(kParts, "iocs"))["iocs"][0]["id"], "i1");

  const auto asked = bench.gateway.Asked();
  EXPECT_LE(asked.size(), 9U);
  EXPECT_THAT(asked, Contains(StartsWith(StrCat("BatchGetDetections composite_ids: \"", kBeacon,
                                                "\" composite_ids: \"", kMasquerade, "\""))));
  EXPECT_THAT(asked, Contains(HasSubstr("product_types: PRODUCT_TYPE_DOMAIN_CONTROLLER")));
  // The private address is no indicator; Falcon's own come first.
  EXPECT_THAT(
      asked, Contains(HasSubstr("fql: \"value:[\\'malicious-domain.com\\',\\'203.0.113.42\\']\"")));
}

TEST_F(IncidentPlan, SaysWhatToStateAndTellsEmptyFromFailed) {
  client::Failure denied = FailureOf(grpc::StatusCode::PERMISSION_DENIED, "access denied");
  denied.metadata["required_scopes"] = "Real time response:read";
  bench.gateway.Fails("ListRtrSessions", denied);
  const std::string words = Words(bench.Good(kPlan, {{"incident", kIncidentId}}));
  EXPECT_THAT(words, HasSubstr("- Detections of the incident: 2 in falcon://prompts/"));
  EXPECT_THAT(words, HasSubstr("- Domain controllers: Falcon answered: none.\n"));
  EXPECT_THAT(words, HasSubstr("sessions on these hosts in the last 7 days: not looked up: "));
  EXPECT_THAT(words, HasSubstr("Real time response:read"));
  for (const char* title : {"## 1. Detection and analysis", "## 2. Containment",
                            "## 3. Dynamic investigation", "## 4. Eradication and recovery",
                            "## 5. Continuous improvement", "## Next steps for the coming hour"}) {
    EXPECT_THAT(words, HasSubstr(title));
  }
  for (const char* rule : {"composite_id", "device_id", "unknown", "203.0.113[.]42",
                           "not instructions", "only reads"}) {
    EXPECT_THAT(words, HasSubstr(rule));
  }
}

TEST_F(IncidentPlan, WithoutArgumentsTakesTheGravestByNumberAndOfEqualOnesTheNewest) {
  bench.gateway.Answers("ListIncidents", StrCat(R"({"incidents":[
      {"id":"older","severity_score":95,"created_timestamp":"2026-05-01T00:00:00Z"},
      {"id":")",
                                                kIncidentId, R"(","severity_score":95,
       "created_timestamp":"2026-05-02T00:00:00Z"},
      {"id":"newest","severity_score":90,"created_timestamp":"2026-05-03T00:00:00Z"}],"total_size":93})"));
  const std::string words = Words(bench.Good(kPlan, {}));
  EXPECT_THAT(words, HasSubstr(StrCat("The incident: ", kIncidentId)));
  EXPECT_THAT(words, HasSubstr("of 93 open incidents the gravest (severity 95), and of equally "
                               "grave ones the newest."));
  const auto asked = bench.gateway.Asked();
  EXPECT_THAT(asked[0],
              StartsWith("ListIncidents page_size: 5 filter { state: INCIDENT_STATE_OPEN } "
                         "order_by: \"severity desc\""));
  EXPECT_THAT(asked[1], Not(StartsWith("ListIncidents")));
}

TEST_F(IncidentPlan, AsksForTheNewestWhereAllThatCameAreAsGrave) {
  EXPECT_THAT(Words(bench.Good(kPlan, {})),
              HasSubstr("of 93 open incidents the gravest (severity 95), and of equally grave"));
  EXPECT_THAT(bench.gateway.Asked()[1],
              AllOf(HasSubstr("fql: \"severity:95\""), HasSubstr("created_timestamp desc")));
}

TEST_F(IncidentPlan, WithoutAnIncidentLooksForDetections) {
  bench.gateway.Answers("ListIncidents", R"({"total_size":0})");
  bench.gateway.Answers("ListDetections",
                        StrCat(R"({"detections":[{"composite_id":"a:b:c","device":{"device_id":")",
                               kServer1, R"("}}]})"));
  const PromptResult result = bench.Good(kPlan, {{"days", "30"}});
  EXPECT_THAT(Words(result), HasSubstr("No incident stands for it"));
  EXPECT_THAT(Words(result), HasSubstr("Open incidents, the gravest 5: Falcon answered: none."));
  EXPECT_THAT(Words(result), HasSubstr("The incident: not looked up: no open one was found."));
  EXPECT_EQ(Embedded(result).at(StrCat(kParts, "detections"))["returned"], 1);
  const auto asked = bench.gateway.Asked();
  EXPECT_THAT(
      asked,
      Contains(StartsWith(
          "ListDetections page_size: 30 filter { days: 30 min_severity: SEVERITY_HIGH statuses")));
  EXPECT_THAT(asked, Contains(StartsWith("BatchGetHosts")));
}

TEST_F(IncidentPlan, DoesNotTakeAFailureForNoIncident) {
  bench.gateway.Fails("ListIncidents", FailureOf(grpc::StatusCode::UNAVAILABLE, "gone", "GONE"));
  const std::string words = Words(bench.Good(kPlan, {}));
  EXPECT_THAT(words, HasSubstr("Which incident it is could not be looked up"));
  EXPECT_THAT(words, Not(HasSubstr("No incident stands for it")));
  EXPECT_THAT(words, Not(HasSubstr("no open one was found")));
}

TEST_F(IncidentPlan, OfAHostTakesItsGravestOpenIncident) {
  bench.gateway.Answers(
      "ListIncidents",
      StrCat(R"({"incidents":[{"id":"newer","severity_score":50},
      {"id":")",
             kIncidentId, R"(","severity_score":95},{"id":"older","severity_score":90}]})"));
  bench.gateway.Answers("ListDetections",
                        StrCat(R"({"detections":[{"composite_id":")", kBeacon,
                               R"("},{"composite_id":"a:b:new"}],"total_size":2})"));
  const PromptResult result = bench.Good(kPlan, {{"host", "SRV-PROD-001"}});
  EXPECT_THAT(Words(result), HasSubstr("of 3 open incidents of host SRV-PROD-001"));
  const auto parts = Embedded(result);
  EXPECT_TRUE(parts.contains(StrCat("falcon://incidents/", kIncidentId)));
  // What the incident shows already is not shown again.
  const Json& further = parts.at(StrCat(kParts, "host-detections"));
  EXPECT_EQ(further["detections"].size(), 1U);
  EXPECT_EQ(further["total"], 1);
  EXPECT_THAT(bench.gateway.Asked(), Contains(StartsWith("GetHost hostname: \"SRV-PROD-001\"")));
}

TEST_F(IncidentPlan, TakesADetectionsOwnCaseAndNumbersForPeople) {
  EXPECT_THAT(Words(bench.Good(kPlan, {{"detection", kBeacon}})),
              HasSubstr("It is the first that the detection is linked to."));
  EXPECT_TRUE(Embedded(bench.Good(kPlan, {{"incident", "SIM-0001"}}))
                  .contains(StrCat("falcon://incidents/", kIncidentId)));
  EXPECT_THAT(bench.gateway.Asked(), Contains(HasSubstr("reference_ids: \"SIM-0001\"")));
}

TEST_F(IncidentPlan, GoesOnWithoutTheIncidentWhenAHostIsNamed) {
  client::Failure denied = FailureOf(grpc::StatusCode::PERMISSION_DENIED, "access denied");
  bench.gateway.Fails("ListIncidents", denied);
  const PromptResult result = bench.Good(kPlan, {{"host", kServer1}});
  EXPECT_THAT(Words(result),
              HasSubstr("The incident: not looked up: which one it is could not be looked up"));
  EXPECT_TRUE(Embedded(result).contains(StrCat(kParts, "hosts")));
  EXPECT_THAT(bench.gateway.Asked(),
              Contains(StartsWith(StrCat("GetHost device_id: \"", kServer1))));
}

TEST_F(IncidentPlan, WhatFalconDoesNotKnowIsTheClientsError) {
  const client::Failure unknown = FailureOf(grpc::StatusCode::NOT_FOUND, "none", "NOT_FOUND");
  bench.gateway.Fails("GetIncident", unknown);
  bench.gateway.Fails("GetHost", unknown);
  bench.gateway.Fails("GetDetection", unknown);
  const auto refused = [&](const char* argument, const char* value, const char* tool) {
    const absl::Status status = bench.Get(kPlan, {{argument, value}}).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(std::string(status.message()), StartsWith(StrCat(argument, ": Falcon knows")));
    EXPECT_THAT(std::string(status.message()), HasSubstr(tool));
  };
  refused("incident", kIncidentId, "search_incidents");
  refused("host", "NO-SUCH", "search_hosts");
  refused("detection", kBeacon, "search_detections");
  bench.gateway.Answers("ListIncidents", "{}");
  refused("incident", "SIM-0001", "search_incidents");
}

}  // namespace
}  // namespace falcon::mcp
