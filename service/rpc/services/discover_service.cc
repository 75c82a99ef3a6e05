// DiscoverService: the gRPC face of Falcon Discover.
#include "rpc/services/discover_service.h"

#include "base/device_id.h"
#include "rpc/server/unary_call.h"

namespace falcon::rpc {
namespace {

std::string_view ValidateAssetId(std::string_view id) {
  if (IsHex(id, 32)) {
    return "must be <cid>_<hash>; for a device id ask ListDiscoveredHosts with `filter.device_id`";
  }
  return ValidateAnyId(id);
}

CollectionSpec Spec(const upstream::Operation& pages, const upstream::Operation& entities,
                    std::string seek) {
  CollectionSpec spec;
  spec.id_field = "id";
  spec.list_operation = &pages;
  spec.lookup_operation = &entities;
  spec.default_order = {seek, true};
  spec.resume_field = std::move(seek);
  return spec;
}

CollectionSpec Combined(const upstream::Operation& pages, const upstream::Operation& entities) {
  CollectionSpec spec = Spec(pages, entities, "first_seen_timestamp");
  spec.match_all_filter = "id:!'none'";
  return spec;
}

CollectionSpec HostFacts() {
  CollectionSpec spec = Combined(upstream::operation::kCombinedDiscoveredHosts,
                                 upstream::operation::kGetDiscoveredHosts);
  spec.validate_id = ValidateAssetId;
  return spec;
}

CollectionSpec ByIds(const upstream::Operation& pages, const upstream::Operation& entities,
                     std::string seek) {
  CollectionSpec spec = Spec(pages, entities, std::move(seek));
  spec.lists_ids = true;
  return spec;
}

// Not every account has an instant that never changes.
CollectionSpec AccountFacts() {
  CollectionSpec spec =
      ByIds(upstream::operation::kQueryAccounts, upstream::operation::kGetAccounts, "");
  spec.default_order = {"username", false};
  return spec;
}

}  // namespace

DiscoverService::DiscoverService(const RpcEnvironment& environment, const ServiceDeps& deps)
    : environment_(environment),
      deps_(deps),
      hosts_(v1::DiscoveredHost::descriptor(), HostFacts()),
      applications_(v1::DiscoveredApplication::descriptor(),
                    Combined(upstream::operation::kCombinedApplications,
                             upstream::operation::kGetApplications)),
      accounts_(v1::DiscoveredAccount::descriptor(), AccountFacts()),
      known_accounts_(v1::DiscoveredAccount::descriptor(),
                      ByIds(upstream::operation::kQueryAccounts, upstream::operation::kGetAccounts,
                            "first_seen_timestamp")),
      logins_(v1::DiscoveredLogin::descriptor(),
              ByIds(upstream::operation::kQueryLogins, upstream::operation::kGetLogins,
                    "login_timestamp")) {}

grpc::ServerUnaryReactor* DiscoverService::ListDiscoveredHosts(
    grpc::CallbackServerContext* context, const v1::ListDiscoveredHostsRequest* request,
    v1::ListDiscoveredHostsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.DiscoverService/ListDiscoveredHosts", context,
                    request, response, [=, this](RpcContext& call) {
                      return hosts_.List(deps_, call, *request, *response);
                    });
}

grpc::ServerUnaryReactor* DiscoverService::GetDiscoveredHost(
    grpc::CallbackServerContext* context, const v1::GetDiscoveredHostRequest* request,
    v1::GetDiscoveredHostResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.DiscoverService/GetDiscoveredHost", context,
                    request, response, [=, this](RpcContext& call) {
                      return hosts_.Get(deps_, call, *request, *response);
                    });
}

grpc::ServerUnaryReactor* DiscoverService::BatchGetDiscoveredHosts(
    grpc::CallbackServerContext* context, const v1::BatchGetDiscoveredHostsRequest* request,
    v1::BatchGetDiscoveredHostsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.DiscoverService/BatchGetDiscoveredHosts",
                    context, request, response, [=, this](RpcContext& call) {
                      return hosts_.BatchGet(deps_, call, *request, *response);
                    });
}

grpc::ServerWriteReactor<v1::ExportDiscoveredHostsResponse>* DiscoverService::ExportDiscoveredHosts(
    grpc::CallbackServerContext* context, const v1::ExportDiscoveredHostsRequest* request) {
  using ExportStream = Stream<v1::ExportDiscoveredHostsResponse>;
  return StartServerStream<v1::ExportDiscoveredHostsResponse>(
      environment_, "/falcon_gateway.v1.DiscoverService/ExportDiscoveredHosts", context, request,
      [=, this](RpcContext& call, ExportStream& stream) {
        return hosts_.Export(deps_, call, *request, stream);
      });
}

grpc::ServerUnaryReactor* DiscoverService::ListDiscoveredApplications(
    grpc::CallbackServerContext* context, const v1::ListDiscoveredApplicationsRequest* request,
    v1::ListDiscoveredApplicationsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.DiscoverService/ListDiscoveredApplications",
                    context, request, response, [=, this](RpcContext& call) {
                      return applications_.List(deps_, call, *request, *response);
                    });
}

grpc::ServerUnaryReactor* DiscoverService::GetDiscoveredApplication(
    grpc::CallbackServerContext* context, const v1::GetDiscoveredApplicationRequest* request,
    v1::GetDiscoveredApplicationResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.DiscoverService/GetDiscoveredApplication",
                    context, request, response, [=, this](RpcContext& call) {
                      return applications_.Get(deps_, call, *request, *response);
                    });
}

grpc::ServerUnaryReactor* DiscoverService::BatchGetDiscoveredApplications(
    grpc::CallbackServerContext* context, const v1::BatchGetDiscoveredApplicationsRequest* request,
    v1::BatchGetDiscoveredApplicationsResponse* response) {
  return StartUnary(environment_,
                    "/falcon_gateway.v1.DiscoverService/BatchGetDiscoveredApplications", context,
                    request, response, [=, this](RpcContext& call) {
                      return applications_.BatchGet(deps_, call, *request, *response);
                    });
}

grpc::ServerWriteReactor<v1::ExportDiscoveredApplicationsResponse>*
DiscoverService::ExportDiscoveredApplications(
    grpc::CallbackServerContext* context, const v1::ExportDiscoveredApplicationsRequest* request) {
  using ExportStream = Stream<v1::ExportDiscoveredApplicationsResponse>;
  return StartServerStream<v1::ExportDiscoveredApplicationsResponse>(
      environment_, "/falcon_gateway.v1.DiscoverService/ExportDiscoveredApplications", context,
      request, [=, this](RpcContext& call, ExportStream& stream) {
        return applications_.Export(deps_, call, *request, stream);
      });
}

grpc::ServerUnaryReactor* DiscoverService::ListDiscoveredAccounts(
    grpc::CallbackServerContext* context, const v1::ListDiscoveredAccountsRequest* request,
    v1::ListDiscoveredAccountsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.DiscoverService/ListDiscoveredAccounts",
                    context, request, response, [=, this](RpcContext& call) {
                      return accounts_.List(deps_, call, *request, *response);
                    });
}

grpc::ServerUnaryReactor* DiscoverService::GetDiscoveredAccount(
    grpc::CallbackServerContext* context, const v1::GetDiscoveredAccountRequest* request,
    v1::GetDiscoveredAccountResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.DiscoverService/GetDiscoveredAccount",
                    context, request, response, [=, this](RpcContext& call) {
                      return accounts_.Get(deps_, call, *request, *response);
                    });
}

grpc::ServerUnaryReactor* DiscoverService::BatchGetDiscoveredAccounts(
    grpc::CallbackServerContext* context, const v1::BatchGetDiscoveredAccountsRequest* request,
    v1::BatchGetDiscoveredAccountsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.DiscoverService/BatchGetDiscoveredAccounts",
                    context, request, response, [=, this](RpcContext& call) {
                      return accounts_.BatchGet(deps_, call, *request, *response);
                    });
}

grpc::ServerWriteReactor<v1::ExportDiscoveredAccountsResponse>*
DiscoverService::ExportDiscoveredAccounts(grpc::CallbackServerContext* context,
                                          const v1::ExportDiscoveredAccountsRequest* request) {
  using ExportStream = Stream<v1::ExportDiscoveredAccountsResponse>;
  return StartServerStream<v1::ExportDiscoveredAccountsResponse>(
      environment_, "/falcon_gateway.v1.DiscoverService/ExportDiscoveredAccounts", context, request,
      [=, this](RpcContext& call, ExportStream& stream) {
        return ExportAccounts(call, *request, stream);
      });
}

grpc::ServerUnaryReactor* DiscoverService::ListDiscoveredLogins(
    grpc::CallbackServerContext* context, const v1::ListDiscoveredLoginsRequest* request,
    v1::ListDiscoveredLoginsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.DiscoverService/ListDiscoveredLogins",
                    context, request, response, [=, this](RpcContext& call) {
                      return logins_.List(deps_, call, *request, *response);
                    });
}

grpc::ServerUnaryReactor* DiscoverService::GetDiscoveredLogin(
    grpc::CallbackServerContext* context, const v1::GetDiscoveredLoginRequest* request,
    v1::GetDiscoveredLoginResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.DiscoverService/GetDiscoveredLogin", context,
                    request, response, [=, this](RpcContext& call) {
                      return logins_.Get(deps_, call, *request, *response);
                    });
}

grpc::ServerUnaryReactor* DiscoverService::BatchGetDiscoveredLogins(
    grpc::CallbackServerContext* context, const v1::BatchGetDiscoveredLoginsRequest* request,
    v1::BatchGetDiscoveredLoginsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.DiscoverService/BatchGetDiscoveredLogins",
                    context, request, response, [=, this](RpcContext& call) {
                      return logins_.BatchGet(deps_, call, *request, *response);
                    });
}

grpc::ServerWriteReactor<v1::ExportDiscoveredLoginsResponse>*
DiscoverService::ExportDiscoveredLogins(grpc::CallbackServerContext* context,
                                        const v1::ExportDiscoveredLoginsRequest* request) {
  using ExportStream = Stream<v1::ExportDiscoveredLoginsResponse>;
  return StartServerStream<v1::ExportDiscoveredLoginsResponse>(
      environment_, "/falcon_gateway.v1.DiscoverService/ExportDiscoveredLogins", context, request,
      [=, this](RpcContext& call, ExportStream& stream) {
        return logins_.Export(deps_, call, *request, stream);
      });
}

}  // namespace falcon::rpc
