// Buckets as JSON: a count of zero is told, unlike a field that is not set.
#include "mcp/tools/aggregate.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "mcp/tools/answer_parts.h"
#include "mcp/tools/answer_words.h"
#include "mcp/tools/json_object.h"
#include "mcp/tools/result_text.h"
#include "mcp/tools/tool_failure.h"
#include "mcp/tools/untrusted.h"
#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kLabelBytes = 256;
constexpr size_t kEnvelopeBytes = 256;
constexpr size_t kFieldBytes = 100;

// Appends as many of the field's buckets as fit; `out` stays under `most` bytes, but for a first
// bucket's own numbers.
class BucketList {
 public:
  explicit BucketList(size_t most) : most_(most) {}

  int Append(std::string& out, const Message& holder, const FieldDescriptor& field) {
    const int size = holder.GetReflection()->FieldSize(holder, &field);
    out.push_back('[');
    int shown = 0;
    while (shown < size) {
      const size_t mark = out.size();
      if (shown > 0) out.push_back(',');
      AppendBucket(out, client::MessageAt(holder, field, shown));
      if (out.size() > most_ && shown > 0) {
        out.resize(mark);
        break;
      }
      ++shown;
    }
    out.push_back(']');
    cut_ |= shown < size;
    return shown;
  }

  bool cut() const { return cut_; }

 private:
  void AppendBucket(std::string& out, const Message& bucket) {
    JsonObject object;
    const std::string label = client::TextField(bucket, "label");
    if (!label.empty()) object.AddShown("label", label, kLabelBytes);
    object.AddNumber("count", client::NumberField(bucket, "count").value_or(0));
    const FieldDescriptor* value = bucket.GetDescriptor()->FindFieldByName("value");
    const bool valued = value != nullptr && bucket.GetReflection()->HasField(bucket, value);
    if (valued && std::isfinite(client::DoubleAt(bucket, *value, -1))) {
      object.Add("value", client::ScalarText(bucket, *value, -1));
    }
    const FieldDescriptor* below = bucket.GetDescriptor()->FindFieldByName("sub_buckets");
    if (below == nullptr || bucket.GetReflection()->FieldSize(bucket, below) == 0) {
      out.append(object.Take());
      return;
    }
    std::string text = object.Take();
    text.pop_back();
    out.append(text).append(",\"sub_buckets\":");
    Append(out, bucket, *below);
    out.push_back('}');
  }

  const size_t most_;
  bool cut_ = false;
};

// "by severity_name", "avg of severity".
std::string What(const Message& request) {
  const std::string field = UntrustedText(client::TextField(request, "field"), kFieldBytes);
  const FieldDescriptor* kind = request.GetDescriptor()->FindFieldByName("kind");
  const int number = kind == nullptr ? 0 : client::EnumAt(request, *kind, -1);
  const auto* value = kind == nullptr ? nullptr : kind->enum_type()->FindValueByNumber(number);
  const std::string word = value == nullptr || number == 0 ? "terms" : client::EnumWord(*value);
  if (word == "terms" || word == "date_histogram") return StrCat("by ", field);
  return StrCat(word, " of ", field);
}

std::string Summary(const BoundTool& tool, const Asked& asked, const AnswerParts& parts,
                    int64_t buckets, int64_t other) {
  const std::string filters = FilterWords(asked);
  const std::string records = client::Replace(tool.facts->noun, '-', ' ');
  if (buckets == 0 && other == 0) {
    if (parts.notes.partial) return "Falcon answered only in part, and counted nothing.";
    return StrCat("Falcon answered: no ", records, " to count", filters.empty() ? "" : " with ",
                  filters, ".");
  }
  return StrCat(records, " ", What(*asked.request),
                filters.empty() ? "" : StrCat(" (", filters, ")"), ": ", buckets,
                buckets == 1 ? " bucket" : " buckets",
                other > 0 ? StrCat(", and ", client::Grouped(other), " in none of them.") : ".");
}

}  // namespace

ToolResult RunAggregate(const BoundTool& tool, Asked asked, const Bridge& bridge,
                        const CallContext& context) {
  client::Answer answer = AskGateway(tool, *asked.request, bridge, context);
  if (answer.failure) return ToolFailure(tool, asked, *answer.failure, bridge);
  const AnswerParts parts = PartsOf(*tool.method, std::move(answer.message));
  const FieldDescriptor& field = *RecordsField(*tool.method);
  const int size = parts.records->GetReflection()->FieldSize(*parts.records, &field);
  const int64_t other = client::NumberField(*parts.rest, "other_count").value_or(0);

  BucketList list(bridge.result_bytes - kTextReserve - kEnvelopeBytes - parts.notes.bytes());
  std::string buckets;
  const int shown = list.Append(buckets, *parts.records, field);
  std::vector<std::string> sentences = parts.notes.sentences;
  if (list.cut()) sentences.push_back(StrCat(shown, " of ", size, " buckets are shown."));

  JsonObject object;
  object.Add(field.name(), buckets);
  object.AddNumber("other_count", other);
  AddNotes(object, list.cut(), parts.notes, Sentences(sentences));
  ResultParts result;
  result.structured = object.Take();
  result.summary = Summary(tool, asked, parts, size, other);
  if (list.cut()) result.next = "The result's budget cut this: ask for a smaller `size`.";
  return MakeResult(std::move(result), bridge);
}

}  // namespace falcon::mcp
