// Completion of prompts' arguments and of templates' variables.
#include <gmock/gmock.h>

#include "tests/unit/mcp/prompts/prompt_bench.h"

namespace falcon::mcp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Completing : public ::testing::Test {
 protected:
  Completions OfPrompt(const std::string& argument, const std::string& typed) {
    CompletionRequest request;
    request.prompt = "incident_response_plan";
    request.argument = argument;
    request.value = typed;
    return Complete(bench_.bridge, request, {});
  }
  std::vector<std::string> OfTemplate(const std::string& uri_template, const std::string& argument,
                                      const std::string& typed) {
    CompletionRequest request;
    request.uri_template = uri_template;
    request.argument = argument;
    request.value = typed;
    return Complete(bench_.bridge, request, {}).values;
  }
  PromptBench bench_;
};

TEST_F(Completing, HostNamesBeginWithWhatIsTypedInAnyCase) {
  bench_.gateway.Answers("ListHosts", R"({"hosts":[{"hostname":"SRV-1"},{"hostname":"srv-2"},
      {"hostname":"other"},{"hostname":"SRV-1"},{"hostname":"srv \u202e"}],
      "next_page_token":"t"})");
  const Completions found = OfPrompt("host", "sRv");
  EXPECT_THAT(found.values, ElementsAre("SRV-1", "srv-2"));
  EXPECT_TRUE(found.has_more);
  EXPECT_THAT(bench_.gateway.Asked().front(),
              HasSubstr("hostname:\\'sRv*\\',hostname:\\'SRV*\\',hostname:\\'srv*\\',"
                        "hostname:\\'Srv*\\'"));
  EXPECT_THAT(bench_.gateway.Asked().front(), HasSubstr("page_size: 100"));
}

TEST_F(Completing, WhatNoNameBeginsWithIsNotAskedFor) {
  for (const char* typed : {"a' b", "*", "\n", "-"}) {
    EXPECT_THAT(OfPrompt("host", typed).values, IsEmpty());
    EXPECT_THAT(OfPrompt("detection", typed).values, IsEmpty());
  }
  EXPECT_THAT(bench_.gateway.Asked(), IsEmpty());
}

TEST_F(Completing, DeviceIdsGoByTheirDigitsOrTheHostsName) {
  bench_.gateway.Answers("ListHosts", StrCat(R"({"hosts":[{"device_id":")", kServer1,
                                             R"("},{"device_id":")", kServer2, R"("}]})"));
  const std::string uri = "falcon://hosts/{device_id}";
  EXPECT_THAT(OfTemplate(uri, "device_id", "3108"), ElementsAre(kServer1));
  EXPECT_THAT(OfTemplate(uri, "device_id", "SRV"), ElementsAre(kServer1, kServer2));
}

TEST_F(Completing, IncidentsAreTheNewestOpenOnes) {
  bench_.gateway.Answers("ListIncidents", R"({"incidents":[{"id":"35d9"},{"id":"bb56"}]})");
  EXPECT_THAT(OfPrompt("incident", "").values, ElementsAre("35d9", "bb56"));
  EXPECT_THAT(OfTemplate("falcon://incidents/{id}", "id", "B"), ElementsAre("bb56"));
  EXPECT_THAT(bench_.gateway.Asked().front(), HasSubstr("state: INCIDENT_STATE_OPEN"));
}

TEST_F(Completing, DetectionsAreTheNewestOnes) {
  bench_.gateway.Answers("ListDetections",
                         StrCat(R"({"detections":[{"composite_id":")", kBeacon, R"("}]})"));
  EXPECT_THAT(OfPrompt("detection", "a311").values, ElementsAre(kBeacon));
  EXPECT_THAT(bench_.gateway.Asked().front(), HasSubstr("composite_id:\\'a311*\\'"));
  EXPECT_THAT(OfTemplate("falcon://detections/{composite_id}", "composite_id", ""),
              ElementsAre(kBeacon));
}

TEST_F(Completing, ShortListsNeedNoCall) {
  EXPECT_THAT(OfPrompt("days", "").values, ElementsAre("7", "30", "90"));
  EXPECT_THAT(OfPrompt("days", "3").values, ElementsAre("30"));
  EXPECT_THAT(OfPrompt("severity", "C").values, ElementsAre("critical"));
  EXPECT_THAT(OfPrompt("status", "").values,
              ElementsAre("new", "in_progress", "reopened", "closed"));
  EXPECT_THAT(OfTemplate("falcon://fql/{area}", "area", "discovered_h"),
              ElementsAre("discovered-hosts"));
  EXPECT_THAT(OfPrompt("unknown", "x").values, IsEmpty());
  EXPECT_THAT(bench_.gateway.Asked(), IsEmpty());
}

TEST_F(Completing, FailuresCompleteNothing) {
  for (const char* method : {"ListHosts", "ListIncidents", "ListDetections"}) {
    bench_.gateway.Fails(method, FailureOf(grpc::StatusCode::UNAVAILABLE, "refused"));
  }
  for (const char* argument : {"host", "device_id", "incident", "detection"}) {
    EXPECT_THAT(OfPrompt(argument, "").values, IsEmpty());
  }
}

}  // namespace
}  // namespace falcon::mcp
