// What is special to the catalogues of some records, and what typed filters become.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
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

TEST(TypedFilters, OfIocsUseFalconsWords) {
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
}

TEST(TypedFilters, OfIntelIndicatorsCompareSeconds) {
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
