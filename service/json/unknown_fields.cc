// Makes paths only for the few values that need one.
#include "json/unknown_fields.h"

#include <algorithm>

#include "base/text.h"
#include "json/values.h"

namespace falcon::json {

namespace {

namespace dom = simdjson::dom;

constexpr size_t kMaxKeyBytes = 256;

bool IsAtOrBelow(std::string_view path, std::string_view top) {
  if (!path.starts_with(top)) return false;
  return path.size() == top.size() || path[top.size()] == '.' || path[top.size()] == '[';
}

}  // namespace

std::string ValuePath::Text(bool indices) const {
  std::string text;
  if (parent != nullptr) parent->AppendParent(indices, text);
  text.append(key);
  if (indices && index >= 0) text.append(StrCat("[", index, "]"));
  return text;
}

void ValuePath::AppendParent(bool indices, std::string& text) const {
  if (parent != nullptr) parent->AppendParent(indices, text);
  text.append(Utf8Prefix(key, kMaxKeyBytes));
  if (indices && index >= 0) text.append(StrCat("[", index, "]"));
  text.push_back('.');
}

void UnknownFields::AddMisfit(const ValuePath& path, dom::element value) {
  values_.push_back({path.Full(), path.Field(), value});
}

void UnknownFields::AddUnmodelled(const ValuePath& path, dom::element value) {
  values_.push_back({path.Full(), "", value});
}

void UnknownFields::Remove(const ValuePath& path) {
  if (values_.empty()) return;
  const std::string top = path.Full();
  std::erase_if(values_, [&top](const Entry& entry) { return IsAtOrBelow(entry.path, top); });
}

void UnknownFields::Store(DecodeReport& report, google::protobuf::Struct* fields) const {
  for (const Entry& entry : values_) {
    if (!entry.field.empty()) {
      DecodeReport::Field* field = report.AddValue(entry.field);
      if (field != nullptr) field->example = ExampleOf(entry.value);
    }
    if (fields == nullptr) continue;
    google::protobuf::Value& value = (*fields->mutable_fields())[entry.path];
    value.Clear();
    StoreValue(entry.value, value);
  }
}

std::string ExampleOf(dom::element value) {
  return EscapeUnsafe(simdjson::to_string(value), DecodeReport::kMaxExampleBytes);
}

}  // namespace falcon::json
