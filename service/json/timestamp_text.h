// Instants as Falcon writes them: RFC 3339 in all its dialects, dates, epoch seconds and
// milliseconds.
#ifndef FALCON_JSON_TIMESTAMP_TEXT_H_
#define FALCON_JSON_TIMESTAMP_TEXT_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace falcon::json {

// Since 1970-01-01T00:00:00Z; nanos from 0 to 999,999,999.
struct Instant {
  int64_t seconds = 0;
  int32_t nanos = 0;

  // Whether it means "never": Falcon's services send the epoch or 0001-01-01T00:00:00Z for that.
  bool IsNone() const;
  friend bool operator==(const Instant&, const Instant&) = default;
};

// "2025-03-01T12:00:00.123456789Z", with T, t or a space, 0 to 9 fraction digits (further ones are
// cut), zone Z, z, +01:00, +0100 or missing (UTC); "2025-03-01"; or digits as for InstantOfEpoch,
// with a fraction or not. Years 1 to 9999. Null: none of these.
std::optional<Instant> ParseInstant(std::string_view text);

// Seconds below 10^11, milliseconds from there to the year 9999. Null: negative or beyond.
std::optional<Instant> InstantOfEpoch(int64_t number);
std::optional<Instant> InstantOfEpoch(double number);

}  // namespace falcon::json

#endif  // FALCON_JSON_TIMESTAMP_TEXT_H_
