// Instants as Falcon writes them. Hand-written: it runs several times for each record.
#include "json/timestamp_text.h"

#include <charconv>
#include <cmath>

namespace falcon::json {
namespace {

constexpr int64_t kYearOne = -62135596800;
constexpr int64_t kEndOfYear9999 = 253402300800;
constexpr int64_t kFirstMilliseconds = 100'000'000'000;
constexpr int32_t kNanosPerSecond = 1'000'000'000;

class Cursor {
 public:
  explicit Cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool done() const { return at_ == end_; }
  bool failed() const { return failed_; }

  // Exactly `width` digits.
  int Digits(int width) {
    int value = 0;
    if (end_ - at_ < width) failed_ = true;
    for (int i = 0; i < width && !failed_; ++i, ++at_) {
      const unsigned digit = static_cast<unsigned char>(*at_) - unsigned{'0'};
      if (digit > 9) failed_ = true;
      value = value * 10 + static_cast<int>(digit);
    }
    return value;
  }

  // Nanoseconds of the digits that follow, at least one.
  int32_t Fraction() {
    int32_t nanos = 0;
    int32_t unit = kNanosPerSecond / 10;
    const char* const start = at_;
    for (; at_ != end_ && *at_ >= '0' && *at_ <= '9'; ++at_, unit /= 10) {
      nanos += (*at_ - '0') * unit;
    }
    if (at_ == start) failed_ = true;
    return nanos;
  }

  bool Take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  void Need(char c) {
    if (!Take(c)) failed_ = true;
  }

 private:
  const char* at_;
  const char* end_;
  bool failed_ = false;
};

// Days from 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant's days_from_civil).
int64_t DaysFromCivil(int year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return int64_t{era} * 146097 + day_of_era - 719468;
}

int DaysInMonth(int year, int month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// Seconds since the epoch of the date at the cursor.
int64_t Date(Cursor& cursor, bool& valid) {
  const int year = cursor.Digits(4);
  cursor.Need('-');
  const int month = cursor.Digits(2);
  cursor.Need('-');
  const int day = cursor.Digits(2);
  valid = !cursor.failed() && year >= 1 && month >= 1 && month <= 12 && day >= 1 &&
          day <= DaysInMonth(year, month);
  return valid ? DaysFromCivil(year, month, day) * 86400 : 0;
}

// Seconds east of UTC.
int ZoneOffset(Cursor& cursor, bool& valid) {
  if (cursor.done() || cursor.Take('Z') || cursor.Take('z')) return 0;
  const bool east = cursor.Take('+');
  if (!east) cursor.Need('-');
  const int hours = cursor.Digits(2);
  cursor.Take(':');
  const int minutes = cursor.Digits(2);
  valid = valid && hours <= 23 && minutes <= 59;
  return (east ? 1 : -1) * (hours * 3600 + minutes * 60);
}

std::optional<Instant> ParseCalendar(std::string_view text) {
  Cursor cursor(text);
  bool valid = true;
  Instant instant;
  instant.seconds = Date(cursor, valid);
  if (!cursor.done()) {
    if (!cursor.Take('T') && !cursor.Take('t')) cursor.Need(' ');
    const int hour = cursor.Digits(2);
    cursor.Need(':');
    const int minute = cursor.Digits(2);
    cursor.Need(':');
    const int second = cursor.Digits(2);  // 60: a leap second, the next minute
    valid = valid && hour <= 23 && minute <= 59 && second <= 60;
    if (cursor.Take('.')) instant.nanos = cursor.Fraction();
    instant.seconds += hour * 3600 + minute * 60 + second - ZoneOffset(cursor, valid);
  }
  if (!valid || cursor.failed() || !cursor.done()) return std::nullopt;
  if (instant.seconds < kYearOne || instant.seconds >= kEndOfYear9999) return std::nullopt;
  return instant;
}

}  // namespace

bool Instant::IsNone() const { return nanos == 0 && (seconds == 0 || seconds == kYearOne); }

std::optional<Instant> InstantOfEpoch(int64_t number) {
  if (number < 0) return std::nullopt;
  if (number < kFirstMilliseconds) return Instant{number, 0};
  const int64_t seconds = number / 1000;
  if (seconds >= kEndOfYear9999) return std::nullopt;
  return Instant{seconds, static_cast<int32_t>(number % 1000) * 1'000'000};
}

std::optional<Instant> InstantOfEpoch(double number) {
  if (!(number >= 0) || number >= 1e15) return std::nullopt;
  const double seconds = number < static_cast<double>(kFirstMilliseconds) ? number : number / 1000;
  if (seconds >= static_cast<double>(kEndOfYear9999 - 1)) return std::nullopt;
  // A double holds microseconds of today's instants, not nanoseconds.
  const auto micros = static_cast<int64_t>(std::llround(seconds * 1e6));
  return Instant{micros / 1'000'000, static_cast<int32_t>(micros % 1'000'000) * 1000};
}

std::optional<Instant> ParseInstant(std::string_view text) {
  if (text.size() >= 10 && text[4] == '-') return ParseCalendar(text);
  const char* const end = text.data() + text.size();
  int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return std::nullopt;
  if (stop == end) return InstantOfEpoch(number);
  double fraction = 0;
  const auto [rest, bad] = std::from_chars(text.data(), end, fraction);
  if (bad != std::errc() || rest != end) return std::nullopt;
  return InstantOfEpoch(fraction);
}

}  // namespace falcon::json
