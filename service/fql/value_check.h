// What a field takes: operators, and values of its kind.
#ifndef FALCON_FQL_VALUE_CHECK_H_
#define FALCON_FQL_VALUE_CHECK_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fql/catalogue.h"
#include "fql/expression.h"

namespace falcon::fql {

// What is wrong with a condition, and conditions that may be meant instead, the likeliest first. A
// fix is shown only after it was checked itself.
struct Finding {
  Finding(std::string what, std::vector<Condition> instead = {},  // NOLINT: a text is a finding
          bool says_all = false)
      : text(std::move(what)), fixes(std::move(instead)), spelled(says_all) {}

  std::string text;
  std::vector<Condition> fixes;
  bool spelled;  // `text` says what would be right
};
// nullopt: nothing is wrong.
using Problem = std::optional<Finding>;

// `text` as a literal, safe and short enough for a message.
std::string QuoteForMessage(std::string_view text);

// `condition` is in normal form.
Problem OperatorProblem(const Field& field, const Condition& condition);
Problem ValueProblem(const Field& field, const Condition& condition, const Value& value);

// Whether `value`, which passes ValueProblem, is missing from the field's vocabulary.
bool IsUnknownWord(const Field& field, const Condition& condition, const Value& value);

}  // namespace falcon::fql

#endif  // FALCON_FQL_VALUE_CHECK_H_
