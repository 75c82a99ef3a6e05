// What searches say of what they did not look at, and of the order that protos tell.
#include <gmock/gmock.h>

#include "tests/unit/mcp/tools/tool_bench.h"

namespace falcon::mcp {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string Summary(const ToolResult& result) {
  const std::string& text = result.content.at(0).text;
  return text.substr(0, text.find('\n'));
}

TEST(SearchScope, OfVulnerabilitiesIsWhatStillStandsUnlessAStateIsAskedFor) {
  ToolBench bench;
  bench.gateway.Answers("ListVulnerabilities", R"({"vulnerabilities":[{"id":"a_b"}]})");
  EXPECT_EQ(Summary(bench.Call("search_vulnerabilities", R"({"hostname":"SRV-1"})")),
            "Found 1 vulnerability (hostname SRV-1), newest first. Only those that still stand: "
            "`status` asks for closed and expired.");
  for (const char* json : {R"({"status":"closed"})", R"({"fql":"status:'closed'"})"}) {
    EXPECT_THAT(Summary(bench.Call("search_vulnerabilities", json)), Not(HasSubstr("Only")));
  }
}

TEST(SearchScope, IsSaidUnlessTheFilterHasAConditionOnTheState) {
  ToolBench bench;
  bench.gateway.Answers("ListVulnerabilities", R"({"vulnerabilities":[{"id":"a_b"}]})");
  for (const char* filter :
       {"host_info.tags:!['status-prod']", "host_info.hostname:'status:1'",
        R"(apps.product_name_version:"a\\\"status:b")", "apps.remediation.status:'x'"}) {
    const std::string json = Json({{"fql", filter}}).dump();
    EXPECT_THAT(Summary(bench.Call("search_vulnerabilities", json)), HasSubstr("still stand"))
        << filter;
  }
  for (const char* filter : {"cve.id:['a']+status:!'open'", "(status :'closed')",
                             "cve.id:'status',closed_timestamp:>'now-7d'"}) {
    const std::string json = Json({{"fql", filter}}).dump();
    EXPECT_THAT(Summary(bench.Call("search_vulnerabilities", json)), Not(HasSubstr("still stand")))
        << filter;
  }
}

TEST(SearchScope, OfSessionsIsTheApiClientsOwn) {
  ToolBench bench;
  bench.gateway.Answers("ListRtrSessions", "{}");
  EXPECT_EQ(Summary(bench.Call("search_rtr_sessions", R"({"days":7})")),
            "Falcon answered: no RTR session matches days 7. Only sessions that the gateway's own "
            "API client opened.");
}

TEST(SearchScope, LeadsOnWhereNothingWasFound) {
  ToolBench bench;
  bench.gateway.Answers("ListHosts", "{}");
  bench.gateway.Answers("ListIocs", "{}");
  EXPECT_THAT(Summary(bench.Call("search_hosts", R"({"hostname":"x"})")),
              HasSubstr("search_discovered_hosts"));
  EXPECT_THAT(Summary(bench.Call("search_iocs", R"({"value":"x.example"})")),
              HasSubstr("search_intel_indicators"));
  bench.gateway.Answers("ListHosts", R"({"hosts":[{"device_id":"a1"}]})");
  EXPECT_EQ(Summary(bench.Call("search_hosts", "{}")), "Found 1 host, by device_id.");
}

TEST(SearchScope, OfATechniqueLeavesItsSubTechniquesOut) {
  ToolBench bench;
  bench.gateway.Answers("ListDetections", Detections(0, 1));
  EXPECT_THAT(Summary(bench.Call("search_detections", R"({"technique":"T1059"})")),
              HasSubstr("`technique` T1059* has them."));
  for (const char* json : {R"({"technique":"T1059*"})", R"({"technique":"T1059.001"})"}) {
    EXPECT_THAT(Summary(bench.Call("search_detections", json)), Not(HasSubstr("Sub-techniques")));
  }
}

TEST(SearchScope, TellsThatCaseCountsWhereNothingWasFound) {
  ToolBench bench;
  bench.gateway.Answers("ListDetections", "{}");
  EXPECT_THAT(Summary(bench.Call("search_detections", R"({"tactic":"execution"})")),
              HasSubstr("`tactic` was asked as written, in upper and in lower case"));
}

TEST(SearchScope, TheOrderIsTheLastThatTheCommentSays) {
  ToolBench bench;
  bench.gateway.Answers("ListDiscoveredHosts", R"({"hosts":[{"id":"a_b"}],"total_size":"9",
      "next_page_token":"t"})");
  EXPECT_THAT(Summary(bench.Call("search_discovered_hosts", R"({"limit":1})")),
              StartsWith("Found 9 discovered hosts; this is the first, by first_seen_timestamp"));
}

}  // namespace
}  // namespace falcon::mcp
