// Instants as nanoseconds since 1970 UTC, their texts in Falcon's forms, and the simulator's clock.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace falcon::simulator {

using Nanos = int64_t;

inline constexpr Nanos kMillisecond = 1'000'000;
inline constexpr Nanos kSecond = 1'000'000'000;
inline constexpr Nanos kMinute = 60 * kSecond;
inline constexpr Nanos kHour = 60 * kMinute;
inline constexpr Nanos kDay = 24 * kHour;

// Says what time it is; tests replace it.
using NowFunction = std::function<Nanos()>;
Nanos SystemNow();

// RFC 3339 in UTC with 0, 3 or 9 fraction digits, e.g. 2026-01-31T10:20:30.123Z.
std::string FormatTime(Nanos instant, int fraction_digits = 0);
// The form of the HTTP Date header.
std::string FormatHttpDate(Nanos instant);

// RFC 3339 (any fraction, offset or Z), date only, or date and minutes; UTC when no offset is
// given.
std::optional<Nanos> ParseTime(std::string_view text);
// As ParseTime, and `now`, `now-24h`, `now-7d` (lower case, units h and d only).
std::optional<Nanos> ParseTimeOrRelative(std::string_view text, Nanos now);
bool IsRelativeTime(std::string_view text);

// Calendar parts for histograms.
struct CivilDate {
  int year;
  unsigned month;
  unsigned day;
};
CivilDate ToCivil(Nanos instant);
Nanos FromCivil(CivilDate date);

// Not synchronised: the owner guards it.
class Clock {
 public:
  Clock(NowFunction now, Nanos data_now)
      : now_(now ? std::move(now) : NowFunction(SystemNow)),
        data_shift_(data_now == 0 ? 0 : data_now - now_()) {}

  // What tokens, cursors and rate windows age by.
  Nanos Now() const { return now_() + advance_; }
  // What the Date header and retry instants say.
  Nanos Shown() const { return Now() + skew_; }
  // What `now-7d` in a filter counts from; differs from Now() when the data is pinned to a date.
  Nanos DataNow() const { return Now() + data_shift_; }

  void SetSkew(Nanos skew) { skew_ = skew; }
  void Advance(Nanos step) { advance_ += step; }

 private:
  NowFunction now_;
  Nanos data_shift_;
  Nanos advance_ = 0;
  Nanos skew_ = 0;
};

}  // namespace falcon::simulator
