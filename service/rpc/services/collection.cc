// The steps that lists, exports and look-ups of every noun share.
#include "rpc/services/collection.h"

#include <algorithm>

#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "google/protobuf/reflection.h"
#include "rpc/server/field_access.h"
#include "rpc/server/record_view.h"
#include "rpc/server/request_bounds.h"
#include "rpc/server/staleness.h"

namespace falcon::rpc {
namespace {

using google::protobuf::Message;

// A page of an export that takes longer is asked for again, in a smaller size.
constexpr seconds kPagePatience{120};
// Pages in a row that come in time, before a larger one is tried.
constexpr int kPagesToGrow = 8;

}  // namespace

Collection::Collection(const google::protobuf::Descriptor* record, CollectionSpec spec)
    : record_(record),
      spec_(std::move(spec)),
      decoder_(record),
      catalogue_(record),
      id_field_(FieldNamed(record, spec_.id_field)),
      seek_field_(spec_.resume_field.empty() ? nullptr : FieldNamed(record, spec_.resume_field)) {
  const fql::Field* seek = catalogue_.Find(spec_.resume_field);
  if (seek != nullptr) seek_kind_ = seek->kind;
}

Task<absl::Status> Collection::List(const ServiceDeps& deps, RpcContext& call,
                                    const Message& request, Message& response,
                                    RequestValidator validator, upstream::Parameters query) const {
  ASSIGN_OR_CO_RETURN(PageRequest start, PrepareList(request, deps, std::move(validator)));
  start.plan.query = std::move(query);
  co_return co_await FetchPageInto(deps, call, std::move(start), response);
}

std::string Collection::CheckedId(std::string id, std::string_view field,
                                  RequestValidator& validator) const {
  const std::string_view wrong = spec_.validate_id(id);
  if (!wrong.empty()) validator.AddViolation(field, wrong);
  return spec_.canonical_id == nullptr ? id : spec_.canonical_id(id);
}

Task<absl::Status> Collection::Get(const ServiceDeps& deps, RpcContext& call,
                                   const Message& request, Message& response,
                                   RequestValidator validator) const {
  const std::string id = CheckedId(StringField(request, spec_.id_field), spec_.id_field, validator);
  ASSIGN_OR_CO_RETURN(upstream::LookupPlan plan, PrepareLookup(request, std::move(validator)));
  const auto* field = RecordField(response.GetDescriptor(), record_);
  const auto& reflection = *response.GetReflection();
  const Message& prototype = reflection.GetMessage(response, field);
  const std::vector<std::string> ids(1, id);
  ASSIGN_OR_CO_RETURN(upstream::Entities found,
                      co_await upstream::LookupRecords(deps.caller, std::move(plan), ids,
                                                       call.reading, prototype, call.report));
  const auto record = found.records.find(id);
  if (record == found.records.end()) {
    v1::PartialError missing = found.Missing(id);
    missing.set_id(StringField(request, spec_.id_field));
    co_return NotFoundStatus(missing, spec_.id_field);
  }
  for (upstream::Note& note : upstream::FitTexts(*record->second, spec_.max_response_bytes, id)) {
    call.reading.AddNote(std::move(note));
  }
  reflection.SetAllocatedMessage(&response, record->second.release(), field);
  Describe(call, MutableMessage<v1::ReadInfo>(response, "read_info"));
  co_return absl::OkStatus();
}

Task<absl::Status> Collection::BatchGet(const ServiceDeps& deps, RpcContext& call,
                                        const Message& request, Message& response,
                                        RequestValidator validator) const {
  const auto* field = PluralField(request.GetDescriptor(), spec_.id_field);
  const auto texts = request.GetReflection()->GetRepeatedFieldRef<std::string>(request, field);
  const google::protobuf::RepeatedPtrField<std::string> asked(texts.begin(), texts.end());
  ValidateIds(asked, spec_.validate_id, field->name(), validator);
  ASSIGN_OR_CO_RETURN(upstream::LookupPlan plan, PrepareLookup(request, std::move(validator)));
  const RequestedIds ids(asked, spec_.canonical_id);
  const std::string records = RecordField(response.GetDescriptor(), record_)->name();
  CO_RETURN_IF_ERROR(co_await upstream::LookupInto(deps.caller, std::move(plan), ids.spelled(),
                                                   call.reading, response, records, "missing",
                                                   call.report));
  ids.RestoreRequestedIds(response);
  Describe(call, MutableMessage<v1::ReadInfo>(response, "read_info"));
  co_return absl::OkStatus();
}

absl::StatusOr<PageRequest> Collection::PrepareList(const Message& request, const ServiceDeps& deps,
                                                    RequestValidator validator) const {
  const std::optional<fql::Order> asked =
      validator.ValueOrDefault(catalogue_.ParseOrder(StringField(request, "order_by")));
  PageRequest start = Open(request, deps, "page_token", asked.value_or(spec_.default_order),
                           PageSize(request, "page_size"), validator);
  RETURN_IF_ERROR(validator.status());
  return start;
}

absl::StatusOr<PageRequest> Collection::PrepareExport(const Message& request,
                                                      const ServiceDeps& deps,
                                                      RequestValidator validator) const {
  const fql::Order order =
      spec_.resume_field.empty() ? spec_.default_order : fql::Order{spec_.resume_field, false};
  PageRequest start =
      Open(request, deps, "resume_token", order, PageSize(request, "batch_size"), validator);
  start.plan.whole = true;
  start.plan.patience = kPagePatience;
  RETURN_IF_ERROR(validator.status());
  return start;
}

PageRequest Collection::Open(const Message& request, const ServiceDeps& deps,
                             std::string_view token_field, fql::Order order, int page_size,
                             RequestValidator& validator) const {
  PageRequest start;
  start.binding = upstream::PageTokens::Binding(request);
  start.plan.operation = spec_.list_operation;
  start.plan.entities = spec_.lists_ids ? spec_.lookup_operation : nullptr;
  start.plan.look_ups = spec_.lists_like_lookups ? spec_.lookup_operation : nullptr;
  start.plan.decoder = &decoder_;
  start.plan.options = Options(request, validator);
  start.plan.id_field = id_field_;
  start.plan.staleness = RequestedStaleness(request, validator);
  start.plan.seek_field = order.field == spec_.resume_field ? seek_field_ : nullptr;
  start.plan.seek_kind = seek_kind_;
  start.plan.order = std::move(order);
  start.plan.page_size = page_size;
  start.plan.answer_bytes = spec_.max_response_bytes;
  start.plan.names = fql::NameFilter(request, catalogue_);
  fql::CompiledFilter filter =
      validator.ValueOrDefault(fql::CompileFilters(request, catalogue_, deps.clock.WallNow()));
  start.filter_notes = std::move(filter.notes);
  const std::string token = StringField(request, token_field);
  if (token.empty()) {
    start.interval = filter.interval;
    start.cursor.filter =
        filter.expression.empty() ? spec_.match_all_filter : filter.expression.Text();
  } else {
    start.cursor = validator.ValueOrDefault(deps.tokens.Open(token, start.binding, token_field));
  }
  return start;
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
  const auto* read = MessageField<v1::ReadOptions>(request, "read_options");
  options.additional_fields = read != nullptr && read->include_additional_fields();
  return options;
}

absl::StatusOr<upstream::LookupPlan> Collection::PrepareLookup(const Message& request,
                                                               RequestValidator validator) const {
  upstream::LookupPlan plan;
  plan.operation = spec_.lookup_operation;
  plan.decoder = &decoder_;
  plan.options = Options(request, validator);
  plan.id_field = id_field_;
  plan.answer_bytes = spec_.max_response_bytes;
  plan.staleness = RequestedStaleness(request, validator);
  RETURN_IF_ERROR(validator.status());
  return plan;
}

Task<absl::Status> Collection::FetchPageInto(const ServiceDeps& deps, RpcContext& call,
                                             PageRequest start, Message& response) const {
  const auto* records = RecordField(response.GetDescriptor(), record_);
  DescribeFilter(start.filter_notes, start.interval, start.cursor.filter, call);
  ASSIGN_OR_CO_RETURN(
      upstream::PageOutcome page,
      co_await upstream::FetchPage(deps.caller, start.plan, start.cursor, call.reading, deps.clock,
                                   response, records->name()));
  call.report.Add(page.report);
  if (!page.cuts.empty()) {
    const auto& reflection = *response.GetReflection();
    while (reflection.FieldSize(response, records) > page.cuts.front().records) {
      reflection.RemoveLast(&response, records);
    }
    page.next = std::move(page.cuts.front().next);
    page.last = false;
  }
  FinishPage(deps, call, start, page, response);
  co_return absl::OkStatus();
}

void Collection::FinishPage(const ServiceDeps& deps, const RpcContext& call,
                            const PageRequest& start, const upstream::PageOutcome& page,
                            Message& response) const {
  if (!page.last) {
    SetString(response, "next_page_token", deps.tokens.Seal(page.next, start.binding));
  }
  const std::optional<int64_t> total = upstream::TotalSize(page.next);
  if (total.has_value()) SetInt64(response, "total_size", *total);
  Describe(call, MutableMessage<v1::ReadInfo>(response, "read_info"));
}

void DescribeFilter(const std::vector<fql::FilterNote>& notes,
                    const std::optional<v1::TimeRange>& interval, std::string effective,
                    RpcContext& call) {
  for (const fql::FilterNote& note : notes) {
    call.reading.AddNote(
        {.reason = note.reason, .message = note.message, .field = note.field, .id = {}});
  }
  call.interval = interval;
  call.effective_filter = std::move(effective);
}

std::vector<std::vector<std::unique_ptr<Message>>> TakeApart(
    Message& batch, std::string_view records, const std::vector<upstream::PageCut>& cuts) {
  const auto* field = batch.GetDescriptor()->FindFieldByName(std::string(records));
  const auto& reflection = *batch.GetReflection();
  std::vector<std::vector<std::unique_ptr<Message>>> parts(cuts.size());
  for (size_t i = cuts.size(); i-- > 0;) {
    while (reflection.FieldSize(batch, field) > cuts[i].records) {
      parts[i].emplace_back(reflection.ReleaseLast(&batch, field));
    }
    std::reverse(parts[i].begin(), parts[i].end());
  }
  return parts;
}

void Refill(Message& batch, std::string_view records, std::vector<std::unique_ptr<Message>> part) {
  batch.Clear();
  const auto* field = batch.GetDescriptor()->FindFieldByName(std::string(records));
  for (std::unique_ptr<Message>& record : part) {
    batch.GetReflection()->AddAllocatedMessage(&batch, field, record.release());
  }
}

void ExportPageSize::Follow(const upstream::PageOutcome& page, int64_t records, size_t bytes) {
  if (page.impatient) {
    ceiling_ = page.limit;
    in_time_ = 0;
  } else if (ceiling_ < most_ && ++in_time_ == kPagesToGrow) {
    ceiling_ = std::min(most_, ceiling_ * 2);
    in_time_ = 0;
  }
  rows_ = AdaptPageSize(rows_, records, bytes, ceiling_);
}

int AdaptPageSize(int page_size, int64_t records, size_t bytes, int most) {
  if (records <= 0 || bytes == 0) return std::min(page_size, most);
  const auto fits =
      static_cast<int64_t>(kMessageTarget / (bytes / static_cast<size_t>(records) + 1));
  return static_cast<int>(std::clamp<int64_t>(fits, 1, most));
}

}  // namespace falcon::rpc
