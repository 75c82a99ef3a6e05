// Typed calls of the gateway, one line each, by the type of their request; and exports, read to their
// end or left on the way.
#ifndef FALCON_TESTS_E2E_CALLS_H_
#define FALCON_TESTS_E2E_CALLS_H_

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/timestamp.pb.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detections.grpc.pb.h"
#include "falcon_gateway/v1/discover.grpc.pb.h"
#include "falcon_gateway/v1/gateway.grpc.pb.h"
#include "falcon_gateway/v1/hosts.grpc.pb.h"
#include "falcon_gateway/v1/incidents.grpc.pb.h"
#include "falcon_gateway/v1/investigations.grpc.pb.h"
#include "falcon_gateway/v1/iocs.grpc.pb.h"
#include "falcon_gateway/v1/reputation.grpc.pb.h"
#include "falcon_gateway/v1/rtr_sessions.grpc.pb.h"
#include "falcon_gateway/v1/vulnerabilities.grpc.pb.h"
#include "tests/e2e/world.h"

namespace falcon::e2e {

using grpc::StatusCode;
using std::chrono::milliseconds;
using std::chrono::seconds;

// The stub's method that takes a request.
template <class Request>
inline constexpr auto kMethod = nullptr;

#define FALCON_RPC(service, method) \
  template <>                       \
  inline constexpr auto kMethod<v1::method##Request> = &v1::service::Stub::method
#define FALCON_NOUN(service, one, many) \
  FALCON_RPC(service, List##many);      \
  FALCON_RPC(service, Get##one);        \
  FALCON_RPC(service, BatchGet##many);  \
  FALCON_RPC(service, Export##many)

FALCON_NOUN(DetectionService, Detection, Detections);
FALCON_RPC(DetectionService, AggregateDetections);
FALCON_NOUN(DiscoverService, DiscoveredAccount, DiscoveredAccounts);
FALCON_NOUN(DiscoverService, DiscoveredApplication, DiscoveredApplications);
FALCON_NOUN(DiscoverService, DiscoveredHost, DiscoveredHosts);
FALCON_NOUN(DiscoverService, DiscoveredLogin, DiscoveredLogins);
FALCON_RPC(GatewayService, CheckAccess);
FALCON_RPC(GatewayService, GetStatus);
FALCON_NOUN(HostService, Host, Hosts);
FALCON_RPC(HostService, AggregateHosts);
FALCON_RPC(HostService, BatchGetLoginHistory);
FALCON_RPC(HostService, BatchGetNetworkAddressHistory);
FALCON_RPC(HostService, BatchGetOnlineState);
FALCON_NOUN(IncidentService, Incident, Incidents);
FALCON_RPC(IncidentService, BatchGetCaseTemplates);
FALCON_RPC(IncidentService, BatchGetIncidentAttachments);
FALCON_RPC(IncidentService, BatchGetSlas);
FALCON_RPC(IncidentService, GetIncidentAttachments);
FALCON_RPC(InvestigationService, InvestigateDetection);
FALCON_RPC(InvestigationService, InvestigateHost);
FALCON_RPC(InvestigationService, InvestigateIncident);
FALCON_NOUN(IocService, Ioc, Iocs);
FALCON_RPC(IocService, AggregateIocs);
FALCON_RPC(IocService, BatchGetProcesses);
FALCON_RPC(IocService, GetIocDeviceCount);
FALCON_RPC(IocService, ListIocDevices);
FALCON_RPC(IocService, ListIocProcesses);
FALCON_RPC(ReputationService, BatchGetReputations);
FALCON_RPC(ReputationService, CheckIocs);
FALCON_NOUN(RtrSessionService, RtrSession, RtrSessions);
FALCON_RPC(RtrSessionService, AggregateRtrSessions);
FALCON_RPC(RtrSessionService, BatchGetQueuedRtrSessions);
FALCON_RPC(RtrSessionService, ExportRtrAuditSessions);
FALCON_RPC(RtrSessionService, ListRtrAuditSessions);
FALCON_NOUN(VulnerabilityService, Vulnerability, Vulnerabilities);
FALCON_RPC(VulnerabilityService, AggregateVulnerabilities);
FALCON_RPC(VulnerabilityService, BatchGetEvaluationLogic);
FALCON_RPC(VulnerabilityService, BatchGetRemediations);

// The deadline of calls that are expected to end: it stops a call that hangs, no test waits for it.
inline constexpr milliseconds kGenerous = seconds(120);

template <class Response>
struct Answer {
  grpc::Status status;
  Response response;
  std::map<std::string, std::string> trailers;
  const Response* operator->() const { return &response; }
  std::string reason() const { return Details(status).info.reason(); }
};

inline const grpc::Status& StatusOf(const grpc::Status& status) { return status; }
template <class Result>
const grpc::Status& StatusOf(const Result& result) {
  return result.status;
}

// What a failed expectation shows of whatever has a `status`.
template <class Result>
  requires requires(const Result& result) { result.status.error_message(); }
void PrintTo(const Result& result, std::ostream* out) {
  *out << "code " << result.status.error_code() << ": " << result.status.error_message();
}

// Matchers for a grpc::Status, and for whatever has a `status`.
MATCHER_P(StatusIs, code, "") {
  *result_listener << "code " << StatusOf(arg).error_code() << ": "
                   << StatusOf(arg).error_message();
  return StatusOf(arg).error_code() == code;
}
MATCHER(IsOk, "") {
  *result_listener << "code " << StatusOf(arg).error_code() << ": "
                   << StatusOf(arg).error_message();
  return StatusOf(arg).ok();
}
MATCHER_P(HasReason, reason, "") {
  *result_listener << StatusOf(arg).error_message();
  return Details(StatusOf(arg)).info.reason() == reason;
}
// The metadata of the call's ErrorInfo holds `value` under `key`.
MATCHER_P2(HasFact, key, value, "") {
  const auto metadata = Details(StatusOf(arg)).info.metadata();
  const auto fact = metadata.find(key);
  *result_listener << StatusOf(arg).error_message();
  return fact != metadata.end() && fact->second == value;
}

// A request from protobuf's text format.
template <class Request>
Request Make(const std::string& text = "") {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  return request;
}

std::string Repeated(std::string_view text, int times);

// The trailing metadata of a call that has ended.
std::map<std::string, std::string> Trailers(const grpc::ClientContext& context);

template <class Stub, class Request, class Response>
Answer<Response> Invoke(World& world,
                        grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                     Response*),
                        const Request& request, milliseconds deadline) {
  Answer<Response> answer;
  Stub stub(world.channel());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + deadline);
  answer.status = (stub.*method)(&context, request, &answer.response);
  answer.trailers = Trailers(context);
  return answer;
}

template <class Request>
auto Ask(World& world, const Request& request, milliseconds deadline = kGenerous) {
  return Invoke(world, kMethod<Request>, request, deadline);
}

// Calls `each` with each page of a list, up to the last or the first that fails.
template <class Request, class Each>
void ForEachPage(World& world, Request request, const Each& each) {
  do {
    const auto page = Ask(world, request);
    ASSERT_THAT(page, IsOk()) << request.ShortDebugString();
    each(page.response);
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
}

template <class Stub, class Request, class Response, class Each>
grpc::Status Stream(World& world,
                    std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(
                        grpc::ClientContext*, const Request&),
                    const Request& request, const Each& each) {
  Stub stub(world.channel());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(10));
  const auto reader = (stub.*method)(&context, request);
  for (Response batch; reader->Read(&batch);) {
    if (each(batch)) continue;
    context.TryCancel();
    break;
  }
  return reader->Finish();
}

// Calls `each` with each message of an export; `each` returns false to leave the stream.
template <class Request, class Each>
grpc::Status ForEachBatch(World& world, const Request& request, const Each& each) {
  return Stream(world, kMethod<Request>, request, each);
}

// The field of the instant by which exports of a record are ordered; null where it has none.
const google::protobuf::FieldDescriptor* InstantOf(const google::protobuf::Descriptor& record);

// The records of an export so far.
class Exported {
 public:
  grpc::Status status;
  std::vector<std::string> ids;
  std::string resume_token;  // of the last message
  int64_t exported = 0;      // as the last message says
  int64_t total = 0;
  int messages = 0;
  int largest = 0;          // records in the largest message
  size_t largest_size = 0;  // bytes of the largest message
  int undated = 0;          // records without the instant by which the export is ordered

  int count() const { return static_cast<int>(ids.size()); }

  // Adds a message of an export. Fails the test where records are not in ascending order, or undated
  // ones not at the end.
  void Add(const google::protobuf::Message& batch);
  // Appends the export that was resumed by this one's token.
  void Append(const Exported& rest);

 private:
  google::protobuf::Timestamp newest_;
};

// Called after each message with the records so far; false leaves the stream.
using AfterEach = std::function<bool(const Exported& so_far)>;

template <class Request>
Exported Export(World& world, const Request& request, const AfterEach& after_each = {}) {
  Exported all;
  all.status = ForEachBatch(world, request, [&](const auto& batch) {
    all.Add(batch);
    return !after_each || after_each(all);
  });
  return all;
}

// The export ended well with `count` records, none twice, all but `undated` of them in order.
void ExpectComplete(const Exported& all, int64_t count, int undated = 0);

// Repeats until `done`; fails the test after minutes.
void WaitUntil(const std::function<bool()>& done);

// A fault rule of the simulator, for the Alerts API unless `more` names another path.
Json Rule(const std::string& kind, const Json& more = Json::object());

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_CALLS_H_
