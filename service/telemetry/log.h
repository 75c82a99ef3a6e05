// The log: structured events as lines of JSON (Log), the thread that writes them (LogWriter), and
// the limit on lines that repeat each other (RepeatLimiter).
#ifndef FALCON_TELEMETRY_LOG_H_
#define FALCON_TELEMETRY_LOG_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
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

// Any thread. One line for each event, see FormatLine. The caller lists the fields of an event one
// by one; a Secret cannot be a field.
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

struct LogWriterOptions {
  size_t max_bytes = size_t{4} << 20;  // queued for the reader; further lines are dropped
  milliseconds grace{1'000};           // at the end, for queued lines
};

// Writes lines to a file descriptor on a thread of its own, so that nothing that logs waits for the
// reader or the disk. A line that finds the queue full is dropped; one that the system refuses
// (disk full, no reader) is lost. Both are counted, and the event `log_lines_dropped` with their
// number precedes the next line that is written.
class LogWriter {
 public:
  // `fd` is not closed, and its flags are not changed: others may share it. SIGPIPE must be
  // ignored.
  explicit LogWriter(int fd, LogWriterOptions options = {});
  // Writes queued lines, for `grace` at most, whatever the reader does.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // `line` ends with a line feed. Any thread. Never waits for the reader.
  void Write(std::string line);

  // Lines that were dropped or lost so far. Any thread.
  int64_t dropped() const;

 private:
  struct State;
  static void Run(const std::shared_ptr<State>& shared);

  const LogWriterOptions options_;
  // Shared with the thread, which outlives the writer where the system does not return from a
  // write.
  const std::shared_ptr<State> state_;
  std::thread thread_;
};

struct RepeatLimits {
  int64_t burst = 5;  // lines of one key in a window
  seconds window{10};
  size_t max_keys = 1'000;  // at a time; further ones share one
};

// Of log lines that repeat each other, writes the first few in a window and counts the rest. A
// window begins with its first line and ends in a Flush. Any thread.
class RepeatLimiter {
 public:
  // Lines with equal keys repeat each other. Such as method, code and reason.
  using Key = std::vector<std::string>;

  explicit RepeatLimiter(const Clock& clock, RepeatLimits limits = {})
      : clock_(clock), limits_(limits) {}

  // Whether a line of this key is to be written; counted if not.
  bool Admit(const Key& key);

  // Calls `report` for each key whose window has ended, with the number of lines that were not
  // written in it, if any. Call it about once a second.
  void Flush(const std::function<void(const Key& key, int64_t suppressed)>& report);

  const RepeatLimits& limits() const { return limits_; }

 private:
  struct Window {
    SteadyTime end;
    int64_t lines = 0;
  };

  const Clock& clock_;
  const RepeatLimits limits_;
  absl::Mutex mutex_;
  std::map<Key, Window> windows_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace falcon::telemetry

#endif  // FALCON_TELEMETRY_LOG_H_
