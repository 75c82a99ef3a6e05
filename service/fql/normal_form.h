// Normal form: a condition in the spelling that Falcon takes, where several mean the same.
#ifndef FALCON_FQL_NORMAL_FORM_H_
#define FALCON_FQL_NORMAL_FORM_H_

#include "fql/catalogue.h"
#include "fql/expression.h"

namespace falcon::fql {

bool IsEquality(Operator op);
bool IsRange(Operator op);
bool IsMatch(Operator op);          // ~ and !~
bool IsStar(Operator op);           // * and !*
bool IsMatchWildcard(Operator op);  // ~* and !~*
bool IsNegation(Operator op);

// What `condition` on `field` means, so that normal form of it is itself. What has no other
// spelling, and what is wrong, stays as it is.
//   instants            seconds and zone are completed; whole seconds since 1970 where the field
//                       holds those
//   values              numbers of text in quotes, true and false of flags without
//   device ids          <cid>_<aid> becomes <aid>, or both where the field may hold either
//   stars               before the quotes or inside them, as the field takes them
//   lists               patterns of a list on their own, since a list compares exactly; one
//                       condition a value where Falcon takes no list (at most 100)
Expression NormalForm(const Field& field, const Condition& condition);

}  // namespace falcon::fql

#endif  // FALCON_FQL_NORMAL_FORM_H_
