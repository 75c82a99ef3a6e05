// The steps that lists, exports and look-ups of every noun share.
#include "rpc/collection.h"

#include <algorithm>

#include "base/text.h"
#include "falcon/v1/options.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "rpc/field_access.h"

namespace falcon::rpc {
namespace {

// Whole records are some 4 KB each: so many stay under what clients accept in one message.
constexpr int kMostWholeRecords = 500;
constexpr int kMostBatch = 1000;

}  // namespace

Collection::Collection(const google::protobuf::Descriptor* record, CollectionFacts facts)
    : record_(record),
      facts_(std::move(facts)),
      decoder_(record),
      catalogue_(record),
      id_field_(FieldNamed(record, facts_.id)),
      seek_field_(FieldNamed(record, facts_.seek)) {}

absl::StatusOr<PageStart> Collection::OpenList(const google::protobuf::Message& request,
                                               const Upstream& upstream, Checks checks) const {
  const std::optional<fql::Order> asked =
      checks.Take(catalogue_.ParseOrder(StringField(request, "order_by")));
  const int page_size = PageSize(IntField(request, "page_size"), facts_.list_usual,
                                 facts_.list_most, "page_size", checks);
  PageStart start =
      Open(request, upstream, "page_token", asked.value_or(facts_.list_order), page_size, checks);
  RETURN_IF_ERROR(checks.Verdict());
  return start;
}

absl::StatusOr<PageStart> Collection::OpenExport(const google::protobuf::Message& request,
                                                 const Upstream& upstream) const {
  Checks checks;
  const int batch =
      PageSize(IntField(request, "batch_size"), kMostBatch, kMostBatch, "batch_size", checks);
  PageStart start = Open(request, upstream, "resume_token", {facts_.seek, false}, batch, checks);
  RETURN_IF_ERROR(checks.Verdict());
  return start;
}

PageStart Collection::Open(const google::protobuf::Message& request, const Upstream& upstream,
                           std::string_view token_field, fql::Order order, int page_size,
                           Checks& checks) const {
  PageStart start;
  start.binding = PageTokens::Binding(request);
  start.plan.operation = facts_.pages;
  start.plan.decoder = &decoder_;
  start.plan.options = Options(request, /*brief_unless_asked=*/true, checks);
  start.plan.id_field = id_field_;
  start.plan.seek_field = order.field == facts_.seek ? seek_field_ : nullptr;
  start.plan.order = std::move(order);
  start.plan.page_size = start.plan.options.selection.everything()
                             ? std::min(page_size, kMostWholeRecords)
                             : page_size;
  const fql::Expression filter =
      checks.Take(fql::CompileFilters(request, catalogue_, upstream.clock.WallNow()));
  const std::string token = StringField(request, token_field);
  if (token.empty()) {
    start.cursor.filter = filter.Text();
  } else {
    start.cursor = checks.Take(upstream.tokens.Open(token, start.binding, token_field));
  }
  return start;
}

json::DecodeOptions Collection::Options(const google::protobuf::Message& request,
                                        bool brief_unless_asked, Checks& checks) const {
  json::DecodeOptions options;
  const auto* mask = MessageField<google::protobuf::FieldMask>(request, "read_mask");
  if (mask != nullptr) {
    options.selection = checks.Take(json::FieldSelection::FromMask(*mask, record_));
  } else if (brief_unless_asked) {
    options.selection = json::FieldSelection::Brief(record_);
  }
  const auto* read = MessageField<v1::ReadOptions>(request, "read_options");
  options.additional_fields = read != nullptr && read->include_additional_fields();
  return options;
}

absl::StatusOr<LookupPlan> Collection::OpenLookup(const google::protobuf::Message& request,
                                                  Checks checks) const {
  LookupPlan plan;
  plan.operation = facts_.entities;
  plan.decoder = &decoder_;
  plan.options = Options(request, /*brief_unless_asked=*/false, checks);
  plan.id_field = id_field_;
  RETURN_IF_ERROR(checks.Verdict());
  return plan;
}

Task<absl::Status> Collection::AnswerPage(const Upstream& upstream, Call& call, PageStart start,
                                          google::protobuf::Message& response,
                                          std::string records) const {
  ASSIGN_OR_CO_RETURN(const PageOutcome page,
                      co_await FetchPage(upstream.caller, start.plan, start.cursor, call.reading,
                                         upstream.clock, response, records));
  call.report.Add(page.report);
  if (!page.last) {
    SetString(response, "next_page_token", upstream.tokens.Seal(page.next, start.binding));
  }
  if (page.next.total.has_value()) SetInt64(response, "total_size", *page.next.total);
  Describe(call, MutableMessage<v1::ReadInfo>(response, "read_info"));
  co_return absl::OkStatus();
}

int NextBatch(int page_size, int64_t records, size_t bytes, int most) {
  if (records <= 0 || bytes == 0) return page_size;
  const auto fits =
      static_cast<int64_t>(kMessageTarget / (bytes / static_cast<size_t>(records) + 1));
  return static_cast<int>(std::clamp<int64_t>(fits, 1, most));
}

}  // namespace falcon::rpc
