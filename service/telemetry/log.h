// Log: structured events as JSON lines. What may be said is listed by the caller, field by field; a
// Secret is no field.
#ifndef FALCON_TELEMETRY_LOG_H_
#define FALCON_TELEMETRY_LOG_H_

#include <functional>
#include <ostream>
#include <string>
#include <string_view>

#include "base/time.h"
#include "telemetry/log_line.h"

namespace falcon::telemetry {

// Any thread. One line an event, see FormatLine.
class Log {
 public:
  // Takes a whole line. Any thread; must not wait.
  using LineSink = std::function<void(std::string line)>;

  // Events below `level` are dropped.
  Log(Level level, const Clock& clock, LineSink sink);
  // Into memory, for tests. `out` outlives the log.
  Log(Level level, const Clock& clock, std::ostream& out);
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
  void Write(Level level, std::string_view event, Fields fields);

 private:
  const Level level_;
  const Clock& clock_;
  const LineSink sink_;
};

}  // namespace falcon::telemetry

#endif  // FALCON_TELEMETRY_LOG_H_
