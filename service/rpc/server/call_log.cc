// Lines and counters of RPCs; hooks of the libraries, which are plain functions that find the one
// LibraryLogs by a pointer.
#include "rpc/server/call_log.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/error.h"
#include "base/text.h"

namespace falcon::rpc {
namespace {

// "/falcon_gateway.v1.HostService/ListHosts" in its parts.
telemetry::RpcName NameOf(std::string_view method) {
  const size_t cut = method.rfind('/');
  const std::string_view name = method.substr(cut + 1);
  return {name.starts_with("Export") ? "server_stream" : "unary", method.substr(1, cut - 1), name};
}

// Whether the caller caused the status, so that an operator has nothing to do.
bool IsCallers(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kAborted:  // an expired token, or a slow reader
      return true;
    case absl::StatusCode::kPermissionDenied:
      // Falcon's refusal is about the gateway's credentials, the gateway's about the caller.
      return !Metadata(status).contains("http_status");
    default:
      return false;
  }
}

// The hooks take no user data. The mutex keeps the object alive while it is called.
struct Installed {
  absl::Mutex mutex;
  LibraryLogs* logs ABSL_GUARDED_BY(mutex) = nullptr;
};
Installed& TheInstalled() {
  static Installed installed;
  return installed;
}

void Pass(telemetry::Level level, std::string_view library, const char* file, int line,
          std::string_view text) {
  Installed& installed = TheInstalled();
  const absl::MutexLock lock(&installed.mutex);
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
  const absl::MutexLock lock(&installed.mutex);
  installed.logs = logs;
}

}  // namespace

CallLog::CallLog(const Clock& clock, telemetry::Log& log, telemetry::Metrics& metrics)
    : log_(log),
      metrics_(metrics),
      failures_(clock),
      skipped_(metrics.AddCounter("falcon_gateway_skipped_values_total",
                                  "Values in Falcon's answers that did not fit their field.")) {}

void CallLog::Started(std::string_view method) {
  affinity_.Check();
  metrics_.RpcStarted(NameOf(method));
}

void CallLog::Refused(std::string_view method, const absl::Status& status) {
  metrics_.RpcStarted(NameOf(method));
  metrics_.RpcHandled(NameOf(method), absl::StatusCodeToString(status.code()), milliseconds(0),
                      /*sent=*/0);
}

void CallLog::Finished(std::string_view method, const absl::Status& status, milliseconds took,
                       const RpcContext& context) {
  affinity_.Check();
  const telemetry::RpcName name = NameOf(method);
  const std::string code = absl::StatusCodeToString(status.code());
  const bool unary = name.type == "unary";
  metrics_.RpcHandled(name, code, took, unary ? int64_t{status.ok()} : context.messages_sent);
  if (context.skipped() > 0) {
    skipped_.Add({{"grpc_service", name.service}, {"grpc_method", name.method}},
                 static_cast<double>(context.skipped()));
  }
  const bool callers = IsCallers(status);
  const telemetry::Level level = callers ? telemetry::Level::kDebug : telemetry::Level::kWarning;
  if (!log_.Writes(level)) return;
  const std::string reason = Reason(status);
  if (!callers && !failures_.Admit({std::string(method), code, reason})) return;
  log_.Write(level, callers ? "rpc_finished" : "rpc_failed",
             {{"method", method},
              {"grpc_code", code},
              {"reason", reason},
              {"dur_ms", took.count()},
              {"upstream_calls", context.upstream_calls()},
              {"upstream_trace_id", context.stats.trace_id}});
}

void CallLog::Flush() {
  affinity_.Check();
  failures_.Flush([this](const telemetry::RepeatLimiter::Key& key, int64_t suppressed) {
    log_.Warning("rpc_failures_suppressed", {{"method", key.front()},
                                             {"grpc_code", key.size() > 1 ? key[1] : ""},
                                             {"reason", key.size() > 2 ? key[2] : ""},
                                             {"count", suppressed},
                                             {"window_s", failures_.limits().window.count()}});
  });
}

LibraryLogs::LibraryLogs(const Clock& clock, telemetry::Log& log) : log_(log), messages_(clock) {
  Install(this);
  gpr_set_log_function(&FromGrpc);
  google::protobuf::SetLogHandler(&FromProtobuf);
}

// The hooks stay installed: what the libraries log while the process ends is dropped.
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
