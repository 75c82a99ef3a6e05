// Turns pages by Falcon's cursor, and by sort key where the cursor is dead.
#include "upstream/paging/pager.h"

#include <algorithm>

#include "base/status.h"
#include "upstream/lookup/record_fields.h"
#include "upstream/paging/next_page.h"
#include "upstream/paging/page_reader.h"

namespace falcon::upstream {
namespace {

using google::protobuf::Message;

// Of a kept page whose cursor cannot be passed: what is left of its life is the reader's.
constexpr seconds kCursorLent{60};
constexpr size_t kMaxErrors = 100;

bool IsTold(const std::string& id, const Reading& reading) {
  return std::any_of(reading.errors.begin(), reading.errors.end(),
                     [&id](const json::ApiError& error) { return error.id == id; });
}

// Listed, but without a record: it went away in between, or Falcon says why.
void TellMissing(const std::vector<std::string>& ids, const Entities& entities, Reading& reading) {
  for (const std::string& id : ids) {
    if (reading.errors.size() >= kMaxErrors) return;
    if (entities.records.contains(id) || IsTold(id, reading)) continue;
    const v1::PartialError missing = entities.Missing(id);
    reading.errors.push_back({missing.code(), missing.message(), id});
  }
}

}  // namespace

json::DecodeOptions DecodedBy(const PagePlan& plan) {
  json::DecodeOptions options = AlsoDecoding(plan.options, {plan.id_field, plan.seek_field});
  for (const auto& path : plan.names.paths()) options.selection = options.selection.With(path);
  return options;
}

void ClearUnselected(const PagePlan& plan, Message& record) {
  ClearUnselected(plan.options, {plan.id_field, plan.seek_field}, record);
  for (const auto& path : plan.names.paths()) {
    ClearUnselected(plan.options.selection, path, record);
  }
}

Task<absl::StatusOr<PageOutcome>> FetchPage(Caller& caller, const PagePlan& plan, Cursor cursor,
                                            Reading& reading, const Clock& clock, Message& answer,
                                            std::string records) {
  if (plan.staleness) reading.staleness = plan.staleness;
  if (plan.seek_field == nullptr && !ByOffset(plan) && reading.staleness) {
    reading.staleness = std::min<milliseconds>(*reading.staleness, kCursorLent);
  }
  PageReader reader(plan, std::move(cursor), clock, reading, answer, records);
  while (!reader.AtEnd()) {
    ASSIGN_OR_CO_RETURN(UpstreamCall call, reader.NextCall());
    const absl::StatusOr<json::Document> document = co_await caller.Call(std::move(call), reading);
    if (!document.ok()) {
      CO_RETURN_IF_ERROR(reader.Recover(document.status()));
      continue;
    }
    const SteadyTime as_of = reading.as_of.value_or(clock.Now());
    Entities entities;
    if (plan.entities != nullptr && document->envelope().resources > 0) {
      const std::vector<std::string> ids = document->Ids();
      ASSIGN_OR_CO_RETURN(entities,
                          co_await LookupRecords(caller, reader.Lookup(as_of), ids, reading,
                                                 reader.prototype(), reader.report()));
      TellMissing(ids, entities, reading);
    }
    absl::StatusOr<bool> done = false;
    const bool many = document->envelope().resources >= runtime::kManyRecords;
    std::function<void()> take = [&] { done = reader.Take(*document, as_of, std::move(entities)); };
    co_await runtime::RunHeavy(caller.means().pool, many, std::move(take));
    CO_RETURN_IF_ERROR(done.status());
    if (*done) break;
  }
  co_return reader.Done();
}

}  // namespace falcon::upstream
