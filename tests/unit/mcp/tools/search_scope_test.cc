// Searches: what is asked and answered, their scope and their cursors.
#include <gmock/gmock.h>

#include "mcp/tools/page_cursor.h"
#include "tests/unit/client/test_catalog.h"
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

using SearchScope = ToolTest;

TEST_F(SearchScope, OfVulnerabilitiesIsWhatStillStandsUnlessAStateIsAskedFor) {
  bench.gateway.Answers("ListVulnerabilities", R"({"vulnerabilities":[{"id":"a_b"}]})");
  EXPECT_EQ(Summary(bench.Call("search_vulnerabilities", R"({"hostname":"SRV-1"})")),
            "Found 1 vulnerability (hostname SRV-1), newest first. Only those that still stand: "
            "`status` asks for closed and expired.");
  for (const char* json : {R"({"status":"closed"})", R"({"fql":"status:'closed'"})"}) {
    EXPECT_THAT(Summary(bench.Call("search_vulnerabilities", json)), Not(HasSubstr("Only")));
  }
}

TEST_F(SearchScope, IsSaidUnlessTheFilterHasAConditionOnTheState) {
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

TEST_F(SearchScope, OfSessionsIsTheApiClientsOwn) {
  bench.gateway.Answers("ListRtrSessions", "{}");
  EXPECT_EQ(Summary(bench.Call("search_rtr_sessions", R"({"days":7})")),
            "Falcon answered: no RTR session matches days 7. Only sessions that the gateway's own "
            "API client opened.");
}

TEST_F(SearchScope, LeadsOnWhereNothingWasFound) {
  bench.gateway.Answers("ListHosts", "{}");
  bench.gateway.Answers("ListIocs", "{}");
  EXPECT_THAT(Summary(bench.Call("search_hosts", R"({"hostname":"x"})")),
              HasSubstr("search_discovered_hosts"));
  EXPECT_THAT(Summary(bench.Call("search_iocs", R"({"value":"x.example"})")),
              HasSubstr("search_intel_indicators"));
  bench.gateway.Answers("ListHosts", R"({"hosts":[{"device_id":"a1"}]})");
  EXPECT_EQ(Summary(bench.Call("search_hosts", "{}")), "Found 1 host, by device_id.");
}

TEST_F(SearchScope, OfATechniqueLeavesItsSubTechniquesOut) {
  bench.gateway.Answers("ListDetections", Detections(0, 1));
  EXPECT_THAT(Summary(bench.Call("search_detections", R"({"technique":"T1059"})")),
              HasSubstr("`technique` T1059* has them."));
  for (const char* json : {R"({"technique":"T1059*"})", R"({"technique":"T1059.001"})"}) {
    EXPECT_THAT(Summary(bench.Call("search_detections", json)), Not(HasSubstr("Sub-techniques")));
  }
}

TEST_F(SearchScope, TellsThatCaseCountsWhereNothingWasFound) {
  bench.gateway.Answers("ListDetections", "{}");
  EXPECT_THAT(Summary(bench.Call("search_detections", R"({"tactic":"execution"})")),
              HasSubstr("`tactic` was asked as written, in upper and in lower case"));
}

TEST_F(SearchScope, TheOrderIsTheLastThatTheCommentSays) {
  bench.gateway.Answers("ListDiscoveredHosts", R"({"hosts":[{"id":"a_b"}],"total_size":"9",
      "next_page_token":"t"})");
  EXPECT_THAT(Summary(bench.Call("search_discovered_hosts", R"({"limit":1})")),
              StartsWith("Found 9 discovered hosts; this is the first, by first_seen_timestamp"));
}

PageCursor Example() {
  return {.page_token = "Abc-_123.x",
          .page_size = 20,
          .shown = 7,
          .last_id = "c:ind:a:7",
          .before = 12345678901,
          .fingerprint = 0xFEDCBA9876543210,
          .intervals = std::string("\x00\x01", 2)};
}

TEST(PageCursor, ComesBackAsItWent) {
  EXPECT_EQ(ReadCursor(CursorText(Example())), Example());
  EXPECT_EQ(ReadCursor(CursorText({})), PageCursor());
}

TEST(PageCursor, AddsLittleToTheGatewaysToken) {
  PageCursor cursor;
  cursor.page_token = std::string(1000, 'a');
  EXPECT_LT(CursorText(cursor).size(), 1030U);
}

TEST(PageCursor, RefusesWhatIsNone) {
  for (const char* text :
       {"", ".", "x", "AQ.tok", "????.tok", "1", "null", "AAAA.", "next_cursor"}) {
    EXPECT_EQ(ReadCursor(text), std::nullopt) << text;
  }
  const std::string whole = CursorText(Example());
  const size_t head = whole.find('.');
  for (size_t cut = 0; cut < head; ++cut) {
    EXPECT_EQ(ReadCursor(whole.substr(0, cut) + ".tok"), std::nullopt) << cut;
  }
  EXPECT_EQ(ReadCursor("AAAA" + whole), std::nullopt);
}

TEST(PageCursor, RefusesNumbersThatNoPageHas) {
  PageCursor cursor = Example();
  cursor.shown = 21;
  EXPECT_EQ(ReadCursor(CursorText(cursor)), std::nullopt);
  cursor = Example();
  cursor.page_size = 1001;
  EXPECT_EQ(ReadCursor(CursorText(cursor)), std::nullopt);
}

TEST(PageCursor, CarriesIntervalsOnlyIntoRequestsThatHaveThem) {
  const auto catalog = client::RealCatalog();
  const auto& type = *client::MethodOf(*catalog, "detections", "list").descriptor->input_type();
  const auto first =
      client::FromText(*catalog, type, "filter { created { start { seconds: 1 } } fql: 'a' }");
  auto later =
      client::FromText(*catalog, type, "filter { created { start { seconds: 9 } } fql: 'b' }");
  RestoreIntervals(IntervalsOf(*first), *later);
  EXPECT_EQ(later->ShortDebugString(), "filter { created { start { seconds: 1 } } fql: \"b\" }");
  later = client::FromText(*catalog, type, "filter { fql: 'b' }");
  RestoreIntervals(IntervalsOf(*first), *later);
  EXPECT_EQ(later->ShortDebugString(), "filter { fql: \"b\" }");
  RestoreIntervals("no proto", *later);
  EXPECT_EQ(later->ShortDebugString(), "filter { fql: \"b\" }");
}

}  // namespace
}  // namespace falcon::mcp
