// Tells seconds from milliseconds and instants from delays.
#include "http/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace falcon::http {
namespace {

constexpr double kLargestDelay = 1e9;     // above: an instant, 2001 or later
constexpr double kLargestSeconds = 1e11;  // above: milliseconds
constexpr double kLargestNumber = 1e19;   // above: garbage
constexpr double kLargestInstant = 1e15;  // in milliseconds: the year 33658
constexpr milliseconds kMinDelay = seconds(1);
constexpr milliseconds kMaxDelay = seconds(120);

template <class Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<unsigned> ParseMonth(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto found = std::find(kMonths.begin(), kMonths.end(), text);
  if (found == kMonths.end()) return std::nullopt;
  return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

// Seconds as "20" or "2.5". Nullopt for any other text, and for what is not above zero.
std::optional<double> ParseSeconds(std::string_view text) {
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  const auto number = ParseNumber<double>(text);
  const bool usable = number.has_value() && *number > 0 && *number <= kLargestNumber;
  return usable ? number : std::nullopt;
}

// The wait until an instant, seen from `base`.
std::optional<milliseconds> Until(milliseconds instant, WallTime base) {
  const auto since_epoch = std::chrono::duration_cast<milliseconds>(base.time_since_epoch());
  if (instant <= since_epoch) return std::nullopt;
  return std::clamp<milliseconds>(instant - since_epoch, kMinDelay, kMaxDelay);
}

std::optional<milliseconds> ParseWait(std::string_view text, WallTime base) {
  if (const std::optional<WallTime> date = ParseHttpDate(text); date.has_value()) {
    return Until(std::chrono::duration_cast<milliseconds>(date->time_since_epoch()), base);
  }
  const std::optional<double> number = ParseSeconds(text);
  if (!number.has_value()) return std::nullopt;
  const double in_ms =
      std::min(*number > kLargestSeconds ? *number : *number * 1000, kLargestInstant);
  if (*number > kLargestDelay) return Until(milliseconds(static_cast<int64_t>(in_ms)), base);
  const double longest = static_cast<double>(kMaxDelay.count());
  const milliseconds delay(static_cast<int64_t>(std::min(in_ms, longest)));
  return std::clamp<milliseconds>(delay, kMinDelay, kMaxDelay);
}

}  // namespace

std::optional<WallTime> ParseHttpDate(std::string_view text) {
  // By hand: strptime reads the process's locale. "Wed, 21 Oct 2026 07:28:00 GMT" is 29 characters.
  if (text.size() != 29 || text.substr(25) != " GMT" || text[19] != ':' || text[22] != ':') {
    return std::nullopt;
  }
  const auto day = ParseNumber<unsigned>(text.substr(5, 2));
  const auto month = ParseMonth(text.substr(8, 3));
  const auto year = ParseNumber<unsigned>(text.substr(12, 4));
  const auto hour = ParseNumber<unsigned>(text.substr(17, 2));
  const auto minute = ParseNumber<unsigned>(text.substr(20, 2));
  const auto second = ParseNumber<unsigned>(text.substr(23, 2));
  if (!day || !month || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  // Nanoseconds since 1970 end in 2262.
  const bool known = *year >= 1970 && *year <= 2200;
  if (!known || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         seconds(*second);
}

std::optional<milliseconds> ParseRetryAfter(const Headers& headers, WallTime now) {
  const WallTime base = ParseHttpDate(Trim(FindHeader(headers, "date"))).value_or(now);
  for (const std::string_view name : {"x-ratelimit-retryafter", "retry-after"}) {
    const auto wait = ParseWait(Trim(FindHeader(headers, name)), base);
    if (wait.has_value()) return wait;
  }
  return std::nullopt;
}

}  // namespace falcon::http
