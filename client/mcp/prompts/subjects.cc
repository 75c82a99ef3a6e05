// Makes questions.
#include "mcp/prompts/subjects.h"

#include <algorithm>

#include "mcp/prompts/indicator.h"
#include "mcp/prompts/values_at.h"
#include "mcp/resources/resource_uri.h"
#include "text.h"

namespace falcon::mcp {

using google::protobuf::Message;

const std::string_view kDetectionView =
    "composite_id,severity,status,timestamp,display_name,description,tactic_id,technique_id,"
    "technique,device.hostname,device.device_id,device.local_ip,user_name,filename,filepath,"
    "cmdline,local_process_id,sha256,parent_details.filename,parent_details.local_process_id,"
    "parent_details.cmdline,ioc_type,ioc_value,network_accesses.remote_address,"
    "network_accesses.remote_port,pattern_disposition_description,assigned_to_name";

const std::string_view kHostView =
    "device_id,hostname,local_ip,external_ip,mac_address,os_version,platform_name,"
    "product_type_desc,status,last_seen,first_seen,machine_domain,site_name,ou,tags,agent_version,"
    "last_login_user,last_reboot,reduced_functionality_mode,filesystem_containment_status,"
    "rtr_state,criticality,device_policies.prevention.applied";

const std::string_view kVulnerabilityView =
    "id,aid,vulnerability_id,status,created_timestamp,cve.severity,cve.base_score,"
    "cve.exprt_rating,cve.exploit_status,cve.cisa_info.is_cisa_kev,cve.cisa_info.due_date,"
    "cve.remediation_level,host_info.hostname,host_info.product_type_desc,"
    "host_info.internet_exposure,host_info.asset_criticality,apps.product_name_version,"
    "remediation.entities.action";

namespace {

constexpr std::string_view kIncidentView =
    "id,reference_id,name,description,severity,severity_score,status,assigned_to.full_name,tags,"
    "created_timestamp,updated_timestamp,start_timestamp,end_timestamp,derived.state,"
    "derived.tactic_ids,derived.technique_ids,derived.first_alert_time,derived.last_alert_time,"
    "derived.hosts,derived.users,derived.alert_count,derived.joined_alert_count,"
    "analysis_results.hosts,analysis_results.users.records.username,"
    "analysis_results.users.records.sid,analysis_results.files,analysis_results.cloud_assets,"
    "evidence.alerts,evidence.custom_evidence.records.value,sla.name,sla.active_timer_status,"
    "sla.active_timer_time_due,fields.name,fields.values";

std::string Mask(std::string_view view) { return std::string(view); }

// field:['a','b']; the values hold no quotes.
std::string AnyOf(std::string_view field, const std::vector<std::string>& values) {
  return StrCat(field, ":['", client::Join(values, "','"), "']");
}

}  // namespace

Wanted IncidentById(const std::string& id) {
  return {.key = "incident",
          .title = "The incident",
          .question = {"incidents", "get", {{"id", id}, {"read_mask", Mask(kIncidentView)}}},
          .weight = 4,
          .uri = RecordUri("incidents", id),
          // The detections themselves are a part of their own.
          .hidden = "incident.evidence.alerts"};
}

Wanted DetectionById(const std::string& id) {
  return {.key = "detection",
          .title = "The detection",
          .question = {"detections",
                       "get",
                       {{"composite_id", id},
                        {"read_mask",
                         StrCat(kDetectionView,
                                ",severity_score,confidence,objective,scenario,created_timestamp,"
                                "linked_case_ids,grandparent_details,files_written,"
                                "executables_written,quarantined_files,ioc_context,"
                                "comments,tags,product")}}},
          .weight = 4,
          .uri = RecordUri("detections", id)};
}

Wanted HostNamed(const std::string& host) {
  const bool id = IsDeviceId(host);
  return {.key = "host",
          .title = StrCat("Host ", host),
          .question = {"hosts",
                       "get",
                       {{id ? "device_id" : "hostname", host}, {"read_mask", Mask(kHostView)}}},
          .weight = 2};
}

std::string DeviceIdOf(const Dossier& dossier, const std::string& host) {
  const Message* answer = dossier.AnswerOf("host");
  std::string id = answer == nullptr ? "" : TextAt(*answer, "host.device_id");
  if (IsDeviceId(id)) return id;
  return IsDeviceId(host) ? host : std::string();
}

Wanted DetectionsOfHost(const std::string& host, int days, int most) {
  Question question{"detections",
                    "list",
                    {{"days", days}, {"page_size", most}, {"read_mask", Mask(kDetectionView)}}};
  if (IsDeviceId(host)) {
    question.fields.emplace_back("fql", StrCat("device.device_id:'", host, "'"));
  } else {
    question.fields.emplace_back("hostname", host);
  }
  return {.key = "host-detections",
          .title = StrCat("Detections on host ", host, " in the last ", days, " days"),
          .question = std::move(question),
          .weight = 8};
}

Wanted OpenIncidentsOfHost(const std::string& host) {
  return {.key = "open-incidents",
          .title = StrCat("Open incidents of host ", host),
          .question = {"incidents",
                       "list",
                       {{IsDeviceId(host) ? "device_id" : "hostname", host},
                        {"state", std::string("open")},
                        {"page_size", 20}}},
          .weight = 2};
}

Wanted DetectionsById(const std::vector<std::string>& ids) {
  return {.key = "detections",
          .title = "Detections of the incident",
          .question = {"detections",
                       "batch-get",
                       {{"composite_ids", ids}, {"read_mask", Mask(kDetectionView)}}},
          .weight = 10};
}

Wanted HostsById(const std::vector<std::string>& device_ids) {
  return {.key = "hosts",
          .title = "Hosts concerned",
          .question = {"hosts",
                       "batch-get",
                       {{"device_ids", device_ids}, {"read_mask", Mask(kHostView)}}},
          .weight = 3};
}

Wanted SessionsOnHosts(const std::vector<std::string>& device_ids, int days) {
  return {.key = "rtr-sessions",
          .title = StrCat("Real-time response sessions on these hosts in the last ", days, " days"),
          .question = {"rtr-sessions",
                       "list",
                       {{"days", days}, {"page_size", 10}, {"fql", AnyOf("aid", device_ids)}}},
          .weight = 2};
}

Wanted VulnerabilitiesOfHosts(const std::vector<std::string>& device_ids) {
  return {.key = "vulnerabilities",
          .title = "Open critical vulnerabilities of these hosts",
          .question = {"vulnerabilities",
                       "list",
                       {{"device_ids", device_ids},
                        {"severities", std::vector<std::string>{"critical"}},
                        {"page_size", 20},
                        {"read_mask", Mask(kVulnerabilityView)}}},
          .weight = 3};
}

Wanted DomainControllers() {
  return {.key = "domain-controllers",
          .title = "Domain controllers",
          .question = {"hosts",
                       "list",
                       {{"product_types", std::vector<std::string>{"domain_controller"}},
                        {"page_size", 20},
                        {"read_mask", std::string("device_id,hostname,local_ip,os_version,status,"
                                                  "last_seen,machine_domain,product_type_desc")}}},
          .weight = 2};
}

Wanted IocsOf(const std::vector<std::string>& values) {
  return {.key = "iocs",
          .title = "Own IOCs with values that the detections name",
          .question = {"iocs", "list", {{"page_size", 40}, {"fql", AnyOf("value", values)}}},
          .weight = 2};
}

Wanted IntelligenceOf(const std::vector<std::string>& values) {
  return {.key = "intelligence",
          .title = "CrowdStrike's intelligence on values that the detections name",
          .question = {"intel-indicators", "list", {{"page_size", 40}, {"indicators", values}}},
          .weight = 2};
}

std::vector<std::string> IndicatorsIn(const Message& answer, std::string_view path) {
  std::vector<std::string> values;
  // What Falcon calls an indicator first, then what it merely saw.
  for (const std::string_view field : {"ioc_value", "network_accesses.remote_address", "sha256"}) {
    std::vector<std::string> found = TextsAt(answer, StrCat(path, ".", field));
    std::erase_if(found, [](const std::string& value) { return !IsIndicator(value); });
    AddNew(values, found, kMostIndicators);
  }
  return values;
}

absl::Status NamedWrongly(const Dossier& dossier, std::string_view key, std::string_view argument,
                          std::string_view tool) {
  const client::Failure* failure = dossier.FailureOf(key);
  if (failure != nullptr && failure->code == grpc::StatusCode::INVALID_ARGUMENT) {
    return absl::InvalidArgumentError(StrCat(argument, ": ", dossier.WhyNot(*failure)));
  }
  if (failure == nullptr || failure->code != grpc::StatusCode::NOT_FOUND) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat(argument, ": Falcon knows no such ", argument, ". ",
                                           tool, " finds the ones there are."));
}

}  // namespace falcon::mcp
