// A field's value as filters, sorts and aggregates see it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/base/time.h"
#include "simulator/fql/schema.h"

namespace falcon::simulator::fql {

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
// What a single value looks like in a terms bucket or a text comparison.
std::string TextOf(const Value& value);

}  // namespace falcon::simulator::fql
