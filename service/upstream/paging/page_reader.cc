// What each page is followed by, and what of it is answered.
#include "upstream/paging/page_reader.h"

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "base/text.h"

namespace falcon::upstream {
namespace {

using google::protobuf::Message;

// Falcon's cursors live two minutes; the call takes some of that.
constexpr seconds kCursorLife{110};
// Of a cached page whose cursor cannot be passed: what is left of its life is the reader's.
constexpr seconds kMaxCursorAge{60};
constexpr int kMaxSeeks = 3;
constexpr int kMaxStrikes = 3;
// Counted pages without a new row in a row: a tie read again, at most, brings fewer.
constexpr int kMaxIdlePages = 1000;
// Pages of nothing but other names in a row; then the reader hears of it and may go on.
constexpr int kMaxFruitlessPages = 10;
// More than a token can hold of what a re-seek needs: then the count goes on instead.
constexpr size_t kMaxSeen = 500;

bool IsSlow(const absl::Status& failure) {
  const std::string reason = Reason(failure);
  if (reason == "UPSTREAM_STALLED" || reason == "UPSTREAM_TIMEOUT") return true;
  if (reason != "UPSTREAM_ERROR") return false;
  const std::string status = Metadata(failure)["http_status"];
  return status == "408" || status == "504";
}

bool HasIds(const json::Document& document, const std::string& id_key) {
  const size_t resources = document.envelope().resources;
  for (size_t i = 0; i < resources; ++i) {
    if (!document.TextOf(i, id_key).empty()) return true;
  }
  return resources == 0;
}

}  // namespace

PageReader::PageReader(const PagePlan& plan, Cursor cursor, const ReadContext& read,
                       Message& answer, const std::string& records)
    : plan_(plan),
      clock_(read.clock),
      options_(read.options),
      stats_(read.stats),
      answer_(answer),
      records_(answer.GetDescriptor()->FindFieldByName(records)),
      id_key_(json::JsonKey(plan.id_field)) {
  page_.next = std::move(cursor);
  page_.limit = std::clamp(plan.page_size, 1, plan.operation->max_limit);
  const bool cursor_dies = plan.seek_field == nullptr && !ByOffset(plan);
  if (cursor_dies && options_.max_staleness) {
    options_.max_staleness = std::min<milliseconds>(*options_.max_staleness, kMaxCursorAge);
  }
}

bool PageReader::AtEnd() {
  const Cursor& at = page_.next;
  const int window = plan_.operation->max_window;
  page_.last = ByOffset(plan_) && window > 0 && OffsetOf(at) >= window && at.total.has_value() &&
               at.sent >= *at.total;
  return page_.last;
}

absl::StatusOr<UpstreamRequest> PageReader::NextCall() {
  Cursor& at = page_.next;
  const bool no_cursor = at.upstream.empty() && at.sent > 0 && at.skip == 0;
  if (no_cursor && !CanSeek()) return CursorExpired(absl::OkStatus());
  const bool old =
      !ByOffset(plan_) && !at.upstream.empty() && clock_.WallNow() - at.issued > kCursorLife;
  if (no_cursor || (old && CanSeek())) Seek();
  const int most = plan_.operation->max_limit;
  asked_ = static_cast<int>(std::min<int64_t>(at.skip + page_.limit, most));
  const int window = plan_.operation->max_window;
  if (ByOffset(plan_) && window > 0) {
    if (OffsetOf(at) >= window && CanPassWindow()) Seek();
    const int64_t room = window - OffsetOf(at);
    if (room <= 0) return OffsetWindowExceeded(*plan_.operation);
    asked_ = static_cast<int>(std::min<int64_t>(asked_, room));
  }
  UpstreamRequest call = PageCall(plan_, at, asked_);
  call.attempt_timeout = plan_.attempt_timeout;
  return call;
}

absl::Status PageReader::Recover(const absl::Status& failure) {
  const std::string reason = Reason(failure);
  const bool slow = IsSlow(failure) && !options_.deadline.Passed(clock_);
  if ((slow || reason == "UPSTREAM_BODY_TOO_LARGE") && page_.limit > 1) {
    page_.limit /= 2;
    page_.impatient |= slow;
    return absl::OkStatus();
  }
  if (reason == "OFFSET_WINDOW" && CanPassWindow()) {
    Seek();
    return absl::OkStatus();
  }
  if (reason != "CURSOR_EXPIRED") return failure;
  if (!CanSeek() || seeks_++ == kMaxSeeks) return CursorExpired(failure);
  Seek();
  return absl::OkStatus();
}

LookupPlan PageReader::Lookup(SteadyTime as_of) const {
  return {.operation = plan_.entities,
          .decoder = plan_.decoder,
          .options = DecodedBy(plan_),
          .id_field = plan_.id_field,
          .query = {},
          .listed_at = as_of};
}

const Message& PageReader::prototype() const {
  return *answer_.GetReflection()->GetMessageFactory()->GetPrototype(records_->message_type());
}

bool PageReader::CanSeek() const {
  const Cursor& at = page_.next;
  return at.sent == 0 || (plan_.seek_field != nullptr && !at.seek_value.empty());
}

bool PageReader::CanPassWindow() const {
  return InOrder() && page_.next.anchor != page_.next.seek_value;
}

void PageReader::Seek() {
  Cursor& at = page_.next;
  at.upstream.clear();
  at.anchor = at.seek_value;
  at.offset = at.skip = 0;
  at.pages = 0;
  at.mark = 0;
  sent_at_seek_ = at.sent;
}

void PageReader::MoveTo(std::string upstream) {
  page_.next.upstream = std::move(upstream);
  page_.next.issued = std::chrono::floor<milliseconds>(clock_.WallNow() - age_);
}

bool PageReader::AskAgain() {
  options_.max_staleness = milliseconds(0);
  return false;
}

bool PageReader::TurnsInCircle(const std::string& next) {
  Cursor& at = page_.next;
  const uint64_t hash = IdHash(next);
  if (hash == at.mark) return true;
  if (std::has_single_bit(static_cast<uint64_t>(++at.pages))) at.mark = hash;
  return false;
}

bool PageReader::Resumable(const Cursor& at) const {
  return plan_.seek_field != nullptr && !at.seek_value.empty() && at.seek_value != at.anchor &&
         at.seen.size() <= kMaxSeen;
}

std::string PageReader::TokenOfEnd(const PageEnd& end) const {
  return ByOffset(plan_) && plan_.seek_field == nullptr ? StrCat(end.position) : "";
}

absl::StatusOr<bool> PageReader::Take(const json::Document& document, SteadyTime as_of,
                                      Entities entities) {
  Cursor& at = page_.next;
  age_ = clock_.Now() - as_of;
  const json::Envelope& envelope = document.envelope();
  const std::optional<int64_t> total = envelope.pagination.total;
  const bool first = at.sent == 0 && at.upstream.empty() && at.anchor.empty() && at.skip == 0;
  if (first) at.total = total;
  const int window = plan_.operation->max_window;
  const bool cut = plan_.whole && ByOffset(plan_) && plan_.seek_field == nullptr && window > 0;
  if (first && cut && at.total.value_or(0) > window) return OffsetWindowExceeded(*plan_.operation);
  PageEnd end = EndOf(plan_, envelope, at, asked_);
  if (envelope.resources == 0) return TakeEmpty(end, total.has_value());
  if (plan_.entities == nullptr && !HasIds(document, id_key_)) {
    if (strikes_++ == 0) return AskAgain();
    return Malformed(*plan_.operation, StrCat("no record has `", id_key_, "`"));
  }
  const bool repeated = !end.next.empty() && end.next == at.upstream;
  if (repeated && !end.counts_these) {
    if (++strikes_ == kMaxStrikes) return CursorLoop();
    return AskAgain();
  }
  if (repeated) end.next.clear();
  strikes_ = 0;
  document_ = &document;
  if (plan_.entities != nullptr) ids_ = document.Ids();
  return TakeRows(end, std::move(entities));
}

// An empty page is the end where no more rows are counted. Else it is doubted: what it should have
// held would be lost behind its cursor.
absl::StatusOr<bool> PageReader::TakeEmpty(const PageEnd& end, bool known_total) {
  Cursor& at = page_.next;
  const bool can_seek = at.sent > 0 && InOrder() && !doubted_;
  const bool shrunk = at.total.has_value() && at.sent < *at.total;
  const bool believed = !end.counts_more && (known_total || end.next.empty());
  const bool sought = doubted_ && (end.position > 0 || !end.counts_more);
  if (sought || (believed && !(can_seek && shrunk))) {
    Finish(end);
    return true;
  }
  if (can_seek) {
    doubted_ = true;
    MoveTo("");
    return AskAgain();
  }
  const bool goes_on = !end.next.empty() && end.next != at.upstream && !IsCounted(end);
  const bool follow = goes_on && (at.sent == 0 || !end.counts_more);
  if (++strikes_ == (follow ? kMaxStrikes : 2)) {
    if (follow && at.sent == 0) return CursorLoop();
    if (end.counts_more) {
      return Malformed(*plan_.operation, "it has no rows, though more are counted");
    }
    Finish(end);
    return true;
  }
  if (follow) MoveTo(end.next);
  return AskAgain();
}

absl::StatusOr<bool> PageReader::TakeRows(const PageEnd& end, Entities entities) {
  Cursor& at = page_.next;
  const bool counted = IsCounted(end);
  const std::optional<size_t> from = FirstNewRow();
  if (!from.has_value()) {
    if (!InOrder()) return CursorExpired(absl::OkStatus());
    Seek();
    return AskAgain();
  }
  std::vector<uint64_t> seen = std::exchange(at.seen, {});
  asked_at_ = at;
  at.seen = std::move(seen);
  const bool asked_before = at.skip > 0 && *from == rows();
  if (!end.next.empty() && !counted && TurnsInCircle(end.next)) return CursorLoop();
  MoveTo(end.next.empty() ? TokenOfEnd(end) : end.next);
  at.skip = 0;
  if (!counted) at.offset = end.position;
  const int passed =
      plan_.entities == nullptr ? AddRecords(*from) : AddEntities(std::move(entities), *from);
  const bool fruitless = added_ == 0 && passed > 0 && ++fruitless_ == kMaxFruitlessPages;
  if (at.total.has_value() && at.sent > *at.total) at.total.reset();
  for (PageCut& cut : page_.cuts) cut.next.total = at.total;
  if (end.next.empty() && (end.counts_more || Unsure(end))) {
    return EndInDoubt(end, passed, asked_before);
  }
  if (end.next.empty()) {
    Finish(end);
    return true;
  }
  if (counted && Resumable(at)) MoveTo("");
  idle_ = passed == 0 && counted ? idle_ + 1 : 0;
  if (idle_ == kMaxIdlePages) return CursorLoop();
  return added_ > 0 || fruitless;
}

// Whether a page without a next one is full, and no total says that it is the last.
bool PageReader::Unsure(const PageEnd& end) const {
  const std::optional<int64_t> total = document_->envelope().pagination.total;
  return !ByOffset(plan_) && InOrder() && rows() >= static_cast<size_t>(asked_) &&
         total != end.position;
}

// Falcon names no next page, though it counts more rows or the page is full.
absl::StatusOr<bool> PageReader::EndInDoubt(const PageEnd& end, int passed, bool asked_before) {
  Cursor& at = page_.next;
  const bool in_vain = InOrder() && SoughtInVain();
  if (in_vain && !end.full) {
    Finish(end);
    return true;
  }
  if (in_vain || asked_before) {
    return Malformed(*plan_.operation, "it names no next page, though more rows are counted");
  }
  if (InOrder()) {
    MoveTo("");
  } else {
    at.upstream = asked_at_.upstream;
    at.issued = asked_at_.issued;
    at.offset = asked_at_.offset;
    at.skip = static_cast<int64_t>(rows());
    at.skip_mark = IdHash(IdAt(rows() - 1));
  }
  if (passed == 0) AskAgain();
  return added_ > 0;
}

void PageReader::Finish(const PageEnd& end) {
  Cursor& at = page_.next;
  page_.last = true;
  MoveTo(TokenOfEnd(end));
  at.skip = 0;
  const bool fewer = at.total.has_value() && at.sent < *at.total;
  if (!end.counts_more && !(doubted_ && fewer)) return;
  const std::string counted = at.total.has_value() ? StrCat(*at.total) : "more";
  stats_.AddNote({"TOTAL_IS_WRONG",
                  StrCat("Falcon counts ", counted, " records and lists ", at.sent,
                         "; the rest was sought once more, in vain"),
                  "total_size", ""});
}

std::optional<size_t> PageReader::FirstNewRow() const {
  const Cursor& at = page_.next;
  if (at.skip == 0) return 0;
  const auto usual = static_cast<size_t>(at.skip);
  if (usual <= rows() && IdHash(IdAt(usual - 1)) == at.skip_mark) return usual;
  for (size_t row = 0; row < rows(); ++row) {
    if (IdHash(IdAt(row)) == at.skip_mark) return row + 1;
  }
  return std::nullopt;
}

Cursor PageReader::CursorBefore(size_t row, const TieDeduplicator& tie) const {
  Cursor cursor = asked_at_;
  cursor.sent += added_ + dropped_;
  cursor.dropped += dropped_;
  const bool counted = ByOffset(plan_) || IsOffsetLink(page_.next.upstream);
  if (counted) {
    cursor.upstream = MovedOn(plan_, asked_at_, static_cast<int64_t>(row));
  } else {
    cursor.skip = static_cast<int64_t>(row);
    cursor.skip_mark = IdHash(IdAt(row - 1));
  }
  tie.Save(cursor);
  if (!Resumable(cursor)) return cursor;
  cursor.upstream.clear();
  cursor.skip = 0;
  return cursor;
}

bool PageReader::Accept(TieDeduplicator& tie, Message& record, std::string id, size_t row) {
  const std::string value =
      plan_.seek_field == nullptr
          ? ""
          : SortValueOf(record, plan_.seek_field, plan_.seek_kind, plan_.order.descending);
  if (tie.AlreadySent(value, id)) return false;
  if (!plan_.names.Matches(record)) {
    ++dropped_;
    tie.Add(value, std::move(id));
    return false;
  }
  ClearUnselected(plan_, record);
  size_t bytes = record.ByteSizeLong() + kFieldBytes;
  if (bytes > plan_.answer_bytes) {
    FitTexts(record, plan_.answer_bytes - kFieldBytes, id, stats_);
    bytes = record.ByteSizeLong() + kFieldBytes;
  }
  if (added_ > 0 && weight_ + bytes > plan_.answer_bytes) {
    page_.cuts.push_back({added_, CursorBefore(row, tie)});
    weight_ = 0;
  }
  weight_ += bytes;
  ++added_;
  tie.Add(value, std::move(id));
  return true;
}

int PageReader::Passed(const TieDeduplicator& tie) {
  page_.next.sent += added_ + dropped_;
  page_.next.dropped += dropped_;
  tie.Save(page_.next);
  return added_ + std::exchange(dropped_, 0);
}

int PageReader::AddRecords(size_t from) {
  TieDeduplicator tie(page_.next);
  const auto& reflection = *answer_.GetReflection();
  const json::DecodeOptions options = DecodedBy(plan_);
  for (size_t row = from; row < rows(); ++row) {
    Message& record = *reflection.AddMessage(&answer_, records_);
    const bool decoded = plan_.decoder->Decode(*document_, row, options, record, page_.report);
    if (!decoded || !Accept(tie, record, TextOf(record, plan_.id_field), row)) {
      reflection.RemoveLast(&answer_, records_);
    }
  }
  return Passed(tie);
}

int PageReader::AddEntities(Entities entities, size_t from) {
  TieDeduplicator tie(page_.next);
  for (size_t row = from; row < rows(); ++row) {
    const std::string& id = ids_[row];
    const auto found = entities.records.find(id);
    if (found == entities.records.end() || !Accept(tie, *found->second, id, row)) continue;
    answer_.GetReflection()->AddAllocatedMessage(&answer_, records_, found->second.release());
    entities.records.erase(found);
  }
  return Passed(tie);
}

}  // namespace falcon::upstream
