// What becomes of a model's arguments: the request they make, and the results that teach.
#include "mcp/tools/arguments.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include "mcp/tools/parameters.h"
#include "mcp/tools/tool_list.h"
#include "tests/unit/mcp/tools/tool_bench.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1'780'000'000);  // 2026-05-28T20:26:40Z

class Arguments : public testing::Test {
 protected:
  std::variant<ToolRequest, ToolResult> Read(const std::string& tool, const std::string& json) {
    return ReadArguments(BoundToolNamed(*catalog_, tool), *catalog_, Json::parse(json), kNow);
  }
  ToolRequest Good(const std::string& tool, const std::string& json) {
    auto read = Read(tool, json);
    if (const auto* wrong = std::get_if<ToolResult>(&read)) {
      ADD_FAILURE() << wrong->content.at(0).text;
      return {};
    }
    return std::get<ToolRequest>(std::move(read));
  }
  // The request as a text proto of one line.
  std::string Request(const std::string& tool, const std::string& json) {
    const ToolRequest asked = Good(tool, json);
    return asked.request == nullptr ? "" : asked.request->ShortDebugString();
  }
  std::string Complaint(const std::string& tool, const std::string& json) {
    const auto read = Read(tool, json);
    const auto* wrong = std::get_if<ToolResult>(&read);
    if (wrong == nullptr) return "(accepted)";
    EXPECT_TRUE(wrong->is_error);
    EXPECT_TRUE(wrong->structured.empty());
    EXPECT_EQ(wrong->content.size(), 1U);
    return wrong->content.at(0).text;
  }

  const client::Catalog* const catalog_ = client::RealCatalog();
};

TEST_F(Arguments, OfTheSevenClassicQuestionsMakeRequests) {
  EXPECT_EQ(Request("search_detections",
                    R"({"days":7,"severity":"critical","status":"new","limit":5,
                        "hostname":"SRV-PROD-001","technique":"T1218.011"})"),
            "filter { days: 7 severities: SEVERITY_CRITICAL statuses: DETECTION_STATUS_NEW "
            "hostname: \"SRV-PROD-001\" technique: \"T1218.011\" }");
  EXPECT_EQ(Request("get_host", R"({"hostname":"SRV-PROD-001"})"), "hostname: \"SRV-PROD-001\"");
  EXPECT_EQ(Request("search_iocs", R"({"days":30,"type":"domain","severity":"high","limit":5})"),
            "filter { types: IOC_TYPE_DOMAIN severities: SEVERITY_HIGH days: 30 }");
  EXPECT_EQ(Request("search_vulnerabilities",
                    R"({"days":30,"severity":"critical","status":"open","hostname":"A"})"),
            "filter { days: 30 severities: CVE_SEVERITY_CRITICAL statuses: "
            "VULNERABILITY_STATUS_OPEN hostname: \"A\" }");
  EXPECT_EQ(Request("search_incidents", R"({"days":30,"status":"new","severity":"high"})"),
            "filter { days: 30 severities: SEVERITY_HIGH statuses: INCIDENT_STATUS_NEW }");
  EXPECT_EQ(Request("search_rtr_sessions", R"({"days":30,"status":"active"})"),
            "filter { days: 30 statuses: RTR_SESSION_STATUS_ACTIVE }");
  EXPECT_EQ(Request("search_discovered_hosts", R"({"days":30,"status":"unmanaged"})"),
            "filter { days: 30 statuses: ENTITY_TYPE_UNMANAGED }");
}

TEST_F(Arguments, OfNothingMakeTheEmptySearchOfTwentyBriefRecords) {
  const ToolRequest asked = Good("search_detections", "{}");
  EXPECT_EQ(asked.request->ByteSizeLong(), 0U);
  EXPECT_EQ(asked.limit, 20);
  EXPECT_EQ(asked.view, View::kBrief);
  EXPECT_EQ(asked.format, Format::kJson);
  EXPECT_FALSE(asked.chose_fields);
  EXPECT_EQ(asked.filters, "");
}

TEST_F(Arguments, ThatAreNullAreAbsent) {
  EXPECT_EQ(Request("search_detections", R"({"days":null,"severity":null,"nonsense":null})"), "");
}

TEST_F(Arguments, MayBeOneValueOrSeveral) {
  const std::string both = "filter { severities: SEVERITY_HIGH severities: SEVERITY_CRITICAL }";
  EXPECT_EQ(Request("search_detections", R"({"severity":["high","critical"]})"), both);
  EXPECT_EQ(Request("search_detections", R"({"severity":"high, critical"})"), both);
  EXPECT_EQ(Request("search_detections", R"({"severity":"[\"high\",\"critical\"]"})"), both);
  EXPECT_EQ(Request("search_hosts", R"({"tag":["a,b"]})"), "filter { tags: \"a,b\" }");
  EXPECT_EQ(Request("search_hosts", R"({"tag":"a,b"})"), "filter { tags: \"a,b\" }");
}

TEST_F(Arguments, TakeEachSpellingOfAWordAndANumber) {
  EXPECT_EQ(Request("search_detections", R"({"status":"In-Progress","days":"7"})"),
            "filter { days: 7 statuses: DETECTION_STATUS_IN_PROGRESS }");
  EXPECT_EQ(Request("search_detections", R"({"status":"DETECTION_STATUS_NEW","days":7.0})"),
            "filter { days: 7 statuses: DETECTION_STATUS_NEW }");
  EXPECT_EQ(Request("search_iocs", R"({"expired":"False"})"), "filter { expired: false }");
}

TEST_F(Arguments, NameHostsByTheirId) {
  EXPECT_EQ(Request("search_vulnerabilities", R"({"host_id":["a","b"]})"),
            "filter { device_ids: \"a\" device_ids: \"b\" }");
  EXPECT_EQ(Request("search_incidents", R"({"host_id":"a"})"), "filter { device_id: \"a\" }");
}

TEST_F(Arguments, TellTimesAsInstantsDatesOrBackFromNow) {
  EXPECT_EQ(Request("search_detections",
                    R"({"created_after":"1d","created_before":"2026-05-28T20:00:00Z"})"),
            "filter { created { start { seconds: 1779913600 } end { seconds: 1779998400 } } }");
  EXPECT_EQ(Request("search_hosts", R"({"last_seen_after":"2026-05-28"})"),
            "filter { last_seen { start { seconds: 1779926400 } } }");
}

TEST_F(Arguments, ChooseFieldsByListOrText) {
  // The id comes with them, since no record can be cited without.
  const std::string mask =
      "read_mask { paths: \"hostname\" paths: \"device_policies.prevention\" "
      "paths: \"device_id\" }";
  EXPECT_EQ(Request("search_hosts", R"({"fields":["hostname","device_policies.prevention"]})"),
            mask);
  EXPECT_EQ(Request("search_hosts", R"({"fields":"hostname,device_policies.prevention"})"), mask);
  EXPECT_TRUE(Good("search_hosts", R"({"fields":"hostname"})").chose_fields);
}

TEST_F(Arguments, OfGetsTakeAView) {
  const std::string brief = Request("get_vulnerability", R"({"id":"a_b","view":"brief"})");
  EXPECT_EQ(brief, "id: \"a_b\" view: RECORD_VIEW_BRIEF");
  EXPECT_EQ(Request("get_vulnerability", R"({"id":"a_b","view":"full"})"),
            Request("get_vulnerability", R"({"id":"a_b"})"));
}

TEST_F(Arguments, AskForWholeRecordsByViewOrStar) {
  for (const char* json : {R"({"view":"full"})", R"({"fields":["*"]})", R"({"fields":"all"})"}) {
    const ToolRequest asked = Good("search_hosts", json);
    EXPECT_EQ(asked.request->ShortDebugString(), "view: RECORD_VIEW_FULL");
    EXPECT_EQ(asked.view, View::kFull);
    EXPECT_FALSE(asked.chose_fields);
  }
  EXPECT_EQ(Good("get_detection", R"({"composite_id":"a:b"})").view, View::kFull);
}

TEST_F(Arguments, LeavePagesToTheTool) {
  const ToolRequest asked =
      Good("search_hosts", R"({"limit":"50","cursor":"abc","format":"text"})");
  EXPECT_EQ(asked.request->ByteSizeLong(), 0U);
  EXPECT_EQ(asked.limit, 50);
  EXPECT_EQ(asked.cursor, "abc");
  EXPECT_EQ(asked.format, Format::kText);
  EXPECT_EQ(Good("search_hosts", R"({"cursor":""})").cursor, "");
}

TEST_F(Arguments, AreToldAsTheModelWroteThem) {
  EXPECT_EQ(
      Good("search_detections",
           R"({"days":7,"severity":["HIGH","critical"],"limit":5,"order_by":"severity desc"})")
          .filters,
      "days 7, severity high or critical");
  EXPECT_EQ(Good("search_hosts", R"({"last_seen_after":"7d","hostname":"A\u202eB"})").filters,
            "hostname A\\u{202E}B, last_seen_after 7d");
  EXPECT_EQ(Good("aggregate_detections", R"({"field":"tactic","size":3,"days":7})").filters,
            "days 7");
  EXPECT_EQ(Good("search_vulnerabilities", R"({"host_id":["1","2","3","4","5","6","7"]})").filters,
            "host_id 1 or 2 or 3 or 4 or 5 or 2 more");
}

TEST_F(Arguments, HaveAFingerprintThatPagesShare) {
  const auto print = [&](const std::string& json) {
    return Good("search_detections", json).fingerprint;
  };
  EXPECT_EQ(print(R"({"days":7,"limit":5})"),
            print(R"({"limit":9,"cursor":"x","format":"text","days":"7"})"));
  EXPECT_NE(print(R"({"days":7})"), print(R"({"days":8})"));
  EXPECT_NE(print(R"({"view":"full"})"), print("{}"));
  EXPECT_NE(print(R"({"order_by":"severity"})"), print("{}"));
  EXPECT_NE(Good("search_detections", "{}").fingerprint, Good("search_hosts", "{}").fingerprint);
}

TEST_F(Arguments, ThatAreWrongAreToldAtOnceWithWhatWouldBeRight) {
  EXPECT_EQ(
      Complaint("search_detections",
                R"({"severity":"hihg","days":400,"hostname":"A","staus":"new","cisa_kev":true})"),
      "No query was made: search_detections needs other arguments.\n"
      "cisa_kev: no such argument\n"
      "staus: no such argument; did you mean \"status\"?\n"
      "days: 400 is not a whole number from 1 to 365\n"
      "severity: \"hihg\" is not one of informational, low, medium, high, critical; did you mean "
      "\"high\"?\n"
      "Known arguments: days, created_after, created_before, severity, status, hostname, "
      "technique, tactic, fql, query, limit, cursor, order_by, fields, view, format.\n"
      "Corrected, but without cisa_kev: "
      R"({"days":365,"hostname":"A","severity":"high","status":"new"})");
}

TEST_F(Arguments, OfTheWrongTypeAreNotGuessed) {
  EXPECT_THAT(Complaint("search_detections", R"({"hostname":7})"),
              AllOf(HasSubstr("hostname: 7 is not text"), HasSubstr(R"({"hostname":"7"})")));
  EXPECT_THAT(Complaint("search_detections", R"({"days":true})"), HasSubstr("days: true is not"));
  EXPECT_THAT(Complaint("search_detections", R"({"days":7.5})"), HasSubstr("days: 7.5 is not"));
  EXPECT_THAT(Complaint("search_detections", R"({"days":[7,8]})"), HasSubstr("takes one value"));
  EXPECT_THAT(Complaint("search_iocs", R"({"expired":"maybe"})"),
              HasSubstr("expired: \"maybe\" is neither true nor false"));
  EXPECT_THAT(Complaint("search_hosts", R"({"hostname":{"a":1}})"), HasSubstr("is not text"));
  EXPECT_THAT(Complaint("search_hosts", R"({"limit":501})"), HasSubstr("from 1 to 500"));
  EXPECT_THAT(Complaint("search_hosts", R"({"limit":1e300})"), HasSubstr("from 1 to 500"));
}

// Every tool, every parameter that may be left out, each way of saying nothing.
TEST_F(Arguments, ThatSayNothingAreAbsent) {
  for (const ToolSpec& facts : ToolTable()) {
    const std::string tool(facts.name);
    const ToolBinding bound = BoundToolNamed(*catalog_, tool);
    Json plain = Json::object();
    for (const Parameter& parameter : ParametersOf(bound)) {
      if (parameter.required)
        plain[parameter.name] = parameter.words.empty() ? "x" : parameter.words[0];
    }
    if (tool == "get_host") plain["hostname"] = "x";
    const ToolRequest expected = Good(tool, plain.dump());
    for (const Json& nothing :
         {Json(), Json(""), Json(" \t\n"), Json::array(), Json::array({"", nullptr})}) {
      Json filled = plain;
      for (const Parameter& parameter : ParametersOf(bound)) {
        if (!filled.contains(parameter.name)) filled[parameter.name] = nothing;
      }
      filled["nonsense"] = nothing;
      const ToolRequest asked = Good(tool, filled.dump());
      ASSERT_NE(asked.request, nullptr) << tool << filled;
      EXPECT_EQ(asked.request->DebugString(), expected.request->DebugString()) << tool << filled;
      EXPECT_EQ(asked.fingerprint, expected.fingerprint) << tool << filled;
    }
  }
}

TEST_F(Arguments, ThatAreNeededAreNotThereWhenTheySayNothing) {
  EXPECT_THAT(Complaint("get_detection", R"({"composite_id":" "})"),
              HasSubstr("composite_id: is needed"));
  EXPECT_EQ(Request("search_detections", R"({"severity":["","high",null]})"),
            "filter { severities: SEVERITY_HIGH }");
}

TEST_F(Arguments, ThatAreEndlessAreNoFilter) {
  EXPECT_THAT(Complaint("search_hosts", StrCat(R"({"fields":")", std::string(2000, 'a'), "\"}")),
              HasSubstr("is not a field of Host"));
  Json many = Json::array();
  for (int i = 0; i < 1001; ++i) many.push_back(std::to_string(i));
  EXPECT_THAT(Complaint("search_hosts", Json{{"tag", many}}.dump()),
              HasSubstr("tag: takes at most 1000 values\nCorrected, but without tag: {}"));
}

TEST_F(Arguments, OfTimeSayWhichFormsAreRight) {
  EXPECT_THAT(Complaint("search_hosts", R"({"last_seen_after":"yesterday"})"),
              HasSubstr("\"yesterday\" is not a time; right are 2026-05-28T14:00:00Z, 2026-05-28"));
  EXPECT_THAT(Complaint("search_hosts", R"({"days":7,"last_seen_after":"1d"})"),
              AllOf(HasSubstr("days: goes not together with last_seen_after"),
                    HasSubstr(R"(Corrected, but without days: {"last_seen_after":"1d"})")));
  EXPECT_THAT(Complaint("search_hosts", R"({"last_seen_after":"1d","last_seen_before":"2d"})"),
              HasSubstr("last_seen_before: is not later than last_seen_after"));
}

TEST_F(Arguments, NameFieldsThatRecordsHave) {
  EXPECT_THAT(Complaint("search_detections", R"({"fields":["hostname","comand_line"]})"),
              AllOf(HasSubstr("\"hostname\" is not a field of Detection; did you mean "
                              "\"device.hostname\"?"),
                    HasSubstr("\"comand_line\" is not a field")));
  EXPECT_THAT(Complaint("search_hosts", R"({"fields":"hostnam"})"),
              HasSubstr(R"(Corrected: {"fields":"hostname"})"));
  EXPECT_THAT(Complaint("search_hosts", R"({"fields":"last_seen.seconds"})"),
              HasSubstr("is not a field of Host"));
}

TEST_F(Arguments, ThatAreNeededAreAskedFor) {
  EXPECT_THAT(Complaint("get_detection", "{}"),
              AllOf(HasSubstr("composite_id: is needed"),
                    HasSubstr(R"(Corrected: {"composite_id":"<composite_id>"})")));
  EXPECT_THAT(Complaint("get_detection", R"({"detection_id":"a:b"})"),
              AllOf(HasSubstr("did you mean \"composite_id\"?"),
                    HasSubstr(R"(Corrected: {"composite_id":"a:b"})")));
  EXPECT_THAT(Complaint("get_host", "{}"), HasSubstr("host_id, hostname: one of them is needed"));
  EXPECT_THAT(Complaint("get_host", R"({"host_id":"a","hostname":"b"})"),
              AllOf(HasSubstr("give only one of them"), HasSubstr(R"({"host_id":"a"})")));
  EXPECT_THAT(Complaint("get_host", R"({"device_id":"a"})"), HasSubstr(R"({"host_id":"a"})"));
  EXPECT_THAT(Complaint("get_ioc_devices", R"({"value":"a"})"),
              HasSubstr("type: is needed: one of sha256, md5"));
}

TEST_F(Arguments, AreShownWithoutHostileCharactersAndCut) {
  const std::string text = Complaint(
      "search_hosts", R"({"a\u202eb":1,"last_seen_after":"x\u202ey","hostname":"A\u202eB"})");
  EXPECT_THAT(text, AllOf(HasSubstr("a\\u{202E}b: no such"), HasSubstr("x\\u{202E}y"),
                          HasSubstr("A\\\\u{202E}B"), Not(HasSubstr("\xE2\x80\xAE"))));
  EXPECT_LT(
      Complaint("search_hosts", StrCat(R"({"hostname":")", std::string(100000, 'x'), "\"}")).size(),
      500U);
}

TEST_F(Arguments, OfNoToolAreTooManyToTell) {
  std::string json = "{";
  for (int i = 0; i < 1000; ++i) json += StrCat(i == 0 ? "" : ",", "\"zzzzzz", i, "\":1");
  const std::string text = Complaint("search_hosts", json + "}");
  EXPECT_THAT(text, HasSubstr("and 980 more\n"));
  EXPECT_LT(text.size(), 2000U);
  EXPECT_THAT(Complaint("check_access", R"({"verbose":true})"),
              HasSubstr("Known arguments: none.\nCorrected, but without verbose: {}"));
}

}  // namespace
}  // namespace falcon::mcp
