// An event of the log as one line of JSON.
#ifndef FALCON_TELEMETRY_LOG_LINE_H_
#define FALCON_TELEMETRY_LOG_LINE_H_

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"

namespace falcon::telemetry {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };

// "debug", "info", "warning" ("warn"), "error" or "off"; case does not count.
std::optional<Level> ParseLevel(std::string_view name);

// One fact of an event. Keys: lower_snake_case, with the unit (`wait_ms`). There is no way in for a
// Secret.
class Field {
 public:
  template <std::convertible_to<std::string_view> Text>
  Field(std::string_view key, const Text& value)
      : key_(key), value_(std::string(std::string_view(value))) {}
  template <std::integral Number>
  Field(std::string_view key, Number value) : key_(key), value_(static_cast<int64_t>(value)) {}
  Field(std::string_view key, bool value) : key_(key), value_(value) {}
  Field(std::string_view key, double value) : key_(key), value_(value) {}

  const std::string& key() const { return key_; }
  const std::variant<bool, int64_t, double, std::string>& value() const { return value_; }

 private:
  std::string key_;
  std::variant<bool, int64_t, double, std::string> value_;
};

using Fields = std::initializer_list<Field>;

// {"ts":"2026-11-24T10:00:00.123Z","level":"info","event":"server_started","listen":"..."}, with a
// line feed. Text values are escaped by EscapeUnsafe, so that Falcon's text cannot act on a
// terminal, and cut at 4 KiB.
std::string FormatLine(WallTime at, Level level, std::string_view event, Fields fields);

}  // namespace falcon::telemetry

#endif  // FALCON_TELEMETRY_LOG_LINE_H_
