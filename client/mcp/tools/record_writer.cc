// Writes messages as JSON.
#include "mcp/tools/record_writer.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "mcp/tools/shown_text.h"
#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::EnumAt;
using client::KindOf;
using client::MessageAt;
using client::MessageKind;
using client::ScalarText;
using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Levels of objects and lists: far more than records have, few enough for every reader of JSON.
constexpr int kMostDepth = 48;
// Beyond it, readers of JSON round numbers.
constexpr uint64_t kLargestExact = uint64_t{1} << 53;

bool SaysNothing(const Message& message, const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM && !field.is_repeated() &&
         EnumAt(message, field, -1) == 0;
}

// EnumWord finds the prefix by the type's name, word for word; the first value's name tells it too.
void AppendEnumWord(std::string& out, const EnumValueDescriptor& value) {
  constexpr std::string_view kNone = "UNSPECIFIED";
  const std::string& first = value.type()->value(0)->name();
  const size_t prefix = first.size() - std::min(first.size(), kNone.size());
  if (!first.ends_with(kNone) || !value.name().starts_with(first.substr(0, prefix))) {
    out.append(client::EnumWord(value));
    return;
  }
  for (const char c : std::string_view(value.name()).substr(prefix)) {
    out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
}

// Whether a number must stand in quotes.
bool IsInexact(const FieldDescriptor& field, std::string_view number) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return number.ends_with("nan") || number.ends_with("inf");
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64: {
      if (number[0] == '-') number.remove_prefix(1);
      uint64_t magnitude = 0;
      std::from_chars(number.data(), number.data() + number.size(), magnitude);
      return magnitude > kLargestExact;
    }
    default:
      return false;
  }
}

const std::string& TextAt(const Message& message, const FieldDescriptor& field, int index,
                          std::string& scratch) {
  const Reflection& reflection = *message.GetReflection();
  return index < 0 ? reflection.GetStringReference(message, &field, &scratch)
                   : reflection.GetRepeatedStringReference(message, &field, index, &scratch);
}

}  // namespace

const FieldDescriptor* IdFieldOf(const Descriptor& record) {
  if (record.field_count() == 0) return nullptr;
  const FieldDescriptor* first = record.field(0);
  const bool text = first->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !first->is_repeated();
  return text ? first : nullptr;
}

std::vector<const FieldDescriptor*> ShownFields(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  std::erase_if(fields, [&](const FieldDescriptor* field) { return SaysNothing(message, *field); });
  return fields;
}

std::vector<std::pair<std::string, const Message*>> SortedEntries(const Message& holder,
                                                                  const FieldDescriptor& map) {
  std::vector<std::pair<std::string, const Message*>> entries;
  const int size = holder.GetReflection()->FieldSize(holder, &map);
  for (int i = 0; i < size; ++i) {
    const Message& entry = MessageAt(holder, map, i);
    entries.emplace_back(ScalarText(entry, *map.message_type()->map_key(), -1), &entry);
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

RecordWriter::RecordWriter(std::string& out, const RecordLimits& limits, RecordCuts& cuts)
    : out_(out), limits_(limits), cuts_(cuts) {}

void RecordWriter::Spare(const FieldDescriptor* field, size_t bytes) {
  spared_ = field;
  spared_bytes_ = bytes;
}

void RecordWriter::NoteCut() {
  std::string path;
  for (const FieldDescriptor* field : path_) {
    if (!path.empty()) path.push_back('.');
    path.append(field->name());
  }
  cuts_.Add(std::move(path));
}

bool RecordWriter::TooDeep(std::string_view instead) {
  if (depth_ < kMostDepth) return false;
  NoteCut();
  out_.append(instead);
  return true;
}

void RecordWriter::WriteMessage(const Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  switch (KindOf(type)) {
    case MessageKind::kTimestamp:
    case MessageKind::kDuration:
    case MessageKind::kFieldMask:
      WriteText(client::WellKnownText(message), limits_.text_bytes);
      return;
    case MessageKind::kStruct:
      WriteMap(message, *type.field(0));
      return;
    case MessageKind::kListValue:
      WriteList(message, *type.field(0));
      return;
    case MessageKind::kValue:
      WriteValue(message);
      return;
    case MessageKind::kOther:
      break;
  }
  if (TooDeep("{}")) return;
  ++depth_;
  out_.push_back('{');
  bool first = true;
  for (const FieldDescriptor* field : ShownFields(message)) {
    if (!first) out_.push_back(',');
    first = false;
    WriteField(message, *field);
  }
  out_.push_back('}');
  --depth_;
}

void RecordWriter::WriteField(const Message& message, const FieldDescriptor& field) {
  path_.push_back(&field);
  out_.push_back('"');
  out_.append(field.name());
  out_.append("\":");
  if (field.is_map()) {
    WriteMap(message, field);
  } else if (field.is_repeated()) {
    WriteList(message, field);
  } else {
    WriteOne(message, field, -1);
  }
  path_.pop_back();
}

void RecordWriter::WriteList(const Message& message, const FieldDescriptor& field) {
  if (TooDeep("[]")) return;
  ++depth_;
  const auto size = static_cast<size_t>(message.GetReflection()->FieldSize(message, &field));
  const size_t shown = std::min(size, limits_.list_items);
  if (shown < size) NoteCut();
  out_.push_back('[');
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0) out_.push_back(',');
    WriteOne(message, field, static_cast<int>(i));
  }
  out_.push_back(']');
  --depth_;
}

void RecordWriter::WriteMap(const Message& message, const FieldDescriptor& field) {
  if (TooDeep("{}")) return;
  ++depth_;
  const std::vector<Entry> entries = SortedEntries(message, field);
  const size_t shown = std::min(entries.size(), limits_.list_items);
  if (shown < entries.size()) NoteCut();
  out_.push_back('{');
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0) out_.push_back(',');
    WriteKey(entries[i].first, i + 1);
    WriteOne(*entries[i].second, *field.message_type()->map_value(), -1);
  }
  out_.push_back('}');
  --depth_;
}

void RecordWriter::WriteKey(const std::string& key, size_t number) {
  out_.push_back('"');
  if (AppendShown(out_, key, limits_.text_bytes, Place::kJsonString)) {
    // Keys that begin alike must not become the same key.
    out_.append(StrCat(" ", number));
    NoteCut();
  }
  out_.append("\":");
}

void RecordWriter::WriteValue(const Message& value) {
  std::vector<const FieldDescriptor*> fields;
  value.GetReflection()->ListFields(value, &fields);
  if (fields.empty() || fields[0]->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    out_.append("null");
  } else {
    WriteOne(value, *fields[0], -1);
  }
}

void RecordWriter::WriteOne(const Message& message, const FieldDescriptor& field, int index) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      WriteMessage(MessageAt(message, field, index));
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      WriteText(
          TextAt(message, field, index, scratch_),
          &field == spared_ ? std::max(spared_bytes_, limits_.text_bytes) : limits_.text_bytes);
      break;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = EnumAt(message, field, index);
      const EnumValueDescriptor* value = field.enum_type()->FindValueByNumber(number);
      out_.push_back('"');
      if (value == nullptr) {
        out_.append(StrCat(number));
      } else {
        AppendEnumWord(out_, *value);
      }
      out_.push_back('"');
      break;
    }
    default:
      WriteNumber(message, field, index);
  }
}

void RecordWriter::WriteNumber(const Message& message, const FieldDescriptor& field, int index) {
  const std::string number = ScalarText(message, field, index);
  const bool quoted = IsInexact(field, number);
  if (quoted) out_.push_back('"');
  out_.append(number);
  if (quoted) out_.push_back('"');
}

void RecordWriter::WriteText(std::string_view text, size_t bytes) {
  out_.push_back('"');
  if (AppendShown(out_, text, bytes, Place::kJsonString)) NoteCut();
  out_.push_back('"');
}

}  // namespace falcon::mcp
