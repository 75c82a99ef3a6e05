// The rules for one condition: operators by kind, stars, words, dates and ids.
#ifndef FALCON_FQL_VALUE_CHECK_H_
#define FALCON_FQL_VALUE_CHECK_H_

#include <optional>
#include <string>

#include "fql/catalogue.h"
#include "fql/expression.h"

namespace falcon::fql {

// Why the operator, or a list, does not work on `field`, and what would; nullopt if it does.
std::optional<std::string> OperatorProblem(const Field& field, const Condition& condition);

// Why `value`, one of `condition`'s, does not work on `field` with its operator, which does; nullopt if it does.
std::optional<std::string> ValueProblem(const Field& field, const Condition& condition,
                                        const Value& value);

}  // namespace falcon::fql

#endif  // FALCON_FQL_VALUE_CHECK_H_
