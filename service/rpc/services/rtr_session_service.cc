// RtrSessionService: the gRPC face of Falcon's Real Time Response API, as far as it reads sessions,
// and of its audit.
#include "rpc/services/rtr_session_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/status.h"
#include "base/text.h"
#include "rpc/server/record_view.h"
#include "rpc/server/unary_call.h"
#include "rpc/services/aggregation.h"
#include "rpc/services/rtr_histogram.h"
#include "rpc/services/rtr_status_filter.h"
#include "upstream/operation/aggregate.h"

namespace falcon::rpc {
namespace {

std::string_view ValidateUuid(std::string_view id) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  const auto fits = [](char c, char shape) {
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    return shape == '-' ? c == '-' : digit;
  };
  return std::equal(id.begin(), id.end(), kShape.begin(), kShape.end(), fits)
             ? ""
             : "must be a UUID, such as 9f3c5e7a-1234-5678-abcd-ef0123456789";
}

CollectionSpec Spec(const upstream::Operation* pages, const upstream::Operation* entities) {
  CollectionSpec spec;
  spec.id_field = "id";
  spec.list_operation = pages;
  spec.lists_ids = pages != nullptr && entities != nullptr;
  spec.lookup_operation = entities;
  spec.default_order = {"created_at", true};
  spec.resume_field = "created_at";
  spec.validate_id = ValidateUuid;
  spec.canonical_id = Lower;
  return spec;
}

// Commands make the audit's answers many times as large, so they are asked for only when somebody
// wants them.
upstream::Parameters CommandInfo(const google::protobuf::Message& request) {
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
upstream::Parameters QueryOf(const Request& request) {
  if constexpr (kIsAudit<Request>) return CommandInfo(request);
  return {};
}

// The request with its states as part of its filter. Equal requests stay equal, so that page tokens
// hold.
template <class Request>
Request Stated(const Request& request, const Collection& sessions, RequestValidator& validator) {
  Request stated = request;
  stated.mutable_filter()->set_fql(
      WithStatuses(request.filter().fql(), request.filter().statuses(),
                   kIsAudit<Request> ? RtrView::kAudit : RtrView::kOwn,
                   fql::IsSyntaxOnly(request) ? nullptr : &sessions.catalogue(), validator));
  return stated;
}

}  // namespace

RtrSessionService::RtrSessionService(const RpcEnvironment& environment, const ServiceDeps& deps)
    : environment_(environment),
      deps_(deps),
      sessions_(v1::RtrSession::descriptor(), Spec(&upstream::operation::kQueryRtrSessions,
                                                   &upstream::operation::kGetRtrSessions)),
      audit_(v1::RtrAuditSession::descriptor(),
             Spec(&upstream::operation::kAuditRtrSessions, nullptr)),
      queued_(v1::QueuedRtrSession::descriptor(),
              Spec(nullptr, &upstream::operation::kGetQueuedRtrSessions)) {}

template <class Request, class Response>
Task<absl::Status> RtrSessionService::List(RpcContext& call, const Collection& sessions,
                                           const Request& request, Response& response) {
  RequestValidator validator;
  const Request stated = Stated(request, sessions, validator);
  co_return co_await sessions.List(deps_, call, stated, response, validator, QueryOf(request));
}

template <class Request, class Response>
Task<absl::Status> RtrSessionService::Export(RpcContext& call, const Collection& sessions,
                                             const Request& request, Stream<Response>& stream) {
  RequestValidator validator;
  const Request stated = Stated(request, sessions, validator);
  co_return co_await sessions.Export(deps_, call, stated, stream, validator, QueryOf(request));
}

Task<absl::Status> RtrSessionService::Aggregate(RpcContext& call,
                                                const v1::AggregateRtrSessionsRequest& request,
                                                v1::AggregateRtrSessionsResponse& response) {
  RequestValidator validator;
  const v1::AggregateRtrSessionsRequest stated = Stated(request, sessions_, validator);
  const std::vector<std::string> bounds =
      RtrHistogramBounds(request, deps_.clock.WallNow(), validator);
  ASSIGN_OR_CO_RETURN(
      upstream::AggregationQuery query,
      PrepareAggregation(stated, sessions_.catalogue(), deps_.clock, call, validator));
  query.bounds = bounds;
  ASSIGN_OR_CO_RETURN(
      const json::Document answer,
      co_await deps_.caller.Call(
          upstream::AggregateCall(upstream::operation::kAggregateRtrSessions, query),
          call.reading));
  auto& buckets = *response.mutable_buckets();
  ASSIGN_OR_CO_RETURN(const int64_t others, upstream::ReadAggregate(answer, &buckets));
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
  return StartUnary(
      environment_, "/falcon_gateway.v1.RtrSessionService/ListRtrSessions", context, request,
      response, [=, this](RpcContext& call) { return List(call, sessions_, *request, *response); });
}

grpc::ServerUnaryReactor* RtrSessionService::GetRtrSession(grpc::CallbackServerContext* context,
                                                           const v1::GetRtrSessionRequest* request,
                                                           v1::GetRtrSessionResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.RtrSessionService/GetRtrSession", context,
                    request, response, [=, this](RpcContext& call) {
                      return sessions_.Get(deps_, call, *request, *response);
                    });
}

grpc::ServerUnaryReactor* RtrSessionService::BatchGetRtrSessions(
    grpc::CallbackServerContext* context, const v1::BatchGetRtrSessionsRequest* request,
    v1::BatchGetRtrSessionsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.RtrSessionService/BatchGetRtrSessions",
                    context, request, response, [=, this](RpcContext& call) {
                      return sessions_.BatchGet(deps_, call, *request, *response);
                    });
}

grpc::ServerWriteReactor<v1::ExportRtrSessionsResponse>* RtrSessionService::ExportRtrSessions(
    grpc::CallbackServerContext* context, const v1::ExportRtrSessionsRequest* request) {
  return StartServerStream<v1::ExportRtrSessionsResponse>(
      environment_, "/falcon_gateway.v1.RtrSessionService/ExportRtrSessions", context, request,
      [=, this](RpcContext& call, auto& stream) {
        return Export(call, sessions_, *request, stream);
      });
}

grpc::ServerUnaryReactor* RtrSessionService::AggregateRtrSessions(
    grpc::CallbackServerContext* context, const v1::AggregateRtrSessionsRequest* request,
    v1::AggregateRtrSessionsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.RtrSessionService/AggregateRtrSessions",
                    context, request, response,
                    [=, this](RpcContext& call) { return Aggregate(call, *request, *response); });
}

grpc::ServerUnaryReactor* RtrSessionService::BatchGetQueuedRtrSessions(
    grpc::CallbackServerContext* context, const v1::BatchGetQueuedRtrSessionsRequest* request,
    v1::BatchGetQueuedRtrSessionsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.RtrSessionService/BatchGetQueuedRtrSessions",
                    context, request, response, [=, this](RpcContext& call) {
                      return queued_.BatchGet(deps_, call, *request, *response);
                    });
}

grpc::ServerUnaryReactor* RtrSessionService::ListRtrAuditSessions(
    grpc::CallbackServerContext* context, const v1::ListRtrAuditSessionsRequest* request,
    v1::ListRtrAuditSessionsResponse* response) {
  return StartUnary(
      environment_, "/falcon_gateway.v1.RtrSessionService/ListRtrAuditSessions", context, request,
      response, [=, this](RpcContext& call) { return List(call, audit_, *request, *response); });
}

grpc::ServerWriteReactor<v1::ExportRtrAuditSessionsResponse>*
RtrSessionService::ExportRtrAuditSessions(grpc::CallbackServerContext* context,
                                          const v1::ExportRtrAuditSessionsRequest* request) {
  return StartServerStream<v1::ExportRtrAuditSessionsResponse>(
      environment_, "/falcon_gateway.v1.RtrSessionService/ExportRtrAuditSessions", context, request,
      [=, this](RpcContext& call, auto& stream) { return Export(call, audit_, *request, stream); });
}

}  // namespace falcon::rpc
