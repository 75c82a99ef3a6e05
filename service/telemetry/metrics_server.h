// MetricsServer: /metrics for Prometheus, /healthz and /readyz for supervisors.
#ifndef FALCON_TELEMETRY_METRICS_SERVER_H_
#define FALCON_TELEMETRY_METRICS_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/time.h"

namespace falcon::telemetry {

struct MetricsServerOptions {
  std::string listen = {};      // HOST:PORT; port 0: any free one
  size_t max_connections = 16;  // at a time; further ones are closed at once
  size_t max_head_bytes = 8192;
  seconds timeout{10};  // for the request, and again for the response
};

// The pages. Called on the server's thread.
struct MetricsPages {
  std::function<std::string()> metrics;    // the text exposition format
  std::function<std::string()> not_ready;  // why not; empty: ready
};

// HTTP/1.1 on a thread of its own, so that a stalled loop does not stop it. GET and HEAD; one
// request for each connection. Serves until it is destroyed.
class MetricsServer {
 public:
  // UNAVAILABLE (LISTEN_FAILED) when the address cannot be bound.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Listen(MetricsServerOptions options,
                                                               MetricsPages pages);
  virtual ~MetricsServer() = default;

  // HOST:PORT as bound.
  virtual std::string address() const = 0;
};

}  // namespace falcon::telemetry

#endif  // FALCON_TELEMETRY_METRICS_SERVER_H_
