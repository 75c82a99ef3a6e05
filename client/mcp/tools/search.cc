// Searches: one page of a list, cut to the budget, and the place to go on from.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mcp/tools/answer.h"
#include "mcp/tools/page_cursor.h"
#include "mcp/tools/record_json.h"
#include "mcp/tools/result.h"
#include "mcp/tools/run_tool.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;

// Pages without a record to show are passed over, up to so many.
constexpr int kMaxEmptyPages = 3;
// Of our part of a cursor: numbers, an id, intervals.
constexpr size_t kCursorHeadBytes = 96;
constexpr size_t kMaxIdBytes = 512;
// Records are hardly ever smaller.
constexpr size_t kMinBriefBytes = 100;
constexpr size_t kMinFullBytes = 300;
// Keys, numbers and notes around the records.
constexpr size_t kEnvelopeBytes = 448;

class Search {
 public:
  Search(const ToolBinding& tool, ToolRequest request, const Bridge& bridge,
         const CallContext& context)
      : tool_(tool),
        method_(*tool.method),
        field_(*RecordsField(*tool.method)),
        request_(std::move(request)),
        bridge_(bridge),
        context_(context) {}

  ToolResult Run() {
    if (std::optional<ToolResult> wrong = OpenCursor()) return *std::move(wrong);
    for (int empty = 0;; ++empty) {
      if (std::optional<ToolResult> failed = Ask()) return *std::move(failed);
      if (first_ < Size() || parts_.next_page_token.empty() || empty == kMaxEmptyPages) break;
      place_.page_token = parts_.next_page_token;
      place_.shown = 0;
      place_.last_id.clear();
    }
    shown_ = TruncateList(*parts_.records, field_, first_, request_.limit, request_.format,
                          RecordBytes());
    return Result(NextCursor());
  }

 private:
  bool cards() const { return request_.format == Format::kText; }

  std::optional<ToolResult> OpenCursor() {
    place_.fingerprint = request_.fingerprint;
    if (request_.cursor.empty()) {
      place_.intervals = IntervalsOf(*request_.request);
      return std::nullopt;
    }
    const std::optional<PageCursor> cursor = ReadCursor(request_.cursor);
    if (!cursor || cursor->fingerprint != request_.fingerprint) {
      return ErrorResult(
          StrCat("The cursor ",
                 cursor ? "belongs to other arguments: all but limit and format must stay."
                        : "is none that this tool gave.",
                 " Nothing was looked up. Call ", tool_.spec->name,
                 " again without `cursor`. A retry with it will not help."));
    }
    place_ = *cursor;
    RestoreIntervals(place_.intervals, *request_.request);
    return std::nullopt;
  }

  std::optional<ToolResult> Ask() {
    const auto& reflection = *request_.request->GetReflection();
    if (place_.shown == 0) place_.page_size = PageSize();
    if (method_.shape.page_size != nullptr) {
      reflection.SetInt32(request_.request.get(), method_.shape.page_size, place_.page_size);
    }
    reflection.SetString(request_.request.get(), method_.shape.page_token, place_.page_token);
    client::Answer answer = AskGateway(tool_, *request_.request, bridge_, context_);
    if (answer.failure) return ToolFailure(tool_, request_, *answer.failure, bridge_);
    parts_ = PartsOf(method_, std::move(answer.message));
    first_ = FirstToShow();
    return std::nullopt;
  }

  // No more than can fit: what does not is asked for again.
  int PageSize() const {
    if (field_.message_type() == nullptr || request_.chose_fields) return request_.limit;
    const size_t least = request_.view == View::kBrief ? kMinBriefBytes : kMinFullBytes;
    return std::min(request_.limit, static_cast<int>(bridge_.result_bytes / least));
  }

  int Size() const { return parts_.records->GetReflection()->FieldSize(*parts_.records, &field_); }

  std::string IdAt(int index) const {
    if (field_.message_type() == nullptr) return client::ScalarText(*parts_.records, field_, index);
    const FieldDescriptor* id = IdFieldOf(*field_.message_type());
    if (id == nullptr) return {};
    return client::ScalarText(client::MessageAt(*parts_.records, field_, index), *id, -1);
  }

  // Records may have come or gone in front of the last one that was shown.
  int FirstToShow() {
    if (place_.shown == 0) return 0;
    if (place_.last_id.empty()) return std::min(place_.shown, Size());
    for (int i = 0; i < Size(); ++i) {
      if (IdAt(i) == place_.last_id) return i + 1;
    }
    begun_anew_ = true;
    place_.before -= std::min<int64_t>(place_.before, place_.shown);
    return 0;
  }

  // Empty: this was all, or the place is too long to be told.
  std::string NextCursor() {
    PageCursor next = place_;
    next.before = place_.before + shown_.count;
    const int end = first_ + shown_.count;
    next.shown = 0;
    next.last_id.clear();
    if (end < Size()) {
      next.shown = end;
      if (shown_.count > 0) next.last_id = IdAt(end - 1);
      if (next.last_id.size() > kMaxIdBytes) next.last_id.clear();
    } else if (parts_.next_page_token.empty()) {
      return {};
    } else {
      next.page_token = parts_.next_page_token;
    }
    std::string text = CursorText(next);
    cursor_too_long_ = text.size() > MaxCursorBytes();
    return cursor_too_long_ ? std::string() : text;
  }

  size_t MaxCursorBytes() const { return bridge_.result_bytes / 3; }

  size_t CursorReserve() const {
    size_t id = 0;
    for (int i = first_; i < Size(); ++i) id = std::max(id, IdAt(i).size());
    const size_t token = std::max(place_.page_token.size(), parts_.next_page_token.size());
    const size_t head = kCursorHeadBytes + (place_.intervals.size() + id) * 4 / 3;
    return std::min(token + head, MaxCursorBytes());
  }

  size_t RecordBytes() const {
    const size_t taken = kTextReserve + kEnvelopeBytes + CursorReserve() + parts_.notes.bytes();
    return bridge_.result_bytes - std::min(bridge_.result_bytes, taken);
  }

  ToolResult Result(const std::string& cursor) {
    const std::string note = Note();
    ResultParts result;
    result.structured[field_.name()] = std::move(shown_.json);
    result.structured["returned"] = shown_.count;
    result.structured["total"] = parts_.total ? OrderedJson(*parts_.total) : OrderedJson();
    result.structured["next_cursor"] = cursor.empty() ? OrderedJson() : OrderedJson(cursor);
    AddNotes(result.structured, shown_.cut, parts_.notes, note);
    if (cards()) {
      result.cards = parts_.notes.lines + shown_.cards;
      if (result.cards.empty()) result.cards = StrCat("(no ", ManyRecords(method_), ")\n");
    }
    result.summary = Summary(!cursor.empty() || cursor_too_long_);
    result.next = HowToGoOn(cursor, note);
    return MakeResult(std::move(result), bridge_);
  }

  std::string Summary(bool more) const {
    std::string summary = SearchSentence(method_, request_,
                                         {.total = parts_.total,
                                          .before = place_.before,
                                          .shown = shown_.count,
                                          .more = more,
                                          .partial = parts_.notes.partial});
    if (parts_.notes.partial && shown_.count > 0) summary += " Falcon answered only in part.";
    if (place_.before > 0 || (shown_.count == 0 && more)) return summary;
    const std::string scope = ScopeSentences(tool_, request_, shown_.count == 0);
    return scope.empty() ? summary : StrCat(summary, " ", scope);
  }

  std::string Note() const {
    std::vector<std::string> sentences = parts_.notes.sentences;
    if (begun_anew_) {
      sentences.push_back(
          "The last record shown before is not on its page any more, so the page begins anew: some "
          "records may come twice.");
    }
    if (cursor_too_long_) {
      sentences.push_back("More match, but the place to go on is too long to be told: narrow.");
    }
    if (std::string cuts = CutsSentence(shown_.cuts); !cuts.empty()) sentences.push_back(cuts);
    return client::Join(sentences, " ");
  }

  std::string HowToGoOn(const std::string& cursor, const std::string& note) const {
    std::vector<std::string> sentences;
    if (cards() && !note.empty()) sentences.push_back(note);
    if (shown_.cut) {
      sentences.push_back(
          StrCat("The result's budget of ", bridge_.result_bytes / 1024,
                 " KiB cut this page: ask for fewer `fields` or a smaller `limit`."));
    }
    if (!cursor.empty()) {
      sentences.push_back(StrCat("More: ", tool_.spec->name,
                                 " again with the same arguments and `cursor` set to ",
                                 cards() ? cursor : "next_cursor", ", or narrow the filters."));
    }
    const ToolSpec* get = SiblingTool(tool_, ToolKind::kGet);
    const bool brief = request_.view == View::kBrief && !request_.chose_fields;
    if (get != nullptr && shown_.count > 0 && brief) {
      sentences.push_back(StrCat(get->name, " shows one ", OneRecord(method_), " in full."));
    }
    return client::Join(sentences, " ");
  }

  const ToolBinding& tool_;
  const client::Method& method_;
  const FieldDescriptor& field_;
  ToolRequest request_;
  const Bridge& bridge_;
  const CallContext& context_;
  // The page that is shown, and how much of it was shown before.
  PageCursor place_;
  AnswerParts parts_;
  int first_ = 0;
  bool begun_anew_ = false;
  bool cursor_too_long_ = false;
  ShownRecords shown_;
};

}  // namespace

ToolResult RunSearch(const ToolBinding& tool, ToolRequest request, const Bridge& bridge,
                     const CallContext& context) {
  return Search(tool, std::move(request), bridge, context).Run();
}

}  // namespace falcon::mcp
