// The catalogues of Falcon's records: every documented field, what filters may do with it, orders,
// and what typed filters become.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detection_record.pb.h"
#include "falcon_gateway/v1/discover.pb.h"
#include "falcon_gateway/v1/discovered_account_record.pb.h"
#include "falcon_gateway/v1/discovered_application_record.pb.h"
#include "falcon_gateway/v1/discovered_host_record.pb.h"
#include "falcon_gateway/v1/discovered_login_record.pb.h"
#include "falcon_gateway/v1/host_record.pb.h"
#include "falcon_gateway/v1/incident_record.pb.h"
#include "falcon_gateway/v1/incidents.pb.h"
#include "falcon_gateway/v1/intel_indicator_record.pb.h"
#include "falcon_gateway/v1/intel_indicators.pb.h"
#include "falcon_gateway/v1/ioc_record.pb.h"
#include "falcon_gateway/v1/iocs.pb.h"
#include "falcon_gateway/v1/rtr_session_record.pb.h"
#include "falcon_gateway/v1/vulnerabilities.pb.h"
#include "falcon_gateway/v1/vulnerability_record.pb.h"
#include "fql/catalogue.h"
#include "fql/catalogue_check.h"
#include "fql/filter_compiler.h"
#include "fql/parser.h"
#include "google/protobuf/text_format.h"

namespace falcon::fql {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;

const WallTime kNow = WallTime(std::chrono::seconds(1'767'600'900));  // 2026-01-05T08:15:00Z

std::string KindName(options::v1::FqlKind kind) {
  switch (kind) {
    case options::v1::FQL_KIND_NUMBER:
      return "number";
    case options::v1::FQL_KIND_TIMESTAMP:
      return "timestamp";
    case options::v1::FQL_KIND_BOOLEAN:
      return "boolean";
    case options::v1::FQL_KIND_EPOCH_SECONDS:
      return "epoch";
    default:
      return "string";
  }
}

// One record, and what its catalogue allows and refuses.
struct Noun {
  std::string name;
  const Descriptor* record;
  // Of tests/data: a line for each field, "<name> <kind or any> <sortable or ->"; # for comments.
  std::string fields;
  bool only_those = false;  // the catalogue has no other field
  std::vector<std::string> takes = {};
  std::vector<std::string> refuses = {};
  std::vector<std::string> orders = {};
  std::vector<std::string> refused_orders = {};
};

class Catalogued : public ::testing::TestWithParam<Noun> {
 protected:
  bool Takes(const std::string& filter) const {
    const auto parsed = Parse(filter);
    EXPECT_TRUE(parsed.ok()) << filter;
    return parsed.ok() && catalogue_.Check(*parsed, "filter").ok();
  }
  const Noun& noun_ = GetParam();
  const Catalogue catalogue_{noun_.record};
};

TEST_P(Catalogued, HasEveryDocumentedField) {
  std::ifstream in(FALCON_TEST_DATA "/fql_fields_" + noun_.fields + ".txt");
  ASSERT_TRUE(in.is_open()) << noun_.fields;
  size_t count = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string name, kind, sortable;
    words >> name >> kind >> sortable;
    ++count;
    const Field* field = catalogue_.Find(name);
    if (field == nullptr) {
      ADD_FAILURE() << name << " is not in the catalogue";
      continue;
    }
    EXPECT_EQ(field->sortable, sortable == "sortable") << name;
    if (kind != "any") EXPECT_EQ(KindName(field->kind), kind) << name;
  }
  EXPECT_GE(count, 5u);
  if (noun_.only_those) EXPECT_EQ(catalogue_.fields().size(), count);
}

TEST_P(Catalogued, TakesWhatFalconDocumentsAndNothingElse) {
  for (const std::string& filter : noun_.takes) EXPECT_TRUE(Takes(filter)) << filter;
  for (const std::string& filter : noun_.refuses) EXPECT_FALSE(Takes(filter)) << filter;
  for (const std::string& order : noun_.orders) {
    EXPECT_TRUE(catalogue_.ParseOrder(order).ok()) << order;
  }
  for (const std::string& order : noun_.refused_orders) {
    EXPECT_FALSE(catalogue_.ParseOrder(order).ok()) << order;
  }
}

// clang-format off
const std::vector<std::string> kTakenByBothRtr = {
    "hostname:'SRV-*'", "hostname:!'*PROD*'", "hostname:~'srv prod'", "hostname:!~'srv'",
    "hostname:['a','b']", "user_id:'@me'", "base_command:'ps'", "command_string:~'svchost'",
    "created_at:>='now-7d'", "deleted_at:<'2026-01-31T10:00:00Z'", "deleted_at:null",
    "deleted_at:!null", "cloud_request_id:'a1b2'", "aid:'6fa2c1d04b7e4f0c9d3ab8e5127f90aa'"};
const std::vector<std::string> kRefusedByBothRtr = {
    "device_id:'6fa2c1d04b7e4f0c9d3ab8e5127f90aa'", "status:'active'", "aid:'6FA2'",
    "logs.base_command:'ps'", "hostname:>'a'", "created_at:'last week'", "created_at:~'2026'"};
// clang-format on

std::vector<std::string> With(std::vector<std::string> all, const std::vector<std::string>& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// clang-format off
std::vector<Noun> Nouns() {
  return {
      {"Detections", v1::Detection::descriptor(), "detections"},
      {"Hosts", v1::Host::descriptor(), "hosts"},
      {.name = "Incidents", .record = v1::Incident::descriptor(), .fields = "incidents",
       .only_those = true,
       .takes = {"status:'new'", "status:!'closed'", "severity:>70", "severity:!50",
        "name:'*lateral*'", "assigned_to_uuid:!'*'", "hostnames:'SRV-*'", "tags:'phish*'",
        "all_text:'*credential*'", "created_timestamp:>'now-7d'",
        "sla_active_timer.status:'missed'", "tactic_ids:'TA0006'",
        "sla_active_timer_time_due:'1767600900'", "status:['new','closed']", "severity:[1,2]"},
       .refuses = {"status:'New'", "severity:'high'", "reference_id:'ABC-*'", "name:~'lateral'",
        "hostname:'SRV-1'", "state:'open'", "assigned_to.uuid:'x'", "assigned_to_userid:'x'",
        "name:>'a'", "created_timestamp:'today'", "derived.state:'open'"}},
      {.name = "Iocs", .record = v1::Ioc::descriptor(), .fields = "iocs",
       .takes = {"type:'sha256'", "type:['sha256','md5']", "value:*'*.example.com'",
        "value:~'example'", "severity_number:>=70", "severity_number:[10,30]", "expired:true",
        "action:!'allow'", "metadata.filename.raw:*'svchost*'", "metadata.av_hits:3",
        "platforms:['windows']", "created_on:>'now-7d'", "value:'*.example.com'",
        "metadata.av_hits:[1,2]", "metadata.company_name.raw:['a','b']", "expired:'true'",
        "deleted:false", "host_groups:['g1']", "tags:!'a'"},
       .refuses = {"type:'sha265'", "severity:'high'", "severity_number:'high'",
        "metadata.av_hits:>3", "metadata.filename:'x'", "id:'x'", "expired:'yes'",
        "created_on:'today'", "platforms:['Windows']"}},
      {.name = "IntelIndicators", .record = v1::IntelIndicator::descriptor(),
       .fields = "intel_indicators",
       .takes = {"published_date:>1753022288", "last_updated:<='now-7d'",
        "malicious_confidence:'high'", "labels.name:'Malware/Xworm'", "labels:'x'", "_marker:'1'",
        "created_date:>1", "kill_chains:['c2']", "deleted:false", "reports.slug:'x'",
        "_marker:>='1700000000'", "published_date:>'2025-07-20T00:00:00Z'"},
       .refuses = {"published_date:>'yesterday'", "malicious_confidence:'High'",
        "indicator:'*.example'", "labels.created_on:>1", "actors:~'bear'", "marker:'1'"}},
      {.name = "RtrSessions", .record = v1::RtrSession::descriptor(), .fields = "rtr_sessions",
       .only_those = true,
       .takes = With(kTakenByBothRtr, {"offline_queued:!true", "commands_queued:true"}),
        // Lists are only ordered by date_created.
        .refuses = With(kRefusedByBothRtr, {"date_created:>'now-1d'", "offline_queued:'yes'"}),
        .orders = {"hostname desc", "date_created"}, .refused_orders = {"deleted_at desc"}},
      {.name = "RtrAuditSessions", .record = v1::RtrAuditSession::descriptor(),
       .fields = "rtr_audit_sessions", .only_those = true,
       .takes = kTakenByBothRtr,
       .refuses = With(kRefusedByBothRtr, {"offline_queued:true",
        "id:'9f3c5e7a-1234-5678-abcd-ef0123456789'"}), .orders = {"deleted_at desc"},
        .refused_orders = {"hostname"}},
      {.name = "DiscoveredHosts", .record = v1::DiscoveredHost::descriptor(),
       .fields = "discovered_hosts", .only_those = true,
       .takes = {"entity_type:'managed'", "entity_type:!'unsupported'", "hostname:*'srv-*'",
        "hostname:!*'*prod*'", "tags:*'FalconGroupingTags/*'", "confidence:>=50",
        "criticality:['Critical','High']", "os_is_eol:'Yes'", "internet_exposure:!'Pending'",
        "last_seen_timestamp:>'now-7d'", "reduced_functionality_mode:'No'", "total_memory:<8192",
        "os_security.secure_boot_enabled_status:false", "network_interfaces.local_ip:*'10.0.*'",
        "aid:'6fa2c1d04b7e4f0c9d3ab8e5127f90aa'", "creation_timestamp:'2026-01-01T00:00:00Z'"},
       .refuses = {"hostname:~'srv'", "entity_type:'Managed'", "os_is_eol:true", "os_is_eol:'yes'",
        "criticality:'critical'", "criticality:*'Crit*'", "hostname:>'a'",
        "current_local_ip:'10.0.0.1'", "status:'managed'", "aid:'6FA2'",
        "reduced_functionality_mode:true"}, .orders = {"hostname", "first_seen_timestamp desc"},
        .refused_orders = {"last_seen_timestamp desc"}},
      {.name = "DiscoveredApplications", .record = v1::DiscoveredApplication::descriptor(),
       .fields = "discovered_applications", .only_those = true,
       .takes = {"is_suspicious:true+name:*'*Chrome*'", "software_type:['application','package']"},
       .refuses = {"category:*'Web*'"}},
      {.name = "DiscoveredAccounts", .record = v1::DiscoveredAccount::descriptor(),
       .fields = "discovered_accounts", .only_those = true,
       .takes = {"first_seen_timestamp:null+admin_privileges:'Unknown'"},
        .orders = {"last_failed_login_timestamp desc"}},
      {.name = "DiscoveredLogins", .record = v1::DiscoveredLogin::descriptor(),
       .fields = "discovered_logins", .only_those = true,
       .takes = {"login_type:'Remote interactive'+login_event_count:>5"},
       .refuses = {"login_status:'Succesful'"}, .orders = {"login_timestamp"}},
      {.name = "Vulnerabilities", .record = v1::Vulnerability::descriptor(),
       .fields = "vulnerability",
       .takes = {"aid:'5fa2c1d04b7e4f0c9d3ab8e5127f90aa'",
        "aid:['5fa2c1d04b7e4f0c9d3ab8e5127f90aa']", "cve.id:['CVE-2024-38063']",
        "cve.severity:'CRITICAL'", "cve.exploit_status:'60'",
        // Falcon may know more words.
        "cve.exploit_status:'45'", "cve.base_score:>5.0", "cve.is_cisa_kev:true",
        "last_seen_within:10", "created_timestamp:>'2021-06-25T10:32:00Z'",
        "cve.types:!'Unsupported software'",
        "host_info.groups:['03f0b54af2692e99c4cec945818fbef7']",
        // Twins are compared without case.
        "cve.id.insensitive:['cve-2022-1234']", "host_info.product_type_desc.insensitive:'SERVER'",
        "cve.exploit_status.insensitive:'90'"},
       .refuses = {"aid:!'5fa2c1d04b7e4f0c9d3ab8e5127f90aa'", "cve.severity:'Critical'",
        "last_seen_within:>10", "created_timestamp:!'2021-06-25T10:32:00Z'",
        // Not in FQL.
        "host_info.hostname:'SRV-PROD-001'", "vulnerability_id:['CVE-2024-*']",
        "host_info.product_type_desc.insensitive:'servr'",
        // A number has no case.
        "cve.base_score.insensitive:5"}},
  };
}
// clang-format on

INSTANTIATE_TEST_SUITE_P(Nouns, Catalogued, ::testing::ValuesIn(Nouns()),
                         [](const auto& info) { return info.param.name; });

TEST(VulnerabilityCatalogue, TakesNoStarAnywhere) {
  const Catalogue catalogue(v1::Vulnerability::descriptor());
  for (const auto& [name, field] : catalogue.fields()) {
    EXPECT_EQ(field.wildcard, options::v1::WILDCARD_UNSPECIFIED) << name;
  }
}

TEST(VulnerabilityCatalogue, LooksForJoinedIdsInBothForms) {
  const Catalogue catalogue(v1::Vulnerability::descriptor());
  const std::string aid = "0123456789abcdef0123456789abcdef";
  const std::string joined = "aid:'fedcba9876543210fedcba9876543210_" + aid + "'";
  const auto checked = CheckFilterText(joined, {.catalogue = catalogue});
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(checked->expression.Text(), StrCat(joined, ",aid:'", aid, "'"));
}

TEST(DiscoverCatalogues, TakeListsOnEveryTextField) {
  for (const Descriptor* record :
       {v1::DiscoveredHost::descriptor(), v1::DiscoveredApplication::descriptor(),
        v1::DiscoveredAccount::descriptor(), v1::DiscoveredLogin::descriptor()}) {
    const Catalogue catalogue(record);
    for (const auto& [name, field] : catalogue.fields()) {
      if (field.kind != options::v1::FQL_KIND_STRING) continue;
      EXPECT_TRUE(field.lists && field.equality) << record->name() << " " << name;
    }
  }
}

// JSON paths by the FQL names that their options give them.
void AddNamed(const Descriptor* message, const std::string& path,
              std::multimap<std::string, std::string>& named) {
  for (int i = 0; i < message->field_count(); ++i) {
    const auto* field = message->field(i);
    const std::string& key = field->options().GetExtension(options::v1::json_key);
    const std::string at = path + (key.empty() ? field->name() : key);
    const options::v1::Fql& fql = field->options().GetExtension(options::v1::fql);
    if (field->options().HasExtension(options::v1::fql)) {
      named.emplace(fql.name().empty() ? at : fql.name(), at);
    }
    const Descriptor* inside = field->message_type();
    if (inside != nullptr && inside->file()->package() == "falcon_gateway.v1") {
      AddNamed(inside, at + ".", named);
    }
  }
}

// The one table of names that differ from their paths.
TEST(IncidentCatalogue, NamesBelongToTheRecordFieldsThatTheyMean) {
  const std::multimap<std::string, std::string> documented = {
      {"aids", "analysis_results.hosts.records.aid"},
      {"alerts", "evidence.alerts.records.selector.id"},
      {"assigned_to_name", "assigned_to.full_name"},
      {"assigned_to_uuid", "assigned_to.uuid"},
      {"case_template_id", "template.id"},
      {"case_template_name", "template.name"},
      {"cid", "cid"},
      {"cloud_account_ids", "analysis_results.cloud_assets.records.account_id"},
      {"cloud_availability_zones", "analysis_results.cloud_assets.records.availability_zone"},
      {"cloud_instance_ids", "analysis_results.hosts.records.cloud_instance_id"},
      {"cloud_providers", "analysis_results.cloud_assets.records.cloud_provider"},
      {"cloud_regions", "analysis_results.cloud_assets.records.region"},
      {"created_by", "created_by"},
      {"created_timestamp", "created_timestamp"},
      {"data_domains", "analysis_results.data_domains"},
      {"description", "description"},
      {"email_addresses", "analysis_results.users.records.email_addresses"},
      {"events", "evidence.events.records.selector.id"},
      {"file_names", "analysis_results.files.records.filename"},
      {"hostnames", "analysis_results.hosts.records.hostname"},
      {"id", "id"},
      {"ips", "analysis_results.hosts.records.agent_ip"},
      {"ips", "analysis_results.hosts.records.local_ip"},
      {"md5s", "analysis_results.files.records.md5"},
      {"modified_by", "last_updated_by"},
      {"name", "name"},
      {"reference_id", "reference_id"},
      {"severity", "severity"},
      {"sha256s", "analysis_results.files.records.sha256"},
      {"sla_active_timer.status", "sla.active_timer_status"},
      {"sla_active_timer_time_due", "sla.active_timer_time_due"},
      {"sla_name", "sla.name"},
      {"status", "status"},
      {"tags", "tags"},
      {"updated_timestamp", "updated_timestamp"},
      {"usernames", "analysis_results.users.records.username"},
  };
  std::multimap<std::string, std::string> named;
  AddNamed(v1::Incident::descriptor(), "", named);
  const std::multiset<std::pair<std::string, std::string>> want(documented.begin(),
                                                                documented.end());
  const std::multiset<std::pair<std::string, std::string>> have(named.begin(), named.end());
  EXPECT_EQ(have, want);
}

// The filter of `request`, compiled; or what is wrong with it.
template <class Request>
std::string Compiled(const Descriptor* record, const std::string& filter) {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString("filter { " + filter + " }", &request))
      << filter;
  const auto compiled = CompileFilters(request, Catalogue(record), kNow);
  return compiled.ok() ? compiled->expression.Text() : std::string(compiled.status().message());
}

struct TypedCase {
  std::string filter;
  std::string fql;
};

template <class Request>
void ExpectCompiled(const Descriptor* record, const std::vector<TypedCase>& cases) {
  for (const TypedCase& one : cases) {
    EXPECT_EQ(Compiled<Request>(record, one.filter), one.fql) << one.filter;
  }
}

TEST(TypedFilters, OfIncidentsUseFalconsWords) {
  ExpectCompiled<v1::ListIncidentsRequest>(
      v1::Incident::descriptor(),
      {{"statuses: [INCIDENT_STATUS_NEW, INCIDENT_STATUS_IN_PROGRESS]",
        "status:'new',status:'in_progress'"},
       {"statuses: 25", "status:'reopened'"},
       {"severities: [SEVERITY_HIGH, SEVERITY_CRITICAL]",
        "(severity:>=60+severity:<80),severity:>=80"},
       {"min_severity: SEVERITY_MEDIUM", "severity:>=40"},
       {"days: 1", "created_timestamp:>='2026-01-04T08:15:00Z'"},
       {"assigned_to: 'Alice*'",
        "assigned_to_name:'Alice*',assigned_to_name:'ALICE*',assigned_to_name:'alice*',"
        "assigned_to_uuid:'Alice*',assigned_to_uuid:'ALICE*',assigned_to_uuid:'alice*'"},
       {"tags: ['a', 'b*']", "tags:'a',tags:'b*'"},
       {"hostname: 'Dc-01'", "hostnames:'Dc-01',hostnames:'DC-01',hostnames:'dc-01'"},
       {"tactic: 'TA0006'", "tactic_ids:'TA0006',tactics:'TA0006'"},
       {"reference_ids: 'ABC-1'", "reference_id:'ABC-1'"}});
}

TEST(TypedFilters, OfIocsAndIntelIndicatorsUseFalconsWords) {
  ExpectCompiled<v1::ListIocsRequest>(
      v1::Ioc::descriptor(),
      {{"severities: SEVERITY_HIGH", "severity_number:>=60+severity_number:<80"},
       {"severities: [SEVERITY_INFORMATIONAL, SEVERITY_CRITICAL, SEVERITY_CRITICAL]",
        "(severity_number:>=1+severity_number:<20),severity_number:>=80"},
       {"min_severity: SEVERITY_MEDIUM", "severity_number:>=40"},
       {"severities: [SEVERITY_LOW, SEVERITY_UNSPECIFIED]",
        "filter.severities: element 1 is SEVERITY_UNSPECIFIED, which says nothing; known: "
        "`SEVERITY_INFORMATIONAL`, `SEVERITY_LOW`, `SEVERITY_MEDIUM`, `SEVERITY_HIGH` or "
        "`SEVERITY_CRITICAL`"},
       {"types: [IOC_TYPE_SHA256, IOC_TYPE_IPV4]", "type:['sha256','ipv4']"},
       {"actions: IOC_ACTION_PREVENT_NO_UI", "action:['prevent_no_ui']"},
       {"value: '*.example.com'", "value:*'*.example.com',value:*'*.EXAMPLE.COM'"},
       {"value: '203.0.113.42'", "value:['203.0.113.42']"},
       {"expired: false platforms: 'mac'", "platforms:['mac']+expired:false"},
       {"sources: \"soc'team\"", R"(source:['soc\'team'])"},
       {"expiration { end { seconds: 1000 } }", "expiration:<'1970-01-01T00:16:40Z'"}});
  ExpectCompiled<v1::ListIntelIndicatorsRequest>(
      v1::IntelIndicator::descriptor(),
      {{"published_date { start { seconds: 5 nanos: 1 } end { seconds: 9 } }",
        "published_date:>=6+published_date:<9"},
       {"days: 1", "published_date:>=1767514500"},
       {"malicious_confidences: MALICIOUS_CONFIDENCE_HIGH actors: 'FANCYBEAR'",
        "malicious_confidence:['high']+actors:['FANCYBEAR']"}});
}

TEST(TypedFilters, OfDiscoverAndSpotlightBecomeLists) {
  ExpectCompiled<v1::ListDiscoveredHostsRequest>(
      v1::DiscoveredHost::descriptor(),
      {{"statuses: [ENTITY_TYPE_UNMANAGED, ENTITY_TYPE_UNSUPPORTED] "
        "criticalities: ASSET_CRITICALITY_NONCRITICAL internet_exposure: YES_NO_YES",
        "entity_type:['unmanaged','unsupported']+criticality:['Noncritical']+"
        "internet_exposure:'Yes'"}});
  ExpectCompiled<v1::ListVulnerabilitiesRequest>(
      v1::Vulnerability::descriptor(),
      {{"severities: [CVE_SEVERITY_HIGH, CVE_SEVERITY_CRITICAL] "
        "statuses: VULNERABILITY_STATUS_REOPEN "
        "device_ids: '061a51ec742c44624a176f079d742052' "
        "device_ids: '5fa2c1d04b7e4f0c9d3ab8e5127f90aa' cve_ids: 'CVE-2024-38063' "
        "exprt_ratings: EXPRT_RATING_UNRATED exploit_statuses: EXPLOIT_STATUS_EASILY_ACCESSIBLE "
        "cisa_kev: true min_base_score: 7 platforms: 'Windows' "
        "product_types: PRODUCT_TYPE_DOMAIN_CONTROLLER suppressed: false",
        "cve.severity:['HIGH','CRITICAL']+status:['reopen']+"
        "(aid:'061a51ec742c44624a176f079d742052',aid:'5fa2c1d04b7e4f0c9d3ab8e5127f90aa')+"
        "cve.id:['CVE-2024-38063','cve-2024-38063']+cve.exprt_rating:['UNKNOWN']+"
        "cve.exploit_status:['60']+cve.is_cisa_kev:true+cve.base_score:>=7+"
        "host_info.platform_name:['Windows']+host_info.product_type_desc:['Domain Controller']+"
        "suppression_info.is_suppressed:false"}});
}

}  // namespace
}  // namespace falcon::fql
