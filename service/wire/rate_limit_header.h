// How long an answer asks its reader to wait: `X-RateLimit-RetryAfter`, an instant whose unit
// sources disagree about.
#ifndef FALCON_WIRE_RATE_LIMIT_HEADER_H_
#define FALCON_WIRE_RATE_LIMIT_HEADER_H_

#include <optional>

#include "base/time.h"
#include "wire/http.h"

namespace falcon::wire {

// The wait that `X-RateLimit-RetryAfter` asks for. An instant in epoch seconds or milliseconds,
// told apart by size (above 10^11: milliseconds), judged against the answer's own `Date`, or `now`
// without one; up to 10^9 it is a delay in seconds. Clamped to 1..120 s. Nullopt: absent, garbage
// or past.
std::optional<milliseconds> RateLimitDelay(const Headers& headers, WallTime now);

// The instant of an HTTP date such as "Wed, 21 Oct 2026 07:28:00 GMT". Nullopt for any other text.
std::optional<WallTime> ParseHttpDate(std::string_view text);

}  // namespace falcon::wire

#endif  // FALCON_WIRE_RATE_LIMIT_HEADER_H_
