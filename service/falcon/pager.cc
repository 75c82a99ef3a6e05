// Turns pages by Falcon's cursor, and by sort key where the cursor is dead.
#include "falcon/pager.h"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "falcon/record_fields.h"
#include "falcon/request_text.h"
#include "falcon/tie.h"
#include "fql/expression.h"

namespace falcon {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Falcon's cursors live two minutes; the call takes some of that.
constexpr seconds kCursorLife{110};
constexpr int kMostHalvings = 3;
constexpr int kMostSeeks = 3;
constexpr int kMostStrikes = 3;

// `filter`, from the anchor of a re-seek on.
std::string FilterAt(const PagePlan& plan, const Cursor& cursor) {
  if (cursor.anchor.empty()) return cursor.filter;
  fql::Condition from;
  from.field = plan.order.field;
  from.op = plan.order.descending ? fql::Operator::kLessOrEqual : fql::Operator::kGreaterOrEqual;
  const auto type = plan.seek_field->cpp_type();
  const bool number =
      type != FieldDescriptor::CPPTYPE_MESSAGE && type != FieldDescriptor::CPPTYPE_STRING;
  if (number) {
    from.values.emplace_back(fql::Number{cursor.anchor});
  } else {
    from.values.emplace_back(cursor.anchor);
  }
  const std::string condition = fql::Expression::Of(from).Text();
  return cursor.filter.empty() ? condition : Cat("(", cursor.filter, ")+", condition);
}

// Names of the records' keys, where the operation can leave out the others.
std::string FieldsParameter(const PagePlan& plan) {
  const bool all = plan.options.selection.everything() || plan.options.additional_fields;
  if (!plan.operation->takes_fields || all) return "";
  const json::DecodeOptions options = AlsoDecoding(plan.options, {plan.id_field, plan.seek_field});
  return absl::StrJoin(options.selection.TopLevelJsonKeys(plan.id_field->containing_type()), ",");
}

UpstreamCall PageCall(const PagePlan& plan, const Cursor& cursor, int limit) {
  UpstreamCall call(*plan.operation);
  call.continuation = !cursor.upstream.empty();
  const bool after = plan.operation->paging == Paging::kAfter;
  std::vector<std::pair<std::string, std::string>> parameters;
  const auto add = [&](const char* name, std::string value) {
    if (!value.empty()) parameters.emplace_back(name, std::move(value));
  };
  add(after ? "after" : "offset", cursor.upstream);
  add("filter", FilterAt(plan, cursor));
  add("sort", plan.order.Text());
  add("fields", FieldsParameter(plan));
  if (plan.operation->method == wire::Method::kGet) {
    add("limit", Cat(limit));
    call.query = std::move(parameters);
    return call;
  }
  nlohmann::json body;
  body["limit"] = limit;
  for (auto& [name, value] : parameters) body[name] = std::move(value);
  call.body = JsonText(body);
  return call;
}

std::string NextOf(const PagePlan& plan, const json::Document& document) {
  const json::Pagination& pagination = document.envelope().pagination;
  return plan.operation->paging == Paging::kAfter ? pagination.after : pagination.next;
}

absl::Status InCircles() {
  return Error(
      absl::StatusCode::kDataLoss, "CURSOR_LOOP",
      "Falcon's pages turn in a circle, so that the rest cannot be read; start again, with a "
      "narrower filter if it comes back");
}

absl::Status Lost(const absl::Status& expired) {
  absl::Status lost = Error(
      absl::StatusCode::kAborted, "CURSOR_EXPIRED",
      "Falcon forgot where this list stood, as it does after two minutes, and its order gives "
      "no other way back; start again without a token, or read the pages faster");
  for (const auto& [key, value] : Facts(expired)) lost = WithFact(std::move(lost), key, value);
  return lost;
}

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

  // The next call, or why there is none.
  absl::StatusOr<UpstreamCall> NextCall() {
    Cursor& at = page_.next;
    const bool no_cursor = at.upstream.empty() && at.sent > 0;
    if (no_cursor && !CanSeek()) return Lost(absl::OkStatus());
    const bool old = !at.upstream.empty() && clock_.WallNow() - at.issued > kCursorLife;
    if (no_cursor || (old && CanSeek())) Seek();
    return PageCall(plan_, at, limit_);
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
  absl::StatusOr<bool> Take(const json::Document& document);

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
    page_.next.issued = std::chrono::floor<milliseconds>(clock_.WallNow());
  }
  // Brent: whatever the circle's length, the cursor marked last comes again.
  bool TurnsInCircle(const std::string& next) {
    Cursor& at = page_.next;
    const uint64_t hash = IdHash(next);
    if (hash == at.mark) return true;
    if (std::has_single_bit(static_cast<uint64_t>(++at.pages))) at.mark = hash;
    return false;
  }
  int AddRecords(const json::Document& document);

  const PagePlan& plan_;
  const Clock& clock_;
  Message& answer_;
  const FieldDescriptor* records_;
  int limit_;
  int halvings_ = 0;
  int seeks_ = 0;
  int strikes_ = 0;
  PageOutcome page_;
};

absl::StatusOr<bool> PageReader::Take(const json::Document& document) {
  Cursor& at = page_.next;
  const bool first = at.sent == 0 && at.upstream.empty() && at.anchor.empty();
  if (first) at.total = document.envelope().pagination.total;
  std::string next = NextOf(plan_, document);
  const bool empty = document.envelope().resources == 0;
  const bool all_sent = at.total.has_value() && at.sent >= *at.total;
  page_.last = next.empty() || (empty && all_sent);
  const bool stuck = !page_.last && (empty || next == at.upstream);
  if (stuck) {
    if (++strikes_ == kMostStrikes) return InCircles();
    MoveTo(std::move(next));
    return false;
  }
  strikes_ = 0;
  if (!page_.last && TurnsInCircle(next)) return InCircles();
  MoveTo(page_.last ? "" : std::move(next));
  const int added = AddRecords(document);
  return added > 0 || page_.last;
}

int PageReader::AddRecords(const json::Document& document) {
  Cursor& at = page_.next;
  Tie tie(at);
  const auto& reflection = *answer_.GetReflection();
  const json::DecodeOptions options =
      AlsoDecoding(plan_.options, {plan_.id_field, plan_.seek_field});
  int added = 0;
  for (size_t i = 0; i < document.envelope().resources; ++i) {
    Message& record = *reflection.AddMessage(&answer_, records_);
    if (!plan_.decoder->Decode(document, i, options, record, page_.report)) {
      reflection.RemoveLast(&answer_, records_);
      ++page_.report.skipped_records;
      continue;
    }
    const std::string value = plan_.seek_field == nullptr
                                  ? ""
                                  : SortValueOf(record, plan_.seek_field, plan_.order.descending);
    std::string id = TextOf(record, plan_.id_field);
    if (tie.Sent(value, id)) {
      reflection.RemoveLast(&answer_, records_);
      continue;
    }
    ClearUnselected(plan_.options, {plan_.id_field, plan_.seek_field}, record);
    tie.Add(value, std::move(id));
    ++added;
  }
  at.sent += added;
  tie.Save(at);
  return added;
}

}  // namespace

Task<absl::StatusOr<PageOutcome>> FetchPage(Caller& caller, const PagePlan& plan, Cursor cursor,
                                            Reading& reading, const Clock& clock, Message& answer,
                                            std::string records) {
  PageReader reader(plan, std::move(cursor), clock, answer, records);
  while (true) {
    ASSIGN_OR_CO_RETURN(UpstreamCall call, reader.NextCall());
    const absl::StatusOr<json::Document> document = co_await caller.Call(std::move(call), reading);
    if (!document.ok()) {
      CO_RETURN_IF_ERROR(reader.Recover(document.status()));
      continue;
    }
    ASSIGN_OR_CO_RETURN(const bool done, reader.Take(*document));
    if (done) co_return reader.Done();
  }
}

}  // namespace falcon
