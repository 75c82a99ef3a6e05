// All services that the gateway offers. A new area is one file beside this one and its name below.
#ifndef FALCON_RPC_SERVICES_SERVICES_H_
#define FALCON_RPC_SERVICES_SERVICES_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "auth/cached_token_source.h"
#include "reputation/client.h"
#include "rpc/server/rpc_context.h"
#include "rpc/server/rpc_environment.h"
#include "runtime/loop.h"
#include "upstream/call/upstream_client.h"
#include "upstream/paging/page_token.h"
#include "upstream/upstream_layers.h"

namespace falcon::rpc {

// What services depend on. References and pointers outlive all calls.
struct ServiceDeps {
  upstream::ReadContext Read(RpcContext& context) const {
    return Read(context.options, context.stats);
  }
  upstream::ReadContext Read(const upstream::CallOptions& options,
                             upstream::CallStats& stats) const {
    return {client, options, stats, clock, pool};
  }
  // The response to `request`, as a document.
  Task<absl::StatusOr<json::Document>> Call(upstream::UpstreamRequest request,
                                            RpcContext& context) const;

  upstream::UpstreamClient& client;
  const upstream::PageTokens& tokens;
  const Clock& clock;
  runtime::Timer& timer;
  runtime::CpuPool* pool = nullptr;  // decodes many records; null: the loop does
  // Used by ReputationService and GatewayService only.
  reputation::Client* virustotal = nullptr;
  const auth::CachedTokenSource* access_tokens = nullptr;
  const upstream::UpstreamLayers* layers = nullptr;
  std::map<std::string, std::string> libraries = {};  // versions of linked libraries, by name
};

// `environment` and `deps` outlive the service.
using NewService = std::unique_ptr<grpc::Service>(const RpcEnvironment& environment,
                                                  const ServiceDeps& deps);

// One line for each service.
#define FALCON_SERVICES(SERVICE)    \
  SERVICE(NewDetectionService)      \
  SERVICE(NewDiscoverService)       \
  SERVICE(NewGatewayService)        \
  SERVICE(NewHostService)           \
  SERVICE(NewIncidentService)       \
  SERVICE(NewIntelIndicatorService) \
  SERVICE(NewInvestigationService)  \
  SERVICE(NewIocService)            \
  SERVICE(NewReputationService)     \
  SERVICE(NewRtrSessionService)     \
  SERVICE(NewVulnerabilityService)

#define FALCON_DECLARE_SERVICE(name) NewService name;
FALCON_SERVICES(FALCON_DECLARE_SERVICE)
#undef FALCON_DECLARE_SERVICE

#define FALCON_SERVICE_ITEM(name) name,
inline constexpr NewService* kServices[] = {FALCON_SERVICES(FALCON_SERVICE_ITEM)};
#undef FALCON_SERVICE_ITEM

inline std::vector<std::unique_ptr<grpc::Service>> NewServices(const RpcEnvironment& environment,
                                                               const ServiceDeps& deps) {
  LoadMethods();
  std::vector<std::unique_ptr<grpc::Service>> services;
  for (NewService* make : kServices) services.push_back(make(environment, deps));
  return services;
}

// Short names of gRPC's types.
using Context = grpc::CallbackServerContext;
using Unary = grpc::ServerUnaryReactor;
template <class Message>
using ServerStream = grpc::ServerWriteReactor<Message>;

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_SERVICES_H_
