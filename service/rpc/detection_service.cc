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

}  // namespace

DetectionService::DetectionService(const Edge& edge, const Upstream& upstream)
    : edge_(edge), upstream_(upstream), detections_(v1::Detection::descriptor(), Facts()) {}

Task<absl::Status> DetectionService::List(Call& call, const v1::ListDetectionsRequest& request,
                                          v1::ListDetectionsResponse& response) {
  Checks checks;
  CheckQuery(request.query(), checks);
  ASSIGN_OR_CO_RETURN(PageStart start, detections_.OpenList(request, upstream_, checks));
  if (!request.query().empty()) {
    co_return co_await Search(call, std::move(start), request.query(), response);
  }
  co_return co_await detections_.AnswerPage(upstream_, call, std::move(start), response);
}

// Free text works on the ids query only, which ends at its window: ids first, then their records.
Task<absl::Status> DetectionService::Search(Call& call, PageStart start, std::string query,
                                            v1::ListDetectionsResponse& response) {
  const Operation& ids = operation::kGetQueriesAlerts;
  const int64_t offset = start.cursor.offset;
  if (offset >= ids.max_window) {
    co_return Error(absl::StatusCode::kOutOfRange, "OFFSET_WINDOW",
                    Cat("a list with `query` ends at ", ids.max_window,
                        " rows; narrow it by filters or a shorter time"));
  }
  const int64_t limit = std::min<int64_t>(start.plan.page_size, ids.max_window - offset);
  UpstreamCall page(ids);
  page.query = {{"q", std::move(query)},
                {"sort", start.plan.order.Text()},
                {"offset", Cat(offset)},
                {"limit", Cat(limit)}};
  if (!start.cursor.filter.empty()) page.query.emplace_back("filter", start.cursor.filter);
  if (start.plan.staleness) call.reading.staleness = start.plan.staleness;
  ASSIGN_OR_CO_RETURN(const json::Document answer,
                      co_await upstream_.caller.Call(std::move(page), call.reading));
  LookupPlan plan;
  plan.operation = detections_.facts().entities;
  plan.decoder = start.plan.decoder;
  plan.options = DecodedBy(start.plan);
  plan.id_field = start.plan.id_field;
  const std::vector<std::string> found = answer.Ids();
  v1::BatchGetDetectionsResponse records;
  if (!found.empty()) {
    CO_RETURN_IF_ERROR(co_await LookUp(upstream_.caller, plan, found, call.reading, records,
                                       "detections", "missing", call.report));
  }
  for (v1::Detection& record : *records.mutable_detections()) {
    if (!start.plan.names.Matches(record)) {
      ++start.cursor.dropped;
      continue;
    }
    ClearUnselected(start.plan, record);
    response.add_detections()->Swap(&record);
  }
  start.cursor.offset = offset + static_cast<int64_t>(found.size());
  start.cursor.issued = upstream_.clock.WallNow();
  start.cursor.total = answer.envelope().pagination.total;
  const std::optional<int64_t> total = TotalSize(start.cursor);
  if (total.has_value()) response.set_total_size(*total);
  if (!found.empty() && start.cursor.offset < start.cursor.total.value_or(ids.max_window)) {
    response.set_next_page_token(upstream_.tokens.Seal(start.cursor, start.binding));
  }
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

Task<absl::Status> DetectionService::Aggregate(Call& call,
                                               const v1::AggregateDetectionsRequest& request,
                                               v1::AggregateDetectionsResponse& response) {
  Checks checks;
  CheckQuery(request.query(), checks);
  ASSIGN_OR_CO_RETURN(
      const AggregationQuery query,
      OpenAggregation(request, detections_.catalogue(), upstream_.clock, call.reading, checks));
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
  return Answer(edge_, "/falcon.v1.DetectionService/ListDetections", context,
                [=, this](Call& call) { return List(call, *request, *response); });
}

grpc::ServerUnaryReactor* DetectionService::GetDetection(grpc::CallbackServerContext* context,
                                                         const v1::GetDetectionRequest* request,
                                                         v1::GetDetectionResponse* response) {
  return Answer(edge_, "/falcon.v1.DetectionService/GetDetection", context, [=, this](Call& call) {
    return detections_.Get(upstream_, call, *request, *response);
  });
}

grpc::ServerUnaryReactor* DetectionService::BatchGetDetections(
    grpc::CallbackServerContext* context, const v1::BatchGetDetectionsRequest* request,
    v1::BatchGetDetectionsResponse* response) {
  return Answer(
      edge_, "/falcon.v1.DetectionService/BatchGetDetections", context,
      [=, this](Call& call) { return detections_.BatchGet(upstream_, call, *request, *response); });
}

grpc::ServerWriteReactor<v1::ExportDetectionsResponse>* DetectionService::ExportDetections(
    grpc::CallbackServerContext* context, const v1::ExportDetectionsRequest* request) {
  return Feed<v1::ExportDetectionsResponse>(
      edge_, "/falcon.v1.DetectionService/ExportDetections", context,
      [=, this](Call& call, Stream<v1::ExportDetectionsResponse>& stream) {
        return detections_.Export(upstream_, call, *request, stream);
      });
}

grpc::ServerUnaryReactor* DetectionService::AggregateDetections(
    grpc::CallbackServerContext* context, const v1::AggregateDetectionsRequest* request,
    v1::AggregateDetectionsResponse* response) {
  return Answer(edge_, "/falcon.v1.DetectionService/AggregateDetections", context,
                [=, this](Call& call) { return Aggregate(call, *request, *response); });
}

}  // namespace falcon::rpc
