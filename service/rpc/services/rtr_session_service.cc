// RtrSessionService: sessions of Falcon's Real Time Response, and its audit.
#include <algorithm>

#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/rtr_sessions.grpc.pb.h"
#include "rpc/services/collection.h"
#include "rpc/services/collections.h"
#include "rpc/services/rtr_filter.h"

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

// The states become a part of the filter. Equal requests stay equal, so that page tokens hold.
void AddStatuses(Preparation& request, RtrView view) {
  auto& filter = request.mutable_filter<v1::RtrSessionFilter>();
  const bool syntax_only = fql::IsSyntaxOnly(request.request);
  filter.set_fql(WithStatuses(filter.fql(), filter.statuses(), view,
                              syntax_only ? nullptr : &request.collection.catalogue(),
                              request.validator));
}

void PrepareSessions(Preparation& request) {
  AddStatuses(request, RtrView::kOwn);
  if (request.counts == nullptr) return;
  request.counts->bounds =
      RtrHistogramBounds(static_cast<const v1::AggregateRtrSessionsRequest&>(request.request),
                         request.now, request.validator);
}

// Commands make the audit's responses many times as large, so they are asked for only when the caller
// wants them.
void PrepareAudit(Preparation& request) {
  AddStatuses(request, RtrView::kAudit);
  const google::protobuf::FieldMask* mask = MaskOf(request.request);
  const bool wanted = mask == nullptr
                          ? ShownView(request.request) == v1::RECORD_VIEW_FULL
                          : Selects(*mask, "logs") || Selects(*mask, "cloud_request_ids");
  if (wanted) request.query = {{"with_command_info", "true"}};
}

constexpr CollectionSpec kSessions = {
    .list_operation = &upstream::operation::kQueryRtrSessions,
    .lookup_operation = &upstream::operation::kGetRtrSessions,
    .aggregate_operation = &upstream::operation::kAggregateRtrSessions,
    .default_order = "created_at desc",
    .resume_field = "created_at",
    .validate_id = ValidateUuid,
    .canonical_id = Lower,
    .prepare = PrepareSessions,
};
constexpr CollectionSpec kAudit = {
    .list_operation = &upstream::operation::kAuditRtrSessions,
    .default_order = "created_at desc",
    .resume_field = "created_at",
    .prepare = PrepareAudit,
};
constexpr CollectionSpec kQueued = {
    .lookup_operation = &upstream::operation::kGetQueuedRtrSessions,
    .validate_id = ValidateUuid,
    .canonical_id = Lower,
};

class RtrSessionService final : public v1::RtrSessionService::CallbackService {
 public:
  RtrSessionService(const RpcEnvironment& environment, const ServiceDeps& deps)
      : sessions_(environment, deps, v1::RtrSession::descriptor(), kSessions),
        audit_(environment, deps, v1::RtrAuditSession::descriptor(), kAudit),
        queued_(environment, deps, v1::QueuedRtrSession::descriptor(), kQueued) {}

  Unary* ListRtrSessions(Context* context, const v1::ListRtrSessionsRequest* request,
                         v1::ListRtrSessionsResponse* response) override {
    return sessions_.List(context, request, response);
  }
  Unary* GetRtrSession(Context* context, const v1::GetRtrSessionRequest* request,
                       v1::GetRtrSessionResponse* response) override {
    return sessions_.Get(context, request, response);
  }
  Unary* BatchGetRtrSessions(Context* context, const v1::BatchGetRtrSessionsRequest* request,
                             v1::BatchGetRtrSessionsResponse* response) override {
    return sessions_.BatchGet(context, request, response);
  }
  ServerStream<v1::ExportRtrSessionsResponse>* ExportRtrSessions(
      Context* context, const v1::ExportRtrSessionsRequest* request) override {
    return sessions_.Export<v1::ExportRtrSessionsResponse>(context, request);
  }
  Unary* AggregateRtrSessions(Context* context, const v1::AggregateRtrSessionsRequest* request,
                              v1::AggregateRtrSessionsResponse* response) override {
    return sessions_.Aggregate(context, request, response);
  }
  Unary* BatchGetQueuedRtrSessions(Context* context,
                                   const v1::BatchGetQueuedRtrSessionsRequest* request,
                                   v1::BatchGetQueuedRtrSessionsResponse* response) override {
    return queued_.BatchGet(context, request, response);
  }
  Unary* ListRtrAuditSessions(Context* context, const v1::ListRtrAuditSessionsRequest* request,
                              v1::ListRtrAuditSessionsResponse* response) override {
    return audit_.List(context, request, response);
  }
  ServerStream<v1::ExportRtrAuditSessionsResponse>* ExportRtrAuditSessions(
      Context* context, const v1::ExportRtrAuditSessionsRequest* request) override {
    return audit_.Export<v1::ExportRtrAuditSessionsResponse>(context, request);
  }
  Unary* AggregateRtrAuditSessions(Context* context,
                                   const v1::AggregateRtrAuditSessionsRequest* request,
                                   v1::AggregateRtrAuditSessionsResponse* response) override {
    return audit_
        .AggregateByExport<v1::ExportRtrAuditSessionsRequest, v1::ExportRtrAuditSessionsResponse>(
            context, request, response);
  }

 private:
  const Collection sessions_;
  const Collection audit_;
  const Collection queued_;
};

}  // namespace

Collection collections::RtrAuditSessions(const RpcEnvironment& environment,
                                         const ServiceDeps& deps) {
  return {environment, deps, v1::RtrAuditSession::descriptor(), kAudit};
}

std::unique_ptr<grpc::Service> NewRtrSessionService(const RpcEnvironment& environment,
                                                    const ServiceDeps& deps) {
  return std::make_unique<RtrSessionService>(environment, deps);
}

}  // namespace falcon::rpc
