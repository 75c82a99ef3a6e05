// HostService: the gRPC face of Falcon's Devices API.
#include "rpc/services/host_service.h"

#include <algorithm>

#include "base/device_id.h"
#include "base/status.h"
#include "base/text.h"
#include "google/protobuf/util/time_util.h"
#include "rpc/server/request_bounds.h"
#include "rpc/server/staleness.h"
#include "rpc/server/unary_call.h"
#include "rpc/services/value_counts.h"
#include "upstream/lookup/record_fields.h"

namespace falcon::rpc {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMaxSameName = 101;
constexpr size_t kMaxNameBytes = 255;

CollectionSpec Spec() {
  CollectionSpec spec;
  spec.id_field = "device_id";
  spec.list_operation = &upstream::operation::kCombinedDevices;
  spec.lookup_operation = &upstream::operation::kPostDeviceDetails;
  spec.lists_like_lookups = true;
  spec.default_order = {"device_id", false};
  spec.resume_field = "first_seen";
  spec.validate_id = ValidateDeviceId;
  spec.canonical_id = DeviceId;
  return spec;
}

RequestValidator CheckName(const v1::GetHostRequest& request) {
  RequestValidator validator;
  if (request.hostname().empty() || request.hostname().size() > kMaxNameBytes ||
      request.hostname().find('*') != std::string::npos) {
    validator.AddViolation("hostname",
                           "must be one name of at most 255 bytes; ListHosts takes stars");
  }
  return validator;
}

}  // namespace

HostService::HostService(const RpcEnvironment& environment, const ServiceDeps& deps)
    : environment_(environment),
      deps_(deps),
      names_(deps),
      hosts_(v1::Host::descriptor(), Spec()),
      logins_(v1::LoginHistory::descriptor(), "device_id", upstream::operation::kLoginHistory),
      addresses_(v1::NetworkAddressHistory::descriptor(), "device_id",
                 upstream::operation::kNetworkAddressHistory),
      states_(v1::HostOnlineState::descriptor(), "id", upstream::operation::kOnlineState) {}

Task<absl::Status> HostService::Get(RpcContext& call, const v1::GetHostRequest& request,
                                    v1::GetHostResponse& response) {
  if (request.has_device_id()) {
    co_return co_await hosts_.Get(deps_, call, request, response);
  }
  ASSIGN_OR_CO_RETURN(const upstream::LookupPlan plan,
                      hosts_.PrepareLookup(request, CheckName(request)));
  if (plan.staleness) call.reading.staleness = plan.staleness;
  co_return co_await GetByName(call, plan.options, request, response);
}

// Of namesakes, which a reinstalled sensor leaves behind, the one seen last is the living one.
Task<absl::Status> HostService::GetByName(RpcContext& call, json::DecodeOptions options,
                                          const v1::GetHostRequest& request,
                                          v1::GetHostResponse& response) {
  ASSIGN_OR_CO_RETURN(HostNames::SameNameHosts namesakes,
                      co_await names_.Find(call, request.hostname(), kMaxSameName, options));
  auto& hosts = *namesakes.found.mutable_hosts();
  if (hosts.empty()) co_return HostNames::NotFound(request.hostname());
  if (!namesakes.complete) {
    call.reading.AddNote({"NAMESAKES_INCOMPLETE",
                          "more hosts have names that begin alike than the gateway reads; further "
                          "ones of exactly this name may be among them",
                          "other_device_ids", ""});
  }
  for (int i = 1; i < std::min(hosts.size(), kMaxSameName); ++i) {
    response.add_other_device_ids(hosts[i].device_id());
  }
  response.mutable_host()->Swap(&hosts[0]);
  const auto& fields = *v1::Host::descriptor();
  upstream::ClearUnselected(
      options, {fields.FindFieldByName("device_id"), fields.FindFieldByName("hostname")},
      *response.mutable_host());
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

template <class Request, class Response>
Task<absl::Status> HostService::LookUpSubresource(RpcContext& call,
                                                  const HostSubresource& satellite,
                                                  const Request& request, std::string records,
                                                  Response& response) {
  RequestValidator validator;
  ValidateIds(request.device_ids(), ValidateDeviceId, "device_ids", validator);
  upstream::LookupPlan plan;
  plan.options.additional_fields = request.read_options().include_additional_fields();
  plan.staleness = RequestedStaleness(request, validator);
  plan.operation = &satellite.operation;
  plan.decoder = &satellite.decoder;
  plan.id_field = satellite.id_field;
  if constexpr (std::is_same_v<Request, v1::BatchGetLoginHistoryRequest>) {
    plan.query.emplace_back("limit", StrCat(PageSize(request, "limit")));
    if (request.has_time()) ValidateTimeRange(request.time(), "time", validator);
    if (request.time().has_start()) {
      plan.query.emplace_back("from", TimeUtil::ToString(request.time().start()));
    }
    if (request.time().has_end()) {
      plan.query.emplace_back("to", TimeUtil::ToString(request.time().end()));
    }
  }
  CO_RETURN_IF_ERROR(validator.status());
  const RequestedIds ids(request.device_ids(), DeviceId);
  CO_RETURN_IF_ERROR(co_await upstream::LookupInto(deps_.caller, plan, ids.spelled(), call.reading,
                                                   response, records, "missing", call.report));
  ids.RestoreRequestedIds(response);
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

grpc::ServerUnaryReactor* HostService::ListHosts(grpc::CallbackServerContext* context,
                                                 const v1::ListHostsRequest* request,
                                                 v1::ListHostsResponse* response) {
  return StartUnary(
      environment_, "/falcon_gateway.v1.HostService/ListHosts", context, request, response,
      [=, this](RpcContext& call) { return hosts_.List(deps_, call, *request, *response); });
}

grpc::ServerUnaryReactor* HostService::GetHost(grpc::CallbackServerContext* context,
                                               const v1::GetHostRequest* request,
                                               v1::GetHostResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.HostService/GetHost", context, request,
                    response,
                    [=, this](RpcContext& call) { return Get(call, *request, *response); });
}

grpc::ServerUnaryReactor* HostService::BatchGetHosts(grpc::CallbackServerContext* context,
                                                     const v1::BatchGetHostsRequest* request,
                                                     v1::BatchGetHostsResponse* response) {
  return StartUnary(
      environment_, "/falcon_gateway.v1.HostService/BatchGetHosts", context, request, response,
      [=, this](RpcContext& call) { return hosts_.BatchGet(deps_, call, *request, *response); });
}

grpc::ServerWriteReactor<v1::ExportHostsResponse>* HostService::ExportHosts(
    grpc::CallbackServerContext* context, const v1::ExportHostsRequest* request) {
  return StartServerStream<v1::ExportHostsResponse>(
      environment_, "/falcon_gateway.v1.HostService/ExportHosts", context, request,
      [=, this](RpcContext& call, Stream<v1::ExportHostsResponse>& stream) {
        return hosts_.Export(deps_, call, *request, stream);
      });
}

// Falcon offers no aggregation of hosts; its list of ids knows how many there are.
grpc::ServerUnaryReactor* HostService::AggregateHosts(grpc::CallbackServerContext* context,
                                                      const v1::AggregateHostsRequest* request,
                                                      v1::AggregateHostsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.HostService/AggregateHosts", context, request,
                    response, [=, this](RpcContext& call) {
                      return CountByValues(deps_, call, hosts_.catalogue(),
                                           upstream::operation::kQueryDevices, *request, *response);
                    });
}

grpc::ServerUnaryReactor* HostService::BatchGetLoginHistory(
    grpc::CallbackServerContext* context, const v1::BatchGetLoginHistoryRequest* request,
    v1::BatchGetLoginHistoryResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.HostService/BatchGetLoginHistory", context,
                    request, response, [=, this](RpcContext& call) {
                      return LookUpSubresource(call, logins_, *request, "histories", *response);
                    });
}

grpc::ServerUnaryReactor* HostService::BatchGetNetworkAddressHistory(
    grpc::CallbackServerContext* context, const v1::BatchGetNetworkAddressHistoryRequest* request,
    v1::BatchGetNetworkAddressHistoryResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.HostService/BatchGetNetworkAddressHistory",
                    context, request, response, [=, this](RpcContext& call) {
                      return LookUpSubresource(call, addresses_, *request, "histories", *response);
                    });
}

grpc::ServerUnaryReactor* HostService::BatchGetOnlineState(
    grpc::CallbackServerContext* context, const v1::BatchGetOnlineStateRequest* request,
    v1::BatchGetOnlineStateResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.HostService/BatchGetOnlineState", context,
                    request, response, [=, this](RpcContext& call) {
                      return LookUpSubresource(call, states_, *request, "states", *response);
                    });
}

}  // namespace falcon::rpc
