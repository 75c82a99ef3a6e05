// What a response says beyond its API's JSON: how long to wait, or that a proxy, a firewall or a
// captive portal sent it.
#ifndef FALCON_HTTP_RESPONSE_HINTS_H_
#define FALCON_HTTP_RESPONSE_HINTS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "http/http_transport.h"

namespace falcon::http {

// Whether the body begins with '<', as HTML and XML do.
bool IsMarkup(std::string_view body);

// Whether `Content-Type` names HTML. Some servers name it for JSON too.
bool HasHtmlContentType(const Headers& headers);

// The visible text of a page: without tags, scripts and styles, with single blanks, at most
// `max_bytes`. It is not escaped.
std::string MarkupText(std::string_view page, size_t max_bytes);

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

#endif  // FALCON_HTTP_RESPONSE_HINTS_H_
