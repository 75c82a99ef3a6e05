// Tells seconds from milliseconds and instants from delays.
#include "http/retry_after.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "base/text.h"

namespace falcon::http {
namespace {

constexpr double kMaxDelaySeconds = 1e9;     // above: an instant, 2001 or later
constexpr double kMaxInstantSeconds = 1e11;  // above: milliseconds
constexpr double kMaxNumber = 1e19;          // above: garbage
constexpr double kMaxInstantMs = 1e15;       // in milliseconds: the year 33658
// A WallTime counts nanoseconds, which end in the year 2262.
constexpr int64_t kMaxEpochSeconds = int64_t{7'258'118'400};
constexpr milliseconds kMinDelay = seconds(1);

std::string_view Trim(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

// Seconds as "20" or "2.5". Nullopt for any other text, and for what is not above zero.
std::optional<double> ParseSeconds(std::string_view text) {
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number > 0 && number <= kMaxNumber ? std::optional(number) : std::nullopt;
}

// The wait until an instant, seen from `base`.
std::optional<milliseconds> Until(milliseconds instant, WallTime base, milliseconds max) {
  const auto since_epoch = std::chrono::duration_cast<milliseconds>(base.time_since_epoch());
  if (instant <= since_epoch) return std::nullopt;
  return std::clamp<milliseconds>(instant - since_epoch, kMinDelay, max);
}

std::optional<milliseconds> ParseWait(std::string_view text, WallTime base, milliseconds max) {
  if (const std::optional<WallTime> date = ParseHttpDate(text); date.has_value()) {
    return Until(std::chrono::duration_cast<milliseconds>(date->time_since_epoch()), base, max);
  }
  const std::optional<double> number = ParseSeconds(text);
  if (!number.has_value()) return std::nullopt;
  const double in_ms =
      std::min(*number > kMaxInstantSeconds ? *number : *number * 1000, kMaxInstantMs);
  if (*number > kMaxDelaySeconds) {
    return Until(milliseconds(static_cast<int64_t>(in_ms)), base, max);
  }
  const double longest = static_cast<double>(max.count());
  const milliseconds delay(static_cast<int64_t>(std::min(in_ms, longest)));
  return std::clamp<milliseconds>(delay, kMinDelay, max);
}

}  // namespace

std::optional<WallTime> ParseHttpDate(std::string_view text) {
  // IMF-fixdate, RFC 850 and asctime: RFC 9110, section 5.6.7.
  for (const char* const format :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    absl::Time time;
    if (!absl::ParseTime(format, ToAbsl(text), &time, nullptr)) continue;
    const int64_t since_epoch = absl::ToUnixSeconds(time);
    if (since_epoch < 0 || since_epoch > kMaxEpochSeconds) return std::nullopt;
    return WallTime(seconds(since_epoch));
  }
  return std::nullopt;
}

std::optional<milliseconds> ParseRetryAfter(const Headers& headers, WallTime now,
                                            milliseconds max) {
  const WallTime base = ParseHttpDate(Trim(FindHeader(headers, "date"))).value_or(now);
  for (const std::string_view name : {"x-ratelimit-retryafter", "retry-after"}) {
    const auto wait = ParseWait(Trim(FindHeader(headers, name)), base, max);
    if (wait.has_value()) return wait;
  }
  return std::nullopt;
}

}  // namespace falcon::http
