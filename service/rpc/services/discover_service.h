// DiscoverService: the gRPC face of Falcon Discover.
#ifndef FALCON_RPC_SERVICES_DISCOVER_SERVICE_H_
#define FALCON_RPC_SERVICES_DISCOVER_SERVICE_H_

#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/discover.grpc.pb.h"
#include "rpc/server/rpc_environment.h"
#include "rpc/services/collection.h"

namespace falcon::rpc {

class DiscoverService final : public v1::DiscoverService::CallbackService {
 public:
  DiscoverService(const RpcEnvironment& environment, const ServiceDeps& deps);

  grpc::ServerUnaryReactor* ListDiscoveredHosts(grpc::CallbackServerContext* context,
                                                const v1::ListDiscoveredHostsRequest* request,
                                                v1::ListDiscoveredHostsResponse* response) override;
  grpc::ServerUnaryReactor* GetDiscoveredHost(grpc::CallbackServerContext* context,
                                              const v1::GetDiscoveredHostRequest* request,
                                              v1::GetDiscoveredHostResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetDiscoveredHosts(
      grpc::CallbackServerContext* context, const v1::BatchGetDiscoveredHostsRequest* request,
      v1::BatchGetDiscoveredHostsResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportDiscoveredHostsResponse>* ExportDiscoveredHosts(
      grpc::CallbackServerContext* context,
      const v1::ExportDiscoveredHostsRequest* request) override;
  grpc::ServerUnaryReactor* ListDiscoveredApplications(
      grpc::CallbackServerContext* context, const v1::ListDiscoveredApplicationsRequest* request,
      v1::ListDiscoveredApplicationsResponse* response) override;
  grpc::ServerUnaryReactor* GetDiscoveredApplication(
      grpc::CallbackServerContext* context, const v1::GetDiscoveredApplicationRequest* request,
      v1::GetDiscoveredApplicationResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetDiscoveredApplications(
      grpc::CallbackServerContext* context,
      const v1::BatchGetDiscoveredApplicationsRequest* request,
      v1::BatchGetDiscoveredApplicationsResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportDiscoveredApplicationsResponse>* ExportDiscoveredApplications(
      grpc::CallbackServerContext* context,
      const v1::ExportDiscoveredApplicationsRequest* request) override;
  grpc::ServerUnaryReactor* ListDiscoveredAccounts(
      grpc::CallbackServerContext* context, const v1::ListDiscoveredAccountsRequest* request,
      v1::ListDiscoveredAccountsResponse* response) override;
  grpc::ServerUnaryReactor* GetDiscoveredAccount(
      grpc::CallbackServerContext* context, const v1::GetDiscoveredAccountRequest* request,
      v1::GetDiscoveredAccountResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetDiscoveredAccounts(
      grpc::CallbackServerContext* context, const v1::BatchGetDiscoveredAccountsRequest* request,
      v1::BatchGetDiscoveredAccountsResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportDiscoveredAccountsResponse>* ExportDiscoveredAccounts(
      grpc::CallbackServerContext* context,
      const v1::ExportDiscoveredAccountsRequest* request) override;
  grpc::ServerUnaryReactor* ListDiscoveredLogins(
      grpc::CallbackServerContext* context, const v1::ListDiscoveredLoginsRequest* request,
      v1::ListDiscoveredLoginsResponse* response) override;
  grpc::ServerUnaryReactor* GetDiscoveredLogin(grpc::CallbackServerContext* context,
                                               const v1::GetDiscoveredLoginRequest* request,
                                               v1::GetDiscoveredLoginResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetDiscoveredLogins(
      grpc::CallbackServerContext* context, const v1::BatchGetDiscoveredLoginsRequest* request,
      v1::BatchGetDiscoveredLoginsResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportDiscoveredLoginsResponse>* ExportDiscoveredLogins(
      grpc::CallbackServerContext* context,
      const v1::ExportDiscoveredLoginsRequest* request) override;

 private:
  using AccountStream = Stream<v1::ExportDiscoveredAccountsResponse>;

  Task<absl::Status> ExportAccounts(RpcContext& call, v1::ExportDiscoveredAccountsRequest request,
                                    AccountStream& stream);
  // Whether accounts that match `cursor` never logged on; the export of the others starts there.
  Task<absl::StatusOr<bool>> ExcludeNeverLoggedOn(RpcContext& call, upstream::Cursor& cursor) const;

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  const Collection hosts_;
  const Collection applications_;
  const Collection accounts_;
  const Collection
      known_accounts_;  // by the time when they were first seen, which all of them have
  const Collection logins_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_DISCOVER_SERVICE_H_
