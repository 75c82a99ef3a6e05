// Turns pages by Falcon's cursor, and by sort key where the cursor is dead; failures, in words.
#include "upstream/paging/pager.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "upstream/paging/page_reader.h"

namespace falcon::upstream {
namespace {

using google::protobuf::Message;

bool IsReported(const std::string& id, const CallStats& stats) {
  return std::any_of(stats.errors.begin(), stats.errors.end(),
                     [&id](const json::ApiError& error) { return error.id == id; });
}

// Listed, but without a record: it went away in between, or Falcon says why.
void ReportMissing(const std::vector<std::string>& ids, const Entities& entities,
                   CallStats& stats) {
  for (const std::string& id : ids) {
    if (stats.errors.size() >= CallStats::kMaxErrors) return;
    if (entities.records.contains(id) || IsReported(id, stats)) continue;
    const v1::PartialError missing = entities.Missing(id);
    stats.AddError({missing.code(), missing.message(), id});
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

Task<absl::StatusOr<PageOutcome>> FetchPage(ReadContext read, const PagePlan& plan, Cursor cursor,
                                            Message& answer, std::string records) {
  PageReader reader(plan, std::move(cursor), read, answer, records);
  const ReadContext by_reader{read.client, reader.options(), read.stats, read.clock, read.pool};
  while (!reader.AtEnd()) {
    ASSIGN_OR_CO_RETURN(const UpstreamRequest call, reader.NextCall());
    const UpstreamClient::Response response =
        co_await read.client.Call(call, reader.options(), read.stats);
    if (!response.ok()) {
      CO_RETURN_IF_ERROR(reader.Recover(response.status()));
      continue;
    }
    const json::Document& document = response->document;
    Entities entities;
    if (plan.entities != nullptr && document.envelope().resources > 0) {
      const std::vector<std::string> ids = document.Ids();
      ASSIGN_OR_CO_RETURN(entities,
                          co_await LookupRecords(by_reader, reader.Lookup(response->as_of), ids,
                                                 reader.prototype(), reader.report()));
      ReportMissing(ids, entities, read.stats);
    }
    absl::StatusOr<bool> done = false;
    const bool many = document.envelope().resources >= runtime::kManyRecords;
    std::function<void()> take = [&] {
      done = reader.Take(document, response->as_of, std::move(entities));
    };
    co_await runtime::RunHeavy(read.pool, many, std::move(take));
    CO_RETURN_IF_ERROR(done.status());
    if (*done) break;
  }
  co_return reader.Done();
}

absl::Status OffsetWindowExceeded(const Operation& operation) {
  return Error(absl::StatusCode::kOutOfRange, "OFFSET_WINDOW",
               StrCat("Falcon lists no more than ", operation.max_window,
                      " rows here; narrow the filter, for example to a shorter time"));
}

absl::Status Malformed(const Operation& operation, std::string_view why) {
  return WithMetadata(Error(absl::StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
                            StrCat("Falcon's page is not whole: ", why,
                                   "; go on with the last token, or start again")),
                      "operation", operation.id);
}

absl::Status CursorLoop() {
  return Error(
      absl::StatusCode::kDataLoss, "CURSOR_LOOP",
      "Falcon's pages turn in a circle, so that the rest cannot be read; start again, with a "
      "narrower filter if it comes back");
}

absl::Status CursorExpired(const absl::Status& expired) {
  absl::Status lost = Error(
      absl::StatusCode::kAborted, "CURSOR_EXPIRED",
      "Falcon forgot where this list stood, as it does after two minutes, and its order gives "
      "no other way back; start again without a token, or read the pages faster");
  for (const auto& [key, value] : Metadata(expired)) {
    lost = WithMetadata(std::move(lost), key, value);
  }
  return lost;
}

}  // namespace falcon::upstream
