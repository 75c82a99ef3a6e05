// Tools that answer at once: one record, a batch of records, counts, a state.
#include "mcp/tools/run_tool.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "mcp/tools/answer.h"
#include "mcp/tools/parameters.h"
#include "mcp/tools/record_json.h"
#include "mcp/tools/result.h"
#include "mcp/tools/tool_list.h"
#include "mcp/tools/untrusted.h"
#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kKeyBytes = 300;
constexpr size_t kLabelBytes = 256;
constexpr size_t kFieldBytes = 100;
// Keys, numbers and notes around the records.
constexpr size_t kEnvelopeBytes = 320;

// "host_id 0123": the record that a Get asks for, as the model named it.
std::string RecordKey(const ToolBinding& tool, const ToolRequest& request) {
  for (const FieldDescriptor* field : client::SetFields(*request.request)) {
    const bool text = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (field->is_repeated() || !text) continue;
    return StrCat(ParameterNameOf(tool, field->name()), " ",
                  UntrustedText(client::ScalarText(*request.request, *field, -1), kKeyBytes));
  }
  return {};
}

// " (9 granted, 2 denied)" of records with a verdict, all of them counted, shown or not.
std::string Verdicts(const Message& records, const FieldDescriptor& field) {
  const FieldDescriptor* verdict =
      field.message_type() == nullptr ? nullptr : field.message_type()->FindFieldByName("verdict");
  const int size = records.GetReflection()->FieldSize(records, &field);
  if (verdict == nullptr || verdict->enum_type() == nullptr || size == 0) return {};
  std::map<int, int> counts;
  for (int i = 0; i < size; ++i) {
    ++counts[client::EnumAt(client::MessageAt(records, field, i), *verdict, -1)];
  }
  std::vector<std::string> words;
  words.reserve(counts.size());
  for (const auto& [number, count] : counts) {
    const auto* value = number == 0 ? nullptr : verdict->enum_type()->FindValueByNumber(number);
    words.push_back(
        StrCat(count, " ", value == nullptr ? "without a verdict" : client::EnumWord(*value)));
  }
  return StrCat(" (", client::Join(words, ", "), ")");
}

class WholeAnswer {
 public:
  WholeAnswer(const ToolBinding& tool, const ToolRequest& request, const Bridge& bridge,
              AnswerParts parts)
      : tool_(tool),
        request_(request),
        bridge_(bridge),
        parts_(std::move(parts)),
        field_(RecordsField(*tool.method)) {}

  ToolResult Make() {
    Fit();
    const std::string note = Note();
    const bool cards = request_.format == Format::kText;
    ResultParts result;
    if (field_ != nullptr) result.structured[field_->name()] = std::move(records_.json);
    if (list()) result.structured["returned"] = records_.count;
    if (!rest_.json.is_null()) result.structured.update(rest_.json);
    AddNotes(result.structured, cut(), parts_.notes, note);
    if (cards) result.cards = parts_.notes.lines + records_.cards + rest_.cards;
    result.summary = Summary();
    if (cards) result.next = note;
    if (cut()) {
      result.next.append(StrCat(result.next.empty() ? "" : " ", "The result's budget of ",
                                bridge_.result_bytes / 1024, " KiB cut this: ",
                                tool_.method->shape.read_mask != nullptr
                                    ? "`fields` chooses what is shown."
                                    : "ask for less at a time."));
    }
    return MakeResult(std::move(result), bridge_);
  }

 private:
  bool list() const { return field_ != nullptr && field_->is_repeated(); }
  bool cut() const { return records_.cut || rest_.cut; }
  int Size() const { return parts_.records->GetReflection()->FieldSize(*parts_.records, field_); }

  // What stands beside the records comes first: it says what they are not.
  void Fit() {
    const size_t taken = kTextReserve + kEnvelopeBytes + parts_.notes.bytes();
    size_t room = bridge_.result_bytes - std::min(bridge_.result_bytes, taken);
    if (field_ == nullptr || parts_.has_rest()) {
      rest_ = TruncateRecord(*parts_.rest, request_.format, field_ == nullptr ? room : room / 3);
      room -= std::min(room, std::max(Text(rest_.json).size(), rest_.cards.size()));
    }
    if (list()) {
      records_ = TruncateList(*parts_.records, *field_, 0, std::numeric_limits<int>::max(),
                              request_.format, room);
    } else if (field_ != nullptr) {
      records_ =
          TruncateRecord(client::MessageAt(*parts_.records, *field_, -1), request_.format, room);
    }
  }

  std::string Note() const {
    std::vector<std::string> sentences = parts_.notes.sentences;
    for (const ShownRecords* shown : {&records_, &rest_}) {
      if (std::string cuts = CutsSentence(shown->cuts); !cuts.empty()) sentences.push_back(cuts);
    }
    if (list() && records_.count < Size()) {
      sentences.push_back(StrCat(records_.count, " of ", Size(), " are shown."));
    }
    return client::Join(sentences, " ");
  }

  std::string Summary() const {
    if (tool_.spec->kind == ToolKind::kGet) {
      return StrCat("Found the ", OneRecord(*tool_.method), " with ", RecordKey(tool_, request_),
                    ".");
    }
    if (!list()) return StrCat(tool_.spec->title, ": answered.");
    const FieldDescriptor* missing = tool_.method->shape.missing;
    const int unanswered =
        missing == nullptr ? 0 : parts_.rest->GetReflection()->FieldSize(*parts_.rest, missing);
    std::string records = client::Replace(field_->name(), '_', ' ');
    if (Size() == 1 && records.ends_with('s')) records.pop_back();
    return StrCat(tool_.spec->title, ": ", Size(), " ", records, Verdicts(*parts_.records, *field_),
                  unanswered == 0
                      ? "."
                      : StrCat("; ", unanswered, " asked for without an answer, see `missing`."));
  }

  const ToolBinding& tool_;
  const ToolRequest& request_;
  const Bridge& bridge_;
  const AnswerParts parts_;
  // Null: the answer is asked for as a whole, and all of it is rest.
  const FieldDescriptor* field_;
  ShownRecords records_;
  ShownRecords rest_;
};

// As many buckets as fit into `room` bytes, and counts of zero too, unlike fields that are not set.
class BucketList {
 public:
  explicit BucketList(size_t room) : room_(room) {}

  OrderedJson Take(const Message& holder, const FieldDescriptor& field) {
    OrderedJson list = OrderedJson::array();
    const int size = holder.GetReflection()->FieldSize(holder, &field);
    for (int i = 0; i < size; ++i) {
      const Message& message = client::MessageAt(holder, field, i);
      OrderedJson bucket = Bucket(message);
      const size_t bytes = Text(bucket).size() + 1;
      if (bytes > room_ && i > 0) {
        cut_ = true;
        break;
      }
      room_ -= std::min(room_, bytes);
      const FieldDescriptor* below = message.GetDescriptor()->FindFieldByName("sub_buckets");
      if (below != nullptr && message.GetReflection()->FieldSize(message, below) > 0) {
        bucket["sub_buckets"] = Take(message, *below);
        room_ -= std::min(room_, kSubBucketsBytes);
      }
      list.push_back(std::move(bucket));
    }
    return list;
  }
  bool cut() const { return cut_; }

 private:
  static constexpr size_t kSubBucketsBytes = 20;

  static OrderedJson Bucket(const Message& message) {
    OrderedJson bucket;
    const std::string label = client::TextField(message, "label");
    if (!label.empty()) bucket["label"] = EscapedText(label, kLabelBytes);
    bucket["count"] = client::NumberField(message, "count").value_or(0);
    const FieldDescriptor* value = message.GetDescriptor()->FindFieldByName("value");
    if (value != nullptr && message.GetReflection()->HasField(message, value)) {
      const double number = client::DoubleAt(message, *value, -1);
      if (std::isfinite(number)) bucket["value"] = number;
    }
    return bucket;
  }

  size_t room_;
  bool cut_ = false;
};

// "by severity_name", "avg of severity".
std::string WhatIsCounted(const Message& request) {
  const std::string field = UntrustedText(client::TextField(request, "field"), kFieldBytes);
  const FieldDescriptor* kind = request.GetDescriptor()->FindFieldByName("kind");
  const int number = kind == nullptr ? 0 : client::EnumAt(request, *kind, -1);
  const auto* value = number == 0 ? nullptr : kind->enum_type()->FindValueByNumber(number);
  const std::string word = value == nullptr ? "terms" : client::EnumWord(*value);
  const bool by_value = word == "terms" || word == "date_histogram";
  return by_value ? StrCat("by ", field) : StrCat(word, " of ", field);
}

std::string BucketsSentence(const ToolBinding& tool, const ToolRequest& request,
                            const AnswerParts& parts, int64_t buckets, int64_t other) {
  const std::string filters = FilterWords(request);
  const std::string records = client::Replace(tool.spec->resource, '-', ' ');
  if (buckets == 0 && other == 0) {
    if (parts.notes.partial) return "Falcon answered only in part, and counted nothing.";
    return StrCat("Falcon answered: no ", records, " to count", filters.empty() ? "" : " with ",
                  filters, ".");
  }
  return StrCat(records, " ", WhatIsCounted(*request.request),
                filters.empty() ? "" : StrCat(" (", filters, ")"), ": ", buckets,
                buckets == 1 ? " bucket" : " buckets",
                other > 0 ? StrCat(", and ", client::Grouped(other), " in none of them.") : ".");
}

ToolResult BucketsResult(const ToolBinding& tool, const ToolRequest& request, const Bridge& bridge,
                         const AnswerParts& parts) {
  const FieldDescriptor& field = *RecordsField(*tool.method);
  const int size = parts.records->GetReflection()->FieldSize(*parts.records, &field);
  const int64_t other = client::NumberField(*parts.rest, "other_count").value_or(0);
  const size_t taken = kTextReserve + kEnvelopeBytes + parts.notes.bytes();
  BucketList list(bridge.result_bytes - std::min(bridge.result_bytes, taken));
  ResultParts result;
  result.structured[field.name()] = list.Take(*parts.records, field);
  std::vector<std::string> sentences = parts.notes.sentences;
  if (list.cut()) {
    sentences.push_back(
        StrCat(result.structured[field.name()].size(), " of ", size, " buckets are shown."));
    result.next = "The result's budget cut this: ask for a smaller `size`.";
  }
  result.structured["other_count"] = other;
  AddNotes(result.structured, list.cut(), parts.notes, client::Join(sentences, " "));
  result.summary = BucketsSentence(tool, request, parts, size, other);
  return MakeResult(std::move(result), bridge);
}

}  // namespace

client::Answer AskGateway(const ToolBinding& tool, const Message& request, const Bridge& bridge,
                          const CallContext& context) {
  return bridge.gateway.Unary(*tool.method, request,
                              {.timeout = bridge.timeout, .stop = context.stop, .metadata = {}});
}

const ToolSpec* SiblingTool(const ToolBinding& tool, ToolKind kind) {
  const auto table = ToolTable();
  const auto found = std::find_if(table.begin(), table.end(), [&](const ToolSpec& spec) {
    return spec.kind == kind && spec.resource == tool.spec->resource;
  });
  return found == table.end() ? nullptr : &*found;
}

ToolResult ToolFailure(const ToolBinding& tool, const ToolRequest& request,
                       const client::Failure& failure, const Bridge& bridge) {
  const bool missing = failure.code == grpc::StatusCode::NOT_FOUND;
  if (!missing || tool.spec->kind != ToolKind::kGet) {
    return ErrorResult(FailureSentences(
        failure, bridge, [&](const std::string& field) { return ParameterNameOf(tool, field); }));
  }
  const ToolSpec* search = SiblingTool(tool, ToolKind::kSearch);
  return ErrorResult(
      StrCat("Falcon answered: there is no ", OneRecord(*tool.method), " with ",
             RecordKey(tool, request), ". A retry will not help.",
             search == nullptr ? std::string()
                               : StrCat(" ", search->name, " finds the ids of those that exist.")));
}

ToolResult RunTool(const ToolBinding& tool, ToolRequest request, const Bridge& bridge,
                   const CallContext& context) {
  if (Pages(*tool.method)) return RunSearch(tool, std::move(request), bridge, context);
  client::Answer answer = AskGateway(tool, *request.request, bridge, context);
  if (answer.failure) return ToolFailure(tool, request, *answer.failure, bridge);
  AnswerParts parts = PartsOf(*tool.method, std::move(answer.message));
  if (tool.spec->kind == ToolKind::kAggregate) return BucketsResult(tool, request, bridge, parts);
  return WholeAnswer(tool, request, bridge, std::move(parts)).Make();
}

}  // namespace falcon::mcp
