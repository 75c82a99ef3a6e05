// The fields that an area lets filters and sorts name, and their values.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/base/time.h"

namespace falcon::simulator::fql {

// kEpoch: an instant as whole seconds since 1970; filters compare numbers or relative dates.
enum class FieldType : uint8_t { kText, kNumber, kTime, kEpoch, kBoolean, kArray, kAddress };

// Where a star may stand in a quoted value. kOperator: anywhere, and only after a star as operator;
// in other values it is read literally.
enum class Stars : uint8_t { kAnywhere, kPrefixOrSuffix, kOperator };

struct Field {
  std::string_view name;  // in FQL; also the path in the record, unless `path` differs
  FieldType type = FieldType::kText;
  std::string_view path = {};
  bool sort_only = false;
};

// Static data; views live as long as the program.
struct Schema {
  std::span<const Field> fields;            // sorted by name
  std::span<const std::string_view> opens;  // prefixes below which any name is text
  Stars stars = Stars::kAnywhere;
  bool bare_star = true;             // `field:*` without quotes
  bool empty_equals_absent = false;  // `field:!''` means present and not empty
  bool patterns_in_arrays = false;   // stars and `~` reach into arrays
  bool insensitive_twins = false;    // `name.insensitive` compares `name` without its case
};

// Null when the area has no such field. A name below an open prefix yields `*scratch`.
const Field* FindField(const Schema& schema, std::string_view name, Field* scratch);

// Fields of names are analysed text in every area: plain equality matches from the front, whatever
// the case. A list compares whole and minds case, as everything does on other fields.
bool IsName(std::string_view field);

// Fields of one type that are named as the record's keys, for SortedFields.
template <class... Names>
constexpr auto Texts(Names... names) {
  return std::array{Field{names, FieldType::kText}...};
}
template <class... Names>
constexpr auto Numbers(Names... names) {
  return std::array{Field{names, FieldType::kNumber}...};
}
template <class... Names>
constexpr auto Times(Names... names) {
  return std::array{Field{names, FieldType::kTime}...};
}
template <class... Names>
constexpr auto Booleans(Names... names) {
  return std::array{Field{names, FieldType::kBoolean}...};
}
template <class... Names>
constexpr auto Arrays(Names... names) {
  return std::array{Field{names, FieldType::kArray}...};
}

// All fields of `groups`, sorted by name as Schema wants them.
template <size_t... N>
constexpr auto SortedFields(const std::array<Field, N>&... groups) {
  std::array<Field, (N + ...)> fields;
  auto* next = fields.data();
  ((next = std::copy(groups.begin(), groups.end(), next)), ...);
  std::sort(fields.begin(), fields.end(),
            [](const Field& left, const Field& right) { return left.name < right.name; });
  return fields;
}

struct Instant {
  Nanos nanos = 0;
};

// monostate: the record has no such key, or null there.
using Value =
    std::variant<std::monostate, std::string, double, Instant, bool, std::vector<std::string>>;

// One record, seen through its fields.
class RecordView {
 public:
  virtual ~RecordView() = default;
  // Already of the field's type, or monostate.
  virtual Value Get(const Field& field) const = 0;
};

std::optional<double> ParseNumber(std::string_view text);
// Whole numbers without a fraction.
std::string NumberText(double number);
// IPv4 as a number; nothing for other texts.
std::optional<double> ParseAddress(std::string_view text);
// Turns a text into what `type` asks for, as Falcon does for numbers and instants kept as strings.
Value FromText(std::string text, FieldType type);
// Letters A to Z only.
std::string LowerCase(std::string text);
// What a single value looks like in a terms bucket or a text comparison.
std::string TextOf(const Value& value);

}  // namespace falcon::simulator::fql
