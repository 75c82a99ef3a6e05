// IncidentService: the gRPC face of Falcon's Cases API.
#include "rpc/services/incident_service.h"

#include <algorithm>

#include "base/status.h"
#include "base/text.h"
#include "rpc/server/record_view.h"
#include "rpc/server/staleness.h"
#include "rpc/server/unary_call.h"
#include "rpc/services/incident_attachments.h"
#include "rpc/services/incident_filter.h"
#include "upstream/lookup/lookup.h"

namespace falcon::rpc {
namespace {

// Some ten alerts an incident: one call takes 1,000.
constexpr int kMaxJoined = 100;

std::string_view ValidateIncidentId(std::string_view id) {
  if (id.starts_with("inc:")) {
    return "is of the retired Incidents API, whose ids no case holds; find the case by "
           "ListIncidents and take its `id`";
  }
  return ValidateAnyId(id);
}

CollectionSpec Incidents() {
  CollectionSpec spec;
  spec.id_field = "id";
  spec.list_operation = &upstream::operation::kQueryCases;
  spec.lists_ids = true;
  spec.lookup_operation = &upstream::operation::kGetCases;
  spec.default_order = {"created_timestamp", true};
  spec.resume_field = "created_timestamp";
  spec.validate_id = ValidateIncidentId;
  spec.max_response_bytes = upstream::kMaxRecordBytes / 2;  // `derived` comes after
  return spec;
}

CollectionSpec ById(const upstream::Operation& entities) {
  CollectionSpec spec;
  spec.id_field = "id";
  spec.list_operation = nullptr;
  spec.lookup_operation = &entities;
  return spec;
}

void LimitTo(int most, v1::ListIncidentsRequest& request) {
  request.set_page_size(std::min(request.page_size(), most));
}

void LimitTo(int most, v1::ExportIncidentsRequest& request) {
  request.set_batch_size(request.batch_size() == 0 ? most : std::min(request.batch_size(), most));
}

bool GoesOn(const v1::ListIncidentsRequest& request) { return !request.page_token().empty(); }
bool GoesOn(const v1::ExportIncidentsRequest& request) { return !request.resume_token().empty(); }

absl::StatusOr<PageRequest> OpenWith(const Collection& incidents, const ServiceDeps& deps,
                                     const v1::ListIncidentsRequest& request) {
  return incidents.PrepareList(request, deps);
}

absl::StatusOr<PageRequest> OpenWith(const Collection& incidents, const ServiceDeps& deps,
                                     const v1::ExportIncidentsRequest& request) {
  return incidents.PrepareExport(request, deps);
}

void CheckTexts(const v1::IncidentFilter& filter, RequestValidator& validator) {
  ValidateQuery(filter.query(), validator);
  const std::string_view device = ValidateDeviceId(filter.device_id());
  if (!filter.device_id().empty() && !device.empty())
    validator.AddViolation("filter.device_id", device);
  if (filter.alert_id().empty()) return;
  const std::string_view alert = ValidateCompositeId(filter.alert_id());
  if (!alert.empty()) validator.AddViolation("filter.alert_id", alert);
}

// Completes each message of an export on its way to the reader.
class JoinedStream final : public Stream<v1::ExportIncidentsResponse> {
 public:
  JoinedStream(const IncidentJoin& join, const IncidentView& view, RpcContext& call,
               Stream<v1::ExportIncidentsResponse>& reader)
      : join_(join), view_(view), call_(call), reader_(reader) {}

  Task<absl::Status> Write(const v1::ExportIncidentsResponse& message) override {
    v1::ExportIncidentsResponse joined = message;
    CO_RETURN_IF_ERROR(co_await join_.Fill(call_, view_, *joined.mutable_incidents()));
    joined.clear_read_info();
    Describe(call_, joined.mutable_read_info());
    co_return co_await reader_.Write(joined);
  }

 private:
  const IncidentJoin& join_;
  const IncidentView& view_;
  RpcContext& call_;
  Stream<v1::ExportIncidentsResponse>& reader_;
};

}  // namespace

IncidentService::IncidentService(const RpcEnvironment& environment, const ServiceDeps& deps)
    : environment_(environment),
      deps_(deps),
      incidents_(v1::Incident::descriptor(), Incidents()),
      attachments_(v1::IncidentAttachment::descriptor(),
                   ById(upstream::operation::kGetFileDetails)),
      slas_(v1::Sla::descriptor(), ById(upstream::operation::kGetSlas)),
      templates_(v1::CaseTemplate::descriptor(), ById(upstream::operation::kGetCaseTemplates)),
      references_(deps, incidents_),
      join_(deps) {}

template <class Request>
absl::StatusOr<PageRequest> IncidentService::Open(Request& request,
                                                  const IncidentView& view) const {
  RequestValidator validator;
  CheckTexts(request.filter(), validator);
  if (!fql::IsSyntaxOnly(request)) {
    std::string& fql = *request.mutable_filter()->mutable_fql();
    fql = RewriteLegacyTerms(fql, incidents_.catalogue(), validator);
  }
  const fql::Expression state = StateFilter(request.filter().state(), validator);
  if (view.from_alerts()) LimitTo(kMaxJoined, request);
  if (MaskOf(request) != nullptr) view.AddSources(*request.mutable_read_mask());
  PageRequest start = validator.ValueOrDefault(OpenWith(incidents_, deps_, request));
  RETURN_IF_ERROR(validator.status());
  const std::string& query = request.filter().query();
  if (!query.empty()) start.plan.query.emplace_back("q", query);
  if (state.empty() || GoesOn(request)) return start;
  std::string& filter = start.cursor.filter;
  filter = filter.empty() ? state.Text() : StrCat("(", filter, ")+", state.Text());
  return start;
}

Task<absl::Status> IncidentService::List(RpcContext& call, v1::ListIncidentsRequest request,
                                         v1::ListIncidentsResponse& response) {
  const IncidentView view = IncidentView(request);
  ASSIGN_OR_CO_RETURN(PageRequest start, Open(request, view));
  CO_RETURN_IF_ERROR(co_await incidents_.FetchPageInto(deps_, call, std::move(start), response));
  CO_RETURN_IF_ERROR(co_await join_.Fill(call, view, *response.mutable_incidents()));
  response.clear_read_info();
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

Task<absl::Status> IncidentService::Get(RpcContext& call, v1::GetIncidentRequest request,
                                        v1::GetIncidentResponse& response) {
  const IncidentView view = IncidentView(request);
  if (MaskOf(request) != nullptr) view.AddSources(*request.mutable_read_mask());
  ASSIGN_OR_CO_RETURN(const upstream::LookupPlan plan,
                      incidents_.PrepareLookup(request, RequestValidator()));
  CO_RETURN_IF_ERROR(co_await references_.Resolve(call, plan.staleness, *request.mutable_id()));
  CO_RETURN_IF_ERROR(co_await incidents_.Get(deps_, call, request, response));
  google::protobuf::RepeatedPtrField<v1::Incident> one;
  one.Add()->Swap(response.mutable_incident());
  CO_RETURN_IF_ERROR(co_await join_.Fill(call, view, one));
  response.mutable_incident()->Swap(&one[0]);
  response.clear_read_info();
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

Task<absl::Status> IncidentService::BatchGet(RpcContext& call, v1::BatchGetIncidentsRequest request,
                                             v1::BatchGetIncidentsResponse& response) {
  const IncidentView view = IncidentView(request);
  if (MaskOf(request) != nullptr) view.AddSources(*request.mutable_read_mask());
  RequestValidator validator;
  ValidateIds(request.ids(), ValidateIncidentId, "ids", validator);
  ASSIGN_OR_CO_RETURN(const upstream::LookupPlan plan,
                      incidents_.PrepareLookup(request, std::move(validator)));
  const auto asked = request.ids();
  CO_RETURN_IF_ERROR(co_await references_.Resolve(call, plan.staleness, *request.mutable_ids()));
  CO_RETURN_IF_ERROR(co_await incidents_.BatchGet(deps_, call, request, response));
  RequestedIds(asked, request.ids()).RestoreRequestedIds(response);
  CO_RETURN_IF_ERROR(co_await join_.Fill(call, view, *response.mutable_incidents()));
  response.clear_read_info();
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

Task<absl::Status> IncidentService::Export(RpcContext& call, v1::ExportIncidentsRequest request,
                                           ExportStream& stream) {
  const IncidentView view = IncidentView(request);
  ASSIGN_OR_CO_RETURN(PageRequest start, Open(request, view));
  call.reading.staleness = start.plan.staleness;  // of their alerts too
  if (!view.derived()) {
    co_return co_await incidents_.ExportPages(deps_, call, start, stream);
  }
  JoinedStream joined(join_, view, call, stream);
  ExportStream& reader = joined;
  co_return co_await incidents_.ExportPages(deps_, call, start, reader);
}

Task<absl::Status> IncidentService::Attachments(RpcContext& call,
                                                const v1::GetIncidentAttachmentsRequest& request,
                                                v1::GetIncidentAttachmentsResponse& response) {
  RequestValidator validator;
  const std::string_view wrong = ValidateIncidentId(request.id());
  if (!wrong.empty()) validator.AddViolation("id", wrong);
  upstream::LookupPlan plan;
  plan.decoder = &attachments_.decoder();
  plan.options.additional_fields = request.read_options().include_additional_fields();
  plan.staleness = RequestedStaleness(request, validator);
  CO_RETURN_IF_ERROR(validator.status());
  std::string id = request.id();
  CO_RETURN_IF_ERROR(co_await references_.Resolve(call, plan.staleness, id));
  CO_RETURN_IF_ERROR(co_await ReadAttachments(deps_, call, plan, id, response));
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

Task<absl::Status> IncidentService::Templates(RpcContext& call,
                                              const v1::BatchGetCaseTemplatesRequest& request,
                                              v1::BatchGetCaseTemplatesResponse& response) {
  RequestValidator validator;
  ValidateIds(request.ids(), ValidateAnyId, "ids", validator);
  ASSIGN_OR_CO_RETURN(upstream::LookupPlan plan,
                      templates_.PrepareLookup(request, std::move(validator)));
  if (request.with_has_access()) plan.query.emplace_back("with_has_access", "true");
  const std::vector<std::string> ids(request.ids().begin(), request.ids().end());
  CO_RETURN_IF_ERROR(co_await upstream::LookupInto(deps_.caller, std::move(plan), ids, call.reading,
                                                   response, "templates", "missing", call.report));
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

grpc::ServerUnaryReactor* IncidentService::ListIncidents(grpc::CallbackServerContext* context,
                                                         const v1::ListIncidentsRequest* request,
                                                         v1::ListIncidentsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.IncidentService/ListIncidents", context,
                    request, response,
                    [=, this](RpcContext& call) { return List(call, *request, *response); });
}

grpc::ServerUnaryReactor* IncidentService::GetIncident(grpc::CallbackServerContext* context,
                                                       const v1::GetIncidentRequest* request,
                                                       v1::GetIncidentResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.IncidentService/GetIncident", context,
                    request, response,
                    [=, this](RpcContext& call) { return Get(call, *request, *response); });
}

grpc::ServerUnaryReactor* IncidentService::BatchGetIncidents(
    grpc::CallbackServerContext* context, const v1::BatchGetIncidentsRequest* request,
    v1::BatchGetIncidentsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.IncidentService/BatchGetIncidents", context,
                    request, response,
                    [=, this](RpcContext& call) { return BatchGet(call, *request, *response); });
}

grpc::ServerWriteReactor<v1::ExportIncidentsResponse>* IncidentService::ExportIncidents(
    grpc::CallbackServerContext* context, const v1::ExportIncidentsRequest* request) {
  return StartServerStream<v1::ExportIncidentsResponse>(
      environment_, "/falcon_gateway.v1.IncidentService/ExportIncidents", context, request,
      [=, this](RpcContext& call, ExportStream& stream) { return Export(call, *request, stream); });
}

grpc::ServerUnaryReactor* IncidentService::GetIncidentAttachments(
    grpc::CallbackServerContext* context, const v1::GetIncidentAttachmentsRequest* request,
    v1::GetIncidentAttachmentsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.IncidentService/GetIncidentAttachments",
                    context, request, response,
                    [=, this](RpcContext& call) { return Attachments(call, *request, *response); });
}

grpc::ServerUnaryReactor* IncidentService::BatchGetIncidentAttachments(
    grpc::CallbackServerContext* context, const v1::BatchGetIncidentAttachmentsRequest* request,
    v1::BatchGetIncidentAttachmentsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.IncidentService/BatchGetIncidentAttachments",
                    context, request, response, [=, this](RpcContext& call) {
                      return attachments_.BatchGet(deps_, call, *request, *response);
                    });
}

grpc::ServerUnaryReactor* IncidentService::BatchGetSlas(grpc::CallbackServerContext* context,
                                                        const v1::BatchGetSlasRequest* request,
                                                        v1::BatchGetSlasResponse* response) {
  return StartUnary(
      environment_, "/falcon_gateway.v1.IncidentService/BatchGetSlas", context, request, response,
      [=, this](RpcContext& call) { return slas_.BatchGet(deps_, call, *request, *response); });
}

grpc::ServerUnaryReactor* IncidentService::BatchGetCaseTemplates(
    grpc::CallbackServerContext* context, const v1::BatchGetCaseTemplatesRequest* request,
    v1::BatchGetCaseTemplatesResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.IncidentService/BatchGetCaseTemplates",
                    context, request, response,
                    [=, this](RpcContext& call) { return Templates(call, *request, *response); });
}

}  // namespace falcon::rpc
