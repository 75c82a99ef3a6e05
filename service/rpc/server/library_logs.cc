// The libraries call plain functions, which find the one LibraryLogs by a pointer.
#include "rpc/server/library_logs.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <mutex>
#include <string>

#include "base/text.h"

namespace falcon::rpc {
namespace {

// Neither hook takes an argument of ours. The mutex keeps the object alive while it is called.
struct Installed {
  std::mutex mutex;
  LibraryLogs* logs = nullptr;
};
Installed& TheInstalled() {
  static Installed installed;
  return installed;
}

void Pass(telemetry::Level level, std::string_view library, const char* file, int line,
          std::string_view text) {
  Installed& installed = TheInstalled();
  const std::lock_guard lock(installed.mutex);
  if (installed.logs != nullptr) installed.logs->Take(level, library, file, line, text);
}

void FromGrpc(gpr_log_func_args* args) {
  const telemetry::Level level =
      args->severity == GPR_LOG_SEVERITY_ERROR  ? telemetry::Level::kWarning
      : args->severity == GPR_LOG_SEVERITY_INFO ? telemetry::Level::kInfo
                                                : telemetry::Level::kDebug;
  Pass(level, "grpc", args->file, args->line, args->message);
}

void FromProtobuf(google::protobuf::LogLevel severity, const char* file, int line,
                  const std::string& text) {
  const telemetry::Level level = severity == google::protobuf::LOGLEVEL_INFO
                                     ? telemetry::Level::kInfo
                                     : telemetry::Level::kWarning;
  Pass(level, "protobuf", file, line, text);
}

void Install(LibraryLogs* logs) {
  Installed& installed = TheInstalled();
  const std::lock_guard lock(installed.mutex);
  installed.logs = logs;
}

}  // namespace

LibraryLogs::LibraryLogs(const Clock& clock, telemetry::Log& log) : log_(log), messages_(clock) {
  Install(this);
  gpr_set_log_function(&FromGrpc);
  google::protobuf::SetLogHandler(&FromProtobuf);
}

// The hooks stay: what the libraries say while the process ends is nobody's.
LibraryLogs::~LibraryLogs() { Install(nullptr); }

void LibraryLogs::Take(telemetry::Level level, std::string_view library, std::string_view file,
                       int line, std::string_view text) {
  if (!log_.Writes(level)) return;
  const std::string place = StrCat(file.substr(file.rfind('/') + 1), ":", line);
  if (!messages_.Admit({std::string(library), place})) return;
  log_.Write(level, "library_message", {{"library", library}, {"place", place}, {"message", text}});
}

void LibraryLogs::Flush() {
  messages_.Flush([this](const telemetry::RepeatLimiter::Key& key, int64_t suppressed) {
    log_.Warning("library_messages_suppressed", {{"library", key.front()},
                                                 {"place", key.back()},
                                                 {"count", suppressed},
                                                 {"window_s", messages_.limits().window.count()}});
  });
}

}  // namespace falcon::rpc
