// Joins, wraps and measures; reads and writes times.
#include "text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace falcon::client {
namespace {

struct Unit {
  std::string_view name;
  int64_t milliseconds;
};

constexpr std::array<Unit, 7> kUnits = {{{"ms", 1},
                                         {"s", 1000},
                                         {"m", 60'000},
                                         {"min", 60'000},
                                         {"h", 3'600'000},
                                         {"d", 86'400'000},
                                         {"w", 604'800'000}}};

// A century: what is longer is a typing error, and would overflow.
constexpr int64_t kMaxMilliseconds = int64_t{100} * 366 * 86'400'000;

std::string Short(int64_t seconds) {
  if (seconds < 60) return StrCat(seconds, " s");
  if (seconds < 3600) return StrCat(seconds / 60, " min");
  if (seconds < int64_t{48} * 3600) return StrCat(seconds / 3600, " h");
  return StrCat(seconds / 86400, " d");
}

// Of the longest start that takes at most `width` columns.
size_t BytesWithin(std::string_view text, size_t width) {
  size_t at = 0;
  for (size_t used = 0; at < text.size();) {
    const CodePoint point = DecodeAt(text, at);
    used += ColumnsOf(point.value);
    if (used > width) break;
    at += point.bytes;
  }
  return at;
}

}  // namespace

std::string Upper(std::string_view text) { return absl::AsciiStrToUpper(ToAbsl(text)); }

std::string Replace(std::string_view text, char from, char to) {
  std::string out(text);
  std::replace(out.begin(), out.end(), from, to);
  return out;
}

std::string Join(const std::vector<std::string>& parts, std::string_view separator) {
  return absl::StrJoin(parts, ToAbsl(separator));
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const size_t end = text.find(separator);
    const std::string_view part = Trimmed(text.substr(0, end));
    if (!part.empty()) parts.emplace_back(part);
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> Wrap(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  for (const std::string& paragraph : Split(text, '\n')) {
    std::string line;
    for (const std::string& word : Split(paragraph, ' ')) {
      if (!line.empty() && line.size() + 1 + word.size() > width) {
        lines.push_back(std::move(line));
        line.clear();
      }
      if (!line.empty()) line.push_back(' ');
      line.append(word);
    }
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

std::string Grouped(int64_t number) {
  std::string out = std::to_string(number);
  const std::ptrdiff_t first = number < 0 ? 2 : 1;
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(out.size()) - 3; at >= first; at -= 3) {
    out.insert(static_cast<size_t>(at), 1, ',');
  }
  return out;
}

std::string Nearest(std::string_view word, const std::vector<std::string>& candidates) {
  return std::string(falcon::Nearest(word, candidates));
}

std::string EscapeUnsafe(std::string_view text) { return falcon::EscapeUnsafe(text, kNoLimit); }

std::string ShellWord(std::string_view text) {
  return StrCat("'", absl::StrReplaceAll(ToAbsl(text), {{"'", "'\\''"}}), "'");
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = DecodeAt(text, at);
    width += ColumnsOf(point.value);
    at += point.bytes;
  }
  return width;
}

std::string Truncate(std::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  return width == 0 ? std::string() : StrCat(text.substr(0, BytesWithin(text, width - 1)), "…");
}

std::string TruncateMiddle(std::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width == 0) return {};
  const size_t tail = (width - 1) * 2 / 3;
  size_t at = 0;
  while (DisplayWidth(text.substr(at)) > tail) at += DecodeAt(text, at).bytes;
  return StrCat(text.substr(0, BytesWithin(text, width - 1 - tail)), "…", text.substr(at));
}

std::string InstantText(absl::Time instant) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", instant, absl::UTCTimeZone());
}

std::string RelativeText(absl::Time instant, absl::Time now) {
  const int64_t seconds = absl::ToInt64Seconds(now - instant);
  constexpr int64_t kFar = int64_t{60} * 86400;
  if (seconds > kFar || seconds < -kFar) {
    return absl::FormatTime("%E4Y-%m-%d", instant, absl::UTCTimeZone());
  }
  if (seconds == 0) return "now";
  return seconds > 0 ? Short(seconds) + " ago" : "in " + Short(-seconds);
}

std::string SpanText(absl::Duration span) {
  if (span < absl::ZeroDuration()) return "-" + SpanText(-span);
  const int64_t seconds = absl::ToInt64Seconds(span);
  const auto two = [](int64_t big, const char* big_name, int64_t small, const char* small_name) {
    return small == 0 ? StrCat(big, " ", big_name)
                      : StrCat(big, " ", big_name, " ", small, " ", small_name);
  };
  if (seconds >= 86400) return two(seconds / 86400, "d", seconds % 86400 / 3600, "h");
  if (seconds >= 3600) return two(seconds / 3600, "h", seconds % 3600 / 60, "min");
  if (seconds >= 60) return two(seconds / 60, "min", seconds % 60, "s");
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), "%.3g s", absl::ToDoubleSeconds(span));
  return buffer;
}

std::optional<absl::Duration> ParseSpan(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  for (const Unit& known : kUnits) {
    if (unit != known.name) continue;
    const double span = number * static_cast<double>(known.milliseconds);
    if (span > static_cast<double>(kMaxMilliseconds)) return std::nullopt;
    return absl::Milliseconds(span);
  }
  return std::nullopt;
}

std::optional<absl::Time> ParseInstant(std::string_view text, absl::Time now) {
  if (text == "now") return now;
  if (const std::optional<absl::Duration> back = ParseSpan(text)) return now - *back;
  for (const char* format :
       {"%Y-%m-%d%ET%H:%M:%E*S%Ez", "%Y-%m-%d%ET%H:%M:%E*S", "%Y-%m-%d %H:%M:%E*S",
        "%Y-%m-%d%ET%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    absl::Time instant;
    const absl::string_view input(text.data(), text.size());
    if (absl::ParseTime(format, input, absl::UTCTimeZone(), &instant, nullptr)) return instant;
  }
  return std::nullopt;
}

}  // namespace falcon::client
