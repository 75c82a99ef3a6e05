// One record within the budget, or a batch of them, and what the answer holds beside.
#include "mcp/tools/whole_answer.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mcp/tools/answer_parts.h"
#include "mcp/tools/answer_words.h"
#include "mcp/tools/fit_records.h"
#include "mcp/tools/json_object.h"
#include "mcp/tools/record_json.h"
#include "mcp/tools/result_text.h"
#include "mcp/tools/tool_failure.h"
#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;

// Keys, numbers and notes around the records.
constexpr size_t kEnvelopeBytes = 320;

class WholeAnswer {
 public:
  WholeAnswer(const BoundTool& tool, const Asked& asked, const Bridge& bridge, AnswerParts parts)
      : tool_(tool),
        asked_(asked),
        bridge_(bridge),
        parts_(std::move(parts)),
        field_(RecordsField(*tool.method)) {}

  ToolResult Make() {
    Fit();
    const std::string note = Note();
    ResultParts result;
    result.structured = Structured(note);
    if (asked_.format == Format::kText) {
      result.cards = parts_.notes.lines + records_.cards + rest_.cards;
    }
    result.summary = Summary();
    result.next = Next(asked_.format == Format::kText ? note : std::string());
    return MakeResult(std::move(result), bridge_);
  }

 private:
  bool list() const { return field_ != nullptr && field_->is_repeated(); }

  // What stands beside the records comes first: it says what they are not.
  void Fit() {
    const size_t taken = kTextReserve + kEnvelopeBytes + parts_.notes.bytes();
    size_t room = bridge_.result_bytes - std::min(bridge_.result_bytes, taken);
    if (field_ == nullptr || parts_.has_rest()) {
      rest_ = FitOne(*parts_.rest, asked_.format, field_ == nullptr ? room : room / 3);
      // A card's title, which an answer has not.
      rest_.cards.erase(0, rest_.cards.find('\n') + 1);
      room -= std::min(room, std::max(rest_.json.size(), rest_.cards.size()));
    }
    if (list()) {
      records_ = FitList(*parts_.records, *field_, 0, std::numeric_limits<int>::max(),
                         asked_.format, room);
    } else if (field_ != nullptr) {
      records_ = FitOne(client::MessageAt(*parts_.records, *field_, -1), asked_.format, room);
    }
  }

  bool cut() const { return records_.cut || rest_.cut; }

  std::string Structured(const std::string& note) const {
    JsonObject object;
    if (field_ != nullptr) object.Add(field_->name(), records_.json);
    if (list()) object.AddNumber("returned", int64_t{records_.count});
    object.AddFieldsOf(rest_.json);
    AddNotes(object, cut(), parts_.notes, note);
    return object.Take();
  }

  std::string Note() const {
    std::vector<std::string> sentences = parts_.notes.sentences;
    for (const ShownRecords* shown : {&records_, &rest_}) {
      if (std::string cuts = CutsSentence(shown->cuts); !cuts.empty()) sentences.push_back(cuts);
    }
    if (list() && records_.count < Size()) {
      sentences.push_back(StrCat(records_.count, " of ", Size(), " are shown."));
    }
    return Sentences(sentences);
  }

  int Size() const { return parts_.records->GetReflection()->FieldSize(*parts_.records, field_); }

  std::string Summary() const {
    if (tool_.facts->kind == ToolKind::kGet) {
      return StrCat("Found the ", OneRecord(*tool_.method), " with ", AskedKey(tool_, asked_), ".");
    }
    if (!list()) return StrCat(tool_.facts->title, ": answered.");
    const FieldDescriptor* missing = tool_.method->shape.missing;
    const int unanswered =
        missing == nullptr ? 0 : parts_.rest->GetReflection()->FieldSize(*parts_.rest, missing);
    std::string records = client::Replace(field_->name(), '_', ' ');
    if (Size() == 1 && records.ends_with('s')) records.pop_back();
    return StrCat(tool_.facts->title, ": ", Size(), " ", records, Verdicts(),
                  unanswered == 0
                      ? "."
                      : StrCat("; ", unanswered, " asked for without an answer, see `missing`."));
  }

  // " (9 granted, 2 denied)" of records with a verdict, all of them counted, shown or not.
  std::string Verdicts() const {
    const FieldDescriptor* verdict = field_->message_type() == nullptr
                                         ? nullptr
                                         : field_->message_type()->FindFieldByName("verdict");
    if (verdict == nullptr || verdict->enum_type() == nullptr || Size() == 0) return {};
    std::map<int, int> counts;
    for (int i = 0; i < Size(); ++i) {
      const auto& record = client::MessageAt(*parts_.records, *field_, i);
      ++counts[record.GetReflection()->GetEnumValue(record, verdict)];
    }
    std::vector<std::string> words;
    for (const auto& [number, count] : counts) {
      const auto* value = verdict->enum_type()->FindValueByNumber(number);
      words.push_back(
          StrCat(count, " ",
                 value == nullptr || number == 0 ? "without a verdict" : client::EnumWord(*value)));
    }
    return StrCat(" (", client::Join(words, ", "), ")");
  }

  std::string Next(const std::string& note) const {
    std::vector<std::string> sentences;
    if (!note.empty()) sentences.push_back(note);
    if (cut()) {
      sentences.push_back(
          StrCat("The result's budget of ", bridge_.result_bytes / 1024, " KiB cut this: ",
                 tool_.method->shape.read_mask != nullptr ? "`fields` chooses what is shown."
                                                          : "ask for less at a time."));
    }
    return Sentences(sentences);
  }

  const BoundTool& tool_;
  const Asked& asked_;
  const Bridge& bridge_;
  const AnswerParts parts_;
  // Null: the answer is asked for as a whole, and all of it is rest.
  const FieldDescriptor* field_;
  ShownRecords records_;
  ShownRecords rest_;
};

}  // namespace

ToolResult RunWhole(const BoundTool& tool, Asked asked, const Bridge& bridge,
                    const CallContext& context) {
  client::Answer answer = AskGateway(tool, *asked.request, bridge, context);
  if (answer.failure) return ToolFailure(tool, asked, *answer.failure, bridge);
  return WholeAnswer(tool, asked, bridge, PartsOf(*tool.method, std::move(answer.message))).Make();
}

}  // namespace falcon::mcp
