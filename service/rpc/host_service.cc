// HostService: the gRPC face of Falcon's Devices API.
#include "rpc/host_service.h"

#include "base/status.h"
#include "base/text.h"
#include "google/protobuf/util/time_util.h"
#include "rpc/unary_call.h"
#include "rpc/value_counts.h"

namespace falcon::rpc {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMostIds = 5000;
constexpr int kMostIdsOfSlowReads = 1000;  // 100 calls of 10 ids
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
  facts.lower_case_ids = true;
  facts.list_most = 5000;
  return facts;
}

// Falcon knows its ids in lower case only.
std::vector<std::string> DeviceIds(const google::protobuf::RepeatedPtrField<std::string>& given) {
  std::vector<std::string> ids;
  ids.reserve(static_cast<size_t>(given.size()));
  for (const std::string& id : given) ids.push_back(Lower(id));
  return ids;
}

Checks CheckName(const v1::GetHostRequest& request) {
  Checks checks;
  if (request.hostname().empty() == request.device_id().empty()) {
    checks.Violate("device_id", "give either device_id or hostname, and not both");
  } else if (request.hostname().size() > kMostNameBytes ||
             request.hostname().find('*') != std::string::npos) {
    checks.Violate("hostname", "must be one name of at most 255 bytes; ListHosts takes stars");
  }
  return checks;
}

}  // namespace

HostService::HostService(const Edge& edge, const Upstream& upstream)
    : edge_(edge),
      upstream_(upstream),
      hosts_(v1::Host::descriptor(), Facts()),
      logins_(v1::LoginHistory::descriptor(), "device_id", operation::kLoginHistory),
      addresses_(v1::NetworkAddressHistory::descriptor(), "device_id",
                 operation::kNetworkAddressHistory),
      states_(v1::HostOnlineState::descriptor(), "id", operation::kOnlineState) {}

Task<absl::Status> HostService::Get(Call& call, const v1::GetHostRequest& request,
                                    v1::GetHostResponse& response) {
  if (request.hostname().empty() && !request.device_id().empty()) {
    co_return co_await hosts_.Get(upstream_, call, request, response);
  }
  ASSIGN_OR_CO_RETURN(const LookupPlan plan, hosts_.OpenLookup(request, CheckName(request)));
  if (plan.staleness) call.reading.staleness = plan.staleness;
  co_return co_await GetByName(call, plan.options, request, response);
}

// Seen last first: of namesakes, which a reinstalled sensor leaves behind, the first is the living
// one.
Task<absl::Status> HostService::GetByName(Call& call, json::DecodeOptions options,
                                          const v1::GetHostRequest& request,
                                          v1::GetHostResponse& response) {
  v1::ListHostsRequest list;
  list.set_hostname(request.hostname());
  list.set_order_by("last_seen desc");
  list.set_page_size(kMostNamesakes);
  ASSIGN_OR_CO_RETURN(PageStart start, hosts_.OpenList(list, upstream_));
  start.plan.options = options;
  start.plan.options.selection = options.selection.With(start.plan.id_field);
  v1::ListHostsResponse namesakes;
  CO_RETURN_IF_ERROR(co_await hosts_.AnswerPage(upstream_, call, std::move(start), namesakes));
  if (namesakes.hosts().empty()) {
    co_return Error(absl::StatusCode::kNotFound, "NOT_FOUND",
                    Cat("Falcon knows no host named ", request.hostname()));
  }
  for (int i = 1; i < namesakes.hosts_size(); ++i) {
    response.add_other_device_ids(namesakes.hosts(i).device_id());
  }
  response.mutable_host()->Swap(namesakes.mutable_hosts(0));
  if (!options.selection.everything() &&
      !options.selection.Has(v1::Host::descriptor()->FindFieldByName("device_id"))) {
    response.mutable_host()->clear_device_id();
  }
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

template <class Request, class Response>
Task<absl::Status> HostService::LookUpSatellites(Call& call, const Satellite& satellite,
                                                 const Request& request, int most,
                                                 std::string records, Response& response) {
  Checks checks;
  CheckIds(request.device_ids(), most, DeviceIdShape, "device_ids", checks);
  LookupPlan plan;
  plan.operation = &satellite.operation;
  plan.decoder = &satellite.decoder;
  plan.id_field = satellite.id_field;
  if constexpr (std::is_same_v<Request, v1::BatchGetLoginHistoryRequest>) {
    const int limit = PageSize(request.limit(), 10, 100, "limit", checks);
    plan.query.emplace_back("limit", Cat(limit));
    if (request.has_time()) CheckTimeRange(request.time(), "time", checks);
    if (request.time().has_start()) {
      plan.query.emplace_back("from", TimeUtil::ToString(request.time().start()));
    }
    if (request.time().has_end()) {
      plan.query.emplace_back("to", TimeUtil::ToString(request.time().end()));
    }
  }
  CO_RETURN_IF_ERROR(checks.Verdict());
  const std::vector<std::string> ids = DeviceIds(request.device_ids());
  CO_RETURN_IF_ERROR(co_await LookUp(upstream_.caller, plan, ids, call.reading, response, records,
                                     "missing", call.report));
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

grpc::ServerUnaryReactor* HostService::ListHosts(grpc::CallbackServerContext* context,
                                                 const v1::ListHostsRequest* request,
                                                 v1::ListHostsResponse* response) {
  return Answer(edge_, "/falcon.v1.HostService/ListHosts", context, [=, this](Call& call) {
    return hosts_.List(upstream_, call, *request, *response);
  });
}

grpc::ServerUnaryReactor* HostService::GetHost(grpc::CallbackServerContext* context,
                                               const v1::GetHostRequest* request,
                                               v1::GetHostResponse* response) {
  return Answer(edge_, "/falcon.v1.HostService/GetHost", context,
                [=, this](Call& call) { return Get(call, *request, *response); });
}

grpc::ServerUnaryReactor* HostService::BatchGetHosts(grpc::CallbackServerContext* context,
                                                     const v1::BatchGetHostsRequest* request,
                                                     v1::BatchGetHostsResponse* response) {
  return Answer(edge_, "/falcon.v1.HostService/BatchGetHosts", context, [=, this](Call& call) {
    return hosts_.BatchGet(upstream_, call, *request, *response);
  });
}

grpc::ServerWriteReactor<v1::ExportHostsResponse>* HostService::ExportHosts(
    grpc::CallbackServerContext* context, const v1::ExportHostsRequest* request) {
  return Feed<v1::ExportHostsResponse>(
      edge_, "/falcon.v1.HostService/ExportHosts", context,
      [=, this](Call& call, Stream<v1::ExportHostsResponse>& stream) {
        return hosts_.Export(upstream_, call, *request, stream);
      });
}

// Falcon offers no aggregation of hosts; its list of ids knows how many there are.
grpc::ServerUnaryReactor* HostService::AggregateHosts(grpc::CallbackServerContext* context,
                                                      const v1::AggregateHostsRequest* request,
                                                      v1::AggregateHostsResponse* response) {
  return Answer(edge_, "/falcon.v1.HostService/AggregateHosts", context, [=, this](Call& call) {
    return CountByValues(upstream_, call, hosts_.catalogue(), operation::kQueryDevices, *request,
                         *response);
  });
}

grpc::ServerUnaryReactor* HostService::BatchGetLoginHistory(
    grpc::CallbackServerContext* context, const v1::BatchGetLoginHistoryRequest* request,
    v1::BatchGetLoginHistoryResponse* response) {
  return Answer(edge_, "/falcon.v1.HostService/BatchGetLoginHistory", context,
                [=, this](Call& call) {
                  return LookUpSatellites(call, logins_, *request, kMostIdsOfSlowReads, "histories",
                                          *response);
                });
}

grpc::ServerUnaryReactor* HostService::BatchGetNetworkAddressHistory(
    grpc::CallbackServerContext* context, const v1::BatchGetNetworkAddressHistoryRequest* request,
    v1::BatchGetNetworkAddressHistoryResponse* response) {
  return Answer(edge_, "/falcon.v1.HostService/BatchGetNetworkAddressHistory", context,
                [=, this](Call& call) {
                  return LookUpSatellites(call, addresses_, *request, kMostIds, "histories",
                                          *response);
                });
}

grpc::ServerUnaryReactor* HostService::BatchGetOnlineState(
    grpc::CallbackServerContext* context, const v1::BatchGetOnlineStateRequest* request,
    v1::BatchGetOnlineStateResponse* response) {
  return Answer(
      edge_, "/falcon.v1.HostService/BatchGetOnlineState", context, [=, this](Call& call) {
        return LookUpSatellites(call, states_, *request, kMostIdsOfSlowReads, "states", *response);
      });
}

}  // namespace falcon::rpc
