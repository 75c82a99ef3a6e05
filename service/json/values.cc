// Scalars by their JSON type; anything else as a tree of Values. Instants are parsed by hand, which
// happens several times for each record.
#include "json/values.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"

namespace falcon::json {
namespace {

namespace dom = simdjson::dom;
using dom::element;
using dom::element_type;
using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;

constexpr int64_t kYearOne = -62135596800;
constexpr int64_t kEndOfYear9999 = 253402300800;
constexpr int64_t kFirstMilliseconds = 100'000'000'000;
constexpr int32_t kNanosPerSecond = 1'000'000'000;

class Cursor {
 public:
  explicit Cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool done() const { return at_ == end_; }
  bool failed() const { return failed_; }

  // Exactly `width` digits.
  int Digits(int width) {
    int value = 0;
    if (end_ - at_ < width) failed_ = true;
    for (int i = 0; i < width && !failed_; ++i, ++at_) {
      const unsigned digit = static_cast<unsigned char>(*at_) - unsigned{'0'};
      if (digit > 9) failed_ = true;
      value = value * 10 + static_cast<int>(digit);
    }
    return value;
  }

  // Nanoseconds of the digits that follow, at least one.
  int32_t Fraction() {
    int32_t nanos = 0;
    int32_t unit = kNanosPerSecond / 10;
    const char* const start = at_;
    for (; at_ != end_ && *at_ >= '0' && *at_ <= '9'; ++at_, unit /= 10) {
      nanos += (*at_ - '0') * unit;
    }
    if (at_ == start) failed_ = true;
    return nanos;
  }

  bool Take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  void Need(char c) {
    if (!Take(c)) failed_ = true;
  }

 private:
  const char* at_;
  const char* end_;
  bool failed_ = false;
};

// Seconds since the epoch of the date at the cursor.
int64_t Date(Cursor& cursor, bool& valid) {
  const std::chrono::year year(cursor.Digits(4));
  cursor.Need('-');
  const std::chrono::month month(static_cast<unsigned>(cursor.Digits(2)));
  cursor.Need('-');
  const std::chrono::day day(static_cast<unsigned>(cursor.Digits(2)));
  const std::chrono::year_month_day date(year, month, day);
  valid = !cursor.failed() && date.ok() && int{year} >= 1;
  return valid ? std::chrono::sys_seconds(std::chrono::sys_days(date)).time_since_epoch().count()
               : 0;
}

// Seconds east of UTC.
int ZoneOffset(Cursor& cursor, bool& valid) {
  if (cursor.done() || cursor.Take('Z') || cursor.Take('z')) return 0;
  const bool east = cursor.Take('+');
  if (!east) cursor.Need('-');
  const int hours = cursor.Digits(2);
  cursor.Take(':');
  const int minutes = cursor.Digits(2);
  valid = valid && hours <= 23 && minutes <= 59;
  return (east ? 1 : -1) * (hours * 3600 + minutes * 60);
}

std::optional<Instant> ParseCalendar(std::string_view text) {
  Cursor cursor(text);
  bool valid = true;
  Instant instant;
  instant.seconds = Date(cursor, valid);
  if (!cursor.done()) {
    if (!cursor.Take('T') && !cursor.Take('t')) cursor.Need(' ');
    const int hour = cursor.Digits(2);
    cursor.Need(':');
    const int minute = cursor.Digits(2);
    cursor.Need(':');
    const int second = cursor.Digits(2);  // 60: a leap second, the next minute
    valid = valid && hour <= 23 && minute <= 59 && second <= 60;
    if (cursor.Take('.')) instant.nanos = cursor.Fraction();
    instant.seconds += hour * 3600 + minute * 60 + second - ZoneOffset(cursor, valid);
  }
  if (!valid || cursor.failed() || !cursor.done()) return std::nullopt;
  if (instant.seconds < kYearOne || instant.seconds >= kEndOfYear9999) return std::nullopt;
  return instant;
}

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
  const std::optional<T> value = ParseNumber<T>(text);
  return value.has_value() ? Parsed(*value) : Scalar<T>();
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

bool Instant::IsNone() const { return nanos == 0 && (seconds == 0 || seconds == kYearOne); }

std::optional<Instant> InstantOfEpoch(int64_t number) {
  if (number < 0) return std::nullopt;
  if (number < kFirstMilliseconds) return Instant{number, 0};
  const int64_t seconds = number / 1000;
  if (seconds >= kEndOfYear9999) return std::nullopt;
  return Instant{seconds, static_cast<int32_t>(number % 1000) * 1'000'000};
}

std::optional<Instant> InstantOfEpoch(double number) {
  if (!(number >= 0) || number >= 1e15) return std::nullopt;
  const double seconds = number < static_cast<double>(kFirstMilliseconds) ? number : number / 1000;
  if (seconds >= static_cast<double>(kEndOfYear9999 - 1)) return std::nullopt;
  // A double holds microseconds of today's instants, not nanoseconds.
  const auto micros = static_cast<int64_t>(std::llround(seconds * 1e6));
  return Instant{micros / 1'000'000, static_cast<int32_t>(micros % 1'000'000) * 1000};
}

std::optional<Instant> ParseInstant(std::string_view text) {
  if (text.size() >= 10 && text[4] == '-') return ParseCalendar(text);
  if (const std::optional<int64_t> number = ParseNumber<int64_t>(text)) {
    return InstantOfEpoch(*number);
  }
  const std::optional<double> fraction = ParseNumber<double>(text);
  return fraction.has_value() ? InstantOfEpoch(*fraction) : std::nullopt;
}

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
