// Lines and counters of RPCs.
#include "rpc/server/call_log.h"

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

// Whether the caller caused it, and an operator has nothing to mend.
bool IsCallers(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kAborted:  // paged too late, or read too slowly
      return true;
    case absl::StatusCode::kPermissionDenied:
      // Falcon's answer is about our credentials, ours is about the caller.
      return !Metadata(status).contains("http_status");
    default:
      return false;
  }
}

}  // namespace

CallLog::CallLog(const Clock& clock, telemetry::Log& log, telemetry::Metrics& metrics)
    : log_(log),
      metrics_(metrics),
      failures_(clock),
      skipped_(metrics.AddCounter("falcon_gateway_skipped_values_total",
                                  "Values in Falcon's answers that did not fit their field.")) {}

void CallLog::Started(std::string_view method) { metrics_.RpcStarted(NameOf(method)); }

void CallLog::Refused(std::string_view method, const absl::Status& status) {
  metrics_.RpcStarted(NameOf(method));
  metrics_.RpcHandled(NameOf(method), absl::StatusCodeToString(status.code()), milliseconds(0),
                      /*sent=*/0);
}

void CallLog::Finished(std::string_view method, const absl::Status& status, milliseconds took,
                       const RpcContext& call) {
  const telemetry::RpcName name = NameOf(method);
  const std::string code = absl::StatusCodeToString(status.code());
  const bool unary = name.type == "unary";
  metrics_.RpcHandled(name, code, took, unary ? int64_t{status.ok()} : call.messages_sent);
  if (call.skipped() > 0) {
    skipped_.Add({{"grpc_service", name.service}, {"grpc_method", name.method}},
                 static_cast<double>(call.skipped()));
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
              {"upstream_calls", call.upstream_calls()},
              {"upstream_trace_id", call.stats.trace_id}});
}

void CallLog::Flush() {
  failures_.Flush([this](const telemetry::RepeatLimiter::Key& key, int64_t suppressed) {
    log_.Warning("rpc_failures_suppressed", {{"method", key.front()},
                                             {"grpc_code", key.size() > 1 ? key[1] : ""},
                                             {"reason", key.size() > 2 ? key[2] : ""},
                                             {"count", suppressed},
                                             {"window_s", failures_.limits().window.count()}});
  });
}

}  // namespace falcon::rpc
