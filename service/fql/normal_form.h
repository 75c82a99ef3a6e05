// Normal form: one spelling of a condition or an instant where several have the same meaning.
#ifndef FALCON_FQL_NORMAL_FORM_H_
#define FALCON_FQL_NORMAL_FORM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fql/catalogue.h"
#include "fql/expression.h"

namespace falcon::fql {

// RFC 3339 (0 to 9 fraction digits, Z or an offset), a date alone, `now`, or `now` with a span of
// seconds, minutes, hours, days, weeks or years: `now-15m`, `now-7d`, `now+1w`.
bool IsInstant(std::string_view text);

// `text` completed with seconds and, since Falcon's instants are UTC, the zone. Unset if the result
// is not an instant.
std::optional<std::string> CompletedInstant(std::string_view text);

// Whole seconds since 1970 of an absolute instant or a date. Unset for any other text, and with a
// fraction.
std::optional<int64_t> EpochSeconds(std::string_view text);

// The instant that `text`, which is not one, may mean.
std::optional<std::string> RepairedInstant(std::string_view text);

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
