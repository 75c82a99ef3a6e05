// DetectionService: the gRPC face of Falcon's Alerts API.
#include "rpc/detection_service.h"

#include <algorithm>

#include "base/status.h"
#include "base/text.h"
#include "falcon/aggregate.h"
#include "falcon/lookup.h"
#include "rpc/aggregation.h"
#include "rpc/unary_call.h"

namespace falcon::rpc {
namespace {

CollectionFacts Facts() {
  CollectionFacts facts;
  facts.id = "composite_id";
  facts.pages = &operation::kPostCombinedAlerts;
  facts.entities = &operation::kPostEntitiesAlerts;
  facts.pages_like_entities = true;
  facts.list_order = {"created_timestamp", true};
  facts.seek = "created_timestamp";
  facts.id_shape = CompositeIdShape;
  return facts;
}

// Free text works on the ids query only.
void Search(const std::string& text, PagePlan& plan) {
  if (text.empty()) return;
  plan.operation = &operation::kGetQueriesAlerts;
  plan.entities = &operation::kPostEntitiesAlerts;
  plan.look_ups = nullptr;
  plan.query = {{"q", text}};
}

}  // namespace

DetectionService::DetectionService(const Edge& edge, const Upstream& upstream)
    : edge_(edge), upstream_(upstream), detections_(v1::Detection::descriptor(), Facts()) {}

Task<absl::Status> DetectionService::List(Call& call, const v1::ListDetectionsRequest& request,
                                          v1::ListDetectionsResponse& response) {
  Checks checks;
  CheckQuery(request.filter().query(), checks);
  ASSIGN_OR_CO_RETURN(PageStart start, detections_.OpenList(request, upstream_, checks));
  Search(request.filter().query(), start.plan);
  co_return co_await detections_.AnswerPage(upstream_, call, std::move(start), response);
}

Task<absl::Status> DetectionService::Export(Call& call, const v1::ExportDetectionsRequest& request,
                                            Stream<v1::ExportDetectionsResponse>& stream) {
  Checks checks;
  CheckQuery(request.filter().query(), checks);
  ASSIGN_OR_CO_RETURN(PageStart start, detections_.OpenExport(request, upstream_, checks));
  Search(request.filter().query(), start.plan);
  co_return co_await detections_.ExportPages(upstream_, call, start, stream);
}

Task<absl::Status> DetectionService::Aggregate(Call& call,
                                               const v1::AggregateDetectionsRequest& request,
                                               v1::AggregateDetectionsResponse& response) {
  Checks checks;
  CheckQuery(request.filter().query(), checks);
  ASSIGN_OR_CO_RETURN(
      const AggregationQuery query,
      OpenAggregation(request, detections_.catalogue(), upstream_.clock, call, checks));
  ASSIGN_OR_CO_RETURN(const json::Document answer,
                      co_await upstream_.caller.Call(
                          AggregateCall(operation::kPostAggregatesAlerts, query), call.reading));
  ASSIGN_OR_CO_RETURN(const int64_t others, ReadAggregate(answer, response.mutable_buckets()));
  response.set_other_count(others);
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

grpc::ServerUnaryReactor* DetectionService::ListDetections(grpc::CallbackServerContext* context,
                                                           const v1::ListDetectionsRequest* request,
                                                           v1::ListDetectionsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.DetectionService/ListDetections", context, request,
                response, [=, this](Call& call) { return List(call, *request, *response); });
}

grpc::ServerUnaryReactor* DetectionService::GetDetection(grpc::CallbackServerContext* context,
                                                         const v1::GetDetectionRequest* request,
                                                         v1::GetDetectionResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.DetectionService/GetDetection", context, request, response,
      [=, this](Call& call) { return detections_.Get(upstream_, call, *request, *response); });
}

grpc::ServerUnaryReactor* DetectionService::BatchGetDetections(
    grpc::CallbackServerContext* context, const v1::BatchGetDetectionsRequest* request,
    v1::BatchGetDetectionsResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.DetectionService/BatchGetDetections", context, request, response,
      [=, this](Call& call) { return detections_.BatchGet(upstream_, call, *request, *response); });
}

grpc::ServerWriteReactor<v1::ExportDetectionsResponse>* DetectionService::ExportDetections(
    grpc::CallbackServerContext* context, const v1::ExportDetectionsRequest* request) {
  return Feed<v1::ExportDetectionsResponse>(
      edge_, "/falcon_gateway.v1.DetectionService/ExportDetections", context, request,
      [=, this](Call& call, Stream<v1::ExportDetectionsResponse>& stream) {
        return Export(call, *request, stream);
      });
}

grpc::ServerUnaryReactor* DetectionService::AggregateDetections(
    grpc::CallbackServerContext* context, const v1::AggregateDetectionsRequest* request,
    v1::AggregateDetectionsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.DetectionService/AggregateDetections", context, request,
                response, [=, this](Call& call) { return Aggregate(call, *request, *response); });
}

}  // namespace falcon::rpc
