// ResetLimiter: closes connections whose client opens calls only to give them up at once.
//
// Each such call costs the gateway memory until its end is worked off, and counts for no limit of
// HTTP/2 (CVE-2023-44487).
//
// Thread: any.
#ifndef FALCON_RPC_SERVER_RESET_LIMITER_H_
#define FALCON_RPC_SERVER_RESET_LIMITER_H_

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/time.h"
#include "telemetry/metrics.h"

namespace falcon::rpc {

class ResetLimiter {
 public:
  // Calls of one connection that are given up within one second, before it is closed. A client that
  // hedges its calls stays far below.
  static constexpr int kMaxResets = 1000;

  // `close`: ends the connection of a peer, named as grpc::ServerContext::peer does.
  ResetLimiter(const Clock& clock, std::function<void(const std::string& peer)> close,
               telemetry::Metrics& metrics)
      : clock_(clock),
        close_(std::move(close)),
        closed_(metrics.AddCounter("falcon_gateway_connections_closed_total",
                                   "Connections that the gateway closed, by reason.")) {}

  // A call of `peer` was given up as soon as it was made.
  void Count(const std::string& peer);

 private:
  const Clock& clock_;
  const std::function<void(const std::string& peer)> close_;
  const telemetry::CounterFamily closed_;
  absl::Mutex mutex_;
  std::optional<SteadyTime> since_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, int> resets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_RESET_LIMITER_H_
