// DiscoverService: the gRPC face of Falcon Discover.
#include "rpc/discover_service.h"

#include "base/device_id.h"
#include "rpc/unary_call.h"

namespace falcon::rpc {
namespace {

std::string_view AssetIdShape(std::string_view id) {
  if (IsHex(id, 32)) {
    return "must be <cid>_<hash>; for a device id ask ListDiscoveredHosts with `filter.device_id`";
  }
  return AnyIdShape(id);
}

CollectionFacts Facts(const Operation& pages, const Operation& entities, std::string seek) {
  CollectionFacts facts;
  facts.id = "id";
  facts.pages = &pages;
  facts.entities = &entities;
  facts.list_order = {seek, true};
  facts.seek = std::move(seek);
  return facts;
}

CollectionFacts Combined(const Operation& pages, const Operation& entities) {
  CollectionFacts facts = Facts(pages, entities, "first_seen_timestamp");
  facts.neutral_filter = "id:!'none'";
  return facts;
}

CollectionFacts HostFacts() {
  CollectionFacts facts =
      Combined(operation::kCombinedDiscoveredHosts, operation::kGetDiscoveredHosts);
  facts.id_shape = AssetIdShape;
  return facts;
}

CollectionFacts ByIds(const Operation& pages, const Operation& entities, std::string seek) {
  CollectionFacts facts = Facts(pages, entities, std::move(seek));
  facts.pages_are_ids = true;
  return facts;
}

// Not every account has an instant that never changes.
CollectionFacts AccountFacts() {
  CollectionFacts facts = ByIds(operation::kQueryAccounts, operation::kGetAccounts, "");
  facts.list_order = {"username", false};
  return facts;
}

}  // namespace

DiscoverService::DiscoverService(const Edge& edge, const Upstream& upstream)
    : edge_(edge),
      upstream_(upstream),
      hosts_(v1::DiscoveredHost::descriptor(), HostFacts()),
      applications_(v1::DiscoveredApplication::descriptor(),
                    Combined(operation::kCombinedApplications, operation::kGetApplications)),
      accounts_(v1::DiscoveredAccount::descriptor(), AccountFacts()),
      known_accounts_(
          v1::DiscoveredAccount::descriptor(),
          ByIds(operation::kQueryAccounts, operation::kGetAccounts, "first_seen_timestamp")),
      logins_(v1::DiscoveredLogin::descriptor(),
              ByIds(operation::kQueryLogins, operation::kGetLogins, "login_timestamp")) {}

grpc::ServerUnaryReactor* DiscoverService::ListDiscoveredHosts(
    grpc::CallbackServerContext* context, const v1::ListDiscoveredHostsRequest* request,
    v1::ListDiscoveredHostsResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.DiscoverService/ListDiscoveredHosts", context, request, response,
      [=, this](Call& call) { return hosts_.List(upstream_, call, *request, *response); });
}

grpc::ServerUnaryReactor* DiscoverService::GetDiscoveredHost(
    grpc::CallbackServerContext* context, const v1::GetDiscoveredHostRequest* request,
    v1::GetDiscoveredHostResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.DiscoverService/GetDiscoveredHost", context, request,
                response,
                [=, this](Call& call) { return hosts_.Get(upstream_, call, *request, *response); });
}

grpc::ServerUnaryReactor* DiscoverService::BatchGetDiscoveredHosts(
    grpc::CallbackServerContext* context, const v1::BatchGetDiscoveredHostsRequest* request,
    v1::BatchGetDiscoveredHostsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.DiscoverService/BatchGetDiscoveredHosts", context,
                request, response, [=, this](Call& call) {
                  return hosts_.BatchGet(upstream_, call, *request, *response);
                });
}

grpc::ServerWriteReactor<v1::ExportDiscoveredHostsResponse>* DiscoverService::ExportDiscoveredHosts(
    grpc::CallbackServerContext* context, const v1::ExportDiscoveredHostsRequest* request) {
  using ExportStream = Stream<v1::ExportDiscoveredHostsResponse>;
  return Feed<v1::ExportDiscoveredHostsResponse>(
      edge_, "/falcon_gateway.v1.DiscoverService/ExportDiscoveredHosts", context, request,
      [=, this](Call& call, ExportStream& stream) {
        return hosts_.Export(upstream_, call, *request, stream);
      });
}

grpc::ServerUnaryReactor* DiscoverService::ListDiscoveredApplications(
    grpc::CallbackServerContext* context, const v1::ListDiscoveredApplicationsRequest* request,
    v1::ListDiscoveredApplicationsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.DiscoverService/ListDiscoveredApplications", context,
                request, response, [=, this](Call& call) {
                  return applications_.List(upstream_, call, *request, *response);
                });
}

grpc::ServerUnaryReactor* DiscoverService::GetDiscoveredApplication(
    grpc::CallbackServerContext* context, const v1::GetDiscoveredApplicationRequest* request,
    v1::GetDiscoveredApplicationResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.DiscoverService/GetDiscoveredApplication", context,
                request, response, [=, this](Call& call) {
                  return applications_.Get(upstream_, call, *request, *response);
                });
}

grpc::ServerUnaryReactor* DiscoverService::BatchGetDiscoveredApplications(
    grpc::CallbackServerContext* context, const v1::BatchGetDiscoveredApplicationsRequest* request,
    v1::BatchGetDiscoveredApplicationsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.DiscoverService/BatchGetDiscoveredApplications", context,
                request, response, [=, this](Call& call) {
                  return applications_.BatchGet(upstream_, call, *request, *response);
                });
}

grpc::ServerWriteReactor<v1::ExportDiscoveredApplicationsResponse>*
DiscoverService::ExportDiscoveredApplications(
    grpc::CallbackServerContext* context, const v1::ExportDiscoveredApplicationsRequest* request) {
  using ExportStream = Stream<v1::ExportDiscoveredApplicationsResponse>;
  return Feed<v1::ExportDiscoveredApplicationsResponse>(
      edge_, "/falcon_gateway.v1.DiscoverService/ExportDiscoveredApplications", context, request,
      [=, this](Call& call, ExportStream& stream) {
        return applications_.Export(upstream_, call, *request, stream);
      });
}

grpc::ServerUnaryReactor* DiscoverService::ListDiscoveredAccounts(
    grpc::CallbackServerContext* context, const v1::ListDiscoveredAccountsRequest* request,
    v1::ListDiscoveredAccountsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.DiscoverService/ListDiscoveredAccounts", context,
                request, response, [=, this](Call& call) {
                  return accounts_.List(upstream_, call, *request, *response);
                });
}

grpc::ServerUnaryReactor* DiscoverService::GetDiscoveredAccount(
    grpc::CallbackServerContext* context, const v1::GetDiscoveredAccountRequest* request,
    v1::GetDiscoveredAccountResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.DiscoverService/GetDiscoveredAccount", context, request, response,
      [=, this](Call& call) { return accounts_.Get(upstream_, call, *request, *response); });
}

grpc::ServerUnaryReactor* DiscoverService::BatchGetDiscoveredAccounts(
    grpc::CallbackServerContext* context, const v1::BatchGetDiscoveredAccountsRequest* request,
    v1::BatchGetDiscoveredAccountsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.DiscoverService/BatchGetDiscoveredAccounts", context,
                request, response, [=, this](Call& call) {
                  return accounts_.BatchGet(upstream_, call, *request, *response);
                });
}

grpc::ServerWriteReactor<v1::ExportDiscoveredAccountsResponse>*
DiscoverService::ExportDiscoveredAccounts(grpc::CallbackServerContext* context,
                                          const v1::ExportDiscoveredAccountsRequest* request) {
  using ExportStream = Stream<v1::ExportDiscoveredAccountsResponse>;
  return Feed<v1::ExportDiscoveredAccountsResponse>(
      edge_, "/falcon_gateway.v1.DiscoverService/ExportDiscoveredAccounts", context, request,
      [=, this](Call& call, ExportStream& stream) {
        return ExportAccounts(call, *request, stream);
      });
}

grpc::ServerUnaryReactor* DiscoverService::ListDiscoveredLogins(
    grpc::CallbackServerContext* context, const v1::ListDiscoveredLoginsRequest* request,
    v1::ListDiscoveredLoginsResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.DiscoverService/ListDiscoveredLogins", context, request, response,
      [=, this](Call& call) { return logins_.List(upstream_, call, *request, *response); });
}

grpc::ServerUnaryReactor* DiscoverService::GetDiscoveredLogin(
    grpc::CallbackServerContext* context, const v1::GetDiscoveredLoginRequest* request,
    v1::GetDiscoveredLoginResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.DiscoverService/GetDiscoveredLogin", context, request, response,
      [=, this](Call& call) { return logins_.Get(upstream_, call, *request, *response); });
}

grpc::ServerUnaryReactor* DiscoverService::BatchGetDiscoveredLogins(
    grpc::CallbackServerContext* context, const v1::BatchGetDiscoveredLoginsRequest* request,
    v1::BatchGetDiscoveredLoginsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.DiscoverService/BatchGetDiscoveredLogins", context,
                request, response, [=, this](Call& call) {
                  return logins_.BatchGet(upstream_, call, *request, *response);
                });
}

grpc::ServerWriteReactor<v1::ExportDiscoveredLoginsResponse>*
DiscoverService::ExportDiscoveredLogins(grpc::CallbackServerContext* context,
                                        const v1::ExportDiscoveredLoginsRequest* request) {
  using ExportStream = Stream<v1::ExportDiscoveredLoginsResponse>;
  return Feed<v1::ExportDiscoveredLoginsResponse>(
      edge_, "/falcon_gateway.v1.DiscoverService/ExportDiscoveredLogins", context, request,
      [=, this](Call& call, ExportStream& stream) {
        return logins_.Export(upstream_, call, *request, stream);
      });
}

}  // namespace falcon::rpc
