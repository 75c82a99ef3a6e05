// Reflection; the length at which all texts fit.
#include "upstream/lookup/record_fields.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <vector>

#include "absl/strings/str_format.h"
#include "base/text.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace falcon::upstream {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

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

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
constexpr size_t kMinText = 64;  // shorter texts are left alone
constexpr int kMaxDepth = 100;

struct Text {
  Message* holder;
  const FieldDescriptor* field;
  int index;  // -1: the field is not repeated
  std::string path;
  size_t size;
};

std::string ValueOf(const Text& text) {
  const Reflection& reflection = *text.holder->GetReflection();
  return text.index < 0 ? reflection.GetString(*text.holder, text.field)
                        : reflection.GetRepeatedString(*text.holder, text.field, text.index);
}

void SetValue(const Text& text, std::string value) {
  const Reflection& reflection = *text.holder->GetReflection();
  if (text.index < 0) {
    reflection.SetString(text.holder, text.field, std::move(value));
  } else {
    reflection.SetRepeatedString(text.holder, text.field, text.index, std::move(value));
  }
}

class Collector {
 public:
  explicit Collector(std::vector<Text>& texts) : texts_(texts) {}

  void Visit(Message& message, const std::string& prefix, int depth) {
    if (depth > kMaxDepth) return;
    const Reflection& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->containing_type()->options().map_entry() && field->number() == 1) continue;
      const std::string path = prefix.empty() ? field->name() : StrCat(prefix, ".", field->name());
      if (!field->is_repeated()) {
        VisitValue(message, field, -1, path, depth);
        continue;
      }
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        VisitValue(message, field, i, StrCat(path, "[", i, "]"), depth);
      }
    }
  }

 private:
  void VisitValue(Message& message, const FieldDescriptor* field, int index,
                  const std::string& path, int depth) {
    const Reflection& reflection = *message.GetReflection();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Visit(index < 0 ? *reflection.MutableMessage(&message, field)
                      : *reflection.MutableRepeatedMessage(&message, field, index),
            path, depth + 1);
    } else if (field->type() == FieldDescriptor::TYPE_STRING) {
      Text text{&message, field, index, path, 0};
      text.size = ValueOf(text).size();
      if (text.size >= kMinText) texts_.push_back(std::move(text));
    }
  }

  std::vector<Text>& texts_;
};

// The length to which all longer texts are cut so that `excess` bytes go. `texts`: longest first.
size_t LengthThatFits(const std::vector<Text>& texts, size_t excess) {
  size_t sum = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    sum += texts[i].size;
    const size_t next = i + 1 < texts.size() ? texts[i + 1].size : kMinText;
    const size_t cut = i + 1;
    if (sum - cut * next < excess) continue;
    return std::max(kMinText, (sum - excess) / cut);
  }
  return kMinText;
}

// The first bytes of `text`, whole characters, and an ellipsis.
std::string Cut(const std::string& text, size_t most) {
  size_t end = most - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return StrCat(std::string_view(text).substr(0, end), kEllipsis);
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

void FitTexts(Message& message, size_t max_bytes, const std::string& id, CallStats& stats) {
  const size_t bytes = message.ByteSizeLong();
  if (bytes <= max_bytes) return;
  std::vector<Text> texts;
  Collector(texts).Visit(message, "", 0);
  std::sort(texts.begin(), texts.end(), [](const Text& a, const Text& b) {
    return a.size != b.size ? a.size > b.size : a.path < b.path;
  });
  const size_t most = LengthThatFits(texts, bytes - max_bytes);
  for (const Text& text : texts) {
    if (text.size <= most) break;
    SetValue(text, Cut(ValueOf(text), most));
    stats.AddNote({"TEXT_TRUNCATED",
                   StrCat("cut from ", text.size, " bytes to ", most,
                          ": the record is larger than an answer may be"),
                   text.path, id});
  }
}

}  // namespace falcon::upstream
