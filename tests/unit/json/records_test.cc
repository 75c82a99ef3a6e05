// The decoder on whole records of Falcon: full ones leave no field unset, ugly ones lose only what
// is bad in them.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "decoding.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detection_record.pb.h"
#include "falcon_gateway/v1/discovered_account_record.pb.h"
#include "falcon_gateway/v1/discovered_application_record.pb.h"
#include "falcon_gateway/v1/discovered_host_record.pb.h"
#include "falcon_gateway/v1/discovered_login_record.pb.h"
#include "falcon_gateway/v1/host_record.pb.h"
#include "falcon_gateway/v1/incident_record.pb.h"
#include "falcon_gateway/v1/incident_settings.pb.h"
#include "falcon_gateway/v1/intel_indicator_record.pb.h"
#include "falcon_gateway/v1/ioc_record.pb.h"
#include "falcon_gateway/v1/rtr_session_record.pb.h"
#include "falcon_gateway/v1/vulnerability_record.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace falcon::json {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::unique_ptr<Message> New(const Descriptor* record) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(record)->New());
}

std::vector<std::string> Words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

int SizeOf(const Message& message, const FieldDescriptor* field) {
  const auto& reflection = *message.GetReflection();
  return field->is_repeated() ? reflection.FieldSize(message, field)
                              : reflection.HasField(message, field);
}

const Message& Inside(const Message& message, const FieldDescriptor* field, int index = 0) {
  const auto& reflection = *message.GetReflection();
  return field->is_repeated() ? reflection.GetRepeatedMessage(message, field, index)
                              : reflection.GetMessage(message, field);
}

// Elements of the field at `path`, which goes through the first elements of repeated messages.
int SizeAt(const Message& message, const std::string& path) {
  const size_t dot = path.find('.');
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(path.substr(0, dot));
  EXPECT_NE(field, nullptr) << path;
  if (field == nullptr || dot == std::string::npos) return field ? SizeOf(message, field) : -1;
  return SizeAt(Inside(message, field), path.substr(dot + 1));
}

// Where `actual` differs from what `expected` sets; of repeated fields the first elements, of maps
// any entry. Empty: nowhere.
std::string Mismatch(const Message& expected, const Message& actual, const std::string& prefix) {
  std::vector<const FieldDescriptor*> fields;
  expected.GetReflection()->ListFields(expected, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string path = prefix + field->name();
    const int size = SizeOf(actual, field);
    for (int i = 0; i < SizeOf(expected, field); ++i) {
      bool found = false;
      for (int j = field->is_map() ? 0 : i; j < (field->is_map() ? size : std::min(size, i + 1));
           ++j) {
        if (field->message_type() != nullptr) {
          const std::string inner =
              Mismatch(Inside(expected, field, i), Inside(actual, field, j), path + ".");
          if (!inner.empty() && !field->is_map()) return inner;
          found = found || inner.empty();
        } else {
          std::string want, have;
          const int index = field->is_repeated() ? i : -1;
          google::protobuf::TextFormat::PrintFieldValueToString(expected, field, index, &want);
          google::protobuf::TextFormat::PrintFieldValueToString(actual, field, index, &have);
          if (want != have) return path + ": " + have + ", not " + want;
          found = true;
        }
      }
      if (!found) return path + " is missing";
    }
  }
  return "";
}

// Paths of all unset fields, looking into the first element of repeated messages.
void AddUnset(const Message& message, const std::string& prefix, std::string& unset) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    const std::string path = prefix + field->name();
    if (SizeOf(message, field) == 0) {
      unset += " " + path;
    } else if (field->message_type() != nullptr && !field->is_map() &&
               field->message_type()->file()->package() == "falcon_gateway.v1") {
      AddUnset(Inside(message, field), path + ".", unset);
    }
  }
}

struct Case {
  const Descriptor* record;
  std::string file;          // of tests/data, without .json
  std::string misfits = "";  // paths, each skipped once
  std::string holds = "";    // protobuf text
  std::string sizes = "";    // "path=elements", of repeated fields
  std::string unset = "";    // paths; of a full record all of them
};

DecodeReport Decode(const Case& one, Message& message) {
  DecodeOptions options;
  options.additional_fields = true;
  DecodeReport report;
  const Document document = Parsed(StrCat(R"({"resources":[)", TestData(one.file + ".json"), "]}"));
  EXPECT_TRUE(Decoder(one.record).Decode(document, 0, options, message, report));
  return report;
}

void ExpectHolds(const Case& one, const Message& message) {
  const auto expected = New(one.record);
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(one.holds, expected.get()))
      << one.holds;
  EXPECT_EQ(Mismatch(*expected, message, ""), "");
}

class FullRecord : public ::testing::TestWithParam<Case> {};
class UglyRecord : public ::testing::TestWithParam<Case> {};

TEST_P(FullRecord, FillsEveryField) {
  const auto message = New(GetParam().record);
  const DecodeReport report = Decode(GetParam(), *message);
  std::string unset;
  AddUnset(*message, "", unset);
  EXPECT_EQ(Words(unset), Words(GetParam().unset));
  EXPECT_EQ(report.skipped_values, 0);
  ExpectHolds(GetParam(), *message);
}

TEST_P(UglyRecord, LosesOnlyItsBadFields) {
  const auto message = New(GetParam().record);
  const DecodeReport report = Decode(GetParam(), *message);
  std::map<std::string, int64_t> misfits;
  for (const std::string& path : Words(GetParam().misfits)) misfits[path] = 1;
  EXPECT_EQ(CountsOf(report), misfits);
  ExpectHolds(GetParam(), *message);
  for (const std::string& size : Words(GetParam().sizes)) {
    const size_t equals = size.find('=');
    EXPECT_EQ(SizeAt(*message, size.substr(0, equals)), std::stoi(size.substr(equals + 1))) << size;
  }
  for (const std::string& path : Words(GetParam().unset)) {
    EXPECT_EQ(SizeAt(*message, path), 0) << path;
  }
}

std::string Name(const ::testing::TestParamInfo<Case>& info) {
  return info.param.file + "_as_" + info.param.record->name();
}

INSTANTIATE_TEST_SUITE_P(
    Of, FullRecord,
    ::testing::Values(
        Case{v1::Detection::descriptor(), "detection_full"},
        Case{v1::Host::descriptor(), "host_full"},
        // `derived` is the gateway's own: no case has it.
        Case{.record = v1::Incident::descriptor(),
             .file = "incident_full",
             .holds = R"(severity_score: 95 severity: SEVERITY_CRITICAL status:
                  INCIDENT_STATUS_IN_PROGRESS sla { active_timer_time_due { seconds: 1767600900 }
                  timers { resolution { status: INCIDENT_TIMER_STATUS_PAUSED } } }
                  additional_fields { fields { key: "key_of_tomorrow" value {} } })",
             .unset = "derived"},
        Case{v1::Sla::descriptor(), "sla_full"},
        Case{v1::CaseTemplate::descriptor(), "case_template_full"},
        Case{v1::IncidentAttachment::descriptor(), "incident_attachment_full"},
        Case{v1::Ioc::descriptor(), "ioc_full"},
        Case{v1::IocProcess::descriptor(), "ioc_process_full"},
        // Dated by Unix seconds.
        Case{.record = v1::IntelIndicator::descriptor(),
             .file = "intel_indicator_full",
             .holds = R"(last_updated { seconds: 1753027269 } labels { last_valid_on { seconds:
                  1753027269 } } malicious_confidence: MALICIOUS_CONFIDENCE_HIGH)"},
        Case{v1::RtrSession::descriptor(), "rtr_session_full"},
        Case{v1::RtrAuditSession::descriptor(), "rtr_session_full"},
        Case{v1::QueuedRtrSession::descriptor(), "queued_rtr_session_full"},
        Case{v1::DiscoveredHost::descriptor(), "discovered_host_full"},
        Case{v1::DiscoveredApplication::descriptor(), "discovered_application_full"},
        Case{v1::DiscoveredAccount::descriptor(), "discovered_account_full"},
        Case{v1::DiscoveredLogin::descriptor(), "discovered_login_full"},
        // Unmodelled keys of inner records are in the outermost one.
        Case{.record = v1::Vulnerability::descriptor(),
             .file = "vulnerability_full",
             .holds = R"(status: VULNERABILITY_STATUS_CLOSED cve { severity: CVE_SEVERITY_CRITICAL
                  exploit_status: 30 cisa_info { due_date { seconds: 1725321600 } } }
                  suppression_info { reason: SUPPRESSION_REASON_COMPENSATING_CONTROL } apps {
                  evaluation_logic { logic { id: "16392073654140156915" } } })",
             .unset = "apps.evaluation_logic.additional_fields "
                      "remediation.entities.additional_fields"},
        Case{v1::Remediation::descriptor(), "remediation_full"},
        Case{v1::EvaluationLogic::descriptor(), "evaluation_logic_full"}),
    Name);

INSTANTIATE_TEST_SUITE_P(
    Of, UglyRecord,
    ::testing::Values(
        Case{v1::Detection::descriptor(), "detection_ugly",
             "agent_id data_domains description device.last_seen external grandparent_details "
             "is_aggregated network_accesses network_accesses.local_port parent_details "
             "pattern_disposition score start_time",
             R"(process_id: "9007199254740993117" parent_process_id: "12345678901234567890123"
                  local_process_id: "1234" severity_score: 70 severity: SEVERITY_HIGH status:
                  DETECTION_STATUS_IN_PROGRESS created_timestamp { seconds: 1767600900 }
                  updated_timestamp { nanos: 123000000 } timestamp { seconds: 1767597300 }
                  pattern_id: 10357 cloud_indicator: false show_in_ui: true device { hostname:
                  "SRV-PROD-001" major_version: "10" } mitre_attack { tactic_id: "TA0005" }
                  network_accesses { remote_port: 443 } incident { score: 12.5 } filename:
                  "rundll32.exe")",
             "tags=1 data_domains=2 device.groups=1 network_accesses=2 network_accesses.is_ipv6=1",
             "confidence"},
        Case{v1::Host::descriptor(), "host_ugly",
             "device_policies.content-update.applied device_policies.prevention.assigned_date "
             "first_seen groups last_reboot managed_apps modified_timestamp notes platform_name",
             R"(device_id: "6fa2c1d04b7e4f0c9d3ab8e5127f90aa" platform_id: "0" status:
                  CONTAINMENT_STATUS_LIFT_CONTAINMENT_PENDING product_type_desc:
                  PRODUCT_TYPE_DOMAIN_CONTROLLER last_seen { seconds: 1767600900 }
                  agent_local_time { nanos: 500000000 } last_login_timestamp { seconds: 1767600900
                  } reduced_functionality_mode: true ou: "Servers" meta { version: "1234567890" }
                  device_policies { prevention { applied: true } content_update { policy_id: "17"
                  } } policies { policy_id: "aa11" } os_build: "17763.5" last_login_user: "true")",
             "groups=3", "device_policies.host_retention"},
        Case{v1::Incident::descriptor(), "incident_ugly",
             "analysis_results.data_domains created_by creation_actor.workflow "
             "evidence.alerts.records evidence.alerts.records.selector evidence.leads fields name "
             "read_only.is_read_only sla.active_timer_status "
             "sla.timers.resolution.duration_seconds template.version updated_timestamp",
             R"(id: "4711" severity_score: 95 status: INCIDENT_STATUS_IN_PROGRESS
                  created_timestamp { seconds: 1767600900 } last_updated_by { uuid: "7" } tags:
                  "one-tag" version: 12 consistency { consistent: true } access_tags { key: "SOC"
                  } evidence { alerts { records { selector { id: "c:ind:a:1-2-3" } } }
                  custom_evidence { records { value { name: "note" } } } } analysis_results {
                  hosts { records { hostname: "SRV-PROD-001" } } } fields { display_order: 3 } sla
                  { timers { acknowledgement { time_due { seconds: 1767600900 } } } } template {
                  id: "t1" })",
             "evidence.alerts.records=2 analysis_results.users.records.email_addresses=1 "
             "analysis_results.data_domains=1 fields=1 fields.values=3",
             "start_timestamp end_timestamp read_only.is_read_only "
             "sla.timers.acknowledgement.time_paused"},
        Case{v1::Ioc::descriptor(), "ioc_ugly",
             "action deleted host_groups metadata.signed modified_on severity source tags",
             R"(id: "17" type: IOC_TYPE_SHA256 description: "true" created_on { seconds:
                  1767600900 } expired: true applied_globally: true metadata { filename: "7"
                  av_hits: 42 } created_by: "a\000b")",
             "platforms=1 tags=2", "action severity expiration deleted"},
        Case{v1::IntelIndicator::descriptor(), "intel_indicator_ugly",
             "actors kill_chains last_updated malicious_confidence relations",
             R"(id: "url_http://x.example/a_b" indicator: "42" deleted: false published_date {
                  seconds: 1753022288 } actors: "FANCYBEAR" relations { created_date { seconds:
                  1753022288 } } marker: "1753027269")",
             "malware_families=1 actors=1 labels=1 relations=1", "labels.created_on"},
        Case{v1::RtrSession::descriptor(), "rtr_session_ugly",
             "commands.cd device_details._ device_details.status logs logs.base_command updated_at "
             "user_id",
             R"(id: "17" created_at { seconds: 1767600900 } hostname: "true" platform_id: 3
                  offline_queued: false commands_queued: true duration: 12.25 logs { id:
                  9007199254740993 created_at { seconds: 1767600900 } } logs { session_id: "5" }
                  device_details { ou: "Servers" } commands { key: "ps" } additional_fields {
                  fields { key: "unknown_key" value {} } })",
             "cloud_request_ids=1 logs=2", "deleted_at device_details.last_seen"},
        Case{v1::DiscoveredHost::descriptor(), "discovered_host_ugly",
             "account_enabled criticality disk_sizes disk_sizes.disk_space field_metadata.city "
             "first_seen_timestamp local_ips_count os_security.credential_guard_status "
             "platform_name tags triage",
             R"(entity_type: ENTITY_TYPE_MANAGED os_is_eol: YES_NO_UNDETERMINED
                  product_type_desc: PRODUCT_TYPE_DOMAIN_CONTROLLER last_seen_timestamp { seconds:
                  1767600900 } confidence: 75 reduced_functionality_mode: true cloud_registered:
                  true total_memory: 4294967296 total_disk_space: -1 network_interfaces {
                  mac_address: "17" } os_security { secure_boot_enabled_status: true }
                  field_metadata { key: "hostname" value { providers: "Falcon" } })",
             "tags=2 groups=1 network_interfaces=1",
             "criticality internet_exposure account_enabled creation_timestamp"},
        Case{v1::DiscoveredApplication::descriptor(), "discovered_application_ugly",
             "browser_extension.installations.enabled browser_extension.permissions "
             "dev_package.author host.product_type_desc host.tags ide_extension "
             "installation_timestamp is_normalized",
             R"(id: "17" version: "1.5" is_suspicious: true host { internet_exposure:
                  YES_NO_PENDING } suspicious_indicators { severity: "9" } last_used_timestamp {
                  nanos: 123456789 } browser_extension { enabled: true } dev_package {
                  dependency_count: 3 })"},
        // An epoch of 0 is Falcon's way to say never.
        Case{v1::DiscoveredAccount::descriptor(), "discovered_account_ugly",
             "account_type last_failed_login_type last_successful_login_timestamp "
             "local_admin_privileges username",
             R"(account_name: "CORP\\alice" admin_privileges: YES_NO_UNDETERMINED
                  last_successful_login_type: LOGIN_TYPE_NETWORK_CLEARTEXT
                  password_last_set_timestamp { seconds: 1767600900 } user_sid: "500")",
             "", "first_seen_timestamp"},
        Case{v1::DiscoveredLogin::descriptor(), "discovered_login_ugly",
             "admin_privileges remote_ip",
             R"(login_timestamp { seconds: 1767600900 } login_status: LOGIN_STATUS_SUCCESSFUL
                  login_type: LOGIN_TYPE_TERMINAL_SERVER login_event_count: 9007199254740993
                  local_admin_privileges: true account_id: "12")",
             "", "is_suspicious"},
        Case{v1::Vulnerability::descriptor(), "vulnerability_ugly",
             "apps apps.evaluation_logic.logic.comparisons.state_comparisons.entity_comparisons."
             "expected_value apps.evaluation_logic.logic.items "
             "apps.evaluation_logic.logic.script.variables.deep confidence cve.exprt_rating "
             "cve.references data_providers.ports host_info.groups host_info.has_run_container "
             "host_info.product_type_desc remediation services.port status suppression_info.reason "
             "updated_timestamp",
             R"(vulnerability_id: "20240001" created_timestamp { seconds: 1723702331 } apps {
                  remediation { ids: "7f1f18c7a5d9327ca8552f297df0a282" } evaluation_logic { logic
                  { id: "340282366920938463463374607431768211456" negate: false items { value:
                  "one" } comparisons { state_comparisons { entity_comparisons { expected_value:
                  "7.5" } } } script { variables { key: "depth" value: "3" } } } } }
                  suppression_info { is_suppressed: false } services { port: 443 } host_info {
                  tags: "one-tag" platform: "7" } cve { base_score: 9.8 exploit_status: 60
                  cisa_info { is_cisa_kev: true } })",
             "apps=1 data_providers.ports=2 cve.references=1",
             "status closed_timestamp cve.impact_score"},
        Case{v1::Remediation::descriptor(), "remediation_ugly", "title updated_timestamp",
             R"(id: "17" type: "patch")", "patch_publication_date=1", "created_timestamp"},
        Case{v1::EvaluationLogic::descriptor(), "evaluation_logic_ugly",
             "aid logic.comparisons logic.items.value logic.negate logic.script",
             R"(created_timestamp { seconds: 1724280061 } logic { id: "16288502251398203820"
                  determined_by_comparison: true })",
             "logic=1 logic.items.value=2"}),
    Name);

TEST(IncidentRecord, HasTheSeverityBandOfItsScore) {
  const std::pair<std::string, v1::Severity> bands[] = {
      {"100", v1::SEVERITY_CRITICAL},    {"80", v1::SEVERITY_CRITICAL},
      {"79", v1::SEVERITY_HIGH},         {"\"60\"", v1::SEVERITY_HIGH},
      {"59.0", v1::SEVERITY_MEDIUM},     {"20", v1::SEVERITY_LOW},
      {"1", v1::SEVERITY_INFORMATIONAL}, {"0", v1::SEVERITY_UNSPECIFIED},
      {"-5", v1::SEVERITY_UNSPECIFIED},  {"null", v1::SEVERITY_UNSPECIFIED}};
  for (const auto& [score, severity] : bands) {
    const auto [incident, report] =
        DecodeRecord<v1::Incident>(StrCat(R"({"severity":)", score, "}"));
    EXPECT_EQ(incident.severity(), severity) << score;
    EXPECT_EQ(report.skipped_values, 0) << score;
  }
  const auto [incident, report] = DecodeRecord<v1::Incident>(R"({"severity":"grave"})");
  EXPECT_EQ(report.skipped_values, 1) << "counted once, for both of its fields";
  EXPECT_EQ(incident.severity(), v1::SEVERITY_UNSPECIFIED);
}

TEST(RtrRecord, LosesNothingWithoutItsRequiredKeys) {
  const auto [session, report] = DecodeRecord<v1::RtrSession>(R"({"logs": null})");
  EXPECT_EQ(report.skipped_values, 0);
  EXPECT_FALSE(session.has_offline_queued());
  EXPECT_EQ(session.logs_size(), 0);
}

}  // namespace
}  // namespace falcon::json
