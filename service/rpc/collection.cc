// The steps that lists, exports and look-ups of every noun share.
#include "rpc/collection.h"

#include <algorithm>

#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "google/protobuf/reflection.h"
#include "rpc/field_access.h"
#include "rpc/record_view.h"
#include "rpc/request_bounds.h"
#include "rpc/staleness.h"

namespace falcon::rpc {
namespace {

using google::protobuf::Message;

// A page of an export that takes longer is asked for again, in a smaller size.
constexpr seconds kPagePatience{120};
// Pages in a row that come in time, before a larger one is tried.
constexpr int kPagesToGrow = 8;

}  // namespace

Collection::Collection(const google::protobuf::Descriptor* record, CollectionFacts facts)
    : record_(record),
      facts_(std::move(facts)),
      decoder_(record),
      catalogue_(record),
      id_field_(FieldNamed(record, facts_.id)),
      seek_field_(facts_.seek.empty() ? nullptr : FieldNamed(record, facts_.seek)) {
  const fql::Field* seek = catalogue_.Find(facts_.seek);
  if (seek != nullptr) seek_kind_ = seek->kind;
}

Task<absl::Status> Collection::List(const Upstream& upstream, Call& call, const Message& request,
                                    Message& response, Checks checks, Parameters query) const {
  ASSIGN_OR_CO_RETURN(PageStart start, OpenList(request, upstream, std::move(checks)));
  start.plan.query = std::move(query);
  co_return co_await AnswerPage(upstream, call, std::move(start), response);
}

std::string Collection::CheckedId(std::string id, std::string_view field, Checks& checks) const {
  const std::string_view wrong = facts_.id_shape(id);
  if (!wrong.empty()) checks.Violate(field, wrong);
  return facts_.spell_id == nullptr ? id : facts_.spell_id(id);
}

Task<absl::Status> Collection::Get(const Upstream& upstream, Call& call, const Message& request,
                                   Message& response, Checks checks) const {
  const std::string id = CheckedId(StringField(request, facts_.id), facts_.id, checks);
  ASSIGN_OR_CO_RETURN(LookupPlan plan, OpenLookup(request, std::move(checks)));
  const auto* field = RecordField(response.GetDescriptor(), record_);
  const auto& reflection = *response.GetReflection();
  const Message& prototype = reflection.GetMessage(response, field);
  const std::vector<std::string> ids(1, id);
  ASSIGN_OR_CO_RETURN(Entities found, co_await FetchEntities(upstream.caller, std::move(plan), ids,
                                                             call.reading, prototype, call.report));
  const auto record = found.records.find(id);
  if (record == found.records.end()) {
    v1::PartialError missing = found.Missing(id);
    missing.set_id(StringField(request, facts_.id));
    co_return MissingRecord(missing, facts_.id);
  }
  for (Note& note : FitTexts(*record->second, facts_.answer_bytes, id)) {
    call.reading.AddNote(std::move(note));
  }
  reflection.SetAllocatedMessage(&response, record->second.release(), field);
  Describe(call, MutableMessage<v1::ReadInfo>(response, "read_info"));
  co_return absl::OkStatus();
}

Task<absl::Status> Collection::BatchGet(const Upstream& upstream, Call& call,
                                        const Message& request, Message& response,
                                        Checks checks) const {
  const auto* field = PluralField(request.GetDescriptor(), facts_.id);
  const auto texts = request.GetReflection()->GetRepeatedFieldRef<std::string>(request, field);
  const google::protobuf::RepeatedPtrField<std::string> asked(texts.begin(), texts.end());
  CheckIds(asked, facts_.id_shape, field->name(), checks);
  ASSIGN_OR_CO_RETURN(LookupPlan plan, OpenLookup(request, std::move(checks)));
  const AskedIds ids(asked, facts_.spell_id);
  const std::string records = RecordField(response.GetDescriptor(), record_)->name();
  CO_RETURN_IF_ERROR(co_await LookUp(upstream.caller, std::move(plan), ids.spelled(), call.reading,
                                     response, records, "missing", call.report));
  ids.NameAsAsked(response);
  Describe(call, MutableMessage<v1::ReadInfo>(response, "read_info"));
  co_return absl::OkStatus();
}

absl::StatusOr<PageStart> Collection::OpenList(const Message& request, const Upstream& upstream,
                                               Checks checks) const {
  const std::optional<fql::Order> asked =
      checks.Take(catalogue_.ParseOrder(StringField(request, "order_by")));
  PageStart start = Open(request, upstream, "page_token", asked.value_or(facts_.list_order),
                         PageSize(request, "page_size"), checks);
  RETURN_IF_ERROR(checks.Verdict());
  return start;
}

absl::StatusOr<PageStart> Collection::OpenExport(const Message& request, const Upstream& upstream,
                                                 Checks checks) const {
  const fql::Order order = facts_.seek.empty() ? facts_.list_order : fql::Order{facts_.seek, false};
  PageStart start =
      Open(request, upstream, "resume_token", order, PageSize(request, "batch_size"), checks);
  start.plan.whole = true;
  start.plan.patience = kPagePatience;
  RETURN_IF_ERROR(checks.Verdict());
  return start;
}

PageStart Collection::Open(const Message& request, const Upstream& upstream,
                           std::string_view token_field, fql::Order order, int page_size,
                           Checks& checks) const {
  PageStart start;
  start.binding = PageTokens::Binding(request);
  start.plan.operation = facts_.pages;
  start.plan.entities = facts_.pages_are_ids ? facts_.entities : nullptr;
  start.plan.look_ups = facts_.pages_like_entities ? facts_.entities : nullptr;
  start.plan.decoder = &decoder_;
  start.plan.options = Options(request, checks);
  start.plan.id_field = id_field_;
  start.plan.staleness = AskedStaleness(request, checks);
  start.plan.seek_field = order.field == facts_.seek ? seek_field_ : nullptr;
  start.plan.seek_kind = seek_kind_;
  start.plan.order = std::move(order);
  start.plan.page_size = page_size;
  start.plan.answer_bytes = facts_.answer_bytes;
  start.plan.names = fql::NameFilter(request, catalogue_);
  fql::CompiledFilter filter =
      checks.Take(fql::CompileFilters(request, catalogue_, upstream.clock.WallNow()));
  start.filter_notes = std::move(filter.notes);
  const std::string token = StringField(request, token_field);
  if (token.empty()) {
    start.interval = filter.interval;
    start.cursor.filter =
        filter.expression.empty() ? facts_.neutral_filter : filter.expression.Text();
  } else {
    start.cursor = checks.Take(upstream.tokens.Open(token, start.binding, token_field));
  }
  return start;
}

json::DecodeOptions Collection::Options(const Message& request, Checks& checks) const {
  json::DecodeOptions options;
  const v1::RecordView view = ShownView(request);
  if (const google::protobuf::FieldMask* mask = MaskOf(request)) {
    options.selection = checks.Take(json::FieldSelection::FromMask(*mask, record_));
  } else if (view == v1::RECORD_VIEW_BRIEF) {
    options.selection = json::FieldSelection::Brief(record_);
  } else if (!v1::RecordView_IsValid(view)) {
    checks.Violate("view", Cat("has no value ", static_cast<int>(view),
                               "; RECORD_VIEW_BRIEF or RECORD_VIEW_FULL"));
  }
  const auto* read = MessageField<v1::ReadOptions>(request, "read_options");
  options.additional_fields = read != nullptr && read->include_additional_fields();
  return options;
}

absl::StatusOr<LookupPlan> Collection::OpenLookup(const Message& request, Checks checks) const {
  LookupPlan plan;
  plan.operation = facts_.entities;
  plan.decoder = &decoder_;
  plan.options = Options(request, checks);
  plan.id_field = id_field_;
  plan.answer_bytes = facts_.answer_bytes;
  plan.staleness = AskedStaleness(request, checks);
  RETURN_IF_ERROR(checks.Verdict());
  return plan;
}

Task<absl::Status> Collection::AnswerPage(const Upstream& upstream, Call& call, PageStart start,
                                          Message& response) const {
  const auto* records = RecordField(response.GetDescriptor(), record_);
  TellOfFilter(start.filter_notes, start.interval, start.cursor.filter, call);
  ASSIGN_OR_CO_RETURN(PageOutcome page,
                      co_await FetchPage(upstream.caller, start.plan, start.cursor, call.reading,
                                         upstream.clock, response, records->name()));
  call.report.Add(page.report);
  if (!page.cuts.empty()) {
    const auto& reflection = *response.GetReflection();
    while (reflection.FieldSize(response, records) > page.cuts.front().records) {
      reflection.RemoveLast(&response, records);
    }
    page.next = std::move(page.cuts.front().next);
    page.last = false;
  }
  Conclude(upstream, call, start, page, response);
  co_return absl::OkStatus();
}

void Collection::Conclude(const Upstream& upstream, const Call& call, const PageStart& start,
                          const PageOutcome& page, Message& response) const {
  if (!page.last) {
    SetString(response, "next_page_token", upstream.tokens.Seal(page.next, start.binding));
  }
  const std::optional<int64_t> total = TotalSize(page.next);
  if (total.has_value()) SetInt64(response, "total_size", *total);
  Describe(call, MutableMessage<v1::ReadInfo>(response, "read_info"));
}

void TellOfFilter(const std::vector<fql::FilterNote>& notes,
                  const std::optional<v1::TimeRange>& interval, std::string effective, Call& call) {
  for (const fql::FilterNote& note : notes) {
    call.reading.AddNote(
        {.reason = note.reason, .message = note.message, .field = note.field, .id = {}});
  }
  call.interval = interval;
  call.effective_filter = std::move(effective);
}

std::vector<std::vector<std::unique_ptr<Message>>> TakeApart(Message& batch,
                                                             std::string_view records,
                                                             const std::vector<PageCut>& cuts) {
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

void ExportSize::Follow(const PageOutcome& page, int64_t records, size_t bytes) {
  if (page.impatient) {
    ceiling_ = page.limit;
    in_time_ = 0;
  } else if (ceiling_ < most_ && ++in_time_ == kPagesToGrow) {
    ceiling_ = std::min(most_, ceiling_ * 2);
    in_time_ = 0;
  }
  rows_ = NextBatch(rows_, records, bytes, ceiling_);
}

int NextBatch(int page_size, int64_t records, size_t bytes, int most) {
  if (records <= 0 || bytes == 0) return std::min(page_size, most);
  const auto fits =
      static_cast<int64_t>(kMessageTarget / (bytes / static_cast<size_t>(records) + 1));
  return static_cast<int>(std::clamp<int64_t>(fits, 1, most));
}

}  // namespace falcon::rpc
