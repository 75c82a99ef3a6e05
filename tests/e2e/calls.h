// Calls of the gateway in one line each, by the type of their request.
#ifndef FALCON_TESTS_E2E_CALLS_H_
#define FALCON_TESTS_E2E_CALLS_H_

#include <google/protobuf/text_format.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/e2e/world.h"

namespace falcon::e2e {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Json = nlohmann::json;

// Ends a call that hangs; no test waits for it.
inline constexpr milliseconds kGenerous = seconds(120);

template <class Response>
struct Answer {
  grpc::Status status;
  Response response;
  std::map<std::string, std::string> trailers;
  const Response* operator->() const { return &response; }
  std::string reason() const { return Details(status).info.reason(); }
};

// A request from protobuf's text format.
template <class Request>
Request Make(const std::string& text = "") {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  return request;
}

// The stub and the method that take a request.
using Detections = v1::DetectionService::Stub;
using Hosts = v1::HostService::Stub;
using Iocs = v1::IocService::Stub;
using IntelIndicators = v1::IntelIndicatorService::Stub;
using RtrSessions = v1::RtrSessionService::Stub;
using Vulnerabilities = v1::VulnerabilityService::Stub;
using Reputations = v1::ReputationService::Stub;
using Incidents = v1::IncidentService::Stub;
using Discover = v1::DiscoverService::Stub;
using Gateway = v1::GatewayService::Stub;

inline auto MethodFor(const v1::ListDetectionsRequest*) {
  return std::pair(&World::detections, &Detections::ListDetections);
}
inline auto MethodFor(const v1::GetDetectionRequest*) {
  return std::pair(&World::detections, &Detections::GetDetection);
}
inline auto MethodFor(const v1::BatchGetDetectionsRequest*) {
  return std::pair(&World::detections, &Detections::BatchGetDetections);
}
inline auto MethodFor(const v1::AggregateDetectionsRequest*) {
  return std::pair(&World::detections, &Detections::AggregateDetections);
}
inline auto MethodFor(const v1::ListHostsRequest*) {
  return std::pair(&World::hosts, &Hosts::ListHosts);
}
inline auto MethodFor(const v1::GetHostRequest*) {
  return std::pair(&World::hosts, &Hosts::GetHost);
}
inline auto MethodFor(const v1::BatchGetHostsRequest*) {
  return std::pair(&World::hosts, &Hosts::BatchGetHosts);
}
inline auto MethodFor(const v1::BatchGetLoginHistoryRequest*) {
  return std::pair(&World::hosts, &Hosts::BatchGetLoginHistory);
}
inline auto MethodFor(const v1::BatchGetNetworkAddressHistoryRequest*) {
  return std::pair(&World::hosts, &Hosts::BatchGetNetworkAddressHistory);
}
inline auto MethodFor(const v1::BatchGetOnlineStateRequest*) {
  return std::pair(&World::hosts, &Hosts::BatchGetOnlineState);
}
inline auto MethodFor(const v1::ListIocsRequest*) {
  return std::pair(&World::iocs, &Iocs::ListIocs);
}
inline auto MethodFor(const v1::GetIocRequest*) { return std::pair(&World::iocs, &Iocs::GetIoc); }
inline auto MethodFor(const v1::BatchGetIocsRequest*) {
  return std::pair(&World::iocs, &Iocs::BatchGetIocs);
}
inline auto MethodFor(const v1::AggregateIocsRequest*) {
  return std::pair(&World::iocs, &Iocs::AggregateIocs);
}
inline auto MethodFor(const v1::GetIocDeviceCountRequest*) {
  return std::pair(&World::iocs, &Iocs::GetIocDeviceCount);
}
inline auto MethodFor(const v1::GetIocDevicesRequest*) {
  return std::pair(&World::iocs, &Iocs::GetIocDevices);
}
inline auto MethodFor(const v1::GetIocProcessesRequest*) {
  return std::pair(&World::iocs, &Iocs::GetIocProcesses);
}
inline auto MethodFor(const v1::BatchGetProcessesRequest*) {
  return std::pair(&World::iocs, &Iocs::BatchGetProcesses);
}
inline auto MethodFor(const v1::ListIntelIndicatorsRequest*) {
  return std::pair(&World::intel_indicators, &IntelIndicators::ListIntelIndicators);
}
inline auto MethodFor(const v1::GetIntelIndicatorRequest*) {
  return std::pair(&World::intel_indicators, &IntelIndicators::GetIntelIndicator);
}
inline auto MethodFor(const v1::BatchGetIntelIndicatorsRequest*) {
  return std::pair(&World::intel_indicators, &IntelIndicators::BatchGetIntelIndicators);
}
inline auto MethodFor(const v1::AggregateHostsRequest*) {
  return std::pair(&World::hosts, &Hosts::AggregateHosts);
}
inline auto MethodFor(const v1::ListRtrSessionsRequest*) {
  return std::pair(&World::rtr_sessions, &RtrSessions::ListRtrSessions);
}
inline auto MethodFor(const v1::GetRtrSessionRequest*) {
  return std::pair(&World::rtr_sessions, &RtrSessions::GetRtrSession);
}
inline auto MethodFor(const v1::BatchGetRtrSessionsRequest*) {
  return std::pair(&World::rtr_sessions, &RtrSessions::BatchGetRtrSessions);
}
inline auto MethodFor(const v1::AggregateRtrSessionsRequest*) {
  return std::pair(&World::rtr_sessions, &RtrSessions::AggregateRtrSessions);
}
inline auto MethodFor(const v1::BatchGetQueuedRtrSessionsRequest*) {
  return std::pair(&World::rtr_sessions, &RtrSessions::BatchGetQueuedRtrSessions);
}
inline auto MethodFor(const v1::ListRtrAuditSessionsRequest*) {
  return std::pair(&World::rtr_sessions, &RtrSessions::ListRtrAuditSessions);
}
inline auto MethodFor(const v1::ListVulnerabilitiesRequest*) {
  return std::pair(&World::vulnerabilities, &Vulnerabilities::ListVulnerabilities);
}
inline auto MethodFor(const v1::GetVulnerabilityRequest*) {
  return std::pair(&World::vulnerabilities, &Vulnerabilities::GetVulnerability);
}
inline auto MethodFor(const v1::BatchGetVulnerabilitiesRequest*) {
  return std::pair(&World::vulnerabilities, &Vulnerabilities::BatchGetVulnerabilities);
}
inline auto MethodFor(const v1::BatchGetRemediationsRequest*) {
  return std::pair(&World::vulnerabilities, &Vulnerabilities::BatchGetRemediations);
}
inline auto MethodFor(const v1::BatchGetEvaluationLogicRequest*) {
  return std::pair(&World::vulnerabilities, &Vulnerabilities::BatchGetEvaluationLogic);
}
inline auto MethodFor(const v1::BatchGetReputationsRequest*) {
  return std::pair(&World::reputations, &Reputations::BatchGetReputations);
}
inline auto MethodFor(const v1::CheckIocsRequest*) {
  return std::pair(&World::reputations, &Reputations::CheckIocs);
}
inline auto MethodFor(const v1::ListIncidentsRequest*) {
  return std::pair(&World::incidents, &Incidents::ListIncidents);
}
inline auto MethodFor(const v1::GetIncidentRequest*) {
  return std::pair(&World::incidents, &Incidents::GetIncident);
}
inline auto MethodFor(const v1::BatchGetIncidentsRequest*) {
  return std::pair(&World::incidents, &Incidents::BatchGetIncidents);
}
inline auto MethodFor(const v1::GetIncidentAttachmentsRequest*) {
  return std::pair(&World::incidents, &Incidents::GetIncidentAttachments);
}
inline auto MethodFor(const v1::BatchGetIncidentAttachmentsRequest*) {
  return std::pair(&World::incidents, &Incidents::BatchGetIncidentAttachments);
}
inline auto MethodFor(const v1::BatchGetSlasRequest*) {
  return std::pair(&World::incidents, &Incidents::BatchGetSlas);
}
inline auto MethodFor(const v1::BatchGetTemplatesRequest*) {
  return std::pair(&World::incidents, &Incidents::BatchGetTemplates);
}
inline auto MethodFor(const v1::ListDiscoveredHostsRequest*) {
  return std::pair(&World::discover, &Discover::ListDiscoveredHosts);
}
inline auto MethodFor(const v1::GetDiscoveredHostRequest*) {
  return std::pair(&World::discover, &Discover::GetDiscoveredHost);
}
inline auto MethodFor(const v1::BatchGetDiscoveredHostsRequest*) {
  return std::pair(&World::discover, &Discover::BatchGetDiscoveredHosts);
}
inline auto MethodFor(const v1::ListDiscoveredApplicationsRequest*) {
  return std::pair(&World::discover, &Discover::ListDiscoveredApplications);
}
inline auto MethodFor(const v1::GetDiscoveredApplicationRequest*) {
  return std::pair(&World::discover, &Discover::GetDiscoveredApplication);
}
inline auto MethodFor(const v1::BatchGetDiscoveredApplicationsRequest*) {
  return std::pair(&World::discover, &Discover::BatchGetDiscoveredApplications);
}
inline auto MethodFor(const v1::ListDiscoveredAccountsRequest*) {
  return std::pair(&World::discover, &Discover::ListDiscoveredAccounts);
}
inline auto MethodFor(const v1::GetDiscoveredAccountRequest*) {
  return std::pair(&World::discover, &Discover::GetDiscoveredAccount);
}
inline auto MethodFor(const v1::BatchGetDiscoveredAccountsRequest*) {
  return std::pair(&World::discover, &Discover::BatchGetDiscoveredAccounts);
}
inline auto MethodFor(const v1::ListDiscoveredLoginsRequest*) {
  return std::pair(&World::discover, &Discover::ListDiscoveredLogins);
}
inline auto MethodFor(const v1::GetDiscoveredLoginRequest*) {
  return std::pair(&World::discover, &Discover::GetDiscoveredLogin);
}
inline auto MethodFor(const v1::BatchGetDiscoveredLoginsRequest*) {
  return std::pair(&World::discover, &Discover::BatchGetDiscoveredLogins);
}
inline auto MethodFor(const v1::GetStatusRequest*) {
  return std::pair(&World::gateway, &Gateway::GetStatus);
}
inline auto MethodFor(const v1::CheckAccessRequest*) {
  return std::pair(&World::gateway, &Gateway::CheckAccess);
}

template <class Stub, class Request, class Response>
Answer<Response> Invoke(Stub& stub,
                        grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                     Response*),
                        const Request& request, milliseconds deadline) {
  Answer<Response> answer;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + deadline);
  answer.status = (stub.*method)(&context, request, &answer.response);
  for (const auto& [name, value] : context.GetServerTrailingMetadata()) {
    answer.trailers[{name.data(), name.size()}] = {value.data(), value.size()};
  }
  return answer;
}

template <class Request>
auto Ask(World& world, const Request& request, milliseconds deadline = kGenerous) {
  const auto [stub, method] = MethodFor(&request);
  return Invoke((world.*stub)(), method, request, deadline);
}

// What came out of an export.
struct Exported {
  grpc::Status status;
  std::vector<std::string> ids;
  std::string resume_token;  // of the last message
  int64_t exported = 0;      // as the last message says
  int64_t total = 0;
  int messages = 0;
  int largest = 0;        // records in the largest message
  bool ascending = true;  // by created_timestamp
};

// Called after each message with what came so far; false leaves the stream.
using AfterEach = std::function<bool(const Exported& so_far)>;

Exported Export(World& world, const v1::ExportDetectionsRequest& request,
                const AfterEach& after_each = {});

// Asks again and again until `done`; a failed test when that takes minutes.
void WaitUntil(const std::function<bool()>& done);

// A fault rule as the simulator takes it, for the Alerts API unless `more` names another path.
Json Rule(const std::string& kind, const Json& more = Json::object());

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_CALLS_H_
