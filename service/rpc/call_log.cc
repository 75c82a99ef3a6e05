// Lines and counters of RPCs.
#include "rpc/call_log.h"

#include "base/error.h"
#include "base/text.h"

namespace falcon::rpc {
namespace {

// "/falcon.v1.HostService/ListHosts" in its parts.
obs::RpcName NameOf(std::string_view method) {
  const size_t cut = method.rfind('/');
  const std::string_view name = method.substr(cut + 1);
  return {name.starts_with("Export") ? "server_stream" : "unary", method.substr(1, cut - 1), name};
}

// Ours or Falcon's to mend; the rest is the caller's business.
bool IsFault(absl::StatusCode code) {
  return code == absl::StatusCode::kUnavailable || code == absl::StatusCode::kInternal ||
         code == absl::StatusCode::kUnknown || code == absl::StatusCode::kDataLoss ||
         code == absl::StatusCode::kFailedPrecondition;
}

}  // namespace

void CallLog::Started(std::string_view method) { metrics_.RpcStarted(NameOf(method)); }

void CallLog::Refused(std::string_view method, const absl::Status& status) {
  metrics_.RpcStarted(NameOf(method));
  metrics_.RpcHandled(NameOf(method), absl::StatusCodeToString(status.code()), milliseconds(0));
}

void CallLog::Finished(std::string_view method, const absl::Status& status, milliseconds took,
                       const Call& call) {
  const std::string code = absl::StatusCodeToString(status.code());
  metrics_.RpcHandled(NameOf(method), code, took);
  const bool fault = IsFault(status.code());
  if (!log_.Writes(fault ? obs::Level::kWarning : obs::Level::kDebug)) return;
  const obs::Fields fields = {{"method", method},
                              {"grpc_code", code},
                              {"reason", Reason(status)},
                              {"dur_ms", took.count()},
                              {"upstream_calls", call.upstream_calls()},
                              {"upstream_trace_id", call.reading.trace_id}};
  if (fault) {
    log_.Warning("rpc", fields);
  } else {
    log_.Debug("rpc", fields);
  }
}

}  // namespace falcon::rpc
