// RtrSessionService: the gRPC face of Falcon's Real Time Response API, as far as it reads sessions,
// and of its audit.
#include "rpc/rtr_session_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/status.h"
#include "base/text.h"
#include "falcon/aggregate.h"
#include "rpc/aggregation.h"
#include "rpc/record_view.h"
#include "rpc/rtr_histogram.h"
#include "rpc/rtr_status_filter.h"
#include "rpc/unary_call.h"

namespace falcon::rpc {
namespace {

std::string_view UuidShape(std::string_view id) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  const auto fits = [](char c, char shape) {
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    return shape == '-' ? c == '-' : digit;
  };
  return std::equal(id.begin(), id.end(), kShape.begin(), kShape.end(), fits)
             ? ""
             : "must be a UUID, such as 9f3c5e7a-1234-5678-abcd-ef0123456789";
}

CollectionFacts Facts(const Operation* pages, const Operation* entities) {
  CollectionFacts facts;
  facts.id = "id";
  facts.pages = pages;
  facts.pages_are_ids = pages != nullptr && entities != nullptr;
  facts.entities = entities;
  facts.list_order = {"created_at", true};
  facts.seek = "created_at";
  facts.id_shape = UuidShape;
  facts.spell_id = Lower;
  return facts;
}

// Commands make the audit's answers many times as large, so they are asked for only when somebody
// wants them.
Parameters CommandInfo(const google::protobuf::Message& request) {
  const google::protobuf::FieldMask* mask = MaskOf(request);
  const bool wanted =
      mask == nullptr
          ? ShownView(request) == v1::RECORD_VIEW_FULL
          : std::any_of(mask->paths().begin(), mask->paths().end(), [](const std::string& path) {
              return path == "logs" || path.starts_with("logs.") || path == "cloud_request_ids";
            });
  if (!wanted) return {};
  return {{"with_command_info", "true"}};
}

template <class Request>
constexpr bool kIsAudit = std::is_same_v<Request, v1::ListRtrAuditSessionsRequest> ||
                          std::is_same_v<Request, v1::ExportRtrAuditSessionsRequest>;

template <class Request>
Parameters QueryOf(const Request& request) {
  if constexpr (kIsAudit<Request>) return CommandInfo(request);
  return {};
}

// The request with its states as part of its filter. Equal requests stay equal, so that page tokens
// hold.
template <class Request>
Request Stated(const Request& request, const Collection& sessions, Checks& checks) {
  Request stated = request;
  stated.mutable_filter()->set_fql(
      WithStatuses(request.filter().fql(), request.filter().statuses(),
                   kIsAudit<Request> ? RtrView::kAudit : RtrView::kOwn,
                   fql::IsSyntaxOnly(request) ? nullptr : &sessions.catalogue(), checks));
  return stated;
}

}  // namespace

RtrSessionService::RtrSessionService(const Edge& edge, const Upstream& upstream)
    : edge_(edge),
      upstream_(upstream),
      sessions_(v1::RtrSession::descriptor(),
                Facts(&operation::kQueryRtrSessions, &operation::kGetRtrSessions)),
      audit_(v1::RtrAuditSession::descriptor(), Facts(&operation::kAuditRtrSessions, nullptr)),
      queued_(v1::QueuedRtrSession::descriptor(),
              Facts(nullptr, &operation::kGetQueuedRtrSessions)) {}

template <class Request, class Response>
Task<absl::Status> RtrSessionService::List(Call& call, const Collection& sessions,
                                           const Request& request, Response& response) {
  Checks checks;
  const Request stated = Stated(request, sessions, checks);
  co_return co_await sessions.List(upstream_, call, stated, response, checks, QueryOf(request));
}

template <class Request, class Response>
Task<absl::Status> RtrSessionService::Export(Call& call, const Collection& sessions,
                                             const Request& request, Stream<Response>& stream) {
  Checks checks;
  const Request stated = Stated(request, sessions, checks);
  co_return co_await sessions.Export(upstream_, call, stated, stream, checks, QueryOf(request));
}

Task<absl::Status> RtrSessionService::Aggregate(Call& call,
                                                const v1::AggregateRtrSessionsRequest& request,
                                                v1::AggregateRtrSessionsResponse& response) {
  Checks checks;
  const v1::AggregateRtrSessionsRequest stated = Stated(request, sessions_, checks);
  const std::vector<std::string> bounds =
      RtrHistogramBounds(request, upstream_.clock.WallNow(), checks);
  ASSIGN_OR_CO_RETURN(AggregationQuery query, OpenAggregation(stated, sessions_.catalogue(),
                                                              upstream_.clock, call, checks));
  query.bounds = bounds;
  ASSIGN_OR_CO_RETURN(const json::Document answer,
                      co_await upstream_.caller.Call(
                          AggregateCall(operation::kAggregateRtrSessions, query), call.reading));
  auto& buckets = *response.mutable_buckets();
  ASSIGN_OR_CO_RETURN(const int64_t others, ReadAggregate(answer, &buckets));
  // Falcon answers each interval that it is asked for.
  buckets.erase(std::remove_if(buckets.begin(), buckets.end(),
                               [](const auto& bucket) { return bucket.count() == 0; }),
                buckets.end());
  response.set_other_count(others);
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

grpc::ServerUnaryReactor* RtrSessionService::ListRtrSessions(
    grpc::CallbackServerContext* context, const v1::ListRtrSessionsRequest* request,
    v1::ListRtrSessionsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.RtrSessionService/ListRtrSessions", context, request,
                response,
                [=, this](Call& call) { return List(call, sessions_, *request, *response); });
}

grpc::ServerUnaryReactor* RtrSessionService::GetRtrSession(grpc::CallbackServerContext* context,
                                                           const v1::GetRtrSessionRequest* request,
                                                           v1::GetRtrSessionResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.RtrSessionService/GetRtrSession", context, request, response,
      [=, this](Call& call) { return sessions_.Get(upstream_, call, *request, *response); });
}

grpc::ServerUnaryReactor* RtrSessionService::BatchGetRtrSessions(
    grpc::CallbackServerContext* context, const v1::BatchGetRtrSessionsRequest* request,
    v1::BatchGetRtrSessionsResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.RtrSessionService/BatchGetRtrSessions", context, request, response,
      [=, this](Call& call) { return sessions_.BatchGet(upstream_, call, *request, *response); });
}

grpc::ServerWriteReactor<v1::ExportRtrSessionsResponse>* RtrSessionService::ExportRtrSessions(
    grpc::CallbackServerContext* context, const v1::ExportRtrSessionsRequest* request) {
  return Feed<v1::ExportRtrSessionsResponse>(
      edge_, "/falcon_gateway.v1.RtrSessionService/ExportRtrSessions", context, request,
      [=, this](Call& call, auto& stream) { return Export(call, sessions_, *request, stream); });
}

grpc::ServerUnaryReactor* RtrSessionService::AggregateRtrSessions(
    grpc::CallbackServerContext* context, const v1::AggregateRtrSessionsRequest* request,
    v1::AggregateRtrSessionsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.RtrSessionService/AggregateRtrSessions", context,
                request, response,
                [=, this](Call& call) { return Aggregate(call, *request, *response); });
}

grpc::ServerUnaryReactor* RtrSessionService::BatchGetQueuedRtrSessions(
    grpc::CallbackServerContext* context, const v1::BatchGetQueuedRtrSessionsRequest* request,
    v1::BatchGetQueuedRtrSessionsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.RtrSessionService/BatchGetQueuedRtrSessions", context,
                request, response, [=, this](Call& call) {
                  return queued_.BatchGet(upstream_, call, *request, *response);
                });
}

grpc::ServerUnaryReactor* RtrSessionService::ListRtrAuditSessions(
    grpc::CallbackServerContext* context, const v1::ListRtrAuditSessionsRequest* request,
    v1::ListRtrAuditSessionsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.RtrSessionService/ListRtrAuditSessions", context,
                request, response,
                [=, this](Call& call) { return List(call, audit_, *request, *response); });
}

grpc::ServerWriteReactor<v1::ExportRtrAuditSessionsResponse>*
RtrSessionService::ExportRtrAuditSessions(grpc::CallbackServerContext* context,
                                          const v1::ExportRtrAuditSessionsRequest* request) {
  return Feed<v1::ExportRtrAuditSessionsResponse>(
      edge_, "/falcon_gateway.v1.RtrSessionService/ExportRtrAuditSessions", context, request,
      [=, this](Call& call, auto& stream) { return Export(call, audit_, *request, stream); });
}

}  // namespace falcon::rpc
