// Instants and spans of time as people write and read them.
#ifndef FALCON_CLIENT_TIME_TEXT_H_
#define FALCON_CLIENT_TIME_TEXT_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace falcon::client {

// "2026-05-28T20:26:40Z", fractions only where there are any.
std::string InstantText(absl::Time instant);

// "12 s ago", "5 min ago", "3 h ago", "12 d ago", beyond 60 days the date; "in 3 h" for what is to
// come.
std::string RelativeText(absl::Time instant, absl::Time now);

// "1 h 3 min", "29 min 59 s", "0.25 s".
std::string SpanText(absl::Duration span);

// A number and a unit: ms, s, m (or min), h, d, w. Unset if it is none or negative.
std::optional<absl::Duration> ParseSpan(std::string_view text);

// RFC 3339, without zone read as UTC; a date alone, at its start in UTC; a span such as 7d, counted
// back from now; "now".
std::optional<absl::Time> ParseInstant(std::string_view text, absl::Time now);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_TIME_TEXT_H_
