// How long an answer asks its reader to wait: Falcon's `X-RateLimit-RetryAfter`, an instant whose
// unit sources disagree about, or the `Retry-After` of proxies and firewalls before it.
#ifndef FALCON_WIRE_RATE_LIMIT_HEADER_H_
#define FALCON_WIRE_RATE_LIMIT_HEADER_H_

#include <optional>

#include "base/time.h"
#include "wire/http.h"

namespace falcon::wire {

// The wait that `X-RateLimit-RetryAfter` asks for, or, where that is absent or of no use,
// `Retry-After`. An instant in epoch seconds or milliseconds, told apart by size (above 10^11:
// milliseconds), or as an HTTP date, judged against the answer's own `Date`, or `now` without one;
// a number up to 10^9 is a delay in seconds. Numbers may have a fraction. Clamped to 1..120 s.
// Nullopt: absent, garbage or past.
std::optional<milliseconds> RateLimitDelay(const Headers& headers, WallTime now);

// The instant of an HTTP date such as "Wed, 21 Oct 2026 07:28:00 GMT". Nullopt for any other text.
std::optional<WallTime> ParseHttpDate(std::string_view text);

}  // namespace falcon::wire

#endif  // FALCON_WIRE_RATE_LIMIT_HEADER_H_
