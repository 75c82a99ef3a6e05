// Reads instants strictly: Falcon returns 200 without rows for one that it does not understand.
#include "fql/dates.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/ascii.h"
#include "base/text.h"

namespace falcon::fql {
namespace {

// Longer text is not repaired.
constexpr size_t kMaxInstantBytes = 64;

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// Takes `digits` digits off the front of `text`.
std::optional<int> TakeInt(std::string_view& text, size_t digits) {
  if (text.size() < digits || !std::all_of(text.begin(), text.begin() + digits, IsDigit)) {
    return std::nullopt;
  }
  int value = 0;
  for (size_t i = 0; i < digits; ++i) value = value * 10 + (text[i] - '0');
  text.remove_prefix(digits);
  return value;
}

bool TakeChar(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

bool TakeIntUpTo(std::string_view& text, int max, int64_t& value) {
  const std::optional<int> read = TakeInt(text, 2);
  value = read.value_or(0);
  return read.has_value() && *read <= max;
}

bool TakeDay(std::string_view& text, std::chrono::sys_seconds& day) {
  const std::optional<int> year = TakeInt(text, 4);
  if (!year.has_value() || !TakeChar(text, '-')) return false;
  const std::optional<int> month = TakeInt(text, 2);
  if (!month.has_value() || !TakeChar(text, '-')) return false;
  const std::optional<int> number = TakeInt(text, 2);
  if (!number.has_value()) return false;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(*number)};
  if (date.ok()) day = std::chrono::sys_days(date);
  return date.ok();
}

// An instant, and which parts of it were written.
struct ParsedInstant {
  std::chrono::sys_seconds seconds;
  bool fraction = false;
  size_t minutes_end = 0;  // after the minutes; 0: a date alone
  bool has_seconds = false;
  bool has_zone = false;
};

bool TakeSeconds(std::string_view& text, ParsedInstant& out) {
  int64_t seconds = 0;
  if (!TakeIntUpTo(text, 60, seconds)) return false;
  out.seconds += std::chrono::seconds(seconds);
  out.has_seconds = true;
  if (!TakeChar(text, '.')) return true;
  size_t digits = 0;
  for (; !text.empty() && IsDigit(text[0]); ++digits) {
    out.fraction = out.fraction || text[0] != '0';
    text.remove_prefix(1);
  }
  return digits >= 1 && digits <= 9;
}

bool TakeZone(std::string_view& text, ParsedInstant& out) {
  out.has_zone = !text.empty();
  if (text.empty() || TakeChar(text, 'Z')) return true;
  const bool east = text.starts_with('+');
  if (!east && !text.starts_with('-')) return false;
  text.remove_prefix(1);
  int64_t hours = 0, minutes = 0;
  if (!TakeIntUpTo(text, 23, hours) || !TakeChar(text, ':') || !TakeIntUpTo(text, 59, minutes)) {
    return false;
  }
  const auto offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  out.seconds += east ? -offset : offset;
  return true;
}

// A date, or a date and a time of day with or without seconds and zone.
std::optional<ParsedInstant> Read(std::string_view text) {
  ParsedInstant out;
  std::string_view rest = text;
  if (!TakeDay(rest, out.seconds)) return std::nullopt;
  if (rest.empty()) return out;
  int64_t hours = 0, minutes = 0;
  if (!TakeChar(rest, 'T') || !TakeIntUpTo(rest, 23, hours) || !TakeChar(rest, ':') ||
      !TakeIntUpTo(rest, 59, minutes)) {
    return std::nullopt;
  }
  out.seconds += std::chrono::hours(hours) + std::chrono::minutes(minutes);
  out.minutes_end = text.size() - rest.size();
  if (TakeChar(rest, ':') && !TakeSeconds(rest, out)) return std::nullopt;
  if (!TakeZone(rest, out) || !rest.empty()) return std::nullopt;
  return out;
}

bool IsRelative(std::string_view text) {
  if (text == "now") return true;
  const bool span = text.starts_with("now-") || text.starts_with("now+");
  if (!span || text.size() < 6 || text.size() > 10) return false;
  text.remove_prefix(4);
  const bool unit = std::string_view("smhdwy").find(text.back()) != std::string_view::npos;
  text.remove_suffix(1);
  return unit && text[0] != '0' && std::all_of(text.begin(), text.end(), IsDigit);
}

// "now-1M" of other languages as days; a lower-case m is a minute.
std::optional<std::string> InDays(std::string_view text) {
  if (!text.starts_with("now-") || !text.ends_with('M') || text.size() > 7) return std::nullopt;
  text.remove_prefix(4);
  text.remove_suffix(1);
  const size_t digits = text.size();
  const std::optional<int> months = TakeInt(text, digits);
  return months.value_or(0) == 0 ? std::nullopt : std::optional(StrCat("now-", *months * 30, "d"));
}

}  // namespace

bool IsInstant(std::string_view text) {
  if (text.starts_with("now")) return IsRelative(text);
  const std::optional<ParsedInstant> written = Read(text);
  return written.has_value() &&
         (written->minutes_end == 0 || (written->has_seconds && written->has_zone));
}

std::optional<std::string> CompletedInstant(std::string_view text) {
  if (IsInstant(text)) return std::string(text);
  const std::optional<ParsedInstant> written = Read(text);
  if (!written.has_value()) return std::nullopt;
  const size_t end = written->minutes_end;
  return StrCat(text.substr(0, end), written->has_seconds ? "" : ":00", text.substr(end),
                written->has_zone ? "" : "Z");
}

std::optional<int64_t> EpochSeconds(std::string_view text) {
  const std::optional<ParsedInstant> written = Read(text);
  if (!written.has_value() || written->fraction) return std::nullopt;
  return written->seconds.time_since_epoch().count();
}

std::optional<std::string> RepairedInstant(std::string_view text) {
  if (text.size() > kMaxInstantBytes) return std::nullopt;
  if (std::optional<std::string> days = InDays(text)) return days;
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), absl::ascii_toupper);
  if (upper.size() > 10 && upper[10] == ' ') upper[10] = 'T';
  for (const std::string& candidate :
       {Lower(text), upper, text.starts_with('-') ? StrCat("now", text) : ""}) {
    if (std::optional<std::string> instant = CompletedInstant(candidate)) return instant;
  }
  return std::nullopt;
}

}  // namespace falcon::fql
