// Every typed filter of every noun: its list and its export hold the records that fit, no others,
// and none less.
#include <algorithm>
#include <ctime>
#include <map>
#include <regex>
#include <set>

#include "tests/e2e/nouns.h"

namespace falcon::e2e {
namespace {

using Ids = std::set<std::string>;

// A filter and the condition that holds for what it finds; or the noun of the rows that follow. Both
// texts may hold {40d}, the seconds of 40 days ago; {interval}, the start of what `days` stands for as
// the response says; and {path}, the first value that some record has there. A condition that begins
// with "+" holds for what lists show by default only.
struct Row {
  const char* filter;
  const char* condition = nullptr;
  // The list of the API client's own sessions takes it too.
  bool shared = true;
};

constexpr Row kRows[] = {
    {"Detection"},
    {"days: 2", "created_timestamp >= {interval}"},
    {"created { start { seconds: {40d} } end { seconds: {9d} } }",
     "created_timestamp >= {40d} & created_timestamp < {9d}"},
    {"severities: [SEVERITY_HIGH, SEVERITY_LOW]", "severity = HIGH|LOW"},
    {"min_severity: SEVERITY_CRITICAL", "severity_score >= 80"},
    {"statuses: DETECTION_STATUS_IN_PROGRESS", "status = IN_PROGRESS"},
    {"hostname: 'srv-prod-001'", "device.hostname = SRV-PROD-001"},
    {"hostname: 'SRV-PROD-*'", "device.hostname ^ SRV-PROD-"},
    {"technique: 'T1218.011'", "technique_id = T1218.011"},
    {"tactic: 'Credential Access'", "tactic = Credential Access"},
    {"products: 'idp'", "product = idp"},
    {"query: 'rundll32'", "* ~ rundll32"},
    {"fql: \"status:'closed'+severity:>=60\"", "status = CLOSED & severity_score >= 60"},
    // The comma is an OR inside its parentheses: it cannot widen the typed filter.
    {"severities: SEVERITY_HIGH fql: \"status:'closed',status:'new'\"",
     "severity = HIGH & status = CLOSED|NEW"},
    {"Host"},
    {"hostname: 'dc-01'", "hostname = DC-01"},
    {"hostname: 'SRV-PROD-*'", "hostname ^ SRV-PROD-"},
    {"platforms: ['Linux', 'Mac']", "platform_name != Windows"},
    {"product_types: PRODUCT_TYPE_DOMAIN_CONTROLLER", "hostname ^ DC-0"},
    {"statuses: CONTAINMENT_STATUS_CONTAINED", "status = CONTAINED"},
    {"tags: '{tags}'", "tags = {tags}"},
    {"groups: '{groups}'", "groups = {groups}"},
    {"days: 1", "last_seen >= {interval}"},
    {"last_seen { end { seconds: {9d} } }", "last_seen < {9d}"},
    {"fql: \"platform_name:'Linux'\"", "platform_name = Linux"},
    {"Incident"},
    {"statuses: [INCIDENT_STATUS_NEW, INCIDENT_STATUS_REOPENED]", "status = NEW|REOPENED"},
    {"statuses: [20, 25]", "status = NEW|REOPENED"},
    {"state: INCIDENT_STATE_OPEN", "status != CLOSED"},
    {"state: INCIDENT_STATE_CLOSED", "status = CLOSED"},
    {"state: INCIDENT_STATE_OPEN fql: \"severity:>=70,tags:'identity'\"",
     "status != CLOSED & severity_score >= 70 or status != CLOSED & tags = identity"},
    {"fql: \"state:'open'+status:![25,'In Progress']\"", "status = NEW"},
    {"fql: \"assigned_to_uuid:!'*'\"", "assigned_to.full_name unset"},
    {"severities: [SEVERITY_LOW, SEVERITY_HIGH]",
     "severity_score >= 20 & severity_score < 40 or severity_score >= 60 & severity_score < 80"},
    {"min_severity: SEVERITY_HIGH", "severity_score >= 60"},
    {"assigned_to: 'Alice*'", "assigned_to.full_name = Alice Anderson"},
    {"tags: ['phish*', 'dair']", "tags = phishing|dair"},
    {"reference_ids: 'SIM-0001'", "reference_id = SIM-0001"},
    {"query: 'malicious-domain.com'", "reference_id = SIM-0001"},
    {"hostname: 'dc-01'", "analysis_results.hosts.records.hostname = DC-01"},
    {"device_id: '{analysis_results.hosts.records.aid}'",
     "analysis_results.hosts.records.aid = {analysis_results.hosts.records.aid}"},
    {"alert_id: '{evidence.alerts.records.selector.id}'",
     "evidence.alerts.records.selector.id = {evidence.alerts.records.selector.id}"},
    {"username: 'svc-backup'", "analysis_results.users.records.username = svc-backup"},
    {"tactic: 'TA0006'", "derived.tactic_ids = TA0006"},
    {"tactic: 'Credential Access'", "derived.tactics = Credential Access"},
    {"technique: 'T1059.001'", "derived.technique_ids = T1059.001"},
    {"days: 7", "created_timestamp >= {interval}"},
    {"created { end { seconds: {9d} } }", "created_timestamp < {9d}"},
    {"updated { start { seconds: {9d} } }", "updated_timestamp >= {9d}"},
    {"IntelIndicator"},
    {"types: ['url', 'hash_md5']", "+type = url|hash_md5"},
    {"indicators: ['malicious-domain.com', '203.0.113.42']",
     "+indicator = malicious-domain.com|203.0.113.42"},
    {"malicious_confidences: MALICIOUS_CONFIDENCE_HIGH", "+malicious_confidence = HIGH"},
    {"malware_families: 'njRATLime'", "+malware_families = njRATLime"},
    {"actors: ['FANCYBEAR', 'WIZARDSPIDER']", "+actors = FANCYBEAR|WIZARDSPIDER"},
    {"threat_types: 'ransomware'", "+threat_types = ransomware"},
    {"days: 300", "+published_date >= {interval}"},
    {"published_date { end { seconds: {500d} } }", "+published_date < {500d}"},
    {"last_updated { start { seconds: {500d} } }", "+last_updated >= {500d}"},
    {"query: 'cobaltstrike'", "+malware_families = CobaltStrike"},
    {"include_deleted: true fql: 'deleted:true'", "deleted = true"},
    {"fql: \"labels.name:'Malware/Emotet'+kill_chains:['c2']\"",
     "+malware_families = Emotet & kill_chains = c2"},
    {"fql: \"published_date:>'now-200d'\"", "+published_date > {200d}"},
    {"Ioc"},
    {"types: [IOC_TYPE_DOMAIN, IOC_TYPE_IPV6]", "type = DOMAIN|IPV6"},
    {"value: '9f2c4d1ab7e85630c1d4f9e2a8b7c6d5e4f3021b8a9c7d6e5f4a3b2c1d0e9f8a'",
     "value = 9f2c4d1ab7e85630c1d4f9e2a8b7c6d5e4f3021b8a9c7d6e5f4a3b2c1d0e9f8a"},
    {"value: 'MALICIOUS-DOMAIN.COM'", "value = malicious-domain.com"},
    {"value: '*.example.org'", "value $ .example.org"},
    {"severities: [SEVERITY_HIGH, SEVERITY_INFORMATIONAL]", "severity = HIGH|INFORMATIONAL"},
    {"min_severity: SEVERITY_HIGH", "severity = HIGH|CRITICAL"},
    {"actions: [IOC_ACTION_PREVENT, IOC_ACTION_PREVENT_NO_UI]", "action = PREVENT|PREVENT_NO_UI"},
    {"platforms: 'linux'", "platforms = linux"},
    {"sources: ['mcp', \"soc'team\"]", "source = mcp|soc'team"},
    {"expired: true", "expired = true"},
    {"expired: false", "expired = false"},
    {"days: 200", "created_on >= {interval}"},
    {"created_on { end { seconds: {300d} } }", "created_on < {300d}"},
    {"modified_on { start { seconds: {300d} } }", "modified_on >= {300d}"},
    {"expiration { start { seconds: {0d} } }", "expiration >= {0d}"},
    {"fql: \"metadata.filename.raw:*'sample-*'+applied_globally:true\"",
     "metadata.filename ^ sample- & applied_globally = true"},
    {"RtrAuditSession"},
    {"hostname: 'srv-prod-001'", "hostname = SRV-PROD-001"},
    {"hostname: 'SRV-*'", "hostname ^ SRV-"},
    {"device_id: '{device_id}'", "device_id = {device_id}"},
    {"statuses: RTR_SESSION_STATUS_CLOSED", "deleted_at set"},
    {"statuses: RTR_SESSION_STATUS_ACTIVE", "deleted_at unset", false},
    {"fql: \"deleted_at:null\"", "deleted_at unset"},
    {"user_id: '@me'", "user_id = simulator-client", false},
    {"user_id: 'carol.*'", "user_id ^ carol.", false},
    {"origin: 'psfalcon'", "origin = psfalcon"},
    {"commands: ['runscript', 'ifconfig']", "logs.base_command = runscript|ifconfig"},
    {"commands: 'net*'", "logs.base_command = netstat"},
    {"days: 7", "created_at >= {interval}"},
    {"created { end { seconds: {9d} } }", "created_at < {9d}"},
    {"updated { start { seconds: {9d} } }", "updated_at >= {9d}"},
    {"fql: \"origin:'psfalcon',origin:'falconpy'\" statuses: RTR_SESSION_STATUS_CLOSED",
     "deleted_at set & origin = psfalcon|falconpy"},
    {"Vulnerability"},
    {"", "+"},
    {"severities: [CVE_SEVERITY_CRITICAL, CVE_SEVERITY_LOW]", "+cve.severity = CRITICAL|LOW"},
    {"statuses: VULNERABILITY_STATUS_EXPIRED", "status = EXPIRED"},
    {"cve_ids: ['cve-2021-44228', 'CVE-2024-38063']", "+cve.id = CVE-2021-44228|CVE-2024-38063"},
    {"exprt_ratings: EXPRT_RATING_CRITICAL", "+cve.exprt_rating = CRITICAL"},
    {"exploit_statuses: [EXPLOIT_STATUS_EASILY_ACCESSIBLE, EXPLOIT_STATUS_ACTIVELY_USED]",
     "+cve.exploit_status >= 60"},
    {"exploit_statuses: EXPLOIT_STATUS_UNPROVEN", "+cve.exploit_status <= 0"},
    {"cisa_kev: true", "+cve.cisa_info.is_cisa_kev = true"},
    {"cisa_kev: false", "+cve.cisa_info.is_cisa_kev = false"},
    {"min_base_score: 9", "+cve.base_score >= 9"},
    {"platforms: ['Linux', 'Mac']", "+host_info.platform != Windows"},
    {"product_types: PRODUCT_TYPE_DOMAIN_CONTROLLER",
     "+host_info.product_type_desc = DOMAIN_CONTROLLER"},
    {"suppressed: true", "+suppression_info.is_suppressed = true"},
    {"hostname: 'srv-prod-001'", "+host_info.hostname = SRV-PROD-001"},
    {"hostname: 'DC-*'", "+host_info.hostname ^ DC-0"},
    {"hostname: 'SRV-PROD-001' severities: CVE_SEVERITY_CRITICAL cisa_kev: true",
     "+host_info.hostname = SRV-PROD-001 & cve.severity = CRITICAL & cve.cisa_info.is_cisa_kev = "
     "true"},
    {"device_ids: '{aid}'", "+aid = {aid}"},
    {"fql: \"status:'closed'\"", "status = CLOSED"},
    {"fql: \"(status:!'open'+confidence:'potential')\"", "status != OPEN & confidence = POTENTIAL"},
    {"fql: \"host_info.internet_exposure:'Yes'\"", "+host_info.internet_exposure = Yes"},
    {"closed { start { seconds: 1 } }", "closed_timestamp set"},
    {"created { start { seconds: {40d} } }", "+created_timestamp >= {40d}"},
    {"updated { start { seconds: {40d} } }", "+updated_timestamp >= {40d}"},
    {"days: 40", "+created_timestamp >= {interval}"},
    {"DiscoveredHost"},
    {"hostname: 'srv-prod-*'", "hostname ^ SRV-PROD-"},
    {"platforms: ['Linux', 'Mac']", "platform_name = Linux|Mac"},
    {"days: 2", "last_seen_timestamp >= {interval}"},
    {"last_seen { end { seconds: {10d} } }", "last_seen_timestamp < {10d}"},
    {"first_seen { start { seconds: {90d} } }", "first_seen_timestamp >= {90d}"},
    {"statuses: [ENTITY_TYPE_UNMANAGED, ENTITY_TYPE_UNSUPPORTED]", "aid unset"},
    {"tags: 'FalconGroupingTags/Finance'", "tags = FalconGroupingTags/Finance"},
    {"groups: '{groups}'", "groups = {groups}"},
    {"product_types: PRODUCT_TYPE_DOMAIN_CONTROLLER", "product_type_desc = DOMAIN_CONTROLLER"},
    {"criticalities: [ASSET_CRITICALITY_CRITICAL, ASSET_CRITICALITY_LOW]",
     "criticality = CRITICAL|LOW"},
    {"internet_exposure: YES_NO_YES", "internet_exposure = YES"},
    {"os_is_eol: YES_NO_UNDETERMINED", "os_is_eol = UNDETERMINED"},
    {"device_id: '{aid}'", "aid = {aid}"},
    {"statuses: ENTITY_TYPE_UNMANAGED fql: 'confidence:>=75'",
     "entity_type = UNMANAGED & confidence >= 75"},
    {"DiscoveredApplication"},
    {"name: 'Chrome'", "name = Chrome"},
    {"name: '*SSH*'", "name ~ SSH"},
    {"vendor: 'Micro*'", "vendor ^ Micro"},
    {"version: '1*'", "version ^ 1"},
    {"hostname: 'srv-prod-*'", "host.hostname ^ SRV-PROD-"},
    {"device_id: '{host.aid}'", "host.aid = {host.aid}"},
    {"is_suspicious: true", "is_suspicious = true"},
    {"is_suspicious: false", "is_suspicious = false"},
    {"fql: 'is_suspicious:true'", "is_suspicious = true"},
    {"platforms: 'Linux'", "host.platform_name = Linux"},
    {"days: 20", "last_used_timestamp >= {interval}"},
    {"last_used { end { seconds: {30d} } }", "last_used_timestamp < {30d}"},
    {"first_seen { start { seconds: {90d} } }", "first_seen_timestamp >= {90d}"},
    {"last_updated { start { seconds: {9d} } }", "last_updated_timestamp >= {9d}"},
    {"DiscoveredAccount"},
    {"username: 'SVC-*'", "username = svc-backup"},
    {"account_types: ACCOUNT_TYPE_LOCAL", "account_type = LOCAL"},
    {"admin_privileges: YES_NO_UNDETERMINED", "admin_privileges = UNDETERMINED"},
    {"login_domain: 'emea*'", "login_domain = emea.example.com"},
    {"days: 2", "last_successful_login_timestamp >= {interval}"},
    {"last_successful_login { start { seconds: {3d} } }",
     "last_successful_login_timestamp >= {3d}"},
    {"last_failed_login { start { seconds: {10d} } }", "last_failed_login_timestamp >= {10d}"},
    {"password_last_set { start { seconds: {200d} } }", "password_last_set_timestamp >= {200d}"},
    {"first_seen { start { seconds: {100d} } }", "first_seen_timestamp >= {100d}"},
    {"fql: 'first_seen_timestamp:null'", "first_seen_timestamp unset"},
    {"DiscoveredLogin"},
    {"username: 'Administrator'", "username = administrator"},
    {"hostname: 'dc-0*'", "hostname ^ DC-0"},
    {"device_id: '{aid}'", "aid = {aid}"},
    {"login_types: [LOGIN_TYPE_REMOTE_INTERACTIVE, LOGIN_TYPE_SERVICE]",
     "login_type = REMOTE_INTERACTIVE|SERVICE"},
    {"login_statuses: LOGIN_STATUS_FAILED", "login_status = FAILED"},
    {"remote_ip: '192.168.1.*'", "remote_ip ^ 192.168.1."},
    {"account_types: ACCOUNT_TYPE_DOMAIN", "account_type = DOMAIN"},
    {"admin_privileges: YES_NO_YES", "admin_privileges = YES"},
    {"is_suspicious: true", "is_suspicious = true"},
    {"days: 1", "login_timestamp >= {interval}"},
    {"time { end { seconds: {3d} } }", "login_timestamp < {3d}"},
    {"fql: 'login_event_count:>5'", "login_event_count > 5"},
};

std::vector<Row> RowsOf(const Noun& noun) {
  std::vector<Row> rows;
  std::string current;
  for (const Row& row : kRows) {
    if (row.condition == nullptr) current = row.filter;
    const bool own = noun.record == "RtrSession" && current == "RtrAuditSession" && row.shared;
    if (row.condition != nullptr && (own || current == noun.record)) rows.push_back(row);
  }
  return rows;
}

class EveryFilter : public SharedWorld<EveryFilter, ::testing::TestWithParam<Noun>> {
 public:
  static WorldOptions Options() { return MediumWorld(); }

 protected:
  static Ids IdsFitting(const std::vector<MessagePtr>& records, const std::string& condition) {
    const Condition fits(condition);
    Ids ids;
    for (const MessagePtr& record : records) {
      if (fits.Holds(*record)) ids.insert(IdOf(*record));
    }
    return ids;
  }
  // `text` with its placeholders replaced.
  std::string Filled(std::string text, const std::vector<MessagePtr>& records, int64_t interval) {
    static const std::regex placeholder(R"(\{([a-z0-9_.]+)\})");
    if (text.starts_with("+")) {
      const std::string shown =
          GetParam().record == "Vulnerability" ? "status = OPEN|REOPEN" : "deleted = false";
      text = shown + (text == "+" ? "" : " & " + text.substr(1));
    }
    for (std::smatch found; std::regex_search(text, found, placeholder);) {
      const std::string name = found[1];
      std::string value;
      if (std::isdigit(static_cast<unsigned char>(name[0]))) {
        value = std::to_string(kNow - std::stoll(name) * 86'400);
      } else if (name == "interval") {
        value = std::to_string(interval);
      }
      for (size_t i = 0; i < records.size() && value.empty(); ++i) {
        const std::vector<Value> values = ValuesAt(*records[i], name);
        if (!values.empty()) value = values[0].text;
      }
      EXPECT_NE(value, "") << name;
      text = found.prefix().str() + value + found.suffix().str();
    }
    return text;
  }

  void ExpectFindsWhatFits(const Row& row, const std::vector<MessagePtr>& all) {
    SCOPED_TRACE(row.filter);
    const client::Method& list = *client_.Find(GetParam(), "List");
    const client::Method& export_all = *client_.Find(GetParam(), "Export");
    const std::string request = "read_mask { paths: '" +
                                IdFieldOf(*list.shape.records->message_type()) + "' } filter { " +
                                Filled(row.filter, all, 0) + " }";
    const MessagePtr page = client_.Ask(list, request);
    ASSERT_NE(page, nullptr);
    const Ids expected =
        IdsFitting(all, Filled(row.condition, all, ReadInfoOf(*page).interval().start().seconds()));
    EXPECT_FALSE(expected.empty()) << "no record fits";
    EXPECT_LT(expected.size(), all.size()) << "every record fits";
    Ids listed;
    for (const MessagePtr& record : client_.List(list, request + " page_size: 1000")) {
      EXPECT_TRUE(listed.insert(IdOf(*record)).second) << "a record came twice";
    }
    EXPECT_EQ(listed, expected);
    if (page->GetReflection()->HasField(*page, list.shape.total_size)) {
      EXPECT_EQ(Text(*page, "total_size"), std::to_string(expected.size()));
    }
    const Exported exported = client_.Export(export_all, *client_.Make(export_all, request));
    EXPECT_THAT(exported, IsOk());
    EXPECT_EQ(Ids(exported.ids.begin(), exported.ids.end()), expected);
    EXPECT_EQ(exported.ids.size(), expected.size()) << "a record came twice";
  }

  static inline const int64_t kNow = std::time(nullptr);
  DynamicClient client_{world()};
};

TEST_P(EveryFilter, FindsWhatFitsAndNothingElseInListsAndExports) {
  const std::vector<MessagePtr> all = client_.List(
      *client_.Find(GetParam(), "List"),
      "page_size: 500 view: RECORD_VIEW_FULL filter { " + GetParam().everything + " }");
  for (const Row& row : RowsOf(GetParam())) ExpectFindsWhatFits(row, all);
}

// Filters that select no part of the records here: Falcon has no free text for IOCs, the simulator has
// no parent customer, and all own sessions are of one user.
const std::set<std::string> kUntried = {"Ioc.query", "Ioc.from_parent", "RtrSession.user_id"};

TEST_P(EveryFilter, OfTheRequestIsTried) {
  const auto* filter = client_.Find(GetParam(), "List")
                           ->descriptor->input_type()
                           ->FindFieldByName("filter")
                           ->message_type();
  for (int i = 0; i < filter->field_count(); ++i) {
    const std::string name = filter->field(i)->name();
    if (kUntried.contains(GetParam().record + "." + name)) continue;
    const std::vector<Row> rows = RowsOf(GetParam());
    EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), [&](const Row& row) {
      return std::regex_search(row.filter, std::regex("(^| )" + name + "[: ]"));
    })) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryFilter, ::testing::ValuesIn(Nouns()),
                         [](const auto& noun) { return noun.param.record; });

}  // namespace
}  // namespace falcon::e2e
