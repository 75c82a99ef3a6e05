// From events to lines.
#include "telemetry/log.h"

#include <memory>
#include <mutex>
#include <utility>

namespace falcon::telemetry {

Log::Log(Level level, const Clock& clock, LineSink sink)
    : level_(level), clock_(clock), sink_(std::move(sink)) {}

Log::Log(Level level, const Clock& clock, std::ostream& out)
    : Log(level, clock, [&out, mutex = std::make_shared<std::mutex>()](const std::string& line) {
        const std::lock_guard lock(*mutex);
        out << line << std::flush;
      }) {}

void Log::Write(Level level, std::string_view event, Fields fields) {
  if (Writes(level)) sink_(FormatLine(clock_.WallNow(), level, event, fields));
}

}  // namespace falcon::telemetry
