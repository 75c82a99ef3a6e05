// Walks records by descriptor and counts.
#include "mcp/tools/value_counts.h"

#include <algorithm>

#include "mcp/tools/arguments_fields.h"
#include "mcp/tools/json_object.h"
#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::MessageKind;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Of a value; longer ones that begin alike count as one.
constexpr size_t kValueBytes = 128;
// Of a value as it is shown, where a character may stand as ten.
constexpr size_t kShownBytes = 512;
// Of a path that a model wrote, in a sentence.
constexpr size_t kShownColumns = 100;

bool IsObject(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         client::KindOf(*field.message_type()) == MessageKind::kOther;
}

bool IsInstant(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         client::KindOf(*field.message_type()) == MessageKind::kTimestamp;
}

std::string DidYouMean(const Descriptor& record, const std::string& path) {
  const std::string nearest = NearestPath(record, path);
  return nearest.empty() ? std::string() : StrCat("; did you mean ", nearest, "?");
}

absl::Status Wrong(const std::string& path, std::string_view problem) {
  return absl::InvalidArgumentError(
      StrCat("`", client::Truncate(client::EscapeUnsafe(path), kShownColumns), "` ", problem));
}

// Cut between characters.
std::string Short(std::string text) {
  if (text.size() <= kValueBytes) return text;
  size_t end = kValueBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

// Empty: not set.
std::string ValueText(const Message& message, const FieldDescriptor& field, int index) {
  if (IsInstant(field)) {
    return absl::FormatTime("%E4Y-%m-%d", client::TimeOf(client::MessageAt(message, field, index)),
                            absl::UTCTimeZone());
  }
  if (field.enum_type() != nullptr) {
    const int number = client::EnumAt(message, field, index);
    const auto* value = field.enum_type()->FindValueByNumber(number);
    if (number == 0) return {};
    return value == nullptr ? StrCat(number) : client::EnumWord(*value);
  }
  return Short(client::ScalarText(message, field, index));
}

}  // namespace

absl::StatusOr<CountedField> FindCountedField(const Descriptor& record, const std::string& path) {
  CountedField counted{.path = path, .steps = {}};
  const Descriptor* type = &record;
  for (const std::string& name : client::Split(path, '.')) {
    if (type == nullptr) return Wrong(path, "goes on inside a plain value");
    const FieldDescriptor* field = type->FindFieldByName(name);
    if (field == nullptr || field->is_map()) {
      return Wrong(path, StrCat("is no field that can be counted", DidYouMean(record, path)));
    }
    counted.steps.push_back(field);
    type = IsObject(*field) ? field->message_type() : nullptr;
  }
  if (counted.steps.empty()) return Wrong(path, "names no field");
  const FieldDescriptor& last = *counted.steps.back();
  if (type != nullptr) {
    return Wrong(path, StrCat("is an object: name a field inside it, such as ", path, ".",
                              type->field(0)->name()));
  }
  if (last.message_type() != nullptr && !IsInstant(last)) {
    return Wrong(path, "holds values of any shape, which cannot be counted");
  }
  return counted;
}

void ValueCounts::Collect(const Message& message, size_t step, const client::RawValues& raw,
                          const std::string& place) {
  const FieldDescriptor& field = *field_.steps[step];
  const auto& reflection = *message.GetReflection();
  const bool last = step + 1 == field_.steps.size();
  if (last && !raw.empty()) {
    std::string value = Short(raw.At(client::PathBelow(place, field)));
    const bool instead = !value.empty() && !field.is_repeated();
    if (!value.empty()) values_.push_back(std::move(value));
    if (instead) return;
  }
  if (!field.is_repeated() && field.has_presence() && !reflection.HasField(message, &field)) return;
  const int size = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  for (int i = 0; i < size; ++i) {
    const int index = field.is_repeated() ? i : -1;
    if (!last) {
      Collect(client::MessageAt(message, field, index), step + 1, raw,
              client::PathBelow(place, field, index));
    } else if (std::string value = ValueText(message, field, index); !value.empty()) {
      values_.push_back(std::move(value));
    }
  }
}

void ValueCounts::Count(const std::string& value) {
  const auto found = counts_.find(value);
  if (found != counts_.end()) {
    ++found->second;
  } else if (counts_.size() < kMostValues) {
    counts_.emplace(value, 1);
  } else {
    ++beyond_;
  }
}

void ValueCounts::Add(const Message& record) {
  values_.clear();
  Collect(record, 0, client::RawValues(record), {});
  if (values_.empty()) ++unset_;
  if (values_.size() > 1) {
    std::sort(values_.begin(), values_.end());
    values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
  }
  for (const std::string& value : values_) Count(value);
}

std::string ValueCounts::Json(size_t top) const {
  std::vector<const std::pair<const std::string, int64_t>*> sorted;
  sorted.reserve(counts_.size());
  for (const auto& entry : counts_) sorted.push_back(&entry);
  const auto kept = sorted.begin() + static_cast<std::ptrdiff_t>(std::min(top, sorted.size()));
  std::partial_sort(sorted.begin(), kept, sorted.end(), [](const auto* a, const auto* b) {
    return std::pair(-a->second, std::string_view(a->first)) <
           std::pair(-b->second, std::string_view(b->first));
  });
  std::string values = "[";
  for (auto entry = sorted.begin(); entry != kept; ++entry) {
    if (entry != sorted.begin()) values.push_back(',');
    JsonObject value;
    value.AddShown("value", (*entry)->first, kShownBytes);
    value.AddNumber("count", (*entry)->second);
    values.append(value.Take());
  }
  int64_t other = beyond_;
  for (auto entry = kept; entry != sorted.end(); ++entry) other += (*entry)->second;
  JsonObject object;
  object.AddText("field", field_.path);
  object.Add("values", values + "]");
  object.AddNumber("other", other);
  object.AddNumber("unset", unset_);
  object.AddNumber("distinct", static_cast<int64_t>(counts_.size()));
  return object.Take();
}

}  // namespace falcon::mcp
