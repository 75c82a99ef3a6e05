// CallLog: the standard gRPC metrics of every RPC, and a log line for each that failed.
#ifndef FALCON_RPC_SERVER_CALL_LOG_H_
#define FALCON_RPC_SERVER_CALL_LOG_H_

#include "rpc/server/rpc_environment.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "telemetry/repeat_limiter.h"

namespace falcon::rpc {

// Loop thread only. Requests and filters are never logged.
//
//   rpc_failed    warning  a failure that an operator must see: whatever the caller did not cause
//   rpc_finished  debug    all else
//   rpc_failures_suppressed  warning  how many `rpc_failed` of the same method, code and reason
//                            were left out, since many came within ten seconds
class CallLog final : public CallObserver {
 public:
  CallLog(const Clock& clock, telemetry::Log& log, telemetry::Metrics& metrics);

  void Started(std::string_view method) override;
  void Finished(std::string_view method, const absl::Status& status, milliseconds took,
                const RpcContext& call) override;
  // Tells what was left out. Call it about once a second.
  void Flush();
  // Any thread.
  void Refused(std::string_view method, const absl::Status& status) override;

 private:
  telemetry::Log& log_;
  telemetry::Metrics& metrics_;
  telemetry::RepeatLimiter failures_;
  telemetry::CounterFamily skipped_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_CALL_LOG_H_
