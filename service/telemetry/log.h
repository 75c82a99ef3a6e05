// Log: structured events as lines of JSON. The caller lists the fields of an event one by one; a
// Secret cannot be a field.
#ifndef FALCON_TELEMETRY_LOG_H_
#define FALCON_TELEMETRY_LOG_H_

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"

namespace falcon::telemetry {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };

// "debug", "info", "warning" ("warn"), "error" or "off", in any case.
std::optional<Level> ParseLevel(std::string_view name);

// A field of an event. Keys: lower_snake_case, with the unit (`wait_ms`).
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
// terminal, and cut after 4 KiB.
std::string FormatLine(WallTime at, Level level, std::string_view event, Fields fields);

// Any thread. One line for each event, see FormatLine.
class Log {
 public:
  // Receives a whole line. Any thread; must not block.
  using LineSink = std::function<void(std::string line)>;

  // Events below `level` are dropped.
  Log(Level level, const Clock& clock, LineSink sink);
  // Into memory, for tests. `out` outlives the log.
  Log(Level level, const Clock& clock, std::ostream& out);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Whether events of `level` are written. Ask before computing costly fields.
  bool Writes(Level level) const { return level >= level_; }

  // `event`: what happened, in lower_snake_case.
  void Debug(std::string_view event, Fields fields = {}) { Write(Level::kDebug, event, fields); }
  void Info(std::string_view event, Fields fields = {}) { Write(Level::kInfo, event, fields); }
  void Warning(std::string_view event, Fields fields = {}) {
    Write(Level::kWarning, event, fields);
  }
  void Error(std::string_view event, Fields fields = {}) { Write(Level::kError, event, fields); }
  void Write(Level level, std::string_view event, Fields fields);

 private:
  const Level level_;
  const Clock& clock_;
  const LineSink sink_;
};

}  // namespace falcon::telemetry

#endif  // FALCON_TELEMETRY_LOG_H_
