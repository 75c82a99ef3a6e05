// Lines by nlohmann's ordered JSON.
#include "telemetry/log.h"

#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "base/text.h"

namespace falcon::telemetry {

namespace {

constexpr std::array<std::string_view, 5> kNames = {"debug", "info", "warning", "error", "off"};

std::string_view Name(Level level) { return kNames[static_cast<size_t>(level)]; }

std::string Timestamp(WallTime now) {
  const auto whole = std::chrono::floor<std::chrono::milliseconds>(now);
  const auto day = std::chrono::floor<std::chrono::days>(whole);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(whole - day);
  std::array<char, 40> text;
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      static_cast<int>(time.subseconds().count()));
  return std::string(text.data(), static_cast<size_t>(length));
}

nlohmann::ordered_json ToJson(const Field& field) {
  return std::visit(
      [](const auto& value) -> nlohmann::ordered_json {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
          return EscapeUnsafe(value);
        } else {
          return value;
        }
      },
      field.value());
}

}  // namespace

std::optional<Level> ParseLevel(std::string_view name) {
  if (EqualsIgnoringCase(name, "warn")) return Level::kWarning;
  for (const Level level :
       {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError, Level::kOff}) {
    if (EqualsIgnoringCase(name, Name(level))) return level;
  }
  return std::nullopt;
}

std::string FormatLine(WallTime at, Level level, std::string_view event, Fields fields) {
  nlohmann::ordered_json line;
  line["ts"] = Timestamp(at);
  line["level"] = Name(level);
  line["event"] = EscapeUnsafe(event);
  for (const Field& field : fields) line[field.key()] = ToJson(field);
  return line.dump() + "\n";
}

Log::Log(Level level, const Clock& clock, LineSink sink)
    : level_(level), clock_(clock), sink_(std::move(sink)) {}

Log::Log(Level level, const Clock& clock, std::ostream& out)
    : Log(level, clock, [&out, mutex = std::make_shared<absl::Mutex>()](const std::string& line) {
        const absl::MutexLock lock(mutex.get());
        out << line << std::flush;
      }) {}

void Log::Write(Level level, std::string_view event, Fields fields) {
  if (Writes(level)) sink_(FormatLine(clock_.WallNow(), level, event, fields));
}

}  // namespace falcon::telemetry
