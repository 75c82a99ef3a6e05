// Formatting and parsing of instants, free of locale and time zone.
#include "simulator/base/time.h"

#include <chrono>
#include <cstdio>

namespace falcon::simulator {
namespace {

// Reads exactly `count` digits at `*at`; -1 when they are not there.
int Digits(std::string_view text, size_t* at, size_t count) {
  if (*at + count > text.size()) return -1;
  int value = 0;
  for (size_t i = 0; i < count; ++i) {
    const char c = text[*at + i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  *at += count;
  return value;
}

bool Skip(std::string_view text, size_t* at, char wanted) {
  if (*at >= text.size() || text[*at] != wanted) return false;
  ++*at;
  return true;
}

Nanos Fraction(std::string_view text, size_t* at) {
  Nanos unit = kSecond / 10;
  Nanos value = 0;
  for (; *at < text.size() && text[*at] >= '0' && text[*at] <= '9'; ++*at, unit /= 10) {
    value += (text[*at] - '0') * unit;
  }
  return value;
}

std::optional<Nanos> Offset(std::string_view text, size_t* at) {
  if (*at == text.size()) return 0;
  if (Skip(text, at, 'Z')) return *at == text.size() ? std::optional<Nanos>(0) : std::nullopt;
  const bool east = Skip(text, at, '+');
  if (!east && !Skip(text, at, '-')) return std::nullopt;
  const int hours = Digits(text, at, 2);
  Skip(text, at, ':');
  const int minutes = Digits(text, at, 2);
  if (hours < 0 || minutes < 0 || *at != text.size()) return std::nullopt;
  const Nanos offset = hours * kHour + minutes * kMinute;
  return east ? offset : -offset;
}

std::optional<Nanos> TimeOfDay(std::string_view text, size_t at) {
  const int hour = Digits(text, &at, 2);
  if (!Skip(text, &at, ':')) return std::nullopt;
  const int minute = Digits(text, &at, 2);
  int second = 0;
  Nanos fraction = 0;
  if (Skip(text, &at, ':')) {
    second = Digits(text, &at, 2);
    if (Skip(text, &at, '.')) fraction = Fraction(text, &at);
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  const std::optional<Nanos> offset = Offset(text, &at);
  if (!offset) return std::nullopt;
  return hour * kHour + minute * kMinute + second * kSecond + fraction - *offset;
}

// 0: none.
Nanos UnitOf(char letter) {
  switch (letter) {
    case 's':
      return kSecond;
    case 'm':
      return 60 * kSecond;
    case 'h':
      return kHour;
    case 'd':
      return kDay;
    case 'w':
      return 7 * kDay;
    case 'y':
      return 365 * kDay;
    default:
      return 0;
  }
}

}  // namespace

Nanos SystemNow() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

CivilDate ToCivil(Nanos instant) {
  const auto days = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(instant)));
  const std::chrono::year_month_day date(days);
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day())};
}

Nanos FromCivil(CivilDate date) {
  const std::chrono::sys_days days(std::chrono::year(date.year) / std::chrono::month(date.month) /
                                   std::chrono::day(date.day));
  return days.time_since_epoch().count() * kDay;
}

std::string FormatTime(Nanos instant, int fraction_digits) {
  const CivilDate date = ToCivil(instant);
  const Nanos of_day = instant - FromCivil(date);
  char text[80];
  int used = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", date.year,
                           date.month, date.day, static_cast<int>(of_day / kHour),
                           static_cast<int>(of_day / kMinute % 60),
                           static_cast<int>(of_day / kSecond % 60));
  const auto fraction = static_cast<long long>(of_day % kSecond);
  if (fraction_digits == 3) {
    used += std::snprintf(text + used, sizeof text - used, ".%03lld", fraction / kMillisecond);
  } else if (fraction_digits == 9) {
    used += std::snprintf(text + used, sizeof text - used, ".%09lld", fraction);
  }
  return std::string(text, used) + "Z";
}

std::string FormatHttpDate(Nanos instant) {
  static constexpr const char* kDays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const CivilDate date = ToCivil(instant);
  const Nanos midnight = FromCivil(date);
  const Nanos of_day = instant - midnight;
  const auto weekday = static_cast<size_t>(((midnight / kDay) % 7 + 7) % 7);
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT", kDays[weekday], date.day,
                kMonths[date.month - 1], date.year, static_cast<int>(of_day / kHour),
                static_cast<int>(of_day / kMinute % 60), static_cast<int>(of_day / kSecond % 60));
  return text;
}

std::optional<Nanos> ParseTime(std::string_view text) {
  size_t at = 0;
  const int year = Digits(text, &at, 4);
  if (year < 1678 || year > 2261 || !Skip(text, &at, '-'))
    return std::nullopt;  // what 64 bits of ns hold
  const int month = Digits(text, &at, 2);
  if (month < 1 || month > 12 || !Skip(text, &at, '-')) return std::nullopt;
  const int day = Digits(text, &at, 2);
  const std::chrono::year_month_day date{
      std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
      std::chrono::day(static_cast<unsigned>(day < 0 ? 0 : day))};
  if (!date.ok()) return std::nullopt;
  const Nanos midnight =
      FromCivil({year, static_cast<unsigned>(month), static_cast<unsigned>(day)});
  if (at == text.size()) return midnight;
  if (!Skip(text, &at, 'T')) return std::nullopt;
  const std::optional<Nanos> of_day = TimeOfDay(text, at);
  if (!of_day) return std::nullopt;
  return midnight + *of_day;
}

bool IsRelativeTime(std::string_view text) { return text.starts_with("now"); }

std::optional<Nanos> ParseTimeOrRelative(std::string_view text, Nanos now) {
  if (!IsRelativeTime(text)) return ParseTime(text);
  text.remove_prefix(3);
  if (text.empty()) return now;
  const bool back = text.front() == '-';
  if ((!back && text.front() != '+') || text.size() < 3 || text.size() > 8) return std::nullopt;
  const Nanos unit = UnitOf(text.back());
  size_t at = 1;
  const int count = Digits(text, &at, text.size() - 2);
  // A hundred years stay inside 64 bits.
  if (unit == 0 || count < 0 || count > 36'500 * kDay / unit) return std::nullopt;
  return back ? now - count * unit : now + count * unit;
}

}  // namespace falcon::simulator
