// Searches: envelopes, sentences, budgets, their scope and their cursors.
#include <gmock/gmock.h>

#include "mcp/tools/page_cursor.h"
#include "messages.h"
#include "tests/unit/client/test_catalog.h"
#include "tests/unit/mcp/tools/tool_bench.h"

namespace falcon::mcp {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string FirstText(const ToolResult& result) { return result.content.at(0).text; }
std::string LastText(const ToolResult& result) { return result.content.back().text; }

// Ids of the detections of a result.
std::vector<std::string> Ids(const Json& structured) {
  std::vector<std::string> ids;
  for (const Json& record : structured["detections"]) {
    ids.push_back(record["composite_id"].get<std::string>().substr(8));
  }
  return ids;
}

// Answers pages of a list of `count` detections, each with a display name of so many bytes.
void ServeList(ToolBench& bench, int count, size_t name_bytes) {
  bench.gateway.On("ListDetections", [=](const google::protobuf::Message& request,
                                         google::protobuf::Message& response) {
    const std::string token = client::TextField(request, "page_token");
    const int first = token.empty() ? 0 : std::stoi(token.substr(1));
    const int size = static_cast<int>(*client::NumberField(request, "page_size"));
    const int end = std::min(count, first + size);
    Json answer = {{"detections", Json::array()}, {"total_size", std::to_string(count)}};
    for (int i = first; i < end; ++i) {
      answer["detections"].push_back({{"composite_id", "c:ind:a:" + std::to_string(i)},
                                      {"display_name", std::string(name_bytes, 'x')}});
    }
    if (end < count) answer["next_page_token"] = "t" + std::to_string(end);
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(answer.dump(), &response).ok());
    return std::optional<client::Failure>();
  });
}

using Search = ToolTest;

TEST_F(Search, AnswersAnEnvelopeAndThreeBlocksOfText) {
  bench.gateway.Answers("ListDetections",
                        Detections(0, 2, R"(,"next_page_token":"tok","total_size":"812")"));
  const ToolResult result =
      bench.Call("search_detections", R"({"days":7,"severity":"high","limit":2})");
  const Json json = Structured(result);
  EXPECT_THAT(Ids(json), ElementsAre("0", "1"));
  EXPECT_EQ(json["detections"][0]["severity"], "high");
  EXPECT_EQ(json["returned"], 2);
  EXPECT_EQ(json["total"], 812);
  EXPECT_EQ(json["truncated"], false);
  EXPECT_TRUE(json["next_cursor"].is_string());
  EXPECT_FALSE(json.contains("note"));
  ASSERT_EQ(result.content.size(), 3U);
  EXPECT_THAT(FirstText(result), StartsWith("Found 812 detections (days 7, severity high); these "
                                            "are the first 2, newest first.\n"));
  EXPECT_THAT(FirstText(result), EndsWith("<falcon-data-0123456789abcdef>"));
  EXPECT_EQ(result.content[1].text, result.structured);
  EXPECT_THAT(LastText(result), StartsWith("</falcon-data-0123456789abcdef>\n"));
  EXPECT_THAT(LastText(result), HasSubstr("search_detections again"));
  EXPECT_THAT(
      bench.gateway.Asked(),
      ElementsAre("ListDetections page_size: 2 filter { days: 7 severities: SEVERITY_HIGH } "));
}

TEST_F(Search, SaysThatNothingMatchesUnlikeThatItCouldNotLook) {
  bench.gateway.Answers("ListDetections", R"({"total_size":"0"})");
  const ToolResult none = bench.Call("search_detections", R"({"days":7,"severity":"critical"})");
  EXPECT_THAT(FirstText(none),
              StartsWith("Falcon answered: no detection matches days 7, severity critical.\n"));
  const Json json = Structured(none);
  EXPECT_EQ(json["returned"], 0);
  EXPECT_EQ(json["total"], 0);
  EXPECT_TRUE(json["next_cursor"].is_null());

  bench.gateway.Fails("ListDetections", FailureOf(grpc::StatusCode::UNAVAILABLE,
                                                  "failed to connect to all addresses"));
  const std::string text = ErrorText(bench.Call("search_detections", "{}"));
  EXPECT_THAT(text, HasSubstr("The gateway at 127.0.0.1:50051 does not answer"));
  EXPECT_THAT(text, HasSubstr("Nothing was looked up."));
  EXPECT_THAT(text, Not(HasSubstr("Falcon answered")));
}

TEST_F(Search, TellsAnUnknownTotalAsNull) {
  bench.gateway.Answers("ListDetections", Detections(0, 3, R"(,"next_page_token":"tok")"));
  const ToolResult result = bench.Call("search_detections", R"({"limit":3})");
  EXPECT_TRUE(Structured(result)["total"].is_null());
  EXPECT_THAT(FirstText(result),
              StartsWith("Found more than 3 detections; these are the first, newest first."));
}

TEST_F(Search, NamesTheOrderThatWasAskedFor) {
  bench.gateway.Answers("ListHosts", R"({"hosts":[{"device_id":"a"}],"total_size":"1"})");
  EXPECT_THAT(FirstText(bench.Call("search_hosts", "{}")),
              StartsWith("Found 1 host, by device_id.\n"));
  EXPECT_THAT(FirstText(bench.Call("search_hosts", R"({"order_by":"hostname desc"})")),
              StartsWith("Found 1 host, by hostname desc.\n"));
}

TEST_F(Search, GoesOnByTheGatewaysTokenWhenThePageFits) {
  ServeList(bench, 5, 10);
  Json page = Structured(bench.Call("search_detections", R"({"days":7,"limit":2})"));
  EXPECT_THAT(Ids(page), ElementsAre("0", "1"));
  Json arguments = {{"days", 7}, {"limit", 2}, {"cursor", page["next_cursor"]}};
  const ToolResult second = bench.Call("search_detections", arguments.dump());
  EXPECT_THAT(FirstText(second),
              StartsWith("Numbers 3 to 4 of 5 detections (days 7), newest first.\n"));
  EXPECT_THAT(Ids(Structured(second)), ElementsAre("2", "3"));
  arguments["cursor"] = Structured(second)["next_cursor"];
  page = Structured(bench.Call("search_detections", arguments.dump()));
  EXPECT_THAT(Ids(page), ElementsAre("4"));
  EXPECT_TRUE(page["next_cursor"].is_null());
}

TEST_F(Search, ShowsAPageThatDoesNotFitInPartsWithoutLossOrRepeat) {
  bench.bridge.result_bytes = 8192;
  ServeList(bench, 45, 1000);
  std::vector<std::string> all;
  Json arguments = {{"limit", 20}};
  for (int calls = 0; calls < 20; ++calls) {
    const ToolResult result = bench.Call("search_detections", arguments.dump());
    EXPECT_LE(result.structured.size(), bench.bridge.result_bytes);
    EXPECT_LE(TextBytes(result), bench.bridge.result_bytes);
    const Json json = Structured(result);
    for (const std::string& id : Ids(json)) all.push_back(id);
    if (json["next_cursor"].is_null()) break;
    arguments["cursor"] = json["next_cursor"];
  }
  ASSERT_EQ(all.size(), 45U);
  for (int i = 0; i < 45; ++i) EXPECT_EQ(all[static_cast<size_t>(i)], std::to_string(i));
}

TEST_F(Search, AsksForNoMoreThanCanFit) {
  bench.gateway.Answers("ListHosts", "{}");
  bench.Call("search_hosts", R"({"limit":500})");
  bench.Call("search_hosts", R"({"limit":500,"view":"full"})");
  bench.Call("search_hosts", R"({"limit":500,"fields":"device_id"})");
  const std::vector<std::string> asked = bench.gateway.Asked();
  EXPECT_THAT(asked[0], HasSubstr("page_size: 245 "));
  EXPECT_THAT(asked[1], HasSubstr("page_size: 81 "));
  EXPECT_THAT(asked[2], HasSubstr("page_size: 500 "));
}

TEST_F(Search, TruncatedSaysThatTheBudgetCutThePage) {
  bench.bridge.result_bytes = kLeastResultBytes;
  ServeList(bench, 20, 1000);
  const ToolResult result = bench.Call("search_detections", "{}");
  EXPECT_EQ(Structured(result)["truncated"], true);
  EXPECT_THAT(LastText(result), HasSubstr("The result's budget of 4 KiB cut this page"));
}

TEST_F(Search, CutsAFirstRecordThatAloneIsTooLarge) {
  bench.bridge.result_bytes = kLeastResultBytes;
  ServeList(bench, 2, 100'000);
  for (const char* format : {"json", "text"}) {
    const ToolResult result =
        bench.Call("search_detections", std::string(R"({"format":")") + format + "\"}");
    EXPECT_LE(result.structured.size(), bench.bridge.result_bytes);
    EXPECT_LE(TextBytes(result), bench.bridge.result_bytes);
    const Json json = Structured(result);
    EXPECT_THAT(Ids(json), ElementsAre("0"));
    EXPECT_EQ(json["truncated"], true);
    EXPECT_THAT(json["note"].get<std::string>(), HasSubstr("display_name"));
  }
}

TEST_F(Search, BeginsThePageAnewWhenTheLastRecordShownHasGone) {
  bench.bridge.result_bytes = kLeastResultBytes;
  ServeList(bench, 10, 600);
  const Json first = Structured(bench.Call("search_detections", R"({"limit":5})"));
  ASSERT_EQ(first["truncated"], true);
  bench.gateway.Answers("ListDetections", Detections(100, 3));
  const Json arguments = {{"limit", 5}, {"cursor", first["next_cursor"]}};
  const Json again = Structured(bench.Call("search_detections", arguments.dump()));
  EXPECT_THAT(Ids(again), ElementsAre("100", "101", "102"));
  EXPECT_THAT(again["note"].get<std::string>(), HasSubstr("some records may come twice"));
}

TEST_F(Search, KeepsAnIntervalThatCountsBackFromNow) {
  ServeList(bench, 5, 10);
  const Json page =
      Structured(bench.Call("search_detections", R"({"created_after":"7d","limit":2})"));
  bench.now += absl::Minutes(3);
  const Json arguments = {{"created_after", "7d"}, {"limit", 2}, {"cursor", page["next_cursor"]}};
  EXPECT_THAT(Ids(Structured(bench.Call("search_detections", arguments.dump()))),
              ElementsAre("2", "3"));
  const std::vector<std::string> asked = bench.gateway.Asked();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_THAT(asked[0], HasSubstr("start { seconds: 1779393600 }"));
  EXPECT_THAT(asked[1], HasSubstr("start { seconds: 1779393600 }"));
}

TEST_F(Search, RefusesCursorsThatAreNoneOrOfOtherArguments) {
  ServeList(bench, 5, 10);
  EXPECT_THAT(ErrorText(bench.Call("search_detections", R"({"cursor":"nonsense"})")),
              HasSubstr("again without `cursor`"));
  const Json page = Structured(bench.Call("search_detections", R"({"days":7,"limit":2})"));
  const Json arguments = {{"days", 8}, {"cursor", page["next_cursor"]}};
  EXPECT_THAT(ErrorText(bench.Call("search_detections", arguments.dump())),
              HasSubstr("belongs to other arguments"));
  EXPECT_EQ(bench.gateway.Asked().size(), 1U);
}

TEST_F(Search, PassesOverPagesWithoutRecords) {
  int calls = 0;
  bench.gateway.On("ListDetections", [&](const auto&, google::protobuf::Message& response) {
    const std::string json = ++calls < 3 ? R"({"next_page_token":"tok"})" : Detections(7, 1);
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &response).ok());
    return std::optional<client::Failure>();
  });
  EXPECT_THAT(Ids(Structured(bench.Call("search_detections", "{}"))), ElementsAre("7"));
}

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
