// GatewayService: the gateway's own state, and what its credentials may read.
#ifndef FALCON_RPC_SERVICES_GATEWAY_SERVICE_H_
#define FALCON_RPC_SERVICES_GATEWAY_SERVICE_H_

#include <map>
#include <string>

#include "auth/cached_token_source.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/gateway.grpc.pb.h"
#include "reputation/client.h"
#include "rpc/server/rpc_environment.h"
#include "upstream/call/caller.h"
#include "upstream/call/rate_budget.h"

namespace falcon::rpc {

// Name and version of each library below gRPC, as it runs.
using LibraryVersions = std::map<std::string, std::string>;

class GatewayService final : public v1::GatewayService::CallbackService {
 public:
  // References outlive all calls.
  GatewayService(const RpcEnvironment& environment, upstream::Caller& caller,
                 const auth::CachedTokenSource& tokens, const upstream::RateBudget& budget,
                 const reputation::Client& reputation, LibraryVersions libraries);

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusResponse* response) override;
  grpc::ServerUnaryReactor* CheckAccess(grpc::CallbackServerContext* context,
                                        const v1::CheckAccessRequest* request,
                                        v1::CheckAccessResponse* response) override;

 private:
  Task<absl::Status> Status(v1::GetStatusResponse& response);
  Task<absl::Status> Access(RpcContext& call, v1::CheckAccessResponse& response);

  const RpcEnvironment& environment_;
  upstream::Caller& caller_;
  const auth::CachedTokenSource& tokens_;
  const upstream::RateBudget& budget_;
  const reputation::Client& reputation_;
  const LibraryVersions libraries_;
  const WallTime start_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_GATEWAY_SERVICE_H_
