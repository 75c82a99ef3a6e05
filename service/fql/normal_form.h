// Normal form: one spelling of a condition where several have the same meaning.
#ifndef FALCON_FQL_NORMAL_FORM_H_
#define FALCON_FQL_NORMAL_FORM_H_

#include "fql/catalogue.h"
#include "fql/expression.h"

namespace falcon::fql {

// `condition` on `field` in the spelling that Falcon takes. Idempotent. What has no other spelling,
// and what is wrong, stays as it is.
//
//   instants     completed with seconds and zone; whole seconds since 1970 where the field holds
//                those
//   values       numbers of text fields in quotes; true and false of flags without quotes
//   device ids   <cid>_<aid> becomes <aid>, or both where the field may hold either
//   stars        before the quotes or inside them, as the field takes them
//   lists        patterns leave the list, which compares exactly; one condition for each value
//                where Falcon takes no list (at most 100)
Expression NormalForm(const Field& field, const Condition& condition);

}  // namespace falcon::fql

#endif  // FALCON_FQL_NORMAL_FORM_H_
