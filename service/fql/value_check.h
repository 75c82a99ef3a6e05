// The rules for one condition: operators by kind, words, dates and ids.
#ifndef FALCON_FQL_VALUE_CHECK_H_
#define FALCON_FQL_VALUE_CHECK_H_

#include "fql/catalogue.h"
#include "fql/expression.h"
#include "fql/star_check.h"

namespace falcon::fql {

// Why the operator, or a list, does not work on `field`, and what would; nullopt if it does.
Problem OperatorProblem(const Field& field, const Condition& condition);

// Why `value`, one of `condition`'s, does not work on `field` with its operator, which does;
// nullopt if it does.
Problem ValueProblem(const Field& field, const Condition& condition, const Value& value);

}  // namespace falcon::fql

#endif  // FALCON_FQL_VALUE_CHECK_H_
