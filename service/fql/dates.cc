// Reads instants strictly: Falcon answers 200 with no rows where it does not understand one.
#include "fql/dates.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <initializer_list>
#include <optional>

#include "absl/strings/ascii.h"
#include "base/text.h"
#include "fql/expression.h"

namespace falcon::fql {
namespace {

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

bool TakeIntUpTo(std::string_view& text, int max) {
  const std::optional<int> value = TakeInt(text, 2);
  return value.has_value() && *value <= max;
}

bool TakeDay(std::string_view& text) {
  const std::optional<int> year = TakeInt(text, 4);
  if (!year.has_value() || !TakeChar(text, '-')) return false;
  const std::optional<int> month = TakeInt(text, 2);
  if (!month.has_value() || !TakeChar(text, '-')) return false;
  const std::optional<int> day = TakeInt(text, 2);
  if (!day.has_value()) return false;
  return std::chrono::year_month_day(std::chrono::year(*year), std::chrono::month(*month),
                                     std::chrono::day(*day))
      .ok();
}

bool TakeTimeOfDay(std::string_view& text) {
  const bool whole = TakeIntUpTo(text, 23) && TakeChar(text, ':') && TakeIntUpTo(text, 59) &&
                     TakeChar(text, ':') && TakeIntUpTo(text, 60);
  if (!whole || !TakeChar(text, '.')) return whole;
  size_t digits = 0;
  while (!text.empty() && IsDigit(text[0])) {
    text.remove_prefix(1);
    ++digits;
  }
  return digits >= 1 && digits <= 9;
}

bool TakeZone(std::string_view& text) {
  if (TakeChar(text, 'Z')) return true;
  if (!TakeChar(text, '+') && !TakeChar(text, '-')) return false;
  return TakeIntUpTo(text, 23) && TakeChar(text, ':') && TakeIntUpTo(text, 59);
}

bool IsRelative(std::string_view text) {
  if (text == "now") return true;
  if (!text.starts_with("now-") || text.size() < 6 || text.size() > 10) return false;
  text.remove_prefix(4);
  const bool unit = text.back() == 'h' || text.back() == 'd';
  text.remove_suffix(1);
  return unit && text[0] != '0' && std::all_of(text.begin(), text.end(), IsDigit);
}

// The instant that the writer may have meant, or nothing.
std::optional<std::string> Repaired(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), absl::ascii_toupper);
  if (const size_t blank = upper.find(' '); blank == 10) upper[blank] = 'T';
  for (const std::string& candidate : {Lower(text), upper, Cat(upper, "Z"), Cat(upper, ":00Z"),
                                       text.starts_with('-') ? Cat("now", text) : ""}) {
    if (IsInstant(candidate)) return candidate;
  }
  return std::nullopt;
}

}  // namespace

bool IsInstant(std::string_view text) {
  if (text.starts_with("now")) return IsRelative(text);
  if (!TakeDay(text)) return false;
  if (text.empty()) return true;
  return TakeChar(text, 'T') && TakeTimeOfDay(text) && TakeZone(text) && text.empty();
}

std::string InstantProblem(std::string_view text) {
  std::string problem = Cat("`", EscapeHostile(text, 64), "` is no instant");
  if (text.size() <= 64) {
    if (const auto repaired = Repaired(text)) {
      return Cat(problem, "; write ", Quoted(*repaired));
    }
  }
  return Cat(problem, "; write '2025-01-31T10:20:30Z', '2025-01-31', 'now-24h' or 'now-7d'");
}

}  // namespace falcon::fql
