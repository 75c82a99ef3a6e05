// Log: structured events as JSON lines. What may be said is listed by the caller, field by field; a
// Secret is no field.
#ifndef FALCON_OBS_LOG_H_
#define FALCON_OBS_LOG_H_

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"

namespace falcon::obs {

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

// Any thread. One line an event:
// {"ts":"2026-11-24T10:00:00.123Z","level":"info","event":"server_started","listen":"..."}. Text
// values are escaped by EscapeHostile, so that Falcon's text cannot act on a terminal, and cut at 4
// KiB.
class Log {
 public:
  // Events below `level` are dropped. `out` outlives the log.
  Log(Level level, const Clock& clock, std::ostream& out = std::cerr);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Whether events of `level` are written: ask where their fields cost much.
  bool Writes(Level level) const { return level >= level_; }

  // `event`: what happened, in lower_snake_case.
  void Debug(std::string_view event, Fields fields = {}) { Write(Level::kDebug, event, fields); }
  void Info(std::string_view event, Fields fields = {}) { Write(Level::kInfo, event, fields); }
  void Warning(std::string_view event, Fields fields = {}) {
    Write(Level::kWarning, event, fields);
  }
  void Error(std::string_view event, Fields fields = {}) { Write(Level::kError, event, fields); }

 private:
  class Sink;
  void Write(Level level, std::string_view event, Fields fields);

  const Level level_;
  const Clock& clock_;
  std::unique_ptr<Sink> sink_;
};

}  // namespace falcon::obs

#endif  // FALCON_OBS_LOG_H_
