// Prints messages as JSON by reflection.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <vector>

#include "absl/strings/escaping.h"
#include "messages.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void AppendEscape(std::string& out, unsigned unit) {
  char buffer[8];
  std::snprintf(buffer, sizeof(buffer), "\\u%04x", unit);
  out.append(buffer);
}

void AppendHostile(std::string& out, char32_t value) {
  if (value == '\n') {
    out.append("\\n");
  } else if (value == '\t') {
    out.append("\\t");
  } else if (value == '\r') {
    out.append("\\r");
  } else if (value < 0x10000) {
    AppendEscape(out, value);
  } else {
    AppendEscape(out, 0xD800 + ((value - 0x10000) >> 10));
    AppendEscape(out, 0xDC00 + ((value - 0x10000) & 0x3FF));
  }
}

std::string Number(double number) {
  if (std::isnan(number)) return "\"NaN\"";
  if (std::isinf(number)) return number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), number).ptr;
  return std::string(buffer, end);
}

class Printer {
 public:
  Printer(JsonForm form, int indent) : pretty_(form == JsonForm::kPretty), depth_(indent) {}

  void Print(const Message& message) {
    switch (KindOf(*message.GetDescriptor())) {
      case MessageKind::kTimestamp:
      case MessageKind::kDuration:
        out_.append(JsonString(WellKnownText(message)));
        break;
      case MessageKind::kStruct:
        PrintMap(message, *message.GetDescriptor()->FindFieldByNumber(1));
        break;
      case MessageKind::kListValue:
        PrintRepeated(message, *message.GetDescriptor()->FindFieldByNumber(1));
        break;
      case MessageKind::kValue:
        PrintValue(message);
        break;
      case MessageKind::kFieldMask:
      case MessageKind::kOther:
        PrintFields(message);
        break;
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  void Open(char bracket) {
    out_.push_back(bracket);
    ++depth_;
    first_ = true;
  }

  void Next() {
    if (!first_) out_.push_back(',');
    first_ = false;
    NewLine();
  }

  void Close(char bracket) {
    --depth_;
    if (!first_) NewLine();
    out_.push_back(bracket);
    first_ = false;
  }

  void NewLine() {
    if (!pretty_) return;
    out_.push_back('\n');
    out_.append(static_cast<size_t>(depth_) * 2, ' ');
  }

  void Key(std::string_view name) {
    Next();
    out_.append(JsonString(name));
    out_.append(pretty_ ? ": " : ":");
  }

  void PrintFields(const Message& message) {
    const std::vector<const FieldDescriptor*> fields = SetFields(message);
    Open('{');
    for (const FieldDescriptor* field : fields) {
      Key(field->name());
      if (field->is_map()) {
        PrintMap(message, *field);
      } else if (field->is_repeated()) {
        PrintRepeated(message, *field);
      } else {
        PrintOne(message, *field, -1);
      }
    }
    Close('}');
  }

  void PrintRepeated(const Message& message, const FieldDescriptor& field) {
    Open('[');
    const int size = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
      Next();
      PrintOne(message, field, i);
    }
    Close(']');
  }

  // In order of the keys: a map has none of its own, and the same answer should print the same.
  void PrintMap(const Message& message, const FieldDescriptor& field) {
    std::vector<std::pair<std::string, const Message*>> entries;
    const int size = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
      const Message& entry = message.GetReflection()->GetRepeatedMessage(message, &field, i);
      entries.emplace_back(ScalarText(entry, *entry.GetDescriptor()->FindFieldByNumber(1), -1),
                           &entry);
    }
    std::sort(entries.begin(), entries.end());
    Open('{');
    for (const auto& [key, entry] : entries) {
      Key(key);
      PrintOne(*entry, *entry->GetDescriptor()->FindFieldByNumber(2), -1);
    }
    Close('}');
  }

  void PrintValue(const Message& value) {
    const std::vector<const FieldDescriptor*> fields = SetFields(value);
    if (fields.empty() || fields[0]->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      out_.append("null");
    } else {
      PrintOne(value, *fields[0], -1);
    }
  }

  void PrintOne(const Message& message, const FieldDescriptor& field, int index) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        Print(MessageAt(message, field, index));
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
        out_.append(Number(DoubleAt(message, field, index)));
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_UINT32:
        out_.append(ScalarText(message, field, index));
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        PrintEnum(message, field, index);
        break;
      default:
        out_.append(field.type() == FieldDescriptor::TYPE_BYTES
                        ? JsonString(absl::Base64Escape(ScalarText(message, field, index)))
                        : JsonString(ScalarText(message, field, index)));
    }
  }

  void PrintEnum(const Message& message, const FieldDescriptor& field, int index) {
    const int number = EnumAt(message, field, index);
    const auto* value = field.enum_type()->FindValueByNumber(number);
    out_.append(value == nullptr ? StrCat(number) : JsonString(value->name()));
  }

  const bool pretty_;
  int depth_;
  bool first_ = true;
  std::string out_;
};

}  // namespace

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = DecodeAt(text, at);
    if (!point.valid) {
      out.append("\\ufffd");
    } else if (point.value == '"' || point.value == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(point.value));
    } else if (IsHostile(point.value)) {
      AppendHostile(out, point.value);
    } else {
      out.append(text.substr(at, point.bytes));
    }
    at += point.bytes;
  }
  out.push_back('"');
  return out;
}

std::string JsonText(const Message& message, JsonForm form, int indent) {
  Printer printer(form, indent);
  printer.Print(message);
  return printer.Take();
}

}  // namespace falcon::client
