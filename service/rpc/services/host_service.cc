// HostService: hosts and their history, from Falcon's Devices API.
#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/hosts.grpc.pb.h"
#include "google/protobuf/util/time_util.h"
#include "rpc/server/request_bounds.h"
#include "rpc/services/collection.h"
#include "rpc/services/collections.h"
#include "rpc/services/host_names.h"
#include "upstream/lookup/record_fields.h"

namespace falcon::rpc {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMaxSameName = 101;

constexpr CollectionSpec kHosts = {
    .id_field = "device_id",
    .list_operation = &upstream::operation::kCombinedDevices,
    .lookup_operation = &upstream::operation::kPostDeviceDetails,
    // Falcon has no aggregation of hosts; its list of ids returns totals.
    .count_operation = &upstream::operation::kQueryDevices,
    .lists_like_lookups = true,
    .default_order = "device_id",
    .resume_field = "first_seen",
    .validate_id = ValidateDeviceId,
    .canonical_id = DeviceId,
};
// What belongs to hosts, and is looked up by their ids.
constexpr CollectionSpec OfHosts(const upstream::Operation& lookup,
                                 std::string_view id_field = "device_id") {
  return {.id_field = id_field,
          .request_id_field = "device_id",
          .lookup_operation = &lookup,
          .validate_id = ValidateDeviceId,
          .canonical_id = DeviceId};
}
constexpr CollectionSpec kLoginHistory = OfHosts(upstream::operation::kLoginHistory);
constexpr CollectionSpec kNetworkAddressHistory =
    OfHosts(upstream::operation::kNetworkAddressHistory);
constexpr CollectionSpec kOnlineState = OfHosts(upstream::operation::kOnlineState, "id");

class HostService final : public v1::HostService::CallbackService {
 public:
  HostService(const RpcEnvironment& environment, const ServiceDeps& deps)
      : environment_(environment),
        names_(environment, deps),
        hosts_(environment, deps, v1::Host::descriptor(), kHosts),
        logins_(environment, deps, v1::LoginHistory::descriptor(), kLoginHistory),
        addresses_(environment, deps, v1::NetworkAddressHistory::descriptor(),
                   kNetworkAddressHistory),
        states_(environment, deps, v1::HostOnlineState::descriptor(), kOnlineState) {}

  Unary* ListHosts(Context* context, const v1::ListHostsRequest* request,
                   v1::ListHostsResponse* response) override {
    return hosts_.List(context, request, response);
  }
  Unary* GetHost(Context* context, const v1::GetHostRequest* request,
                 v1::GetHostResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&HostService::Get, this));
  }
  Unary* BatchGetHosts(Context* context, const v1::BatchGetHostsRequest* request,
                       v1::BatchGetHostsResponse* response) override {
    return hosts_.BatchGet(context, request, response);
  }
  ServerStream<v1::ExportHostsResponse>* ExportHosts(
      Context* context, const v1::ExportHostsRequest* request) override {
    return hosts_.Export<v1::ExportHostsResponse>(context, request);
  }
  Unary* AggregateHosts(Context* context, const v1::AggregateHostsRequest* request,
                        v1::AggregateHostsResponse* response) override {
    return hosts_.Aggregate(context, request, response);
  }
  Unary* BatchGetLoginHistory(Context* context, const v1::BatchGetLoginHistoryRequest* request,
                              v1::BatchGetLoginHistoryResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&HostService::LoginHistory, this));
  }
  Unary* BatchGetNetworkAddressHistory(
      Context* context, const v1::BatchGetNetworkAddressHistoryRequest* request,
      v1::BatchGetNetworkAddressHistoryResponse* response) override {
    return addresses_.BatchGet(context, request, response);
  }
  Unary* BatchGetOnlineState(Context* context, const v1::BatchGetOnlineStateRequest* request,
                             v1::BatchGetOnlineStateResponse* response) override {
    return states_.BatchGet(context, request, response);
  }

 private:
  Task<absl::Status> Get(RpcContext& context, const v1::GetHostRequest& request,
                         v1::GetHostResponse& response) const {
    if (request.has_device_id()) co_return co_await hosts_.FetchOne(context, request, response);
    RequestValidator validator;
    HostNames::CheckWhole(request.hostname(), validator);
    ASSIGN_OR_CO_RETURN(const upstream::LookupPlan plan,
                        hosts_.PrepareLookup(request, std::move(validator)));
    co_return co_await GetByName(context, plan.options, request, response);
  }

  // Of several hosts with one name, which a reinstalled sensor leaves behind, the one seen last is
  // current.
  Task<absl::Status> GetByName(RpcContext& context, json::DecodeOptions options,
                               const v1::GetHostRequest& request,
                               v1::GetHostResponse& response) const {
    ASSIGN_OR_CO_RETURN(HostNames::SameNameHosts found,
                        co_await names_.Find(context, request.hostname(), kMaxSameName, options));
    auto& hosts = *found.hosts.mutable_hosts();
    if (hosts.empty()) co_return HostNames::NotFound(request.hostname());
    if (!found.complete) {
      context.stats.AddNote(
          {"NAMESAKES_INCOMPLETE",
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
    co_return absl::OkStatus();
  }

  Task<absl::Status> LoginHistory(RpcContext& context,
                                  const v1::BatchGetLoginHistoryRequest& request,
                                  v1::BatchGetLoginHistoryResponse& response) const {
    RequestValidator validator;
    upstream::Parameters query = {{"limit", StrCat(PageSize(request, "limit"))}};
    if (request.has_time()) ValidateTimeRange(request.time(), "time", validator);
    if (request.time().has_start()) {
      query.emplace_back("from", TimeUtil::ToString(request.time().start()));
    }
    if (request.time().has_end()) {
      query.emplace_back("to", TimeUtil::ToString(request.time().end()));
    }
    co_return co_await logins_.FetchMany(context, request, response, std::move(query),
                                         std::move(validator));
  }

  const RpcEnvironment& environment_;
  const HostNames names_;
  const Collection hosts_;
  const Collection logins_;
  const Collection addresses_;
  const Collection states_;
};

}  // namespace

Collection collections::Hosts(const RpcEnvironment& environment, const ServiceDeps& deps) {
  return {environment, deps, v1::Host::descriptor(), kHosts};
}

Collection collections::LoginHistories(const RpcEnvironment& environment, const ServiceDeps& deps) {
  return {environment, deps, v1::LoginHistory::descriptor(), kLoginHistory};
}

Collection collections::NetworkAddressHistories(const RpcEnvironment& environment,
                                                const ServiceDeps& deps) {
  return {environment, deps, v1::NetworkAddressHistory::descriptor(), kNetworkAddressHistory};
}

Collection collections::OnlineStates(const RpcEnvironment& environment, const ServiceDeps& deps) {
  return {environment, deps, v1::HostOnlineState::descriptor(), kOnlineState};
}

std::unique_ptr<grpc::Service> NewHostService(const RpcEnvironment& environment,
                                              const ServiceDeps& deps) {
  return std::make_unique<HostService>(environment, deps);
}

}  // namespace falcon::rpc
