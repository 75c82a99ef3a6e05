// Scalars by their JSON type; anything else as a tree of Values.
#include "json/values.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"

namespace falcon::json {

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

template <class T>
Scalar<T> Parsed(T value) {
  return {ParseResult::kValue, std::move(value)};
}

template <class T>
Scalar<T> Unset() {
  return {ParseResult::kUnset, T{}};
}

// Numbers of type T in all of `text`.
template <class T>
Scalar<T> FromText(std::string_view text) {
  if (text.empty()) return Unset<T>();
  T value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return Parsed(value);
}

// 123.0 as 123, if it is whole and within [-limit, limit).
template <class T>
Scalar<T> FromDouble(double number, double least, double limit) {
  if (!(number >= least && number < limit) || number != std::trunc(number)) return {};
  return Parsed(static_cast<T>(number));
}

// Whether `number` is the integer that `value` may be, digit by digit.
bool IsExact(element value, double number) {
  if (value.is_int64()) {
    return FromDouble<int64_t>(number, -0x1p63, 0x1p63).value == value.get_int64().value_unsafe();
  }
  if (value.is_uint64()) {
    return FromDouble<uint64_t>(number, 0, 0x1p64).value == value.get_uint64().value_unsafe();
  }
  return true;
}

std::string DoubleText(double number) {
  char buffer[40];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof(buffer), number);
  return std::string(buffer, error == std::errc() ? end : buffer);
}

namespace dom = simdjson::dom;
using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;

constexpr int64_t kExact = int64_t{1} << 53;

void StoreInteger(int64_t number, Value& to) {
  if (number > kExact || number < -kExact) {
    to.set_string_value(StrCat(number));
  } else {
    to.set_number_value(static_cast<double>(number));
  }
}

// `from` outlives the loop, which a temporary would not.
void StoreList(const dom::array& from, ListValue& to, int depth) {
  for (dom::element element : from) StoreValue(element, *to.add_values(), depth);
}

}  // namespace

Scalar<std::string> ReadText(element value) {
  switch (value.type()) {
    case element_type::STRING:
      return Parsed(std::string(value.get_string().value_unsafe()));
    case element_type::INT64:
      return Parsed(StrCat(value.get_int64().value_unsafe()));
    case element_type::UINT64:
      return Parsed(StrCat(value.get_uint64().value_unsafe()));
    case element_type::DOUBLE:
      return Parsed(DoubleText(value.get_double().value_unsafe()));
    case element_type::BOOL:
      return Parsed(std::string(value.get_bool().value_unsafe() ? "true" : "false"));
    default:
      return {};
  }
}

Scalar<int64_t> ReadInt64(element value) {
  switch (value.type()) {
    case element_type::STRING:
      return FromText<int64_t>(value.get_string().value_unsafe());
    case element_type::INT64:
      return Parsed(value.get_int64().value_unsafe());
    case element_type::DOUBLE:
      return FromDouble<int64_t>(value.get_double().value_unsafe(), -0x1p63, 0x1p63);
    default:
      return {};
  }
}

Scalar<uint64_t> ReadUint64(element value) {
  switch (value.type()) {
    case element_type::STRING:
      return FromText<uint64_t>(value.get_string().value_unsafe());
    case element_type::INT64:
    case element_type::UINT64: {
      uint64_t number = 0;
      if (value.get(number) != simdjson::SUCCESS) return {};
      return Parsed(number);
    }
    case element_type::DOUBLE:
      return FromDouble<uint64_t>(value.get_double().value_unsafe(), 0, 0x1p64);
    default:
      return {};
  }
}

Scalar<double> ReadDouble(element value) {
  if (value.is_string()) {
    const Scalar<double> number = FromText<double>(value.get_string().value_unsafe());
    return std::isfinite(number.value) ? number : Scalar<double>{};
  }
  double number = 0;
  if (value.get(number) != simdjson::SUCCESS || !IsExact(value, number)) return {};
  return Parsed(number);
}

Scalar<bool> ReadBool(element value) {
  switch (value.type()) {
    case element_type::BOOL:
      return Parsed(value.get_bool().value_unsafe());
    case element_type::STRING: {
      const std::string_view text = value.get_string().value_unsafe();
      if (text.empty()) return Unset<bool>();
      if (EqualsIgnoringCase(text, "true") || EqualsIgnoringCase(text, "yes")) return Parsed(true);
      if (EqualsIgnoringCase(text, "false") || EqualsIgnoringCase(text, "no")) return Parsed(false);
      return {};
    }
    case element_type::INT64: {
      const int64_t number = value.get_int64().value_unsafe();
      if (number != 0 && number != 1) return {};
      return Parsed(number == 1);
    }
    default:
      return {};
  }
}

Scalar<Instant> ReadInstant(element value) {
  std::optional<Instant> instant;
  if (value.is_string()) {
    const std::string_view text = value.get_string().value_unsafe();
    if (text.empty()) return Unset<Instant>();
    instant = ParseInstant(text);
  } else if (value.is_int64()) {
    instant = InstantOfEpoch(value.get_int64().value_unsafe());
  } else if (value.is_double()) {
    instant = InstantOfEpoch(value.get_double().value_unsafe());
  }
  if (!instant.has_value()) return {};
  return instant->IsNone() ? Unset<Instant>() : Parsed(*instant);
}

void StoreValue(dom::element from, Value& to, int depth) {
  switch (from.type()) {
    case dom::element_type::NULL_VALUE:
      return to.set_null_value(google::protobuf::NULL_VALUE);
    case dom::element_type::BOOL:
      return to.set_bool_value(from.get_bool().value_unsafe());
    case dom::element_type::INT64:
      return StoreInteger(from.get_int64().value_unsafe(), to);
    case dom::element_type::UINT64:
      return to.set_string_value(StrCat(from.get_uint64().value_unsafe()));
    case dom::element_type::DOUBLE:
      return to.set_number_value(from.get_double().value_unsafe());
    case dom::element_type::STRING:
      return to.set_string_value(std::string(from.get_string().value_unsafe()));
    case dom::element_type::OBJECT:
      if (depth >= kMaxValueDepth) return to.set_string_value(simdjson::to_string(from));
      return StoreStruct(from.get_object().value_unsafe(), *to.mutable_struct_value(), depth + 1);
    case dom::element_type::ARRAY:
      if (depth >= kMaxValueDepth) return to.set_string_value(simdjson::to_string(from));
      return StoreList(from.get_array().value_unsafe(), *to.mutable_list_value(), depth + 1);
  }
}

void StoreStruct(const dom::object& from, Struct& to, int depth) {
  for (const auto [key, value] : from) {
    Value& field = (*to.mutable_fields())[std::string(key)];
    field.Clear();  // a later duplicate replaces, never merges
    StoreValue(value, field, depth);
  }
}

}  // namespace falcon::json
