// Requests of an investigation: filters, fields and sizes.
#include "rpc/services/investigation_reads.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/str_split.h"
#include "base/text.h"
#include "falcon_gateway/v1/discover.pb.h"
#include "falcon_gateway/v1/discovered_applications.pb.h"
#include "falcon_gateway/v1/intel_indicators.pb.h"
#include "falcon_gateway/v1/iocs.pb.h"
#include "falcon_gateway/v1/rtr_sessions.pb.h"
#include "falcon_gateway/v1/vulnerabilities.pb.h"
#include "fql/expression.h"
#include "google/protobuf/util/time_util.h"
#include "reputation/indicator.h"

namespace falcon::rpc {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMaxRecords = 100;
constexpr int kMaxLogins = 20;  // of one host

constexpr std::string_view kDetectionFields =
    "composite_id,severity,severity_score,status,timestamp,created_timestamp,display_name,"
    "description,tactic_id,tactic,technique_id,technique,objective,device.hostname,"
    "device.device_id,device.local_ip,user_name,filename,filepath,cmdline,local_process_id,sha256,"
    "parent_details.filename,parent_details.local_process_id,parent_details.cmdline,ioc_type,"
    "ioc_value,network_accesses.remote_address,network_accesses.remote_port,"
    "pattern_disposition_description,assigned_to_name,linked_case_ids,files_written,"
    "executables_written,quarantined_files,comments,tags,product";
constexpr std::string_view kHostFields =
    "device_id,hostname,local_ip,external_ip,mac_address,os_version,platform_name,"
    "product_type_desc,status,last_seen,first_seen,machine_domain,site_name,ou,tags,agent_version,"
    "last_login_user,last_reboot,reduced_functionality_mode,filesystem_containment_status,"
    "rtr_state,criticality,device_policies.prevention.applied";
constexpr std::string_view kIncidentFields =
    "id,reference_id,name,description,severity,severity_score,status,assigned_to.full_name,tags,"
    "created_timestamp,updated_timestamp,start_timestamp,end_timestamp,analysis_results.hosts,"
    "analysis_results.users.records.username,analysis_results.users.records.sid,"
    "analysis_results.files,evidence.alerts,evidence.custom_evidence.records.value,sla.name,"
    "sla.active_timer_status,sla.active_timer_time_due";
constexpr std::string_view kVulnerabilityFields =
    "id,aid,vulnerability_id,status,created_timestamp,cve.severity,cve.base_score,"
    "cve.exprt_rating,cve.exploit_status,cve.cisa_info.is_cisa_kev,cve.cisa_info.due_date,"
    "cve.remediation_level,host_info.hostname,host_info.product_type_desc,"
    "host_info.internet_exposure,host_info.asset_criticality,apps.product_name_version,"
    "remediation.entities.action";
constexpr std::string_view kExploited =
    "(cve.is_cisa_kev:true,cve.exploit_status:['60','90'],cve.exprt_rating:['CRITICAL','HIGH'])";
constexpr std::string_view kRtrAuditFields =
    "id,created_at,deleted_at,user_id,device_id,hostname,origin,offline_queued,duration,logs";

void Select(std::string_view fields, google::protobuf::FieldMask& mask) {
  for (const auto path : absl::StrSplit(ToAbsl(fields), ',')) mask.add_paths(std::string(path));
}

template <class Request, class Response>
SectionRead Read(v1::InvestigationSection section, const Collection& collection, Request request) {
  if constexpr (requires { request.set_page_size(1); }) request.set_page_size(kMaxRecords);
  return {.section = section,
          .collection = &collection,
          .request = std::make_unique<Request>(std::move(request)),
          .response = std::make_unique<Response>()};
}

// field:['a','b'].
std::string AnyOf(std::string_view field, const Ids& values) {
  fql::Condition condition{.field = std::string(field), .values = {}};
  for (const std::string& value : values) condition.values.emplace_back(value);
  return fql::Expression::Of(std::move(condition)).Text();
}

template <class Request>
Request OfDevices(const Ids& devices) {
  Request request;
  request.mutable_device_ids()->Add(devices.begin(), devices.end());
  return request;
}

SectionRead Logins(const Collection& collection, const Ids& devices,
                   const v1::TimeRange& interval) {
  SectionRead read = Read<v1::BatchGetLoginHistoryRequest, v1::BatchGetLoginHistoryResponse>(
      v1::INVESTIGATION_SECTION_LOGIN_HISTORIES, collection,
      OfDevices<v1::BatchGetLoginHistoryRequest>(devices));
  read.query = {{"limit", StrCat(kMaxLogins)}};
  if (interval.has_start()) read.query.emplace_back("from", TimeUtil::ToString(interval.start()));
  if (interval.has_end()) read.query.emplace_back("to", TimeUtil::ToString(interval.end()));
  return read;
}

}  // namespace

InvestigationReads::InvestigationReads(const RpcEnvironment& environment, const ServiceDeps& deps)
    : hosts_(collections::Hosts(environment, deps)),
      detections_(collections::Detections(environment, deps)),
      incidents_(collections::Incidents(environment, deps)),
      iocs_(collections::Iocs(environment, deps)),
      intel_indicators_(collections::IntelIndicators(environment, deps)),
      vulnerabilities_(collections::Vulnerabilities(environment, deps)),
      rtr_audit_sessions_(collections::RtrAuditSessions(environment, deps)),
      login_histories_(collections::LoginHistories(environment, deps)),
      network_address_histories_(collections::NetworkAddressHistories(environment, deps)),
      online_states_(collections::OnlineStates(environment, deps)),
      discovered_hosts_(collections::DiscoveredHosts(environment, deps)),
      discovered_applications_(collections::DiscoveredApplications(environment, deps)) {}

v1::GetHostRequest InvestigationReads::Host(const std::string& device) {
  v1::GetHostRequest request;
  request.set_device_id(device);
  Select(kHostFields, *request.mutable_read_mask());
  return request;
}

v1::GetDetectionRequest InvestigationReads::Detection(const std::string& composite_id) {
  v1::GetDetectionRequest request;
  request.set_composite_id(composite_id);
  Select(kDetectionFields, *request.mutable_read_mask());
  return request;
}

v1::GetIncidentRequest InvestigationReads::Incident(const std::string& id) {
  v1::GetIncidentRequest request;
  request.set_id(id);
  Select(kIncidentFields, *request.mutable_read_mask());
  return request;
}

SectionRead InvestigationReads::Hosts(const Ids& devices) const {
  auto request = OfDevices<v1::BatchGetHostsRequest>(devices);
  Select(kHostFields, *request.mutable_read_mask());
  return Read<v1::BatchGetHostsRequest, v1::BatchGetHostsResponse>(v1::INVESTIGATION_SECTION_HOSTS,
                                                                   hosts_, std::move(request));
}

SectionRead InvestigationReads::DetectionsById(const Ids& composite_ids) const {
  v1::BatchGetDetectionsRequest request;
  request.mutable_composite_ids()->Add(composite_ids.begin(), composite_ids.end());
  Select(kDetectionFields, *request.mutable_read_mask());
  return Read<v1::BatchGetDetectionsRequest, v1::BatchGetDetectionsResponse>(
      v1::INVESTIGATION_SECTION_DETECTIONS, detections_, std::move(request));
}

SectionRead InvestigationReads::DetectionsOn(const Ids& devices,
                                             const v1::TimeRange& interval) const {
  v1::ListDetectionsRequest request;
  *request.mutable_filter()->mutable_created() = interval;
  request.mutable_filter()->set_fql(AnyOf("device.device_id", devices));
  Select(kDetectionFields, *request.mutable_read_mask());
  return Read<v1::ListDetectionsRequest, v1::ListDetectionsResponse>(
      v1::INVESTIGATION_SECTION_DETECTIONS, detections_, std::move(request));
}

SectionRead InvestigationReads::IncidentsOf(const std::string& device) const {
  v1::ListIncidentsRequest request;
  request.mutable_filter()->set_device_id(device);
  Select(kIncidentFields, *request.mutable_read_mask());
  return Read<v1::ListIncidentsRequest, v1::ListIncidentsResponse>(
      v1::INVESTIGATION_SECTION_INCIDENTS, incidents_, std::move(request));
}

SectionRead InvestigationReads::IncidentsHolding(const std::string& composite_id) const {
  v1::ListIncidentsRequest request;
  request.mutable_filter()->set_alert_id(composite_id);
  Select(kIncidentFields, *request.mutable_read_mask());
  return Read<v1::ListIncidentsRequest, v1::ListIncidentsResponse>(
      v1::INVESTIGATION_SECTION_INCIDENTS, incidents_, std::move(request));
}

SectionRead InvestigationReads::DomainControllers() const {
  v1::ListHostsRequest request;
  request.mutable_filter()->add_product_types(v1::PRODUCT_TYPE_DOMAIN_CONTROLLER);
  Select(kHostFields, *request.mutable_read_mask());
  return Read<v1::ListHostsRequest, v1::ListHostsResponse>(
      v1::INVESTIGATION_SECTION_DOMAIN_CONTROLLERS, hosts_, std::move(request));
}

std::vector<SectionRead> InvestigationReads::AroundHosts(const Ids& devices,
                                                         const v1::TimeRange& interval) const {
  v1::ListVulnerabilitiesRequest vulnerabilities;
  vulnerabilities.mutable_filter()->mutable_device_ids()->Add(devices.begin(), devices.end());
  vulnerabilities.mutable_filter()->set_fql(std::string(kExploited));
  Select(kVulnerabilityFields, *vulnerabilities.mutable_read_mask());

  v1::ListRtrAuditSessionsRequest sessions;
  *sessions.mutable_filter()->mutable_created() = interval;
  sessions.mutable_filter()->set_fql(AnyOf("aid", devices));
  Select(kRtrAuditFields, *sessions.mutable_read_mask());

  v1::ListDiscoveredHostsRequest assets;
  assets.mutable_filter()->set_fql(AnyOf("aid", devices));

  v1::ListDiscoveredApplicationsRequest applications;
  applications.mutable_filter()->set_is_suspicious(true);
  applications.mutable_filter()->set_fql(AnyOf("host.aid", devices));

  std::vector<SectionRead> reads;
  reads.push_back(Read<v1::ListVulnerabilitiesRequest, v1::ListVulnerabilitiesResponse>(
      v1::INVESTIGATION_SECTION_VULNERABILITIES, vulnerabilities_, std::move(vulnerabilities)));
  reads.push_back(Read<v1::ListRtrAuditSessionsRequest, v1::ListRtrAuditSessionsResponse>(
      v1::INVESTIGATION_SECTION_RTR_AUDIT_SESSIONS, rtr_audit_sessions_, std::move(sessions)));
  reads.push_back(Logins(login_histories_, devices, interval));
  reads.push_back(
      Read<v1::BatchGetNetworkAddressHistoryRequest, v1::BatchGetNetworkAddressHistoryResponse>(
          v1::INVESTIGATION_SECTION_NETWORK_ADDRESS_HISTORIES, network_address_histories_,
          OfDevices<v1::BatchGetNetworkAddressHistoryRequest>(devices)));
  reads.push_back(Read<v1::BatchGetOnlineStateRequest, v1::BatchGetOnlineStateResponse>(
      v1::INVESTIGATION_SECTION_ONLINE_STATES, online_states_,
      OfDevices<v1::BatchGetOnlineStateRequest>(devices)));
  reads.push_back(Read<v1::ListDiscoveredHostsRequest, v1::ListDiscoveredHostsResponse>(
      v1::INVESTIGATION_SECTION_DISCOVERED_HOSTS, discovered_hosts_, std::move(assets)));
  reads.push_back(
      Read<v1::ListDiscoveredApplicationsRequest, v1::ListDiscoveredApplicationsResponse>(
          v1::INVESTIGATION_SECTION_SUSPICIOUS_APPLICATIONS, discovered_applications_,
          std::move(applications)));
  return reads;
}

SectionRead InvestigationReads::Iocs(const Ids& values) const {
  v1::ListIocsRequest request;
  request.mutable_filter()->set_fql(AnyOf("value", values));
  return Read<v1::ListIocsRequest, v1::ListIocsResponse>(v1::INVESTIGATION_SECTION_IOCS, iocs_,
                                                         std::move(request));
}

SectionRead InvestigationReads::IntelIndicators(const Ids& values) const {
  v1::ListIntelIndicatorsRequest request;
  request.mutable_filter()->mutable_indicators()->Add(values.begin(), values.end());
  return Read<v1::ListIntelIndicatorsRequest, v1::ListIntelIndicatorsResponse>(
      v1::INVESTIGATION_SECTION_INTEL_INDICATORS, intel_indicators_, std::move(request));
}

Ids IndicatorsIn(const google::protobuf::RepeatedPtrField<v1::Detection>& detections) {
  Ids values;
  const auto add = [&](const std::string& text) {
    if (text.empty()) return;
    const auto indicator = reputation::ParseIndicator(text);
    if (!indicator.ok() || std::ranges::find(values, indicator->value) != values.end()) return;
    values.push_back(indicator->value);
  };
  for (const v1::Detection& detection : detections) add(detection.ioc_value());
  for (const v1::Detection& detection : detections) {
    for (const v1::NetworkAccess& access : detection.network_accesses()) {
      add(access.remote_address());
    }
  }
  for (const v1::Detection& detection : detections) add(detection.sha256());
  return values;
}

}  // namespace falcon::rpc
