// CallLog: one log line and the standard gRPC metrics for every RPC.
#ifndef FALCON_RPC_CALL_LOG_H_
#define FALCON_RPC_CALL_LOG_H_

#include "obs/log.h"
#include "obs/metrics.h"
#include "rpc/edge.h"

namespace falcon::rpc {

// Loop thread only. Failures that an operator must see are warnings, all else is debug: requests
// and filters are never logged.
class CallLog final : public CallObserver {
 public:
  CallLog(obs::Log& log, obs::Metrics& metrics) : log_(log), metrics_(metrics) {}

  void Started(std::string_view method) override;
  void Finished(std::string_view method, const absl::Status& status, milliseconds took,
                const Call& call) override;
  // Any thread.
  void Refused(std::string_view method, const absl::Status& status) override;

 private:
  obs::Log& log_;
  obs::Metrics& metrics_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_CALL_LOG_H_
