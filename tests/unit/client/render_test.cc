// Tables and cards, golden, at a fixed time and width.
#include <gmock/gmock.h>

#include "absl/strings/str_replace.h"
#include "render/record_table.h"
#include "test_catalog.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Message;
using ::testing::AllOf;
using ::testing::HasSubstr;

class Render : public ::testing::Test {
 protected:
  std::string Table(const std::vector<const Message*>& records, const RecordColumns& columns,
                    size_t width, bool color = false) {
    const Style style{.color = color, .width = width, .now = now_};
    std::vector<std::vector<Cell>> rows;
    for (const Message* record : records) {
      for (auto& row : RowsOf(*record, columns, style)) rows.push_back(std::move(row));
    }
    const TableLayout layout = FitTable(TableColumns(columns), rows, style);
    std::string out = HeaderLine(layout, style) + "\n";
    for (const auto& row : rows) out += RowLine(layout, row, style) + "\n";
    return out;
  }

  std::unique_ptr<Message> Record(const std::string& noun, const std::string& text) {
    return FromText(*catalog_, RecordOf(*catalog_, noun), text);
  }

  const Catalog* const catalog_ = RealCatalog();
  const absl::Time now_ = *ParseInstant("2026-05-28T20:26:40Z", absl::UnixEpoch());
};

constexpr char kCritical[] = R"(
    composite_id: "c0ffee:ind:a1:1-2-3" severity: SEVERITY_CRITICAL status: DETECTION_STATUS_NEW
    created_timestamp { seconds: 1779989200 } display_name: "NtdsFileAccessedViaVss"
    technique_id: "T1003.003" device { hostname: "SRV-PROD-001" device_id: "a1" } severity_score: 95 user_name: "svc-backup"
    filename: "rundll32.exe")";

TEST_F(Render, TableShowsTheBriefViewWithTheIdLast) {
  const auto critical = Record("detections", kCritical);
  const auto low = Record("detections", R"(composite_id: "c0ffee:ind:a1:9" severity: SEVERITY_LOW
      status: DETECTION_STATUS_IN_PROGRESS created_timestamp { seconds: 1779999880 })");
  EXPECT_EQ(
      Table({critical.get(), low.get()}, ColumnsOf(RecordOf(*catalog_, "detections"), {}), 0),
      "SEVERITY     STATUS       CREATED    DISPLAY NAME            TECHNIQUE ID  HOSTNAME      "
      "USER NAME   FILENAME      DEVICE.DEVICE ID  SEVERITY SCORE  COMPOSITE ID\n"
      "🔴 critical  new          3 h ago    NtdsFileAccessedViaVss  T1003.003     SRV-PROD-001  "
      "svc-backup  rundll32.exe  a1                         🔴 95  c0ffee:ind:a1:1-2-3\n"
      "🟢 low       in_progress  2 min ago                                                      "
      "                                                            c0ffee:ind:a1:9\n");
}

TEST_F(Render, NoLineIsWiderThanTheTerminal) {
  const auto record = Record("detections", kCritical);
  const RecordColumns columns = ColumnsOf(RecordOf(*catalog_, "detections"), {});
  for (size_t width = 20; width < 180; ++width) {
    for (const std::string& line : Split(Table({record.get()}, columns, width), '\n')) {
      EXPECT_LE(DisplayWidth(line), width) << line;
    }
  }
}

TEST_F(Render, NarrowTableKeepsHostNameAndIdAndDropsFromTheRight) {
  const auto record = Record("detections", kCritical);
  EXPECT_EQ(Table({record.get()}, ColumnsOf(RecordOf(*catalog_, "detections"), {}), 80),
            "SEVERITY     STATUS  CREATED  DISPLAY NAME     HOSTNAME      COMPOSITE ID\n"
            "🔴 critical  new     3 h ago  NtdsFileAccess…  SRV-PROD-001  c0ffee:ind:a1:1-2-3\n");
}

// Ids that take more than half of the width show their ends.
TEST_F(Render, HostNameAndIdAreSeenOnEveryTerminalOfEightyColumns) {
  const std::string half(32, 'a');
  const std::string id = StrCat(half, ":ind:", half, ":6006287451768835848-50072-3511790379");
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"detections", "composite_id: '$' device { hostname: '@' }", "COMPOSITE ID"},
      {"vulnerabilities", "id: '$' host_info { hostname: '@' } aid: 'a'", "  ID"},
      {"discovered-hosts", "id: '$' hostname: '@' aid: 'a' current_local_ip: '192.0.2.100'",
       "  ID"},
      {"rtr-sessions", "id: '$' hostname: '@' device_id: 'a' platform_name: 'Windows'", "  ID"}};
  for (const auto& [noun, text, header] : cases) {
    for (const std::string host : {"WKS-1", "srv-prod-0001.corp.example.com"}) {
      const auto record = Record(noun, absl::StrReplaceAll(text, {{"$", id}, {"@", host}}));
      const std::string table = Table({record.get()}, ColumnsOf(RecordOf(*catalog_, noun), {}), 80);
      EXPECT_THAT(table, AllOf(HasSubstr("HOSTNAME"), HasSubstr(header), HasSubstr(host),
                               HasSubstr("3511790379"), HasSubstr("…")));
    }
  }
  const auto host = Record("hosts", StrCat("hostname: 'WKS-1' device_id: '", half, "'"));
  EXPECT_THAT(Table({host.get()}, ColumnsOf(RecordOf(*catalog_, "hosts"), {}), 80),
              AllOf(HasSubstr("WKS-1"), HasSubstr(half)));
}

TEST_F(Render, UnknownEnumValuesShowFalconsText) {
  const auto record = Record("detections", R"(composite_id: "a"
      additional_fields { fields { key: "severity_name" value { string_value: "Info\033" } }
                          fields { key: "status" value { number_value: 7 } }
                          fields { key: "device.hostname" value { struct_value {} } } })");
  const RecordColumns columns =
      ColumnsOf(RecordOf(*catalog_, "detections"), {"severity", "status", "device.hostname"});
  EXPECT_EQ(Table({record.get()}, columns, 0),
            "SEVERITY      STATUS  HOSTNAME\nInfo\\u{001B}  7       {}\n");
  const std::string card = Card(*record, Style{.color = false, .width = 0, .now = now_});
  EXPECT_THAT(card, ::testing::ContainsRegex("severity +Info\\\\u"));
}

TEST_F(Render, SkippedListValuesShowAtTheirIndex) {
  const auto record = Record("detections", R"(composite_id: "a"
      mitre_attack { tactic_id: "A" } mitre_attack { tactic_id: "B" }
      additional_fields { fields { key: "mitre_attack[1].tactic" value { string_value: "Odd" } }
                          fields { key: "tags[0]" value { number_value: 7 } } })");
  const std::string card = Card(*record, Style{.color = false, .width = 0, .now = now_});
  EXPECT_THAT(card, ::testing::ContainsRegex(
                        "mitre_attack 2/2\n +[a-z_]+ +[A-Za-z]+\n +[a-z_]+ +[A-Za-z]+\n"));
  EXPECT_THAT(card, ::testing::ContainsRegex("\ntags +7\n"));
  const RecordColumns columns =
      ColumnsOf(RecordOf(*catalog_, "detections"), {"mitre_attack.tactic", "tags"});
  EXPECT_EQ(Table({record.get()}, columns, 0), "TACTIC  TAGS\nOdd     7\n");
}

TEST_F(Render, HostileNamesCannotLeaveTheirCell) {
  const auto host = Record("hosts", R"(hostname: "evil\n\033[2J\342\200\256x" device_id: "d")");
  const std::string table = Table({host.get()}, ColumnsOf(RecordOf(*catalog_, "hosts"), {}), 0);
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 2);
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  EXPECT_THAT(table, ::testing::HasSubstr("evil\\u{000A}\\u{001B}[2J\\u{202E}x"));
}

TEST_F(Render, MaskChoosesTheColumns) {
  const auto record = Record("detections", kCritical);
  const RecordColumns columns =
      ColumnsOf(RecordOf(*catalog_, "detections"), {"device.hostname", "severity", "nonsense"});
  EXPECT_EQ(Table({record.get()}, columns, 0),
            "HOSTNAME      SEVERITY\nSRV-PROD-001  🔴 critical\n");
}

TEST_F(Render, MaskReachesIntoLists) {
  const auto& record = RecordOf(*catalog_, "rtr-audit-sessions");
  const RecordColumns columns = ColumnsOf(record, {"id", "logs.command_string"});
  const auto session = FromText(
      *catalog_, record, "id: 's1' logs { command_string: 'ps' } logs { command_string: 'ls' }");
  const Style style{.color = false, .width = 0, .now = now_};
  const auto rows = RowsOf(*session, columns, style);
  ASSERT_EQ(rows.size(), 1u);
  ASSERT_EQ(rows[0].size(), 2u);
  EXPECT_EQ(rows[0][1].text, "ps; ls");
}

TEST_F(Render, HistoryTakesOneRowPerEntry) {
  const auto& type = *MethodOf(*catalog_, "hosts", "login-history").shape.records->message_type();
  const auto history = FromText(*catalog_, type, R"(device_id: "d1" cid: "c"
      recent_logins { user_name: "anna" login_time { seconds: 1779996400 } }
      recent_logins { user_name: "ben" })");
  EXPECT_EQ(Table({history.get()}, ColumnsOf(type, {}), 0),
            "DEVICE ID  CID  LOGIN TIME  USER NAME\n"
            "d1         c    1 h ago     anna\n"
            "d1         c                ben\n");
}

TEST_F(Render, ColorsOnlyWhenEnabled) {
  const auto record = Record("detections", kCritical);
  const RecordColumns columns = ColumnsOf(RecordOf(*catalog_, "detections"), {"severity"});
  EXPECT_EQ(Table({record.get()}, columns, 0, true),
            "\x1b[1mSEVERITY\x1b[0m\n\x1b[1;31m🔴 critical\x1b[0m\n");
}

TEST_F(Render, CardShowsEveryFieldThatIsSet) {
  const auto record = Record("detections", R"(
      composite_id: "c:1" severity: SEVERITY_HIGH severity_score: 70
      created_timestamp { seconds: 1779989200 } device { hostname: "SRV\033[31m" }
      tags: "one" tags: "two" is_closed: false)");
  EXPECT_EQ(Card(*record, {.color = false, .width = 0, .now = now_}),
            "composite_id       c:1\n"
            "severity           🟠 high\n"
            "severity_score     🟠 70\n"
            "created_timestamp  2026-05-28T17:26:40Z (3 h ago)\n"
            "device\n"
            "  hostname  SRV\\u{001B}[31m\n"
            "tags               one\n"
            "                   two\n"
            "is_closed          no\n");
}

TEST_F(Render, CardMarksEmptyMessages) {
  const auto& type = *MethodOf(*catalog_, "", "status").descriptor->output_type();
  EXPECT_EQ(Card(*FromText(*catalog_, type, "token {}"), {.color = false, .width = 0, .now = now_}),
            "token  none\n");
}

TEST_F(Render, CardShowsMapsAndDurations) {
  const auto& type = *MethodOf(*catalog_, "", "status").descriptor->output_type();
  const auto status = FromText(*catalog_, type, R"(region: "us-1"
      token { valid: true expires_in { seconds: 1799 } } rate_budget { limit: 6000 }
      libraries { key: "grpc" value: "1.51.1" } libraries { key: "curl" value: "7.88.1" })");
  EXPECT_EQ(Card(*status, {.color = false, .width = 0, .now = now_}),
            "region  us-1\n"
            "token\n"
            "  valid       yes\n"
            "  expires_in  29 min 59 s\n"
            "rate_budget\n"
            "  limit  6000\n"
            "libraries\n"
            "  curl  7.88.1\n"
            "  grpc  1.51.1\n");
}

TEST_F(Render, ScoresCarryTheMarkOfTheBandThatTheProtosState) {
  const std::pair<int, const char*> cases[] = {{100, "🔴 100"}, {80, "🔴 80"}, {79, "🟠 79"},
                                               {40, "🟡 40"},   {20, "🟢 20"}, {19, "⚪ 19"},
                                               {1, "⚪ 1"},     {0, "0"}};
  for (const auto& [score, text] : cases) {
    const auto record = Record("detections", StrCat("severity_score: ", score));
    EXPECT_EQ(Card(*record, {.color = false, .width = 0, .now = now_}),
              StrCat("severity_score  ", text, "\n"));
  }
}

}  // namespace
}  // namespace falcon::client
