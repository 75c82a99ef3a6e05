// How long a response asks its reader to wait: Falcon's `X-RateLimit-RetryAfter`, an instant whose
// unit sources disagree about, or the `Retry-After` of proxies and firewalls before it.
#ifndef FALCON_HTTP_RETRY_AFTER_H_
#define FALCON_HTTP_RETRY_AFTER_H_

#include <optional>

#include "base/time.h"
#include "http/http_transport.h"

namespace falcon::http {

// The wait that `X-RateLimit-RetryAfter` asks for, or, where that is absent or of no use,
// `Retry-After`. An instant in epoch seconds or milliseconds, told apart by size (above 10^11:
// milliseconds), or as an HTTP date, relative to the response's own `Date`, or `now` without one;
// a number up to 10^9 is a delay in seconds. Numbers may have a fraction. Clamped to 1 s to `max`.
// Nullopt: absent, garbage or past.
std::optional<milliseconds> ParseRetryAfter(const Headers& headers, WallTime now,
                                            milliseconds max = seconds(120));

// An HTTP date in any of its three formats, such as "Wed, 21 Oct 2026 07:28:00 GMT". Nullopt: other
// text, or a year outside 1970 to 2199.
std::optional<WallTime> ParseHttpDate(std::string_view text);

}  // namespace falcon::http

#endif  // FALCON_HTTP_RETRY_AFTER_H_
