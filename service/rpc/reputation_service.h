// ReputationService: the gRPC face of VirusTotal's look-ups, and of Falcon's IOCs before them.
#ifndef FALCON_RPC_REPUTATION_SERVICE_H_
#define FALCON_RPC_REPUTATION_SERVICE_H_

#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/reputation.grpc.pb.h"
#include "reputation/client.h"
#include "rpc/collection.h"
#include "rpc/edge.h"
#include "rpc/reputation_answers.h"

namespace falcon::rpc {

class ReputationService final : public v1::ReputationService::CallbackService {
 public:
  // References outlive all calls.
  ReputationService(const Edge& edge, const Upstream& upstream, reputation::Client& client);

  grpc::ServerUnaryReactor* BatchGetReputations(grpc::CallbackServerContext* context,
                                                const v1::BatchGetReputationsRequest* request,
                                                v1::BatchGetReputationsResponse* response) override;
  grpc::ServerUnaryReactor* CheckIocs(grpc::CallbackServerContext* context,
                                      const v1::CheckIocsRequest* request,
                                      v1::CheckIocsResponse* response) override;

 private:
  Task<absl::Status> BatchGet(Call& call, const v1::BatchGetReputationsRequest& request,
                              v1::BatchGetReputationsResponse& response);
  Task<absl::Status> Check(Call& call, const v1::CheckIocsRequest& request,
                           v1::CheckIocsResponse& response);
  // A question for each id that Falcon knows; the others go to `response`'s missing.
  Task<absl::StatusOr<std::vector<Question>>> Resolve(Call& call,
                                                      const v1::CheckIocsRequest& request,
                                                      v1::CheckIocsResponse& response);

  const Edge& edge_;
  const Upstream& upstream_;
  reputation::Client& client_;
  const json::Decoder iocs_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_REPUTATION_SERVICE_H_
