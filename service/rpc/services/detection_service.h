// DetectionService: the gRPC face of Falcon's Alerts API.
#ifndef FALCON_RPC_SERVICES_DETECTION_SERVICE_H_
#define FALCON_RPC_SERVICES_DETECTION_SERVICE_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detections.grpc.pb.h"
#include "rpc/server/rpc_environment.h"
#include "rpc/services/collection.h"

namespace falcon::rpc {

class DetectionService final : public v1::DetectionService::CallbackService {
 public:
  DetectionService(const RpcEnvironment& environment, const ServiceDeps& deps);

  grpc::ServerUnaryReactor* ListDetections(grpc::CallbackServerContext* context,
                                           const v1::ListDetectionsRequest* request,
                                           v1::ListDetectionsResponse* response) override;
  grpc::ServerUnaryReactor* GetDetection(grpc::CallbackServerContext* context,
                                         const v1::GetDetectionRequest* request,
                                         v1::GetDetectionResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetDetections(grpc::CallbackServerContext* context,
                                               const v1::BatchGetDetectionsRequest* request,
                                               v1::BatchGetDetectionsResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportDetectionsResponse>* ExportDetections(
      grpc::CallbackServerContext* context, const v1::ExportDetectionsRequest* request) override;
  grpc::ServerUnaryReactor* AggregateDetections(grpc::CallbackServerContext* context,
                                                const v1::AggregateDetectionsRequest* request,
                                                v1::AggregateDetectionsResponse* response) override;

 private:
  Task<absl::Status> Export(RpcContext& call, const v1::ExportDetectionsRequest& request,
                            Stream<v1::ExportDetectionsResponse>& stream);
  Task<absl::Status> List(RpcContext& call, const v1::ListDetectionsRequest& request,
                          v1::ListDetectionsResponse& response);
  Task<absl::Status> Aggregate(RpcContext& call, const v1::AggregateDetectionsRequest& request,
                               v1::AggregateDetectionsResponse& response);

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  const Collection detections_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_DETECTION_SERVICE_H_
