// ReputationService: the gRPC face of VirusTotal's look-ups, and of Falcon's IOCs before them.
#ifndef FALCON_RPC_SERVICES_REPUTATION_SERVICE_H_
#define FALCON_RPC_SERVICES_REPUTATION_SERVICE_H_

#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/reputation.grpc.pb.h"
#include "reputation/client.h"
#include "rpc/server/rpc_environment.h"
#include "rpc/services/collection.h"
#include "rpc/services/reputation_responses.h"

namespace falcon::rpc {

class ReputationService final : public v1::ReputationService::CallbackService {
 public:
  // References outlive all calls.
  ReputationService(const RpcEnvironment& environment, const ServiceDeps& deps,
                    reputation::Client& client);

  grpc::ServerUnaryReactor* BatchGetReputations(grpc::CallbackServerContext* context,
                                                const v1::BatchGetReputationsRequest* request,
                                                v1::BatchGetReputationsResponse* response) override;
  grpc::ServerUnaryReactor* CheckIocs(grpc::CallbackServerContext* context,
                                      const v1::CheckIocsRequest* request,
                                      v1::CheckIocsResponse* response) override;

 private:
  Task<absl::Status> BatchGet(RpcContext& call, const v1::BatchGetReputationsRequest& request,
                              v1::BatchGetReputationsResponse& response);
  Task<absl::Status> Check(RpcContext& call, const v1::CheckIocsRequest& request,
                           v1::CheckIocsResponse& response);
  // A question for each id that Falcon knows; the others go to `response`'s missing.
  Task<absl::StatusOr<std::vector<Question>>> Resolve(RpcContext& call,
                                                      const v1::CheckIocsRequest& request,
                                                      v1::CheckIocsResponse& response);

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  reputation::Client& client_;
  const json::Decoder iocs_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_REPUTATION_SERVICE_H_
