// Counts by field, within a bound.
#include "json/decode_report.h"

#include "base/text.h"

namespace falcon::json {
namespace {

constexpr size_t kMaxNameBytes = 256;

}  // namespace

DecodeReport::Field* DecodeReport::Named(std::string_view name, int64_t count) {
  std::string key(Utf8Prefix(name, kMaxNameBytes));
  const auto known = fields.find(key);
  if (known != fields.end()) {
    known->second.count += count;
    return nullptr;
  }
  if (fields.size() == kMaxFields) return nullptr;
  Field& field = fields[std::move(key)];
  field.count = count;
  return &field;
}

DecodeReport::Field* DecodeReport::AddValue(std::string_view field) {
  ++skipped_values;
  return Named(field, 1);
}

DecodeReport::Field* DecodeReport::AddRecord(std::string_view record, int64_t count) {
  skipped_records += count;
  return Named(record, count);
}

void DecodeReport::Add(const DecodeReport& other) {
  skipped_values += other.skipped_values;
  skipped_records += other.skipped_records;
  for (const auto& [name, field] : other.fields) {
    const auto known = fields.find(name);
    if (known != fields.end()) {
      known->second.count += field.count;
    } else if (fields.size() < kMaxFields) {
      fields.emplace(name, field);
    }
  }
}

}  // namespace falcon::json
