// HostService: the gRPC face of Falcon's Devices API.
#include "rpc/host_service.h"

#include <algorithm>

#include "base/device_id.h"
#include "base/status.h"
#include "base/text.h"
#include "falcon/record_fields.h"
#include "google/protobuf/util/time_util.h"
#include "rpc/request_bounds.h"
#include "rpc/staleness.h"
#include "rpc/unary_call.h"
#include "rpc/value_counts.h"

namespace falcon::rpc {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMostNamesakes = 101;
constexpr size_t kMostNameBytes = 255;

CollectionFacts Facts() {
  CollectionFacts facts;
  facts.id = "device_id";
  facts.pages = &operation::kCombinedDevices;
  facts.entities = &operation::kPostDeviceDetails;
  facts.pages_like_entities = true;
  facts.list_order = {"device_id", false};
  facts.seek = "first_seen";
  facts.id_shape = DeviceIdShape;
  facts.spell_id = DeviceId;
  return facts;
}

Checks CheckName(const v1::GetHostRequest& request) {
  Checks checks;
  if (request.hostname().empty() || request.hostname().size() > kMostNameBytes ||
      request.hostname().find('*') != std::string::npos) {
    checks.Violate("hostname", "must be one name of at most 255 bytes; ListHosts takes stars");
  }
  return checks;
}

}  // namespace

HostService::HostService(const Edge& edge, const Upstream& upstream)
    : edge_(edge),
      upstream_(upstream),
      names_(upstream),
      hosts_(v1::Host::descriptor(), Facts()),
      logins_(v1::LoginHistory::descriptor(), "device_id", operation::kLoginHistory),
      addresses_(v1::NetworkAddressHistory::descriptor(), "device_id",
                 operation::kNetworkAddressHistory),
      states_(v1::HostOnlineState::descriptor(), "id", operation::kOnlineState) {}

Task<absl::Status> HostService::Get(Call& call, const v1::GetHostRequest& request,
                                    v1::GetHostResponse& response) {
  if (request.has_device_id()) {
    co_return co_await hosts_.Get(upstream_, call, request, response);
  }
  ASSIGN_OR_CO_RETURN(const LookupPlan plan, hosts_.OpenLookup(request, CheckName(request)));
  if (plan.staleness) call.reading.staleness = plan.staleness;
  co_return co_await GetByName(call, plan.options, request, response);
}

// Of namesakes, which a reinstalled sensor leaves behind, the one seen last is the living one.
Task<absl::Status> HostService::GetByName(Call& call, json::DecodeOptions options,
                                          const v1::GetHostRequest& request,
                                          v1::GetHostResponse& response) {
  ASSIGN_OR_CO_RETURN(HostNames::Namesakes namesakes,
                      co_await names_.Find(call, request.hostname(), kMostNamesakes, options));
  auto& hosts = *namesakes.found.mutable_hosts();
  if (hosts.empty()) co_return HostNames::NotFound(request.hostname());
  if (!namesakes.complete) {
    call.reading.AddNote({"NAMESAKES_INCOMPLETE",
                          "more hosts have names that begin alike than the gateway reads; further "
                          "ones of exactly this name may be among them",
                          "other_device_ids", ""});
  }
  for (int i = 1; i < std::min(hosts.size(), kMostNamesakes); ++i) {
    response.add_other_device_ids(hosts[i].device_id());
  }
  response.mutable_host()->Swap(&hosts[0]);
  const auto& fields = *v1::Host::descriptor();
  ClearUnselected(options,
                  {fields.FindFieldByName("device_id"), fields.FindFieldByName("hostname")},
                  *response.mutable_host());
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

template <class Request, class Response>
Task<absl::Status> HostService::LookUpSatellites(Call& call, const Satellite& satellite,
                                                 const Request& request, std::string records,
                                                 Response& response) {
  Checks checks;
  CheckIds(request.device_ids(), DeviceIdShape, "device_ids", checks);
  LookupPlan plan;
  plan.options.additional_fields = request.read_options().include_additional_fields();
  plan.staleness = AskedStaleness(request, checks);
  plan.operation = &satellite.operation;
  plan.decoder = &satellite.decoder;
  plan.id_field = satellite.id_field;
  if constexpr (std::is_same_v<Request, v1::BatchGetLoginHistoryRequest>) {
    plan.query.emplace_back("limit", Cat(PageSize(request, "limit")));
    if (request.has_time()) CheckTimeRange(request.time(), "time", checks);
    if (request.time().has_start()) {
      plan.query.emplace_back("from", TimeUtil::ToString(request.time().start()));
    }
    if (request.time().has_end()) {
      plan.query.emplace_back("to", TimeUtil::ToString(request.time().end()));
    }
  }
  CO_RETURN_IF_ERROR(checks.Verdict());
  const AskedIds ids(request.device_ids(), DeviceId);
  CO_RETURN_IF_ERROR(co_await LookUp(upstream_.caller, plan, ids.spelled(), call.reading, response,
                                     records, "missing", call.report));
  ids.NameAsAsked(response);
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

grpc::ServerUnaryReactor* HostService::ListHosts(grpc::CallbackServerContext* context,
                                                 const v1::ListHostsRequest* request,
                                                 v1::ListHostsResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.HostService/ListHosts", context, request, response,
      [=, this](Call& call) { return hosts_.List(upstream_, call, *request, *response); });
}

grpc::ServerUnaryReactor* HostService::GetHost(grpc::CallbackServerContext* context,
                                               const v1::GetHostRequest* request,
                                               v1::GetHostResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.HostService/GetHost", context, request, response,
                [=, this](Call& call) { return Get(call, *request, *response); });
}

grpc::ServerUnaryReactor* HostService::BatchGetHosts(grpc::CallbackServerContext* context,
                                                     const v1::BatchGetHostsRequest* request,
                                                     v1::BatchGetHostsResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.HostService/BatchGetHosts", context, request, response,
      [=, this](Call& call) { return hosts_.BatchGet(upstream_, call, *request, *response); });
}

grpc::ServerWriteReactor<v1::ExportHostsResponse>* HostService::ExportHosts(
    grpc::CallbackServerContext* context, const v1::ExportHostsRequest* request) {
  return Feed<v1::ExportHostsResponse>(
      edge_, "/falcon_gateway.v1.HostService/ExportHosts", context, request,
      [=, this](Call& call, Stream<v1::ExportHostsResponse>& stream) {
        return hosts_.Export(upstream_, call, *request, stream);
      });
}

// Falcon offers no aggregation of hosts; its list of ids knows how many there are.
grpc::ServerUnaryReactor* HostService::AggregateHosts(grpc::CallbackServerContext* context,
                                                      const v1::AggregateHostsRequest* request,
                                                      v1::AggregateHostsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.HostService/AggregateHosts", context, request, response,
                [=, this](Call& call) {
                  return CountByValues(upstream_, call, hosts_.catalogue(),
                                       operation::kQueryDevices, *request, *response);
                });
}

grpc::ServerUnaryReactor* HostService::BatchGetLoginHistory(
    grpc::CallbackServerContext* context, const v1::BatchGetLoginHistoryRequest* request,
    v1::BatchGetLoginHistoryResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.HostService/BatchGetLoginHistory", context, request,
                response, [=, this](Call& call) {
                  return LookUpSatellites(call, logins_, *request, "histories", *response);
                });
}

grpc::ServerUnaryReactor* HostService::BatchGetNetworkAddressHistory(
    grpc::CallbackServerContext* context, const v1::BatchGetNetworkAddressHistoryRequest* request,
    v1::BatchGetNetworkAddressHistoryResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.HostService/BatchGetNetworkAddressHistory", context,
                request, response, [=, this](Call& call) {
                  return LookUpSatellites(call, addresses_, *request, "histories", *response);
                });
}

grpc::ServerUnaryReactor* HostService::BatchGetOnlineState(
    grpc::CallbackServerContext* context, const v1::BatchGetOnlineStateRequest* request,
    v1::BatchGetOnlineStateResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.HostService/BatchGetOnlineState", context, request,
                response, [=, this](Call& call) {
                  return LookUpSatellites(call, states_, *request, "states", *response);
                });
}

}  // namespace falcon::rpc
