// DetectionService: the gRPC face of Falcon's Alerts API.
#include "rpc/services/detection_service.h"

#include <algorithm>

#include "base/status.h"
#include "base/text.h"
#include "rpc/server/unary_call.h"
#include "rpc/services/aggregation.h"
#include "upstream/lookup/lookup.h"
#include "upstream/operation/aggregate.h"

namespace falcon::rpc {
namespace {

CollectionSpec Spec() {
  CollectionSpec spec;
  spec.id_field = "composite_id";
  spec.list_operation = &upstream::operation::kPostCombinedAlerts;
  spec.lookup_operation = &upstream::operation::kPostEntitiesAlerts;
  spec.lists_like_lookups = true;
  spec.default_order = {"created_timestamp", true};
  spec.resume_field = "created_timestamp";
  spec.validate_id = ValidateCompositeId;
  return spec;
}

// Free text works on the ids query only.
void Search(const std::string& text, upstream::PagePlan& plan) {
  if (text.empty()) return;
  plan.operation = &upstream::operation::kGetQueriesAlerts;
  plan.entities = &upstream::operation::kPostEntitiesAlerts;
  plan.look_ups = nullptr;
  plan.query = {{"q", text}};
}

}  // namespace

DetectionService::DetectionService(const RpcEnvironment& environment, const ServiceDeps& deps)
    : environment_(environment), deps_(deps), detections_(v1::Detection::descriptor(), Spec()) {}

Task<absl::Status> DetectionService::List(RpcContext& call,
                                          const v1::ListDetectionsRequest& request,
                                          v1::ListDetectionsResponse& response) {
  RequestValidator validator;
  ValidateQuery(request.filter().query(), validator);
  ASSIGN_OR_CO_RETURN(PageRequest start, detections_.PrepareList(request, deps_, validator));
  Search(request.filter().query(), start.plan);
  co_return co_await detections_.FetchPageInto(deps_, call, std::move(start), response);
}

Task<absl::Status> DetectionService::Export(RpcContext& call,
                                            const v1::ExportDetectionsRequest& request,
                                            Stream<v1::ExportDetectionsResponse>& stream) {
  RequestValidator validator;
  ValidateQuery(request.filter().query(), validator);
  ASSIGN_OR_CO_RETURN(PageRequest start, detections_.PrepareExport(request, deps_, validator));
  Search(request.filter().query(), start.plan);
  co_return co_await detections_.ExportPages(deps_, call, start, stream);
}

Task<absl::Status> DetectionService::Aggregate(RpcContext& call,
                                               const v1::AggregateDetectionsRequest& request,
                                               v1::AggregateDetectionsResponse& response) {
  RequestValidator validator;
  ValidateQuery(request.filter().query(), validator);
  ASSIGN_OR_CO_RETURN(
      const upstream::AggregationQuery query,
      PrepareAggregation(request, detections_.catalogue(), deps_.clock, call, validator));
  ASSIGN_OR_CO_RETURN(
      const json::Document answer,
      co_await deps_.caller.Call(
          upstream::AggregateCall(upstream::operation::kPostAggregatesAlerts, query),
          call.reading));
  ASSIGN_OR_CO_RETURN(const int64_t others,
                      upstream::ReadAggregate(answer, response.mutable_buckets()));
  response.set_other_count(others);
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

grpc::ServerUnaryReactor* DetectionService::ListDetections(grpc::CallbackServerContext* context,
                                                           const v1::ListDetectionsRequest* request,
                                                           v1::ListDetectionsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.DetectionService/ListDetections", context,
                    request, response,
                    [=, this](RpcContext& call) { return List(call, *request, *response); });
}

grpc::ServerUnaryReactor* DetectionService::GetDetection(grpc::CallbackServerContext* context,
                                                         const v1::GetDetectionRequest* request,
                                                         v1::GetDetectionResponse* response) {
  return StartUnary(
      environment_, "/falcon_gateway.v1.DetectionService/GetDetection", context, request, response,
      [=, this](RpcContext& call) { return detections_.Get(deps_, call, *request, *response); });
}

grpc::ServerUnaryReactor* DetectionService::BatchGetDetections(
    grpc::CallbackServerContext* context, const v1::BatchGetDetectionsRequest* request,
    v1::BatchGetDetectionsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.DetectionService/BatchGetDetections", context,
                    request, response, [=, this](RpcContext& call) {
                      return detections_.BatchGet(deps_, call, *request, *response);
                    });
}

grpc::ServerWriteReactor<v1::ExportDetectionsResponse>* DetectionService::ExportDetections(
    grpc::CallbackServerContext* context, const v1::ExportDetectionsRequest* request) {
  return StartServerStream<v1::ExportDetectionsResponse>(
      environment_, "/falcon_gateway.v1.DetectionService/ExportDetections", context, request,
      [=, this](RpcContext& call, Stream<v1::ExportDetectionsResponse>& stream) {
        return Export(call, *request, stream);
      });
}

grpc::ServerUnaryReactor* DetectionService::AggregateDetections(
    grpc::CallbackServerContext* context, const v1::AggregateDetectionsRequest* request,
    v1::AggregateDetectionsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.DetectionService/AggregateDetections",
                    context, request, response,
                    [=, this](RpcContext& call) { return Aggregate(call, *request, *response); });
}

}  // namespace falcon::rpc
