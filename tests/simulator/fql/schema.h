// What an area lets a filter or a sort name, and how its fields compare.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace falcon::simulator::fql {

// kEpoch: an instant as whole seconds since 1970; filters compare numbers or relative dates.
enum class FieldType : uint8_t { kText, kNumber, kTime, kEpoch, kBoolean, kArray, kAddress };

// Where a star may stand in a quoted value. kOperator: anywhere, and only after a star as operator;
// in other values it is read literally.
enum class Stars : uint8_t { kAnywhere, kPrefixOrSuffix, kOperator };

struct Field {
  std::string_view
      name;  // FQL's name, which is also the path in the record unless `path` says more
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

// Nothing when the area has no such field. A name below an open prefix yields `*scratch`.
const Field* FindField(const Schema& schema, std::string_view name, Field* scratch);

// Fields of names are analysed text in every area: plain equality matches from the front, whatever
// the case. A list compares whole and minds case, as everything does on other fields.
bool IsName(std::string_view field);

const Schema& AlertSchema();
const Schema& HostSchema();

}  // namespace falcon::simulator::fql
