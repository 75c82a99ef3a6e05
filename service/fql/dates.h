// Instants in FQL.
#ifndef FALCON_FQL_DATES_H_
#define FALCON_FQL_DATES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

}  // namespace falcon::fql

#endif  // FALCON_FQL_DATES_H_
