// The catalogue of incidents: documented fields, the record fields that they name, typed filters.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "catalogued.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/incident_record.pb.h"
#include "falcon_gateway/v1/incidents.pb.h"
#include "fql/filter_compiler.h"
#include "fql/parser.h"
#include "google/protobuf/text_format.h"

namespace falcon::fql {
namespace {

using google::protobuf::Descriptor;

const WallTime kNow = WallTime(std::chrono::seconds(1'767'600'900));

class IncidentCatalogue : public ::testing::Test {
 protected:
  std::string Filter(const std::string& text) const {
    v1::ListIncidentsRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString("filter { " + text + " }", &request))
        << text;
    const auto filter = CompileFilters(request, incidents_, kNow);
    return filter.ok() ? filter->expression.Text() : std::string(filter.status().message());
  }
  bool Takes(const std::string& filter) const {
    const auto parsed = Parse(filter);
    EXPECT_TRUE(parsed.ok()) << filter;
    return parsed.ok() && incidents_.Check(*parsed, "filter").ok();
  }

  const Catalogue incidents_{v1::Incident::descriptor()};
};

TEST_F(IncidentCatalogue, HasEveryDocumentedFieldAndNoOther) {
  testing::ExpectCatalogued(incidents_, "fql_fields_incidents.txt");
  EXPECT_EQ(incidents_.fields().size(), 46u);
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
TEST_F(IncidentCatalogue, NamesStandOnTheRecordFieldsThatTheyMean) {
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

TEST_F(IncidentCatalogue, AllowsWhatFalconDocumentsAndNothingElse) {
  for (const char* filter :
       {"status:'new'", "status:!'closed'", "severity:>70", "severity:!50", "name:'*lateral*'",
        "assigned_to_uuid:!'*'", "hostnames:'SRV-*'", "tags:'phish*'", "all_text:'*credential*'",
        "created_timestamp:>'now-7d'", "sla_active_timer.status:'missed'", "tactic_ids:'TA0006'",
        "sla_active_timer_time_due:'1767600900'", "status:['new','closed']", "severity:[1,2]"}) {
    EXPECT_TRUE(Takes(filter)) << filter;
  }
  for (const char* filter :
       {"status:'New'", "severity:'high'", "reference_id:'ABC-*'", "name:~'lateral'",
        "hostname:'SRV-1'", "state:'open'", "assigned_to.uuid:'x'", "assigned_to_userid:'x'",
        "name:>'a'", "created_timestamp:'today'", "derived.state:'open'"}) {
    EXPECT_FALSE(Takes(filter)) << filter;
  }
}

TEST_F(IncidentCatalogue, TypedFiltersSpeakFalconsWords) {
  EXPECT_EQ(Filter("statuses: [INCIDENT_STATUS_NEW, INCIDENT_STATUS_IN_PROGRESS]"),
            "status:'new',status:'in_progress'");
  EXPECT_EQ(Filter("statuses: 25"), "status:'reopened'");
  EXPECT_EQ(Filter("severities: [SEVERITY_HIGH, SEVERITY_CRITICAL]"),
            "(severity:>=60+severity:<80),severity:>=80");
  EXPECT_EQ(Filter("min_severity: SEVERITY_MEDIUM"), "severity:>=40");
  EXPECT_EQ(Filter("days: 1"), "created_timestamp:>='2026-01-04T08:15:00Z'");
  EXPECT_EQ(Filter("assigned_to: 'Alice*'"),
            "assigned_to_name:'Alice*',assigned_to_name:'ALICE*',assigned_to_name:'alice*',"
            "assigned_to_uuid:'Alice*',assigned_to_uuid:'ALICE*',assigned_to_uuid:'alice*'");
  EXPECT_EQ(Filter("tags: ['a', 'b*']"), "tags:'a',tags:'b*'");
  EXPECT_EQ(Filter("hostname: 'Dc-01'"), "hostnames:'Dc-01',hostnames:'DC-01',hostnames:'dc-01'");
  EXPECT_EQ(Filter("tactic: 'TA0006'"), "tactic_ids:'TA0006',tactics:'TA0006'");
  EXPECT_EQ(Filter("reference_ids: 'ABC-1'"), "reference_id:'ABC-1'");
}

}  // namespace
}  // namespace falcon::fql
