// IncidentService: incidents and what belongs to them, from Falcon's Cases API.
#include <algorithm>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/v1/incidents.grpc.pb.h"
#include "rpc/services/collections.h"
#include "rpc/services/incidents.h"

namespace falcon::rpc {
namespace {

// With about ten alerts per incident, one call for 1,000 alerts suffices.
constexpr int kMaxJoined = 100;
constexpr int64_t kMaxAttachments = 1000;

std::string OfIncident(const std::string& id) {
  fql::Condition of_incident{.field = "case_id", .values = {}};
  of_incident.values.emplace_back(id);
  return fql::Expression::Of(std::move(of_incident)).Text();
}

// Reports that `sent` are not all attachments, or may not be where Falcon has no total.
void TellCut(int sent, std::optional<int64_t> total, const std::string& id,
             upstream::CallStats& stats) {
  std::string message = StrCat("the first ", sent, " attachments are here");
  message += total.has_value() ? StrCat(", not all ", *total) : "; there may be more";
  stats.AddError({0, std::move(message), id});
}

std::string_view ValidateIncidentId(std::string_view id) {
  if (id.starts_with("inc:")) {
    return "is of the retired Incidents API, whose ids no case holds; find the case by "
           "ListIncidents and take its `id`";
  }
  return ValidateAnyId(id);
}

void LimitPage(Preparation& request) {
  for (const char* name : {"page_size", "batch_size"}) {
    const auto* field = request.request.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr) continue;
    const auto& reflection = *request.request.GetReflection();
    const int size = reflection.GetInt32(request.request, field);
    const bool unset = size == 0 && field->name() == "batch_size";
    reflection.SetInt32(&request.request, field, unset ? kMaxJoined : std::min(size, kMaxJoined));
  }
}

// Translates a request for incidents to cases: legacy terms, states, free text, sources of `derived`.
void PrepareIncidents(Preparation& request) {
  const v1::IncidentFilter filter = request.filter<v1::IncidentFilter>();
  RequestValidator& validator = request.validator;
  if (!filter.device_id().empty()) {
    validator.Check(filter.device_id(), ValidateDeviceId, "filter.device_id");
  }
  if (!filter.alert_id().empty()) {
    validator.Check(filter.alert_id(), ValidateCompositeId, "filter.alert_id");
  }
  if (!fql::IsSyntaxOnly(request.request)) {
    request.mutable_filter<v1::IncidentFilter>().set_fql(
        RewriteLegacyTerms(filter.fql(), request.collection.catalogue(), validator));
  }
  request.also = StateFilter(filter.state(), validator);
  if (!filter.query().empty()) request.query = {{"q", filter.query()}};
  const IncidentView view(request.request);
  if (view.from_alerts()) LimitPage(request);
  if (MaskOf(request.request) == nullptr) return;
  view.AddSources(*MutableMessage<google::protobuf::FieldMask>(request.request, "read_mask"));
}

constexpr CollectionSpec kIncidents = {
    .list_operation = &upstream::operation::kQueryCases,
    .lookup_operation = &upstream::operation::kGetCases,
    .default_order = "created_timestamp desc",
    .resume_field = "created_timestamp",
    .validate_id = ValidateIncidentId,
    .max_response_bytes = upstream::kMaxRecordBytes / 2,  // `derived` comes after
    .prepare = PrepareIncidents,
};
constexpr CollectionSpec kAttachments = {.lookup_operation = &upstream::operation::kGetFileDetails};
constexpr CollectionSpec kSlas = {.lookup_operation = &upstream::operation::kGetSlas};
constexpr CollectionSpec kTemplates = {.lookup_operation = &upstream::operation::kGetCaseTemplates};

class IncidentService final : public v1::IncidentService::CallbackService {
 public:
  IncidentService(const RpcEnvironment& environment, const ServiceDeps& deps)
      : environment_(environment),
        deps_(deps),
        incidents_(environment, deps, v1::Incident::descriptor(), kIncidents),
        attachments_(environment, deps, v1::IncidentAttachment::descriptor(), kAttachments),
        slas_(environment, deps, v1::Sla::descriptor(), kSlas),
        templates_(environment, deps, v1::CaseTemplate::descriptor(), kTemplates),
        references_(deps, incidents_),
        join_(deps) {}

  Unary* ListIncidents(Context* context, const v1::ListIncidentsRequest* request,
                       v1::ListIncidentsResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&IncidentService::List, this));
  }
  Unary* GetIncident(Context* context, const v1::GetIncidentRequest* request,
                     v1::GetIncidentResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&IncidentService::Get, this));
  }
  Unary* BatchGetIncidents(Context* context, const v1::BatchGetIncidentsRequest* request,
                           v1::BatchGetIncidentsResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&IncidentService::BatchGet, this));
  }
  ServerStream<v1::ExportIncidentsResponse>* ExportIncidents(
      Context* context, const v1::ExportIncidentsRequest* request) override {
    return StartServerStream<v1::ExportIncidentsResponse>(
        environment_, context, request, std::bind_front(&IncidentService::Export, this));
  }
  Unary* AggregateIncidents(Context* context, const v1::AggregateIncidentsRequest* request,
                            v1::AggregateIncidentsResponse* response) override {
    return incidents_.AggregateByExport<v1::ExportIncidentsRequest, v1::ExportIncidentsResponse>(
        context, request, response, std::bind_front(&IncidentService::Export, this));
  }
  Unary* GetIncidentAttachments(Context* context, const v1::GetIncidentAttachmentsRequest* request,
                                v1::GetIncidentAttachmentsResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&IncidentService::Attachments, this));
  }
  Unary* BatchGetIncidentAttachments(Context* context,
                                     const v1::BatchGetIncidentAttachmentsRequest* request,
                                     v1::BatchGetIncidentAttachmentsResponse* response) override {
    return attachments_.BatchGet(context, request, response);
  }
  Unary* BatchGetSlas(Context* context, const v1::BatchGetSlasRequest* request,
                      v1::BatchGetSlasResponse* response) override {
    return slas_.BatchGet(context, request, response);
  }
  Unary* BatchGetCaseTemplates(Context* context, const v1::BatchGetCaseTemplatesRequest* request,
                               v1::BatchGetCaseTemplatesResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&IncidentService::Templates, this));
  }

 private:
  Task<absl::Status> List(RpcContext& context, const v1::ListIncidentsRequest& request,
                          v1::ListIncidentsResponse& response) const {
    const IncidentView view(request);
    CO_RETURN_IF_ERROR(co_await incidents_.FetchList(context, request, response));
    co_return co_await join_.Fill(context, view, *response.mutable_incidents());
  }

  Task<absl::Status> Get(RpcContext& context, v1::GetIncidentRequest request,
                         v1::GetIncidentResponse& response) const {
    const IncidentView view(request);
    if (MaskOf(request) != nullptr) view.AddSources(*request.mutable_read_mask());
    ASSIGN_OR_CO_RETURN(const upstream::LookupPlan plan, incidents_.PrepareLookup(request));
    CO_RETURN_IF_ERROR(co_await references_.Resolve(context, *request.mutable_id()));
    CO_RETURN_IF_ERROR(co_await incidents_.FetchOne(context, request, response));
    google::protobuf::RepeatedPtrField<v1::Incident> one;
    one.Add()->Swap(response.mutable_incident());
    CO_RETURN_IF_ERROR(co_await join_.Fill(context, view, one));
    response.mutable_incident()->Swap(one.Mutable(0));
    co_return absl::OkStatus();
  }

  Task<absl::Status> BatchGet(RpcContext& context, v1::BatchGetIncidentsRequest request,
                              v1::BatchGetIncidentsResponse& response) const {
    const IncidentView view(request);
    if (MaskOf(request) != nullptr) view.AddSources(*request.mutable_read_mask());
    RequestValidator validator;
    ValidateIds(request.ids(), ValidateIncidentId, "ids", validator);
    ASSIGN_OR_CO_RETURN(const upstream::LookupPlan plan,
                        incidents_.PrepareLookup(request, std::move(validator)));
    const auto requested = request.ids();
    CO_RETURN_IF_ERROR(co_await references_.Resolve(context, *request.mutable_ids()));
    CO_RETURN_IF_ERROR(co_await incidents_.FetchMany(context, request, response));
    RequestedIds(requested, request.ids()).RestoreIn(response);
    co_return co_await join_.Fill(context, view, *response.mutable_incidents());
  }

  Task<absl::Status> Export(RpcContext& context, const v1::ExportIncidentsRequest& request,
                            MessageStream& stream) const {
    const IncidentView view(request);
    ASSIGN_OR_CO_RETURN(PageRequest page, incidents_.PrepareExport(request));
    const CompleteMessage join = [&](google::protobuf::Message& message) {
      auto& incidents = static_cast<v1::ExportIncidentsResponse&>(message);
      return join_.Fill(context, view, *incidents.mutable_incidents());
    };
    co_return co_await incidents_.ExportPages(context, page, stream, join);
  }

  Task<absl::Status> Attachments(RpcContext& context,
                                 const v1::GetIncidentAttachmentsRequest& request,
                                 v1::GetIncidentAttachmentsResponse& response) const {
    RequestValidator validator;
    validator.Check(request.id(), ValidateIncidentId, "id");
    ASSIGN_OR_CO_RETURN(const upstream::LookupPlan plan,
                        attachments_.PrepareLookup(request, std::move(validator)));
    std::string id = request.id();
    CO_RETURN_IF_ERROR(co_await references_.Resolve(context, id));
    co_return co_await ReadAttachments(context, plan, id, response);
  }

  // The first 1,000 attachments of the case `id`, in Falcon's order, into `response`, and how many
  // there are. When more follow, or may, `context.stats.errors` says so. A file that comes again,
  // because another was added meanwhile, is left out; one without an id never is. `plan` is of
  // IncidentAttachment.
  Task<absl::Status> ReadAttachments(RpcContext& context, const upstream::LookupPlan& plan,
                                     const std::string& id,
                                     v1::GetIncidentAttachmentsResponse& response) const {
    const upstream::Operation& pages = upstream::operation::kCombinedFileDetails;
    const std::string filter = OfIncident(id);
    std::set<std::string> known;
    std::optional<int64_t> total;
    int64_t offset = 0;
    bool ended = false;
    while (!ended && offset < kMaxAttachments) {
      const int64_t limit = std::min<int64_t>(pages.max_limit, kMaxAttachments - offset);
      upstream::UpstreamRequest page(pages);
      page.query = {{"filter", filter}, {"limit", StrCat(limit)}, {"offset", StrCat(offset)}};
      ASSIGN_OR_CO_RETURN(const json::Document answer,
                          co_await deps_.Call(std::move(page), context));
      google::protobuf::RepeatedPtrField<v1::IncidentAttachment> files;
      context.report.Add(plan.decoder->DecodeAll(answer, plan.options, &files));
      for (v1::IncidentAttachment& file : files) {
        const bool is_new = file.id().empty() || known.insert(file.id()).second;
        if (is_new) response.add_attachments()->Swap(&file);
      }
      const auto read = static_cast<int64_t>(answer.envelope().resources);
      const json::Pagination& pagination = answer.envelope().pagination;
      if (pagination.total.has_value()) total = pagination.total;
      offset += read;
      const bool full = read >= limit;
      ended = read == 0 || (total.has_value() && offset == *total && !full);
      if (read == 0 && offset == 0 && total.value_or(0) > 0) {
        co_return Malformed(pages, "it has no rows, though some are counted");
      }
    }
    if (total.has_value()) response.set_total_size(std::max(*total, offset));
    const bool all = ended && offset >= total.value_or(offset);
    if (!all) TellCut(response.attachments_size(), total, id, context.stats);
    co_return absl::OkStatus();
  }

  Task<absl::Status> Templates(RpcContext& context, const v1::BatchGetCaseTemplatesRequest& request,
                               v1::BatchGetCaseTemplatesResponse& response) const {
    upstream::Parameters query;
    if (request.with_has_access()) query = {{"with_has_access", "true"}};
    co_return co_await templates_.FetchMany(context, request, response, std::move(query));
  }

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  const Collection incidents_;
  const Collection attachments_;
  const Collection slas_;
  const Collection templates_;
  const IncidentReferences references_;
  const IncidentJoin join_;
};

}  // namespace

Collection collections::Incidents(const RpcEnvironment& environment, const ServiceDeps& deps) {
  return {environment, deps, v1::Incident::descriptor(), kIncidents};
}

std::unique_ptr<grpc::Service> NewIncidentService(const RpcEnvironment& environment,
                                                  const ServiceDeps& deps) {
  return std::make_unique<IncidentService>(environment, deps);
}

}  // namespace falcon::rpc
