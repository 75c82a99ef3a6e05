// DetectionService: detections, from Falcon's Alerts API.
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detections.grpc.pb.h"
#include "rpc/services/collection.h"
#include "rpc/services/collections.h"

namespace falcon::rpc {
namespace {

// Falcon takes free text in the query of ids only.
void Search(Preparation& request) {
  const std::string text = QueryText(request.request);
  if (text.empty() || request.pages == nullptr) return;
  request.pages->operation = &upstream::operation::kGetQueriesAlerts;
  request.pages->entities = &upstream::operation::kPostEntitiesAlerts;
  request.pages->look_ups = nullptr;
  request.query = {{"q", text}};
}

constexpr CollectionSpec kDetections = {
    .id_field = "composite_id",
    .list_operation = &upstream::operation::kPostCombinedAlerts,
    .lookup_operation = &upstream::operation::kPostEntitiesAlerts,
    .aggregate_operation = &upstream::operation::kPostAggregatesAlerts,
    .lists_like_lookups = true,
    .default_order = "created_timestamp desc",
    .resume_field = "created_timestamp",
    .validate_id = ValidateCompositeId,
    .prepare = Search,
};

class DetectionService final : public v1::DetectionService::CallbackService {
 public:
  DetectionService(const RpcEnvironment& environment, const ServiceDeps& deps)
      : detections_(environment, deps, v1::Detection::descriptor(), kDetections) {}

  Unary* ListDetections(Context* context, const v1::ListDetectionsRequest* request,
                        v1::ListDetectionsResponse* response) override {
    return detections_.List(context, request, response);
  }
  Unary* GetDetection(Context* context, const v1::GetDetectionRequest* request,
                      v1::GetDetectionResponse* response) override {
    return detections_.Get(context, request, response);
  }
  Unary* BatchGetDetections(Context* context, const v1::BatchGetDetectionsRequest* request,
                            v1::BatchGetDetectionsResponse* response) override {
    return detections_.BatchGet(context, request, response);
  }
  ServerStream<v1::ExportDetectionsResponse>* ExportDetections(
      Context* context, const v1::ExportDetectionsRequest* request) override {
    return detections_.Export<v1::ExportDetectionsResponse>(context, request);
  }
  Unary* AggregateDetections(Context* context, const v1::AggregateDetectionsRequest* request,
                             v1::AggregateDetectionsResponse* response) override {
    return detections_.Aggregate(context, request, response);
  }

 private:
  const Collection detections_;
};

}  // namespace

Collection collections::Detections(const RpcEnvironment& environment, const ServiceDeps& deps) {
  return {environment, deps, v1::Detection::descriptor(), kDetections};
}

std::unique_ptr<grpc::Service> NewDetectionService(const RpcEnvironment& environment,
                                                   const ServiceDeps& deps) {
  return std::make_unique<DetectionService>(environment, deps);
}

}  // namespace falcon::rpc
