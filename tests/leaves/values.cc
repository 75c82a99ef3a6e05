// Compares by value, not by spelling.
#include "tests/leaves/values.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/time_util.h"
#include "json/values.h"

namespace falcon::leaves {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;
using google::protobuf::Value;
using Json = nlohmann::json;

constexpr int64_t kExact = int64_t{1} << 53;

// What a scalar field holds, as JSON.
template <class One, class Many>
Json Held(const Message& message, const FieldDescriptor& field, int index, One one, Many many) {
  const auto& reflection = *message.GetReflection();
  return index < 0 ? Json((reflection.*one)(message, &field))
                   : Json((reflection.*many)(message, &field, index));
}

Json ScalarOf(const Message& message, const FieldDescriptor& field, int index) {
  using R = google::protobuf::Reflection;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return Held(message, field, index, &R::GetInt32, &R::GetRepeatedInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return Held(message, field, index, &R::GetInt64, &R::GetRepeatedInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return Held(message, field, index, &R::GetUInt32, &R::GetRepeatedUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return Held(message, field, index, &R::GetUInt64, &R::GetRepeatedUInt64);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Held(message, field, index, &R::GetFloat, &R::GetRepeatedFloat);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Held(message, field, index, &R::GetDouble, &R::GetRepeatedDouble);
    case FieldDescriptor::CPPTYPE_BOOL:
      return Held(message, field, index, &R::GetBool, &R::GetRepeatedBool);
    case FieldDescriptor::CPPTYPE_STRING:
      return Held(message, field, index, &R::GetString, &R::GetRepeatedString);
    default:
      return {};
  }
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return c == ' ' || c == '-' ? '_' : std::tolower(c); });
  return text;
}

std::string TextOf(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

bool SameNumber(const std::string& text, const Json& number) {
  char* end = nullptr;
  if (number.is_number_float()) {
    return std::strtod(text.c_str(), &end) == number.get<double>() && *end == '\0';
  }
  if (text == number.dump()) return true;
  return text.find('.') != std::string::npos &&
         std::strtod(text.c_str(), &end) == number.get<double>() && *end == '\0';
}

bool SameTruth(const Json& value, bool held) {
  const std::string word = Lower(TextOf(value));
  return held ? word == "true" || word == "yes" || word == "1"
              : word == "false" || word == "no" || word == "0";
}

bool SameWord(const Json& value, const google::protobuf::EnumDescriptor& words, int number) {
  const auto* held = words.FindValueByNumber(number);
  if (held == nullptr || number == 0 || value.is_structured()) return false;
  const std::string& zero = words.value(0)->name();
  const size_t prefix = zero.size() - std::string("UNSPECIFIED").size();
  const std::string word = Lower(TextOf(value));
  return word == Lower(held->name().substr(prefix)) ||
         word == Lower(held->options().GetExtension(options::v1::fql_value));
}

std::optional<Timestamp> InstantOf(const Json& value) {
  Timestamp instant;
  if (value.is_string() &&
      google::protobuf::util::TimeUtil::FromString(value.get<std::string>(), &instant)) {
    return instant;
  }
  std::optional<json::Instant> read;
  if (value.is_string()) read = json::ParseInstant(value.get_ref<const std::string&>());
  if (value.is_number_integer()) read = json::InstantOfEpoch(value.get<int64_t>());
  if (value.is_number_float()) read = json::InstantOfEpoch(value.get<double>());
  if (!read.has_value()) return std::nullopt;
  instant.set_seconds(read->seconds);
  instant.set_nanos(read->nanos);
  return instant;
}

bool IsTheSameObject(const Json& value, const google::protobuf::Struct& kept) {
  if (!value.is_object() || value.size() != static_cast<size_t>(kept.fields_size())) return false;
  return std::all_of(value.items().begin(), value.items().end(), [&](const auto& item) {
    const auto found = kept.fields().find(item.key());
    return found != kept.fields().end() && IsTheSame(item.value(), found->second);
  });
}

bool SaysTheSame(const Json& value, const Message& held) {
  if (const auto* instant = dynamic_cast<const Timestamp*>(&held)) {
    const std::optional<Timestamp> sent = InstantOf(value);
    return sent.has_value() && *sent == *instant;
  }
  if (const auto* any = dynamic_cast<const Value*>(&held)) return IsTheSame(value, *any);
  const auto* object = dynamic_cast<const google::protobuf::Struct*>(&held);
  if (object == nullptr) return false;
  if (value.is_object()) return IsTheSameObject(value, *object);
  const auto found = object->fields().find("value");
  return object->fields_size() == 1 && found != object->fields().end() &&
         IsTheSame(value, found->second);
}

}  // namespace

bool SaysTheSame(const Json& value, const Message& message, const FieldDescriptor& field,
                 int index) {
  const auto& reflection = *message.GetReflection();
  if (field.message_type() != nullptr) {
    if (index < 0 && !reflection.HasField(message, &field)) return false;
    return SaysTheSame(value, index < 0 ? reflection.GetMessage(message, &field)
                                        : reflection.GetRepeatedMessage(message, &field, index));
  }
  if (value.is_structured()) return false;
  if (field.enum_type() != nullptr) {
    return SameWord(value, *field.enum_type(),
                    index < 0 ? reflection.GetEnumValue(message, &field)
                              : reflection.GetRepeatedEnumValue(message, &field, index));
  }
  const Json held = ScalarOf(message, field, index);
  if (held.is_boolean()) return SameTruth(value, held.get<bool>());
  if (value.is_boolean()) return held == Json(TextOf(value));
  if (value.is_string() && held.is_string()) return value == held;
  if (value.is_string()) return SameNumber(value.get<std::string>(), held);
  if (held.is_string()) return SameNumber(held.get<std::string>(), value);
  return value.is_number_float() || held.is_number_float()
             ? SameNumber(held.dump(), value.get<double>())
             : value == held;
}

bool IsNone(const Json& value, const FieldDescriptor& field) {
  if (value.is_null()) return true;
  if (value.is_string() && value.get_ref<const std::string&>().empty()) {
    return field.cpp_type() != FieldDescriptor::CPPTYPE_STRING &&
           field.message_type() != Value::descriptor();
  }
  if (field.message_type() != Timestamp::descriptor()) return false;
  constexpr int64_t kYearOne = -62135596800;
  const std::optional<Timestamp> instant = InstantOf(value);
  return instant.has_value() && instant->nanos() == 0 &&
         (instant->seconds() == 0 || instant->seconds() == kYearOne);
}

bool IsTheSame(const Json& value, const Value& kept) {
  switch (kept.kind_case()) {
    case Value::kNullValue:
      return value.is_null();
    case Value::kBoolValue:
      return value == Json(kept.bool_value());
    case Value::kNumberValue:
      return value.is_number() && value.get<double>() == kept.number_value() &&
             (value.is_number_float() || std::abs(kept.number_value()) <= kExact);
    case Value::kStringValue:
      if (value.is_string()) return value == Json(kept.string_value());
      if (value.is_number()) return SameNumber(kept.string_value(), value);
      return value.is_structured() && Json::parse(kept.string_value()) == value;
    case Value::kStructValue:
      return IsTheSameObject(value, kept.struct_value());
    case Value::kListValue:
      return value.is_array() &&
             std::equal(value.begin(), value.end(), kept.list_value().values().begin(),
                        kept.list_value().values().end(),
                        [](const Json& a, const Value& b) { return IsTheSame(a, b); });
    case Value::KIND_NOT_SET:
      return false;
  }
  return false;
}

}  // namespace falcon::leaves
