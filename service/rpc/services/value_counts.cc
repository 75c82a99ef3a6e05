// Reads values by descriptor and counts them.
#include "rpc/services/value_counts.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"
#include "json/field_selection.h"
#include "rpc/server/field_access.h"

namespace falcon::rpc {
namespace {

namespace chrono = std::chrono;

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;
using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;

bool IsInstant(const FieldDescriptor& field) {
  return field.message_type() == Timestamp::descriptor();
}

// The fields on the way to `path`, outermost first; empty: there is no such path.
std::vector<const FieldDescriptor*> FieldsAt(std::string_view path, const Descriptor* type) {
  std::vector<const FieldDescriptor*> fields;
  while (true) {
    const size_t dot = path.find('.');
    const auto* field =
        type == nullptr ? nullptr : type->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr) return {};
    fields.push_back(field);
    if (dot == std::string_view::npos) return fields;
    path.remove_prefix(dot + 1);
    type = field->message_type();
  }
}

std::string Joined(const std::vector<const FieldDescriptor*>& path,
                   std::string (*name)(const FieldDescriptor*)) {
  std::string joined;
  for (const FieldDescriptor* field : path) {
    joined += StrCat(joined.empty() ? "" : ".", name(field));
  }
  return joined;
}

// What is wrong with counting by the field at `path`, which exists; empty: nothing.
std::string Uncountable(const std::vector<const FieldDescriptor*>& path) {
  const FieldDescriptor& last = *path.back();
  for (const FieldDescriptor* field : path) {
    const Descriptor* type = field->message_type();
    const bool foreign = type != nullptr && type->file()->package() == "google.protobuf";
    const bool leaf = field == &last && IsInstant(*field);
    if (field->is_map() || (foreign && !leaf)) {
      return "holds values of any shape; name another field";
    }
  }
  if (last.message_type() == nullptr || IsInstant(last)) return "";
  return StrCat("is a message; name a field in it, such as `", last.name(), ".",
                last.message_type()->field(0)->name(), "`");
}

// The description of an unknown path, as the check of a read mask has it.
std::string UnknownPath(const std::string& path, const Descriptor* record) {
  google::protobuf::FieldMask mask;
  mask.add_paths(path);
  const auto violations = Violations(json::FieldSelection::FromMask(mask, record).status());
  return violations.empty() ? "names no field" : violations.front().description;
}

// "files_written[3].timestamp" -> "files_written.timestamp".
std::string WithoutIndices(std::string_view place) {
  std::string path;
  bool index = false;
  for (const char c : place) {
    index = c == '[' || (index && c != ']');
    if (!index && c != ']') path.push_back(c);
  }
  return path;
}

std::string TextOf(const google::protobuf::Value& value) {
  if (value.kind_case() == google::protobuf::Value::kStringValue) return value.string_value();
  std::string json;
  return google::protobuf::util::MessageToJsonString(value, &json).ok() ? json : "";
}

}  // namespace

chrono::sys_seconds IntervalStart(chrono::sys_seconds instant, v1::AggregationInterval interval) {
  if (interval == v1::AGGREGATION_INTERVAL_HOUR) return chrono::floor<chrono::hours>(instant);
  const chrono::sys_days day = chrono::floor<chrono::days>(instant);
  if (interval == v1::AGGREGATION_INTERVAL_WEEK) {
    return day - (chrono::weekday(day) - chrono::Monday);
  }
  if (interval != v1::AGGREGATION_INTERVAL_MONTH) return day;
  const chrono::year_month_day date(day);
  return chrono::sys_days(date.year() / date.month() / 1);
}

absl::StatusOr<ValueCounts> ValueCounts::Of(const std::string& name, std::string_view request_field,
                                            v1::AggregationInterval interval,
                                            const Descriptor* record,
                                            const fql::Catalogue& catalogue) {
  Path path = FieldsAt(name, record);
  const fql::Field* field = path.empty() ? catalogue.Find(name) : nullptr;
  if (field != nullptr) path = field->path;
  if (path.empty()) {
    return InvalidField(request_field, field == nullptr
                                           ? UnknownPath(name, record)
                                           : StrCat("`", EscapeUnsafe(name, 100),
                                                    "` is in filters only; no record holds it"));
  }
  const std::string problem = Uncountable(path);
  if (!problem.empty()) {
    return InvalidField(request_field, StrCat("`", EscapeUnsafe(name, 100), "` ", problem));
  }
  return ValueCounts(name, std::move(path), interval, catalogue);
}

ValueCounts::ValueCounts(std::string name, Path path, v1::AggregationInterval interval,
                         const fql::Catalogue& catalogue)
    : name_(std::move(name)),
      path_(std::move(path)),
      json_path_(Joined(path_, json::JsonKey)),
      interval_(interval),
      catalogue_(&catalogue),
      instants_(IsInstant(*path_.back())) {
  for (const auto& [fql_name, field] : catalogue.fields()) {
    if (field.path == path_) fql_name_ = fql_name;
  }
}

std::string ValueCounts::path() const {
  return Joined(path_, [](const FieldDescriptor* field) { return field->name(); });
}

std::string ValueCounts::Label(const Message& message, int index) const {
  const FieldDescriptor& field = *path_.back();
  const auto& reflection = *message.GetReflection();
  if (instants_) {
    const auto& at = static_cast<const Timestamp&>(
        index < 0 ? reflection.GetMessage(message, &field)
                  : reflection.GetRepeatedMessage(message, &field, index));
    const chrono::sys_seconds start =
        IntervalStart(chrono::sys_seconds(chrono::seconds(at.seconds())), interval_);
    return TimeUtil::ToString(TimeUtil::SecondsToTimestamp(start.time_since_epoch().count()));
  }
  if (const auto* type = field.enum_type(); type != nullptr) {
    const int number = index < 0 ? reflection.GetEnumValue(message, &field)
                                 : reflection.GetRepeatedEnumValue(message, &field, index);
    const auto* value = number == 0 ? nullptr : type->FindValueByNumber(number);
    return value == nullptr ? "" : catalogue_->Word(fql_name_, value);
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return index < 0 ? reflection.GetString(message, &field)
                     : reflection.GetRepeatedString(message, &field, index);
  }
  std::string text;
  TextFormat::PrintFieldValueToString(message, &field, index, &text);
  return text;
}

void ValueCounts::Collect(const Message& message, size_t step) {
  const FieldDescriptor& field = *path_[step];
  const auto& reflection = *message.GetReflection();
  const bool several = field.is_repeated();
  if (!several && field.has_presence() && !reflection.HasField(message, &field)) return;
  const int size = several ? reflection.FieldSize(message, &field) : 1;
  for (int i = 0; i < size; ++i) {
    if (step + 1 < path_.size()) {
      Collect(several ? reflection.GetRepeatedMessage(message, &field, i)
                      : reflection.GetMessage(message, &field),
              step + 1);
    } else if (std::string value = Label(message, several ? i : -1); !value.empty()) {
      values_.push_back(std::move(value));
    }
  }
}

// Values that do not fit their field stand beside it as Falcon sent them.
void ValueCounts::CollectMisfits(const Message& record) {
  if (record.GetDescriptor()->FindFieldByName("additional_fields") == nullptr) return;
  const auto* misfits = MessageField<google::protobuf::Struct>(record, "additional_fields");
  if (misfits == nullptr) return;
  for (const auto& [place, value] : misfits->fields()) {
    if (WithoutIndices(place) == json_path_) values_.push_back(TextOf(value));
  }
}

absl::Status ValueCounts::Add(const Message& record) {
  values_.clear();
  Collect(record, 0);
  CollectMisfits(record);
  if (values_.empty()) ++missing_;
  std::sort(values_.begin(), values_.end());
  values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
  for (const std::string& value : values_) {
    const auto [entry, is_new] = counts_.try_emplace(value, 0);
    ++entry->second;
    if (is_new) bytes_ += value.size();
  }
  const size_t max = instants_ ? kMaxIntervals : kMaxValues;
  if (counts_.size() <= max && bytes_ <= kMaxBytes) return absl::OkStatus();
  const std::string limit = counts_.size() > max ? StrCat(max) : StrCat(kMaxBytes >> 20, " MiB of");
  return Error(absl::StatusCode::kOutOfRange, "TOO_MANY_VALUES",
               StrCat("`", EscapeUnsafe(name_, 100), "` has more than ", limit, " different ",
                      instants_ ? "intervals; narrow the filter, or take a longer interval"
                                : "values; narrow the filter, or count by another field"));
}

v1::AggregationTable ValueCounts::Table(size_t size) const {
  std::vector<const std::pair<const std::string, int64_t>*> sorted;
  sorted.reserve(counts_.size());
  for (const auto& entry : counts_) sorted.push_back(&entry);
  if (instants_) size = sorted.size();
  const auto end = sorted.begin() + static_cast<std::ptrdiff_t>(std::min(size, sorted.size()));
  std::partial_sort(sorted.begin(), end, sorted.end(), [this](const auto* a, const auto* b) {
    const bool by_count = !instants_ && a->second != b->second;
    return by_count ? a->second > b->second : a->first < b->first;
  });
  v1::AggregationTable table;
  table.set_field(name_);
  table.set_distinct_values(static_cast<int64_t>(sorted.size()));
  table.set_missing_count(missing_);
  for (auto entry = sorted.begin(); entry != sorted.end(); ++entry) {
    if (entry >= end) {
      table.set_other_count(table.other_count() + (*entry)->second);
      continue;
    }
    v1::AggregationBucket& bucket = *table.add_buckets();
    bucket.set_label((*entry)->first);
    bucket.set_count((*entry)->second);
  }
  return table;
}

}  // namespace falcon::rpc
