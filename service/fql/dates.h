// Instants as FQL writes them.
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

// `text` with what it leaves out: seconds and, since Falcon's instants are UTC, the zone. Unset if
// it is no instant even so.
std::optional<std::string> CompletedInstant(std::string_view text);

// Whole seconds since 1970 of an instant or a date that is not relative. Unset if it is none, or
// has a fraction.
std::optional<int64_t> EpochSeconds(std::string_view text);

// The instant that the writer of `text`, which is none, may have meant.
std::optional<std::string> RepairedInstant(std::string_view text);

}  // namespace falcon::fql

#endif  // FALCON_FQL_DATES_H_
