// Reflection.
#include "upstream/lookup/record_fields.h"

#include <charconv>
#include <chrono>

#include "absl/strings/str_format.h"
#include "base/text.h"
#include "google/protobuf/timestamp.pb.h"

namespace falcon::upstream {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kNanosPerMilli = 1'000'000;

std::string InstantText(const google::protobuf::Timestamp& instant, bool descending) {
  const std::chrono::sys_seconds second{std::chrono::seconds(instant.seconds())};
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(second - day);
  const int milli = instant.nanos() / kNanosPerMilli;
  std::string fraction;
  if (descending) {
    fraction = absl::StrFormat(".%03d999999", milli);
  } else if (milli != 0) {
    fraction = absl::StrFormat(".%03d", milli);
  }
  return absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02d%sZ", static_cast<int>(date.year()),
                         static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                         time.hours().count(), time.minutes().count(), time.seconds().count(),
                         fraction);
}

std::string DoubleText(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  return std::string(text, end);
}

}  // namespace

json::DecodeOptions AlsoDecoding(json::DecodeOptions options,
                                 std::initializer_list<const FieldDescriptor*> fields) {
  for (const FieldDescriptor* field : fields) {
    const bool add =
        field != nullptr && !options.selection.everything() && !options.selection.Has(field);
    if (!add) continue;
    options.selection = options.selection.With(field);
    options.hidden.push_back(field);
  }
  return options;
}

void ClearUnselected(const json::DecodeOptions& options,
                     std::initializer_list<const FieldDescriptor*> fields, Message& record) {
  if (options.selection.everything()) return;
  for (const FieldDescriptor* field : fields) {
    if (field == nullptr || options.selection.Has(field)) continue;
    record.GetReflection()->ClearField(&record, field);
  }
}

void ClearUnselected(const json::FieldSelection& selection,
                     std::span<const FieldDescriptor* const> path, Message& record) {
  if (selection.everything()) return;
  const FieldDescriptor* field = path.front();
  const auto& reflection = *record.GetReflection();
  if (!selection.Has(field)) {
    reflection.ClearField(&record, field);
  } else if (path.size() > 1 && field->is_repeated()) {
    for (int i = 0; i < reflection.FieldSize(record, field); ++i) {
      ClearUnselected(selection.Below(field), path.subspan(1),
                      *reflection.MutableRepeatedMessage(&record, field, i));
    }
  } else if (path.size() > 1 && reflection.HasField(record, field)) {
    ClearUnselected(selection.Below(field), path.subspan(1),
                    *reflection.MutableMessage(&record, field));
  }
}

std::string TextOf(const Message& record, const FieldDescriptor* field) {
  return record.GetReflection()->GetString(record, field);
}

std::string SortValueOf(const Message& record, const FieldDescriptor* field,
                        options::v1::FqlKind kind, bool descending) {
  const auto& reflection = *record.GetReflection();
  if (field->has_presence() && !reflection.HasField(record, field)) return "";
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const auto& instant =
          static_cast<const google::protobuf::Timestamp&>(reflection.GetMessage(record, field));
      if (kind == options::v1::FQL_KIND_EPOCH_SECONDS) return StrCat(instant.seconds());
      return InstantText(instant, descending);
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return TextOf(record, field);
    case FieldDescriptor::CPPTYPE_INT32:
      return StrCat(reflection.GetInt32(record, field));
    case FieldDescriptor::CPPTYPE_INT64:
      return StrCat(reflection.GetInt64(record, field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return StrCat(reflection.GetUInt32(record, field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return StrCat(reflection.GetUInt64(record, field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return DoubleText(reflection.GetDouble(record, field));
    default:
      return "";
  }
}

}  // namespace falcon::upstream
