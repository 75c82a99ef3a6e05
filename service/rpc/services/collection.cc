// Lists and look-ups: from a request to a page or to records, and from those to a response.
#include "rpc/services/collection.h"

#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "google/protobuf/reflection.h"
#include "rpc/server/request_bounds.h"

namespace falcon::rpc {
namespace {

using google::protobuf::Message;

// A page of an export that takes longer is requested again, in a smaller size.
constexpr seconds kExportPageTimeout{120};

fql::Order OrderFrom(std::string_view text) {
  const std::string_view field = text.substr(0, text.find(' '));
  return {.field = std::string(field), .descending = text.ends_with(" desc")};
}

}  // namespace

Task<absl::StatusOr<json::Document>> ServiceDeps::Call(upstream::UpstreamRequest request,
                                                       RpcContext& context) const {
  ASSIGN_OR_CO_RETURN(upstream::UpstreamResponse response,
                      co_await client.Call(request, context.options, context.stats));
  co_return std::move(response.document);
}

Collection::Collection(const RpcEnvironment& environment, const ServiceDeps& deps,
                       const google::protobuf::Descriptor* record, const CollectionSpec& spec)
    : environment_(environment),
      deps_(deps),
      record_(record),
      spec_(spec),
      decoder_(record),
      catalogue_(record),
      id_field_(FieldNamed(record, spec.id_field)),
      resume_field_(spec.resume_field.empty() ? nullptr : FieldNamed(record, spec.resume_field)),
      default_order_(OrderFrom(spec.default_order)),
      full_reads_(std::make_unique<FullReads>(deps, record, catalogue_, id_field_)) {
  const fql::Field* resume = catalogue_.Find(spec.resume_field);
  if (resume != nullptr) resume_kind_ = resume->kind;
}

Task<absl::Status> Collection::FetchList(RpcContext& context, const Message& request,
                                         Message& response) const {
  ASSIGN_OR_CO_RETURN(PageRequest page, PrepareList(request));
  co_return co_await FetchPageInto(context, std::move(page), response);
}

absl::StatusOr<PageRequest> Collection::PrepareList(const Message& request,
                                                    RequestValidator validator) const {
  const std::optional<fql::Order> requested =
      validator.ValueOrDefault(catalogue_.ParseOrder(StringField(request, "order_by")));
  PageRequest page = Prepare(request, "page_token", requested.value_or(default_order_), validator);
  RETURN_IF_ERROR(validator.status());
  return page;
}

absl::StatusOr<PageRequest> Collection::PrepareExport(const Message& request,
                                                      RequestValidator validator) const {
  const bool resumable = resume_field_ != nullptr;
  PageRequest page = Prepare(
      request, "resume_token",
      resumable ? fql::Order{std::string(spec_.resume_field), false} : default_order_, validator);
  page.plan.whole = true;
  page.plan.attempt_timeout = kExportPageTimeout;
  RETURN_IF_ERROR(validator.status());
  return page;
}

PageRequest Collection::Prepare(const Message& original, std::string_view token_field,
                                fql::Order order, RequestValidator& validator) const {
  PageRequest page;
  upstream::PagePlan& plan = page.plan;
  plan.operation = spec_.list_operation;
  const bool ids = upstream::AnswersOf(*spec_.list_operation) == upstream::Answers::kIds;
  plan.entities = ids ? spec_.lookup_operation : nullptr;
  plan.look_ups = spec_.lists_like_lookups ? spec_.lookup_operation : nullptr;
  ValidateQuery(QueryText(original), validator);
  const std::unique_ptr<Message> copy(spec_.prepare == nullptr ? nullptr : original.New());
  fql::Expression also;
  if (copy != nullptr) {
    copy->CopyFrom(original);
    Preparation preparation{.collection = *this,
                            .request = *copy,
                            .validator = validator,
                            .now = deps_.clock.WallNow(),
                            .pages = &plan};
    spec_.prepare(preparation);
    plan.query = std::move(preparation.query);
    also = std::move(preparation.also);
  }
  const Message& request = copy == nullptr ? original : *copy;
  page.binding = upstream::PageTokens::Binding(request);
  FillPlan(request, validator, plan);
  plan.seek_field = order.field == spec_.resume_field ? resume_field_ : nullptr;
  plan.order = std::move(order);
  plan.page_size = PageSize(request, token_field == "page_token" ? "page_size" : "batch_size");
  fql::CompiledFilter filter =
      validator.ValueOrDefault(fql::CompileFilters(request, catalogue_, deps_.clock.WallNow()));
  page.filter_notes = std::move(filter.notes);
  const std::string token = StringField(request, token_field);
  if (!token.empty()) {
    page.cursor = validator.ValueOrDefault(deps_.tokens.Open(token, page.binding, token_field));
    return page;
  }
  page.interval = filter.interval;
  std::string& text = page.cursor.filter;
  text = filter.expression.empty() ? std::string(spec_.match_all_filter) : filter.expression.Text();
  if (!also.empty()) text = text.empty() ? also.Text() : StrCat("(", text, ")+", also.Text());
  return page;
}

void Collection::FillPlan(const Message& request, RequestValidator& validator,
                          upstream::PagePlan& plan) const {
  ValidateStaleness(request, validator);
  plan.decoder = &decoder_;
  plan.options = Options(request, validator);
  plan.id_field = id_field_;
  plan.seek_kind = resume_kind_;
  plan.answer_bytes = spec_.max_response_bytes;
  plan.names = fql::NameFilter(request, catalogue_);
}

json::DecodeOptions Collection::Options(const Message& request, RequestValidator& validator) const {
  json::DecodeOptions options;
  const v1::RecordView view = ShownView(request);
  if (const google::protobuf::FieldMask* mask = MaskOf(request)) {
    options.selection = validator.ValueOrDefault(json::FieldSelection::FromMask(*mask, record_));
  } else if (view == v1::RECORD_VIEW_BRIEF) {
    options.selection = json::FieldSelection::Brief(record_);
  } else if (!v1::RecordView_IsValid(view)) {
    validator.AddViolation("view", StrCat("has no value ", static_cast<int>(view),
                                          "; RECORD_VIEW_BRIEF or RECORD_VIEW_FULL"));
  }
  options.additional_fields = ReadOptionsOf(request).include_additional_fields();
  return options;
}

Task<absl::Status> Collection::FetchPageInto(RpcContext& context, PageRequest page,
                                             Message& response) const {
  const auto* records = RecordField(response.GetDescriptor(), record_);
  DescribeFilter(page.filter_notes, page.interval, page.cursor.filter, context);
  ASSIGN_OR_CO_RETURN(upstream::PageOutcome outcome,
                      co_await upstream::FetchPage(deps_.Read(context), page.plan, page.cursor,
                                                   response, records->name()));
  context.report.Add(outcome.report);
  if (!outcome.cuts.empty()) {
    const auto& reflection = *response.GetReflection();
    while (reflection.FieldSize(response, records) > outcome.cuts.front().records) {
      reflection.RemoveLast(&response, records);
    }
    outcome.next = std::move(outcome.cuts.front().next);
    outcome.last = false;
  }
  if (!outcome.last) {
    SetString(response, "next_page_token", deps_.tokens.Seal(outcome.next, page.binding));
  }
  const std::optional<int64_t> total = upstream::TotalSize(outcome.next);
  if (total.has_value()) SetInt64(response, "total_size", *total);
  co_return absl::OkStatus();
}

absl::StatusOr<upstream::LookupPlan> Collection::PrepareLookup(const Message& request,
                                                               RequestValidator validator) const {
  upstream::LookupPlan plan;
  plan.operation = spec_.lookup_operation;
  plan.decoder = &decoder_;
  plan.options = Options(request, validator);
  plan.id_field = id_field_;
  plan.answer_bytes = spec_.max_response_bytes;
  ValidateStaleness(request, validator);
  RETURN_IF_ERROR(validator.status());
  return plan;
}

std::string Collection::Canonical(const std::string& id) const {
  return spec_.canonical_id == nullptr ? id : spec_.canonical_id(id);
}

Task<absl::Status> Collection::FetchOne(RpcContext& context, const Message& request,
                                        Message& response) const {
  const std::string requested = StringField(request, spec_.id_field);
  RequestValidator validator;
  validator.Check(requested, spec_.validate_id, spec_.id_field);
  ASSIGN_OR_CO_RETURN(upstream::LookupPlan plan, PrepareLookup(request, std::move(validator)));
  const auto* field = RecordField(response.GetDescriptor(), record_);
  const auto& reflection = *response.GetReflection();
  const Message& prototype = reflection.GetMessage(response, field);
  const std::string id = Canonical(requested);
  const std::vector<std::string> ids(1, id);
  ASSIGN_OR_CO_RETURN(upstream::Entities found,
                      co_await upstream::LookupRecords(deps_.Read(context), std::move(plan), ids,
                                                       prototype, context.report));
  const auto record = found.records.find(id);
  if (record == found.records.end()) {
    v1::PartialError missing = found.Missing(id);
    missing.set_id(requested);
    co_return NotFoundStatus(missing, spec_.id_field);
  }
  upstream::FitTexts(*record->second, spec_.max_response_bytes, id, context.stats);
  reflection.SetAllocatedMessage(&response, record->second.release(), field);
  co_return absl::OkStatus();
}

Task<absl::Status> Collection::FetchMany(RpcContext& context, const Message& request,
                                         Message& response, upstream::Parameters query,
                                         RequestValidator validator) const {
  const auto* field = PluralField(request.GetDescriptor(), request_id_field());
  const auto texts = request.GetReflection()->GetRepeatedFieldRef<std::string>(request, field);
  const google::protobuf::RepeatedPtrField<std::string> requested(texts.begin(), texts.end());
  ValidateIds(requested, spec_.validate_id, field->name(), validator);
  ASSIGN_OR_CO_RETURN(upstream::LookupPlan plan, PrepareLookup(request, std::move(validator)));
  plan.query = std::move(query);
  const RequestedIds ids(requested, spec_.canonical_id);
  const std::string records = RecordField(response.GetDescriptor(), record_)->name();
  CO_RETURN_IF_ERROR(co_await upstream::LookupInto(
      deps_.Read(context), std::move(plan), ids.canonical(), response, records, context.report));
  ids.RestoreIn(response);
  co_return absl::OkStatus();
}

RequestedIds::RequestedIds(const Texts& requested, CanonicalId canonical) : requested_(requested) {
  canonical_.reserve(static_cast<size_t>(requested.size()));
  for (const std::string& id : requested) {
    canonical_.push_back(canonical == nullptr ? id : canonical(id));
  }
}

RequestedIds::RequestedIds(const Texts& requested, const Texts& canonical)
    : requested_(requested), canonical_(canonical.begin(), canonical.end()) {}

void RequestedIds::RestoreIn(google::protobuf::Message& response) const {
  const auto& reflection = *response.GetReflection();
  const auto* missing = response.GetDescriptor()->FindFieldByName("missing");
  const int count = reflection.FieldSize(response, missing);
  if (count == 0) return;
  std::map<std::string_view, std::set<std::string_view>> spellings;
  for (size_t i = 0; i < canonical_.size(); ++i) {
    spellings[canonical_[i]].insert(requested_[static_cast<int>(i)]);
  }
  std::vector<v1::PartialError> errors(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    errors[static_cast<size_t>(i)].CopyFrom(reflection.GetRepeatedMessage(response, missing, i));
  }
  reflection.ClearField(&response, missing);
  for (v1::PartialError& error : errors) {
    const std::string canonical = error.id();
    for (const std::string_view id : spellings[canonical]) {
      error.set_id(std::string(id));
      reflection.AddMessage(&response, missing)->CopyFrom(error);
    }
  }
}

absl::Status NotFoundStatus(const v1::PartialError& error, std::string_view field) {
  absl::Status status;
  if (error.code() == 404) {
    status = Error(absl::StatusCode::kNotFound, "NOT_FOUND",
                   StrCat("Falcon knows no record with ", field, " ", error.id()));
  } else if (error.code() == 403) {
    status = Error(absl::StatusCode::kPermissionDenied, "RECORD_DENIED",
                   "Falcon does not show this record");
  } else if (error.code() == 400) {
    status = InvalidField(field, "Falcon refused this id");
  } else {
    status =
        Error(absl::StatusCode::kUnavailable, "UPSTREAM_ERROR", "Falcon failed for this record");
  }
  if (error.code() != 404 && !error.message().empty()) {
    status = WithMetadata(std::move(status), kUpstreamText, error.message());
  }
  return WithMetadata(WithMetadata(status, "id", error.id()), "http_status", StrCat(error.code()));
}

std::string QueryText(const Message& request) {
  const Message* filter = fql::FilterOf(request);
  const bool has =
      filter != nullptr && filter->GetDescriptor()->FindFieldByName("query") != nullptr;
  return has ? StringField(*filter, "query") : "";
}

void DescribeFilter(const std::vector<fql::FilterNote>& notes,
                    const std::optional<v1::TimeRange>& interval, std::string effective,
                    RpcContext& context) {
  for (const fql::FilterNote& note : notes) {
    context.stats.AddNote(
        {.reason = note.reason, .message = note.message, .field = note.field, .id = {}});
  }
  context.interval = interval;
  context.effective_filter = std::move(effective);
}

}  // namespace falcon::rpc
