// Reads request fields by reflection.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "fql/names.h"
#include "fql/typed_filter.h"
#include "google/protobuf/util/time_util.h"

namespace falcon::fql {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kMaxTextBytes = 1024;
constexpr int kMaxValues = 1000;

absl::Status Problem(std::string_view text) { return absl::InvalidArgumentError(ToAbsl(text)); }

absl::StatusOr<const EnumValueDescriptor*> KnownEnum(const FieldDescriptor& field, int number) {
  const EnumValueDescriptor* value = field.enum_type()->FindValueByNumber(number);
  if (value != nullptr && number != 0) return value;
  std::vector<std::string> known;
  for (int i = 0; i < field.enum_type()->value_count(); ++i) {
    const EnumValueDescriptor* one = field.enum_type()->value(i);
    if (one->number() != 0) known.push_back(one->name());
  }
  return Problem(StrCat(value == nullptr ? StrCat("is the unknown number ", number)
                                         : StrCat("is ", value->name(), ", which says nothing"),
                        "; known: ", Enumerate(known)));
}

absl::StatusOr<std::string> CheckedText(std::string text) {
  if (text.size() > kMaxTextBytes) {
    return Problem(StrCat("is ", text.size(), " bytes long; at most ", kMaxTextBytes));
  }
  if (text.find_first_not_of(' ') == std::string::npos) {
    return Problem("is empty text, which matches nothing; leave the field out");
  }
  if (text.find_first_not_of('*') == std::string::npos) {
    return Problem("is a star alone, which says nothing; leave the field out");
  }
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) {
      return Problem(
          StrCat("has the control character ", EscapeUnsafe(text.substr(i, 1)), " at byte ", i));
    }
  }
  return text;
}

bool IsNumber(const std::string& text) {
  const size_t start = text.starts_with('-') ? 1 : 0;
  const bool digits = text.find_first_not_of("0123456789", start) == std::string::npos;
  return digits && text.size() > start && (text[start] != '0' || text.size() == start + 1);
}

absl::StatusOr<Value> DoubleValue(double number) {
  if (!std::isfinite(number)) return Problem("is no finite number");
  char digits[400];  // the longest double without an exponent has 309 + 17
  const auto end = std::to_chars(digits, std::end(digits), number, std::chars_format::fixed);
  if (end.ec != std::errc()) return Problem("is too small a number");
  return Value(Number{std::string(digits, end.ptr)});
}

// Equal values have equal keys.
std::string KeyOf(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return StrCat("'", *text);
  if (const auto* number = std::get_if<Number>(&value)) return number->digits;
  return std::holds_alternative<bool>(value) ? (std::get<bool>(value) ? "true" : "false") : "null";
}

class Reader {
 public:
  Reader(const Message& request, const FieldDescriptor& field, const Catalogue& catalogue,
         const Field& target)
      : request_(request), field_(field), catalogue_(catalogue), target_(target) {}

  // `index` counts in a repeated field.
  absl::StatusOr<Value> Read(int index) const {
    const auto& reflection = *request_.GetReflection();
    const auto get = [&](auto one, auto many) {
      return field_.is_repeated() ? (reflection.*many)(request_, &field_, index)
                                  : (reflection.*one)(request_, &field_);
    };
    using R = google::protobuf::Reflection;
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return Integer(get(&R::GetInt32, &R::GetRepeatedInt32));
      case FieldDescriptor::CPPTYPE_INT64:
        return Integer(get(&R::GetInt64, &R::GetRepeatedInt64));
      case FieldDescriptor::CPPTYPE_UINT32:
        return Integer(get(&R::GetUInt32, &R::GetRepeatedUInt32));
      case FieldDescriptor::CPPTYPE_UINT64:
        return Integer(get(&R::GetUInt64, &R::GetRepeatedUInt64));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return DoubleValue(get(&R::GetDouble, &R::GetRepeatedDouble));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return DoubleValue(get(&R::GetFloat, &R::GetRepeatedFloat));
      case FieldDescriptor::CPPTYPE_BOOL:
        return Boolean(get(&R::GetBool, &R::GetRepeatedBool));
      case FieldDescriptor::CPPTYPE_ENUM:
        return Word(get(&R::GetEnumValue, &R::GetRepeatedEnumValue));
      case FieldDescriptor::CPPTYPE_STRING:
        return Text(get(&R::GetString, &R::GetRepeatedString));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Instant(field_.is_repeated()
                           ? reflection.GetRepeatedMessage(request_, &field_, index)
                           : reflection.GetMessage(request_, &field_));
    }
    return absl::InternalError("a field of no type");
  }

 private:
  // Falcon keeps some numbers as text.
  template <class Int>
  Value Integer(Int number) const {
    if (target_.kind == options::v1::FQL_KIND_STRING) return Value(StrCat(number));
    return Value(Number{StrCat(number)});
  }

  // And some flags as Yes and No.
  Value Boolean(bool flag) const {
    if (target_.kind != options::v1::FQL_KIND_STRING) return Value(flag);
    for (const std::string& word : target_.values) {
      const std::string lower = Lower(word);
      if (flag ? lower == "yes" || lower == "true" : lower == "no" || lower == "false") {
        return Value(word);
      }
    }
    return Value(std::string(flag ? "true" : "false"));
  }

  absl::StatusOr<Value> Word(int number) const {
    ASSIGN_OR_RETURN(const EnumValueDescriptor* value, KnownEnum(field_, number));
    return Value(catalogue_.Word(target_.name, value));
  }

  absl::StatusOr<Value> Text(std::string text) const {
    ASSIGN_OR_RETURN(std::string checked, CheckedText(std::move(text)));
    const bool number = target_.kind == options::v1::FQL_KIND_NUMBER && IsNumber(checked);
    if (number) return Value(Number{std::move(checked)});
    return Value(std::move(checked));
  }

  absl::StatusOr<Value> Instant(const Message& message) const {
    google::protobuf::Timestamp instant;
    if (message.GetDescriptor()->full_name() != instant.GetDescriptor()->full_name()) {
      return absl::InternalError("a message that is no Timestamp");
    }
    instant.ParseFromString(message.SerializeAsString());
    return InstantValue(instant, target_);
  }

  const Message& request_;
  const FieldDescriptor& field_;
  const Catalogue& catalogue_;
  const Field& target_;
};

}  // namespace

absl::StatusOr<std::vector<Value>> RequestValues(const Message& request,
                                                 const FieldDescriptor& field,
                                                 const Catalogue& catalogue, const Field& target) {
  const int size = field.is_repeated() ? request.GetReflection()->FieldSize(request, &field) : 1;
  if (size > kMaxValues) return Problem(StrCat("has ", size, " values; at most ", kMaxValues));
  const Reader reader(request, field, catalogue, target);
  std::vector<Value> values;
  std::set<std::string> seen;
  for (int i = 0; i < size; ++i) {
    absl::StatusOr<Value> value = reader.Read(i);
    if (absl::IsInvalidArgument(value.status()) && field.is_repeated()) {
      return Problem(StrCat("element ", i, " ", ToStd(value.status().message())));
    }
    RETURN_IF_ERROR(value.status());
    if (seen.insert(KeyOf(*value)).second) values.push_back(*std::move(value));
  }
  return values;
}

absl::StatusOr<std::vector<const EnumValueDescriptor*>> RequestEnums(const Message& request,
                                                                     const FieldDescriptor& field) {
  const auto& reflection = *request.GetReflection();
  const int size = field.is_repeated() ? reflection.FieldSize(request, &field) : 1;
  std::vector<const EnumValueDescriptor*> values;
  for (int i = 0; i < size; ++i) {
    const int number = field.is_repeated() ? reflection.GetRepeatedEnumValue(request, &field, i)
                                           : reflection.GetEnumValue(request, &field);
    const absl::StatusOr<const EnumValueDescriptor*> value = KnownEnum(field, number);
    if (!value.ok() && field.is_repeated()) {
      return Problem(StrCat("element ", i, " ", ToStd(value.status().message())));
    }
    RETURN_IF_ERROR(value.status());
    if (std::find(values.begin(), values.end(), *value) == values.end()) values.push_back(*value);
  }
  return values;
}

absl::StatusOr<Value> InstantValue(const google::protobuf::Timestamp& instant,
                                   const Field& target) {
  using google::protobuf::util::TimeUtil;
  const bool valid = instant.seconds() >= TimeUtil::kTimestampMinSeconds &&
                     instant.seconds() <= TimeUtil::kTimestampMaxSeconds && instant.nanos() >= 0 &&
                     instant.nanos() <= 999'999'999;
  if (!valid) return Problem("is an instant outside the years 1 to 9999");
  if (target.kind != options::v1::FQL_KIND_EPOCH_SECONDS) return Value(TimeUtil::ToString(instant));
  return Value(Number{StrCat(instant.seconds() + (instant.nanos() > 0 ? 1 : 0))});
}

}  // namespace falcon::fql
