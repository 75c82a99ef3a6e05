// Tells seconds from milliseconds and instants from delays. Of a page, nothing is interpreted but
// where text begins and ends.
#include "http/response_hints.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "base/text.h"

namespace falcon::http {
namespace {

// Style sheets come first, and may be long.
constexpr size_t kMaxPageBytes = size_t{64} << 10;

bool IsBlank(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

// Where the text goes on after the tag or comment that begins at `at`.
size_t EndOfTag(std::string_view page, size_t at) {
  const std::string_view rest = page.substr(at);
  std::string_view end = ">";
  if (rest.starts_with("<!--")) end = "-->";
  for (const std::string_view hidden : {"script", "style"}) {
    if (EqualsIgnoringCase(rest.substr(1, hidden.size()), hidden)) {
      const size_t close = Lower(rest).find(StrCat("</", hidden));
      if (close == std::string_view::npos) return page.size();
      return std::min(page.find('>', at + close), page.size() - 1) + 1;
    }
  }
  const size_t found = page.find(end, at);
  return found == std::string_view::npos ? page.size() : found + end.size();
}

constexpr double kMaxDelaySeconds = 1e9;     // above: an instant, 2001 or later
constexpr double kMaxInstantSeconds = 1e11;  // above: milliseconds
constexpr double kMaxNumber = 1e19;          // above: garbage
constexpr double kMaxInstantMs = 1e15;       // in milliseconds: the year 33658
// A WallTime counts nanoseconds, which end in the year 2262.
constexpr int64_t kMaxEpochSeconds = int64_t{7'258'118'400};
constexpr milliseconds kMinDelay = seconds(1);

// Seconds as "20" or "2.5". Nullopt for any other text, and for what is not above zero.
std::optional<double> ParseSeconds(std::string_view text) {
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  const std::optional<double> number = ParseNumber<double>(text);
  return number.has_value() && *number > 0 && *number <= kMaxNumber ? number : std::nullopt;
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

bool IsMarkup(std::string_view body) {
  const auto first = std::find_if_not(body.begin(), body.end(), IsBlank);
  return first != body.end() && *first == '<';
}

bool HasHtmlContentType(const Headers& headers) {
  const std::string type = Lower(FindHeader(headers, "Content-Type"));
  return type.starts_with("text/html") || type.starts_with("application/xhtml");
}

std::string MarkupText(std::string_view page, size_t max_bytes) {
  page = page.substr(0, kMaxPageBytes);
  std::string text;
  bool gap = false;
  for (size_t at = 0; at < page.size() && text.size() < max_bytes;) {
    if (page[at] == '<') {
      at = EndOfTag(page, at);
      gap = true;
    } else if (IsBlank(page[at])) {
      ++at;
      gap = true;
    } else {
      if (gap && !text.empty()) text += ' ';
      gap = false;
      text += page[at++];
    }
  }
  return text.substr(0, max_bytes);
}

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
  const WallTime base = ParseHttpDate(Trimmed(FindHeader(headers, "date"))).value_or(now);
  for (const std::string_view name : {"x-ratelimit-retryafter", "retry-after"}) {
    const auto wait = ParseWait(Trimmed(FindHeader(headers, name)), base, max);
    if (wait.has_value()) return wait;
  }
  return std::nullopt;
}

}  // namespace falcon::http
