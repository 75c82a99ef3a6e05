// Reads messages by reflection.
#include "messages.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

int64_t SecondsOf(const Message& message) {
  return message.GetReflection()->GetInt64(message, message.GetDescriptor()->FindFieldByNumber(1));
}

int32_t NanosOf(const Message& message) {
  return message.GetReflection()->GetInt32(message, message.GetDescriptor()->FindFieldByNumber(2));
}

std::string DurationText(const Message& duration) {
  const int64_t seconds = SecondsOf(duration);
  const int32_t nanos = NanosOf(duration);
  const bool negative = seconds < 0 || nanos < 0;
  char buffer[48];
  std::snprintf(buffer, sizeof(buffer), "%s%lld.%09d", negative ? "-" : "",
                std::llabs(static_cast<long long>(seconds)), std::abs(nanos));
  std::string text = buffer;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + "s";
}

// The value by `one`, or where `index` is not negative, that item of a repeated field by `many`.
template <class One, class Many>
auto Get(const Message& message, const FieldDescriptor& field, int index, One one, Many many) {
  const Reflection& reflection = *message.GetReflection();
  return index < 0 ? (reflection.*one)(message, &field)
                   : (reflection.*many)(message, &field, index);
}

template <class T>
std::string Shortest(T number) {
  char buffer[32];
  return std::string(buffer, std::to_chars(buffer, buffer + sizeof(buffer), number).ptr);
}

std::string RawText(const Message& value) {
  const std::vector<const FieldDescriptor*> fields = SetFields(value);
  const bool text = !fields.empty() && fields[0]->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  return text ? ScalarText(value, *fields[0], -1) : JsonText(value, JsonForm::kOneLine);
}

// "[12]".
bool IsIndex(std::string_view text) {
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') return false;
  const std::string_view digits = text.substr(1, text.size() - 2);
  return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

MessageKind KindOf(const Descriptor& type) {
  constexpr std::string_view kPackage = "google.protobuf.";
  std::string_view name = type.full_name();
  if (!name.starts_with(kPackage)) return MessageKind::kOther;
  name.remove_prefix(kPackage.size());
  if (name == "Timestamp") return MessageKind::kTimestamp;
  if (name == "Duration") return MessageKind::kDuration;
  if (name == "FieldMask") return MessageKind::kFieldMask;
  if (name == "Struct") return MessageKind::kStruct;
  if (name == "Value") return MessageKind::kValue;
  if (name == "ListValue") return MessageKind::kListValue;
  return MessageKind::kOther;
}

const Message& MessageAt(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  return index < 0 ? reflection.GetMessage(message, &field)
                   : reflection.GetRepeatedMessage(message, &field, index);
}

std::vector<const FieldDescriptor*> SetFields(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

std::vector<std::string> TextsOf(const Message& message, const FieldDescriptor& field) {
  const int size = message.GetReflection()->FieldSize(message, &field);
  std::vector<std::string> texts;
  texts.reserve(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i) {
    texts.push_back(message.GetReflection()->GetRepeatedString(message, &field, i));
  }
  return texts;
}

double DoubleAt(const Message& message, const FieldDescriptor& field, int index) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
    return static_cast<double>(
        Get(message, field, index, &Reflection::GetFloat, &Reflection::GetRepeatedFloat));
  }
  return Get(message, field, index, &Reflection::GetDouble, &Reflection::GetRepeatedDouble);
}

int EnumAt(const Message& message, const FieldDescriptor& field, int index) {
  return Get(message, field, index, &Reflection::GetEnumValue, &Reflection::GetRepeatedEnumValue);
}

std::string ScalarText(const Message& message, const FieldDescriptor& field, int index) {
  using R = Reflection;
  const auto get = [&](auto one, auto many) { return Get(message, field, index, one, many); };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return get(&R::GetString, &R::GetRepeatedString);
    case FieldDescriptor::CPPTYPE_BOOL:
      return get(&R::GetBool, &R::GetRepeatedBool) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return StrCat(get(&R::GetInt32, &R::GetRepeatedInt32));
    case FieldDescriptor::CPPTYPE_UINT32:
      return StrCat(get(&R::GetUInt32, &R::GetRepeatedUInt32));
    case FieldDescriptor::CPPTYPE_INT64:
      return StrCat(get(&R::GetInt64, &R::GetRepeatedInt64));
    case FieldDescriptor::CPPTYPE_UINT64:
      return StrCat(get(&R::GetUInt64, &R::GetRepeatedUInt64));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Shortest(static_cast<float>(DoubleAt(message, field, index)));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Shortest(DoubleAt(message, field, index));
    default:
      return {};
  }
}

ParameterPath FindParameter(const google::protobuf::Descriptor& request, std::string_view name) {
  const std::string text(name);
  if (text != "filter") {
    if (const FieldDescriptor* own = request.FindFieldByName(text)) return {own};
  }
  const FieldDescriptor* filter = request.FindFieldByName("filter");
  const bool has_fields = filter != nullptr && filter->message_type() != nullptr;
  const FieldDescriptor* field =
      has_fields ? filter->message_type()->FindFieldByName(text) : nullptr;
  return field == nullptr ? ParameterPath() : ParameterPath{filter, field};
}

Message& MutableHolder(const ParameterPath& path, Message& request) {
  Message* message = &request;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    message = message->GetReflection()->MutableMessage(message, path[i]);
  }
  return *message;
}

const Message* HolderOf(const ParameterPath& path, const Message& request) {
  const Message* message = &request;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    if (!message->GetReflection()->HasField(*message, path[i])) return nullptr;
    message = &message->GetReflection()->GetMessage(*message, path[i]);
  }
  return message;
}

absl::Time TimeOf(const Message& timestamp) {
  return absl::FromUnixSeconds(SecondsOf(timestamp)) + absl::Nanoseconds(NanosOf(timestamp));
}

absl::Duration DurationOf(const Message& duration) {
  return absl::Seconds(SecondsOf(duration)) + absl::Nanoseconds(NanosOf(duration));
}

std::string WellKnownText(const Message& message) {
  switch (KindOf(*message.GetDescriptor())) {
    case MessageKind::kTimestamp:
      return InstantText(TimeOf(message));
    case MessageKind::kDuration:
      return DurationText(message);
    case MessageKind::kFieldMask:
      return Join(TextsOf(message, *message.GetDescriptor()->FindFieldByNumber(1)), ",");
    default:
      return {};
  }
}

std::string TextField(const Message& message, std::string_view name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(std::string(name));
  if (field == nullptr || field->is_repeated()) return {};
  return ScalarText(message, *field, -1);
}

std::optional<int64_t> NumberField(const Message& message, std::string_view name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(std::string(name));
  if (field == nullptr || field->is_repeated()) return std::nullopt;
  if (field->has_presence() && !message.GetReflection()->HasField(message, field)) {
    return std::nullopt;
  }
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    return message.GetReflection()->GetInt64(message, field);
  }
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    return message.GetReflection()->GetInt32(message, field);
  }
  return std::nullopt;
}

RawValues::RawValues(const Message& record) {
  const FieldDescriptor* field = record.GetDescriptor()->FindFieldByName("additional_fields");
  if (field == nullptr || field->message_type() == nullptr || field->is_repeated() ||
      KindOf(*field->message_type()) != MessageKind::kStruct ||
      !record.GetReflection()->HasField(record, field)) {
    return;
  }
  const Message& fields = MessageAt(record, *field, -1);
  const FieldDescriptor& map = *fields.GetDescriptor()->FindFieldByNumber(1);
  const int size = fields.GetReflection()->FieldSize(fields, &map);
  for (int i = 0; i < size; ++i) {
    const Message& entry = MessageAt(fields, map, i);
    values_.emplace(ScalarText(entry, *map.message_type()->map_key(), -1),
                    &MessageAt(entry, *map.message_type()->map_value(), -1));
  }
}

std::string RawValues::At(const std::string& path) const {
  std::vector<std::string> found;
  const auto begin = values_.lower_bound(path);
  for (auto it = begin; it != values_.end() && it->first.starts_with(path); ++it) {
    const std::string_view rest = std::string_view(it->first).substr(path.size());
    if (rest.empty() || IsIndex(rest)) found.push_back(RawText(*it->second));
  }
  return Join(found, ", ");
}

std::string PathBelow(const std::string& message, const FieldDescriptor& field, int index) {
  const std::string& own = field.options().GetExtension(options::v1::json_key);
  return StrCat(message, message.empty() ? "" : ".", own.empty() ? field.name() : own,
                index < 0 ? "" : StrCat("[", index, "]"));
}

}  // namespace falcon::client
