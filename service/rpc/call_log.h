// CallLog: the standard gRPC metrics of every RPC, and a log line for each that failed.
#ifndef FALCON_RPC_CALL_LOG_H_
#define FALCON_RPC_CALL_LOG_H_

#include "obs/log.h"
#include "obs/metrics.h"
#include "obs/repeat_limiter.h"
#include "rpc/edge.h"

namespace falcon::rpc {

// Loop thread only. Requests and filters are never logged.
//
//   rpc_failed    warning  a failure that an operator must see: whatever the caller did not cause
//   rpc_finished  debug    all else
//   rpc_failures_suppressed  warning  how many `rpc_failed` of the same method, code and reason
//                            were left out, since many came within ten seconds
class CallLog final : public CallObserver {
 public:
  CallLog(const Clock& clock, obs::Log& log, obs::Metrics& metrics);

  void Started(std::string_view method) override;
  void Finished(std::string_view method, const absl::Status& status, milliseconds took,
                const Call& call) override;
  // Tells what was left out. Call it about once a second.
  void Flush();
  // Any thread.
  void Refused(std::string_view method, const absl::Status& status) override;

 private:
  obs::Log& log_;
  obs::Metrics& metrics_;
  obs::RepeatLimiter failures_;
  obs::CounterFamily skipped_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_CALL_LOG_H_
