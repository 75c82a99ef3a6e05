// Asks for a page, shows what fits, and says where it goes on.
#include "mcp/tools/search.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mcp/tools/answer_parts.h"
#include "mcp/tools/answer_words.h"
#include "mcp/tools/fit_records.h"
#include "mcp/tools/json_object.h"
#include "mcp/tools/page_cursor.h"
#include "mcp/tools/record_writer.h"
#include "mcp/tools/result_text.h"
#include "mcp/tools/search_scope.h"
#include "mcp/tools/tool_failure.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;

// Pages without a record to show are passed over, up to so many.
constexpr int kMostEmptyPages = 3;
// Of our part of a cursor: numbers, an id, intervals.
constexpr size_t kCursorHeadBytes = 96;
constexpr size_t kMostIdBytes = 512;
// Records are hardly ever smaller.
constexpr size_t kLeastBriefBytes = 100;
constexpr size_t kLeastFullBytes = 300;
// Keys, numbers and notes around the records.
constexpr size_t kEnvelopeBytes = 448;

class Search {
 public:
  Search(const BoundTool& tool, Asked asked, const Bridge& bridge, const CallContext& context)
      : tool_(tool),
        method_(*tool.method),
        field_(*RecordsField(*tool.method)),
        asked_(std::move(asked)),
        bridge_(bridge),
        context_(context) {}

  ToolResult Run() {
    if (std::optional<ToolResult> wrong = OpenCursor()) return *std::move(wrong);
    for (int empty = 0;; ++empty) {
      if (std::optional<ToolResult> failed = Ask()) return *std::move(failed);
      if (first_ < Size() || parts_.next_page_token.empty() || empty == kMostEmptyPages) break;
      place_.page_token = parts_.next_page_token;
      place_.shown = 0;
      place_.last_id.clear();
    }
    return Answer();
  }

 private:
  std::optional<ToolResult> OpenCursor() {
    place_.fingerprint = asked_.fingerprint;
    if (asked_.cursor.empty()) {
      place_.intervals = IntervalsOf(*asked_.request);
      return std::nullopt;
    }
    const std::optional<PageCursor> cursor = ReadCursor(asked_.cursor);
    if (!cursor) return WrongCursor(tool_, false);
    if (cursor->fingerprint != asked_.fingerprint) return WrongCursor(tool_, true);
    place_ = *cursor;
    RestoreIntervals(place_.intervals, *asked_.request);
    return std::nullopt;
  }

  std::optional<ToolResult> Ask() {
    const auto& reflection = *asked_.request->GetReflection();
    if (place_.shown == 0) place_.page_size = PageSize();
    if (method_.shape.page_size != nullptr) {
      reflection.SetInt32(asked_.request.get(), method_.shape.page_size, place_.page_size);
    }
    reflection.SetString(asked_.request.get(), method_.shape.page_token, place_.page_token);
    client::Answer answer = AskGateway(tool_, *asked_.request, bridge_, context_);
    if (answer.failure) return ToolFailure(tool_, asked_, *answer.failure, bridge_);
    parts_ = PartsOf(method_, std::move(answer.message));
    first_ = FirstToShow();
    return std::nullopt;
  }

  // No more than can fit: what does not is asked for again.
  int PageSize() const {
    if (field_.message_type() == nullptr || asked_.chose_fields) return asked_.limit;
    const size_t least = asked_.view == View::kBrief ? kLeastBriefBytes : kLeastFullBytes;
    return std::min(asked_.limit, static_cast<int>(bridge_.result_bytes / least));
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
  std::string NextCursor(int shown) {
    PageCursor next = place_;
    next.before = place_.before + shown;
    const int end = first_ + shown;
    next.shown = 0;
    next.last_id.clear();
    if (end < Size()) {
      next.shown = end;
      if (shown > 0) next.last_id = IdAt(end - 1);
      if (next.last_id.size() > kMostIdBytes) next.last_id.clear();
    } else if (parts_.next_page_token.empty()) {
      return {};
    } else {
      next.page_token = parts_.next_page_token;
    }
    std::string text = CursorText(next);
    cursor_too_long_ = text.size() > MostCursorBytes();
    return cursor_too_long_ ? std::string() : text;
  }

  size_t MostCursorBytes() const { return bridge_.result_bytes / 3; }

  size_t CursorReserve() const {
    size_t id = 0;
    for (int i = first_; i < Size(); ++i) id = std::max(id, IdAt(i).size());
    const size_t token = std::max(place_.page_token.size(), parts_.next_page_token.size());
    const size_t head = kCursorHeadBytes + (place_.intervals.size() + id) * 4 / 3;
    return std::min(token + head, MostCursorBytes());
  }

  size_t RecordBytes() const {
    const size_t taken = kTextReserve + kEnvelopeBytes + CursorReserve() + parts_.notes.bytes();
    return bridge_.result_bytes - std::min(bridge_.result_bytes, taken);
  }

  ToolResult Answer() {
    shown_ = FitList(*parts_.records, field_, first_, asked_.limit, asked_.format, RecordBytes());
    const std::string cursor = NextCursor(shown_.count);
    const SearchFacts facts{.total = parts_.total,
                            .before = place_.before,
                            .shown = shown_.count,
                            .more = !cursor.empty() || cursor_too_long_,
                            .partial = parts_.notes.partial};
    const std::string note = Note();
    ResultParts result;
    result.structured = Structured(cursor, note);
    if (asked_.format == Format::kText) result.cards = Cards();
    result.summary = SearchSentence(method_, asked_, facts);
    if (parts_.notes.partial && shown_.count > 0) {
      result.summary += " Falcon answered only in part.";
    }
    if (place_.before == 0 && !(shown_.count == 0 && facts.more)) {
      const std::string scope = ScopeSentences(tool_, asked_, shown_.count == 0);
      if (!scope.empty()) result.summary += " " + scope;
    }
    result.next = HowToGoOn(cursor, asked_.format == Format::kText ? note : std::string());
    return MakeResult(std::move(result), bridge_);
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
    if (const std::string cuts = CutsSentence(shown_.cuts); !cuts.empty()) {
      sentences.push_back(cuts);
    }
    return Sentences(sentences);
  }

  std::string Structured(const std::string& cursor, const std::string& note) const {
    JsonObject object;
    object.Add(field_.name(), shown_.json);
    object.AddNumber("returned", int64_t{shown_.count});
    object.AddNumber("total", parts_.total);
    if (cursor.empty()) {
      object.Add("next_cursor", "null");
    } else {
      object.AddText("next_cursor", cursor);
    }
    AddNotes(object, shown_.cut, parts_.notes, note);
    return object.Take();
  }

  std::string Cards() const {
    const std::string cards = parts_.notes.lines + shown_.cards;
    return cards.empty() ? StrCat("(no ", ManyRecords(method_), ")\n") : cards;
  }

  std::string HowToGoOn(const std::string& cursor, const std::string& note) const {
    std::vector<std::string> sentences;
    if (!note.empty()) sentences.push_back(note);
    if (shown_.cut) {
      sentences.push_back(
          StrCat("The result's budget of ", bridge_.result_bytes / 1024,
                 " KiB cut this page: ask for fewer `fields` or a smaller `limit`."));
    }
    if (!cursor.empty()) {
      const std::string place = asked_.format == Format::kText ? cursor : "next_cursor";
      sentences.push_back(StrCat("More: ", tool_.facts->name,
                                 " again with the same arguments and `cursor` set to ", place,
                                 ", or narrow the filters."));
    }
    const ToolFacts* get = SiblingTool(tool_, ToolKind::kGet);
    if (get != nullptr && shown_.count > 0 && asked_.view == View::kBrief && !asked_.chose_fields) {
      sentences.push_back(StrCat(get->name, " shows one ", OneRecord(method_), " in full."));
    }
    return Sentences(sentences);
  }

  const BoundTool& tool_;
  const client::Method& method_;
  const FieldDescriptor& field_;
  Asked asked_;
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

ToolResult RunSearch(const BoundTool& tool, Asked asked, const Bridge& bridge,
                     const CallContext& context) {
  return Search(tool, std::move(asked), bridge, context).Run();
}

}  // namespace falcon::mcp
