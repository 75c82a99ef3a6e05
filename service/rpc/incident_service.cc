// IncidentService: the gRPC face of Falcon's Cases API.
#include "rpc/incident_service.h"

#include <algorithm>

#include "base/status.h"
#include "base/text.h"
#include "falcon/lookup.h"
#include "rpc/incident_attachments.h"
#include "rpc/incident_filter.h"
#include "rpc/record_view.h"
#include "rpc/staleness.h"
#include "rpc/unary_call.h"

namespace falcon::rpc {
namespace {

// Some ten alerts an incident: one call takes 1,000.
constexpr int kMostJoined = 100;

std::string_view IncidentIdShape(std::string_view id) {
  if (id.starts_with("inc:")) {
    return "is of the retired Incidents API, whose ids no case holds; find the case by "
           "ListIncidents and take its `id`";
  }
  return AnyIdShape(id);
}

CollectionFacts Incidents() {
  CollectionFacts facts;
  facts.id = "id";
  facts.pages = &operation::kQueryCases;
  facts.pages_are_ids = true;
  facts.entities = &operation::kGetCases;
  facts.list_order = {"created_timestamp", true};
  facts.seek = "created_timestamp";
  facts.id_shape = IncidentIdShape;
  facts.answer_bytes = kMaxRecordBytes / 2;  // `derived` comes after
  return facts;
}

CollectionFacts ById(const Operation& entities) {
  CollectionFacts facts;
  facts.id = "id";
  facts.pages = nullptr;
  facts.entities = &entities;
  return facts;
}

void LimitTo(int most, v1::ListIncidentsRequest& request) {
  request.set_page_size(std::min(request.page_size(), most));
}

void LimitTo(int most, v1::ExportIncidentsRequest& request) {
  request.set_batch_size(request.batch_size() == 0 ? most : std::min(request.batch_size(), most));
}

bool GoesOn(const v1::ListIncidentsRequest& request) { return !request.page_token().empty(); }
bool GoesOn(const v1::ExportIncidentsRequest& request) { return !request.resume_token().empty(); }

absl::StatusOr<PageStart> OpenWith(const Collection& incidents, const Upstream& upstream,
                                   const v1::ListIncidentsRequest& request) {
  return incidents.OpenList(request, upstream);
}

absl::StatusOr<PageStart> OpenWith(const Collection& incidents, const Upstream& upstream,
                                   const v1::ExportIncidentsRequest& request) {
  return incidents.OpenExport(request, upstream);
}

void CheckTexts(const v1::IncidentFilter& filter, Checks& checks) {
  CheckQuery(filter.query(), checks);
  const std::string_view device = DeviceIdShape(filter.device_id());
  if (!filter.device_id().empty() && !device.empty()) checks.Violate("filter.device_id", device);
  if (filter.alert_id().empty()) return;
  const std::string_view alert = CompositeIdShape(filter.alert_id());
  if (!alert.empty()) checks.Violate("filter.alert_id", alert);
}

// Completes each message of an export on its way to the reader.
class JoinedStream final : public Stream<v1::ExportIncidentsResponse> {
 public:
  JoinedStream(const IncidentJoin& join, const IncidentView& view, Call& call,
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
  Call& call_;
  Stream<v1::ExportIncidentsResponse>& reader_;
};

}  // namespace

IncidentService::IncidentService(const Edge& edge, const Upstream& upstream)
    : edge_(edge),
      upstream_(upstream),
      incidents_(v1::Incident::descriptor(), Incidents()),
      attachments_(v1::IncidentAttachment::descriptor(), ById(operation::kGetFileDetails)),
      slas_(v1::Sla::descriptor(), ById(operation::kGetSlas)),
      templates_(v1::CaseTemplate::descriptor(), ById(operation::kGetCaseTemplates)),
      references_(upstream, incidents_),
      join_(upstream) {}

template <class Request>
absl::StatusOr<PageStart> IncidentService::Open(Request& request, const IncidentView& view) const {
  Checks checks;
  CheckTexts(request.filter(), checks);
  if (!fql::IsSyntaxOnly(request)) {
    std::string& fql = *request.mutable_filter()->mutable_fql();
    fql = InTodaysWords(fql, incidents_.catalogue(), checks);
  }
  const fql::Expression state = OfState(request.filter().state(), checks);
  if (view.from_alerts()) LimitTo(kMostJoined, request);
  if (MaskOf(request) != nullptr) view.AddSources(*request.mutable_read_mask());
  PageStart start = checks.Take(OpenWith(incidents_, upstream_, request));
  RETURN_IF_ERROR(checks.Verdict());
  const std::string& query = request.filter().query();
  if (!query.empty()) start.plan.query.emplace_back("q", query);
  if (state.empty() || GoesOn(request)) return start;
  std::string& filter = start.cursor.filter;
  filter = filter.empty() ? state.Text() : Cat("(", filter, ")+", state.Text());
  return start;
}

Task<absl::Status> IncidentService::List(Call& call, v1::ListIncidentsRequest request,
                                         v1::ListIncidentsResponse& response) {
  const IncidentView view = IncidentView(request);
  ASSIGN_OR_CO_RETURN(PageStart start, Open(request, view));
  CO_RETURN_IF_ERROR(co_await incidents_.AnswerPage(upstream_, call, std::move(start), response));
  CO_RETURN_IF_ERROR(co_await join_.Fill(call, view, *response.mutable_incidents()));
  response.clear_read_info();
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

Task<absl::Status> IncidentService::Get(Call& call, v1::GetIncidentRequest request,
                                        v1::GetIncidentResponse& response) {
  const IncidentView view = IncidentView(request);
  if (MaskOf(request) != nullptr) view.AddSources(*request.mutable_read_mask());
  ASSIGN_OR_CO_RETURN(const LookupPlan plan, incidents_.OpenLookup(request, Checks()));
  CO_RETURN_IF_ERROR(co_await references_.Resolve(call, plan.staleness, *request.mutable_id()));
  CO_RETURN_IF_ERROR(co_await incidents_.Get(upstream_, call, request, response));
  google::protobuf::RepeatedPtrField<v1::Incident> one;
  one.Add()->Swap(response.mutable_incident());
  CO_RETURN_IF_ERROR(co_await join_.Fill(call, view, one));
  response.mutable_incident()->Swap(&one[0]);
  response.clear_read_info();
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

Task<absl::Status> IncidentService::BatchGet(Call& call, v1::BatchGetIncidentsRequest request,
                                             v1::BatchGetIncidentsResponse& response) {
  const IncidentView view = IncidentView(request);
  if (MaskOf(request) != nullptr) view.AddSources(*request.mutable_read_mask());
  Checks checks;
  CheckIds(request.ids(), IncidentIdShape, "ids", checks);
  ASSIGN_OR_CO_RETURN(const LookupPlan plan, incidents_.OpenLookup(request, std::move(checks)));
  const auto asked = request.ids();
  CO_RETURN_IF_ERROR(co_await references_.Resolve(call, plan.staleness, *request.mutable_ids()));
  CO_RETURN_IF_ERROR(co_await incidents_.BatchGet(upstream_, call, request, response));
  AskedIds(asked, request.ids()).NameAsAsked(response);
  CO_RETURN_IF_ERROR(co_await join_.Fill(call, view, *response.mutable_incidents()));
  response.clear_read_info();
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

Task<absl::Status> IncidentService::Export(Call& call, v1::ExportIncidentsRequest request,
                                           ExportStream& stream) {
  const IncidentView view = IncidentView(request);
  ASSIGN_OR_CO_RETURN(PageStart start, Open(request, view));
  call.reading.staleness = start.plan.staleness;  // of their alerts too
  if (!view.derived()) {
    co_return co_await incidents_.ExportPages(upstream_, call, start, stream);
  }
  JoinedStream joined(join_, view, call, stream);
  ExportStream& reader = joined;
  co_return co_await incidents_.ExportPages(upstream_, call, start, reader);
}

Task<absl::Status> IncidentService::Attachments(Call& call,
                                                const v1::GetIncidentAttachmentsRequest& request,
                                                v1::GetIncidentAttachmentsResponse& response) {
  Checks checks;
  const std::string_view wrong = IncidentIdShape(request.id());
  if (!wrong.empty()) checks.Violate("id", wrong);
  LookupPlan plan;
  plan.decoder = &attachments_.decoder();
  plan.options.additional_fields = request.read_options().include_additional_fields();
  plan.staleness = AskedStaleness(request, checks);
  CO_RETURN_IF_ERROR(checks.Verdict());
  std::string id = request.id();
  CO_RETURN_IF_ERROR(co_await references_.Resolve(call, plan.staleness, id));
  CO_RETURN_IF_ERROR(co_await ReadAttachments(upstream_, call, plan, id, response));
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

Task<absl::Status> IncidentService::Templates(Call& call,
                                              const v1::BatchGetCaseTemplatesRequest& request,
                                              v1::BatchGetCaseTemplatesResponse& response) {
  Checks checks;
  CheckIds(request.ids(), AnyIdShape, "ids", checks);
  ASSIGN_OR_CO_RETURN(LookupPlan plan, templates_.OpenLookup(request, std::move(checks)));
  if (request.with_has_access()) plan.query.emplace_back("with_has_access", "true");
  const std::vector<std::string> ids(request.ids().begin(), request.ids().end());
  CO_RETURN_IF_ERROR(co_await LookUp(upstream_.caller, std::move(plan), ids, call.reading, response,
                                     "templates", "missing", call.report));
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

grpc::ServerUnaryReactor* IncidentService::ListIncidents(grpc::CallbackServerContext* context,
                                                         const v1::ListIncidentsRequest* request,
                                                         v1::ListIncidentsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IncidentService/ListIncidents", context, request,
                response, [=, this](Call& call) { return List(call, *request, *response); });
}

grpc::ServerUnaryReactor* IncidentService::GetIncident(grpc::CallbackServerContext* context,
                                                       const v1::GetIncidentRequest* request,
                                                       v1::GetIncidentResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IncidentService/GetIncident", context, request, response,
                [=, this](Call& call) { return Get(call, *request, *response); });
}

grpc::ServerUnaryReactor* IncidentService::BatchGetIncidents(
    grpc::CallbackServerContext* context, const v1::BatchGetIncidentsRequest* request,
    v1::BatchGetIncidentsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IncidentService/BatchGetIncidents", context, request,
                response, [=, this](Call& call) { return BatchGet(call, *request, *response); });
}

grpc::ServerWriteReactor<v1::ExportIncidentsResponse>* IncidentService::ExportIncidents(
    grpc::CallbackServerContext* context, const v1::ExportIncidentsRequest* request) {
  return Feed<v1::ExportIncidentsResponse>(
      edge_, "/falcon_gateway.v1.IncidentService/ExportIncidents", context, request,
      [=, this](Call& call, ExportStream& stream) { return Export(call, *request, stream); });
}

grpc::ServerUnaryReactor* IncidentService::GetIncidentAttachments(
    grpc::CallbackServerContext* context, const v1::GetIncidentAttachmentsRequest* request,
    v1::GetIncidentAttachmentsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IncidentService/GetIncidentAttachments", context,
                request, response,
                [=, this](Call& call) { return Attachments(call, *request, *response); });
}

grpc::ServerUnaryReactor* IncidentService::BatchGetIncidentAttachments(
    grpc::CallbackServerContext* context, const v1::BatchGetIncidentAttachmentsRequest* request,
    v1::BatchGetIncidentAttachmentsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IncidentService/BatchGetIncidentAttachments", context,
                request, response, [=, this](Call& call) {
                  return attachments_.BatchGet(upstream_, call, *request, *response);
                });
}

grpc::ServerUnaryReactor* IncidentService::BatchGetSlas(grpc::CallbackServerContext* context,
                                                        const v1::BatchGetSlasRequest* request,
                                                        v1::BatchGetSlasResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.IncidentService/BatchGetSlas", context, request, response,
      [=, this](Call& call) { return slas_.BatchGet(upstream_, call, *request, *response); });
}

grpc::ServerUnaryReactor* IncidentService::BatchGetCaseTemplates(
    grpc::CallbackServerContext* context, const v1::BatchGetCaseTemplatesRequest* request,
    v1::BatchGetCaseTemplatesResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IncidentService/BatchGetCaseTemplates", context, request,
                response, [=, this](Call& call) { return Templates(call, *request, *response); });
}

}  // namespace falcon::rpc
