// Turns pages by Falcon's cursor, and by sort key where the cursor is dead.
#include "falcon/pager.h"

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "falcon/next_page.h"
#include "falcon/page_failure.h"
#include "falcon/page_request.h"
#include "falcon/record_fields.h"
#include "falcon/tie.h"

namespace falcon {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Falcon's cursors live two minutes; the call takes some of that.
constexpr seconds kCursorLife{110};
// Of a kept page whose cursor cannot be passed: what is left of its life is the reader's.
constexpr seconds kCursorLent{60};
constexpr int kMostHalvings = 3;
constexpr int kMostSeeks = 3;
constexpr int kMostStrikes = 3;
// Counted pages without a new row in a row: a tie read again, at most, brings fewer.
constexpr int kMostIdlePages = 1000;
// Pages of nothing but other names in a row; then the reader hears of it and may go on.
constexpr int kMaxFruitlessPages = 10;
// More than a token can hold of what a re-seek needs: then the count goes on instead.
constexpr size_t kMostSeen = 500;
constexpr size_t kMostErrors = 100;

// The way to one page with records, or to the end.
class PageReader {
 public:
  PageReader(const PagePlan& plan, Cursor cursor, const Clock& clock, Message& answer,
             const std::string& records)
      : plan_(plan),
        clock_(clock),
        answer_(answer),
        records_(answer.GetDescriptor()->FindFieldByName(records)),
        limit_(std::clamp(plan.page_size, 1, plan.operation->max_limit)) {
    page_.next = std::move(cursor);
  }

  // The last page ended where the window does.
  bool AtEnd() {
    const Cursor& at = page_.next;
    const int window = plan_.operation->max_window;
    page_.last = ByOffset(plan_) && window > 0 && OffsetOf(at) >= window && at.total.has_value() &&
                 at.sent >= *at.total;
    return page_.last;
  }

  // The next call, or why there is none.
  absl::StatusOr<UpstreamCall> NextCall() {
    Cursor& at = page_.next;
    const bool no_cursor = at.upstream.empty() && at.sent > 0;
    if (no_cursor && !CanSeek()) return Lost(absl::OkStatus());
    const bool old =
        !ByOffset(plan_) && !at.upstream.empty() && clock_.WallNow() - at.issued > kCursorLife;
    if (no_cursor || (old && CanSeek())) Seek();
    const int window = plan_.operation->max_window;
    if (!ByOffset(plan_) || window == 0) return PageCall(plan_, at, limit_);
    const int64_t room = window - OffsetOf(at);
    if (room <= 0) return PastWindow(*plan_.operation);
    return PageCall(plan_, at, static_cast<int>(std::min<int64_t>(limit_, room)));
  }

  // OK: worth another call.
  absl::Status Recover(const absl::Status& failure) {
    const std::string reason = Reason(failure);
    if (reason == "UPSTREAM_BODY_TOO_LARGE" && limit_ > 1 && halvings_++ < kMostHalvings) {
      limit_ /= 2;
      return absl::OkStatus();
    }
    if (reason != "CURSOR_EXPIRED") return failure;
    if (!CanSeek() || seeks_++ == kMostSeeks) return Lost(failure);
    Seek();
    return absl::OkStatus();
  }

  // True: the page is done. False: it brought nothing new, another call may.
  // `as_of`: when the call for it went out.
  absl::StatusOr<bool> Take(const json::Document& document, SteadyTime as_of, Entities entities);

  // How to look up the ids of a page that was asked for at `as_of`.
  LookupPlan Lookup(SteadyTime as_of) const {
    return {.operation = plan_.entities,
            .decoder = plan_.decoder,
            .options = DecodedBy(plan_),
            .id_field = plan_.id_field,
            .query = {},
            .listed_at = as_of};
  }
  const Message& prototype() const {
    return *answer_.GetReflection()->GetMessageFactory()->GetPrototype(records_->message_type());
  }
  json::DecodeReport& report() { return page_.report; }

  PageOutcome Done() { return std::move(page_); }

 private:
  bool CanSeek() const {
    const Cursor& at = page_.next;
    return at.sent == 0 || (plan_.seek_field != nullptr && !at.seek_value.empty());
  }
  void Seek() {
    Cursor& at = page_.next;
    at.upstream.clear();
    at.anchor = at.seek_value;
    at.pages = 0;
    at.mark = 0;
  }
  void MoveTo(std::string upstream) {
    page_.next.upstream = std::move(upstream);
    page_.next.issued = std::chrono::floor<milliseconds>(clock_.WallNow() - age_);
  }
  // Brent: whatever the circle's length, the cursor marked last comes again.
  bool TurnsInCircle(const std::string& next) {
    Cursor& at = page_.next;
    const uint64_t hash = IdHash(next);
    if (hash == at.mark) return true;
    if (std::has_single_bit(static_cast<uint64_t>(++at.pages))) at.mark = hash;
    return false;
  }
  // Where a token of the last page leads: to nothing more, though nothing can be sought there.
  std::string EndOf(const json::Envelope& envelope) const {
    if (!ByOffset(plan_) || plan_.seek_field != nullptr) return "";
    return Cat(OffsetOf(page_.next) + static_cast<int64_t>(envelope.resources));
  }
  // Once more than was sent can be found by the sort value, offsets are no longer needed.
  bool Resumable() const {
    const Cursor& at = page_.next;
    return plan_.seek_field != nullptr && !at.seek_value.empty() && at.seek_value != at.anchor &&
           at.seen.size() <= kMostSeen;
  }
  int AddRecords(const json::Document& document);
  int AddEntities(const std::vector<std::string>& ids, Entities entities);
  // What to do with a record.
  enum class Fate { kAdd, kDrop, kSentBefore };
  // Clears what was not selected.
  Fate FateOf(Tie& tie, Message& record, std::string id);
  // Added and dropped ones together.
  int Passed(int added, int dropped, const Tie& tie);

  const PagePlan& plan_;
  const Clock& clock_;
  Message& answer_;
  const FieldDescriptor* records_;
  int limit_;
  int halvings_ = 0;
  int seeks_ = 0;
  int strikes_ = 0;
  int idle_ = 0;
  int added_ = 0;
  int pages_passed_ = 0;
  bool doubted_ = false;         // once: what comes again may end in an empty page again
  SteadyTime::duration age_{0};  // of the answer that is taken
  PageOutcome page_;
};

absl::StatusOr<bool> PageReader::Take(const json::Document& document, SteadyTime as_of,
                                      Entities entities) {
  Cursor& at = page_.next;
  age_ = clock_.Now() - as_of;
  const json::Envelope& envelope = document.envelope();
  const bool first = at.sent == 0 && at.upstream.empty() && at.anchor.empty();
  if (first) at.total = envelope.pagination.total;
  const int window = plan_.operation->max_window;
  const bool cut = plan_.whole && ByOffset(plan_) && plan_.seek_field == nullptr && window > 0;
  if (first && cut && at.total.value_or(0) > window) return PastWindow(*plan_.operation);
  std::string next = NextOf(plan_, envelope, at);
  const bool empty = envelope.resources == 0;
  const bool all_sent = at.total.has_value() && at.sent >= *at.total;
  page_.last = next.empty() || (empty && all_sent);
  const bool stuck = !page_.last && (empty || next == at.upstream);
  // An empty page before the end is asked for anew, from the last record on, before it is believed.
  const bool doubtful = empty && !all_sent && (stuck || at.total.has_value());
  if (doubtful && !doubted_ && strikes_ == 0 && at.sent > 0 && CanSeek()) {
    doubted_ = true;
    ++strikes_;
    MoveTo("");
    return false;
  }
  const bool counted = ByOffset(plan_) || IsOffsetLink(next);
  if (stuck) {
    if (++strikes_ == kMostStrikes) return InCircles();
    MoveTo(std::move(next));
    return false;
  }
  strikes_ = 0;
  if (!page_.last && !counted && TurnsInCircle(next)) return InCircles();
  MoveTo(page_.last ? EndOf(envelope) : std::move(next));
  const int passed = plan_.entities == nullptr ? AddRecords(document)
                                               : AddEntities(document.Ids(), std::move(entities));
  if (!page_.last && counted && Resumable()) MoveTo("");
  idle_ = passed == 0 && counted ? idle_ + 1 : 0;
  if (idle_ == kMostIdlePages) return InCircles();
  const bool fruitless = passed > 0 && ++pages_passed_ == kMaxFruitlessPages;
  return added_ > 0 || fruitless || page_.last;
}

PageReader::Fate PageReader::FateOf(Tie& tie, Message& record, std::string id) {
  const std::string value =
      plan_.seek_field == nullptr
          ? ""
          : SortValueOf(record, plan_.seek_field, plan_.seek_kind, plan_.order.descending);
  if (tie.Sent(value, id)) return Fate::kSentBefore;
  tie.Add(value, std::move(id));
  if (!plan_.names.Matches(record)) return Fate::kDrop;
  ClearUnselected(plan_, record);
  return Fate::kAdd;
}

int PageReader::Passed(int added, int dropped, const Tie& tie) {
  added_ += added;
  page_.next.sent += added + dropped;
  page_.next.dropped += dropped;
  tie.Save(page_.next);
  return added + dropped;
}

int PageReader::AddRecords(const json::Document& document) {
  Tie tie(page_.next);
  const auto& reflection = *answer_.GetReflection();
  const json::DecodeOptions options = DecodedBy(plan_);
  int added = 0;
  int dropped = 0;
  for (size_t i = 0; i < document.envelope().resources; ++i) {
    Message& record = *reflection.AddMessage(&answer_, records_);
    const bool decoded = plan_.decoder->Decode(document, i, options, record, page_.report);
    if (!decoded) ++page_.report.skipped_records;
    const Fate fate =
        decoded ? FateOf(tie, record, TextOf(record, plan_.id_field)) : Fate::kSentBefore;
    added += fate == Fate::kAdd ? 1 : 0;
    dropped += fate == Fate::kDrop ? 1 : 0;
    if (fate != Fate::kAdd) reflection.RemoveLast(&answer_, records_);
  }
  return Passed(added, dropped, tie);
}

int PageReader::AddEntities(const std::vector<std::string>& ids, Entities entities) {
  Tie tie(page_.next);
  int added = 0;
  int dropped = 0;
  for (const std::string& id : ids) {
    const auto found = entities.records.find(id);
    if (found == entities.records.end()) continue;
    const Fate fate = FateOf(tie, *found->second, id);
    dropped += fate == Fate::kDrop ? 1 : 0;
    if (fate != Fate::kAdd) continue;
    answer_.GetReflection()->AddAllocatedMessage(&answer_, records_, found->second.release());
    entities.records.erase(found);
    ++added;
  }
  return Passed(added, dropped, tie);
}

bool IsTold(const std::string& id, const Reading& reading) {
  return std::any_of(reading.errors.begin(), reading.errors.end(),
                     [&id](const json::ApiError& error) { return error.id == id; });
}

// Listed, but without a record: it went away in between, or Falcon says why.
void TellMissing(const std::vector<std::string>& ids, const Entities& entities, Reading& reading) {
  for (const std::string& id : ids) {
    if (reading.errors.size() >= kMostErrors) return;
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
  PageReader reader(plan, std::move(cursor), clock, answer, records);
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
                          co_await FetchEntities(caller, reader.Lookup(as_of), ids, reading,
                                                 reader.prototype(), reader.report()));
      TellMissing(ids, entities, reading);
    }
    ASSIGN_OR_CO_RETURN(const bool done, reader.Take(*document, as_of, std::move(entities)));
    if (done) break;
  }
  co_return reader.Done();
}

}  // namespace falcon
