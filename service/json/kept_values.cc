// Paths are made here, for the few values that need one.
#include "json/kept_values.h"

#include <algorithm>

#include "base/text.h"
#include "json/struct_values.h"

namespace falcon::json {
namespace {

namespace dom = simdjson::dom;

constexpr size_t kMaxKeyBytes = 256;

bool IsAtOrBelow(std::string_view path, std::string_view top) {
  if (!path.starts_with(top)) return false;
  return path.size() == top.size() || path[top.size()] == '.' || path[top.size()] == '[';
}

}  // namespace

std::string Place::Text(bool indices) const {
  std::string text;
  if (around != nullptr) around->AppendAround(indices, text);
  text.append(key);
  if (indices && index >= 0) text.append(StrCat("[", index, "]"));
  return text;
}

void Place::AppendAround(bool indices, std::string& text) const {
  if (around != nullptr) around->AppendAround(indices, text);
  text.append(Utf8Prefix(key, kMaxKeyBytes));
  if (indices && index >= 0) text.append(StrCat("[", index, "]"));
  text.push_back('.');
}

void KeptValues::AddMisfit(const Place& place, dom::element value) {
  values_.push_back({place.Path(), place.Field(), value});
}

void KeptValues::AddUnmodelled(const Place& place, dom::element value) {
  values_.push_back({place.Path(), "", value});
}

void KeptValues::Forget(const Place& place) {
  if (values_.empty()) return;
  const std::string top = place.Path();
  std::erase_if(values_, [&top](const Kept& kept) { return IsAtOrBelow(kept.path, top); });
}

void KeptValues::Store(DecodeReport& report, google::protobuf::Struct* fields) const {
  for (const Kept& kept : values_) {
    if (!kept.field.empty()) {
      DecodeReport::Field* field = report.AddValue(kept.field);
      if (field != nullptr) field->example = ExampleOf(kept.value);
    }
    if (fields == nullptr) continue;
    google::protobuf::Value& value = (*fields->mutable_fields())[kept.path];
    value.Clear();
    StoreValue(kept.value, value);
  }
}

std::string ExampleOf(dom::element value) {
  return EscapeUnsafe(simdjson::to_string(value), DecodeReport::kMaxExampleBytes);
}

}  // namespace falcon::json
