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
#include "rpc/server/rpc_environment.h"
#include "runtime/timer.h"
#include "upstream/call/caller.h"
#include "upstream/paging/page_token.h"

namespace falcon::rpc {

// What services depend on. References and pointers outlive all calls.
struct ServiceDeps {
  upstream::Caller& caller;
  const upstream::PageTokens& tokens;
  const Clock& clock;
  runtime::Timer& timer;
  // Used by ReputationService and GatewayService only.
  reputation::Client* virustotal = nullptr;
  const auth::CachedTokenSource* access_tokens = nullptr;
  std::map<std::string, std::string> libraries = {};  // versions of linked libraries, by name
};

// `environment` and `deps` outlive the service.
using NewService = std::unique_ptr<grpc::Service>(const RpcEnvironment& environment,
                                                  const ServiceDeps& deps);

NewService NewDetectionService, NewDiscoverService, NewGatewayService, NewHostService,
    NewIncidentService, NewIntelIndicatorService, NewIocService, NewReputationService,
    NewRtrSessionService, NewVulnerabilityService;

inline constexpr NewService* kServices[] = {
    NewDetectionService,      NewDiscoverService,      NewGatewayService,    NewHostService,
    NewIncidentService,       NewIocService,           NewReputationService, NewRtrSessionService,
    NewIntelIndicatorService, NewVulnerabilityService,
};

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
