// GatewayMetrics: exports the counters of the gateway's parts as metrics, and tells readiness.
#ifndef FALCON_RPC_SERVER_GATEWAY_METRICS_H_
#define FALCON_RPC_SERVER_GATEWAY_METRICS_H_

#include <atomic>
#include <string_view>

#include "auth/cached_token_source.h"
#include "reputation/client.h"
#include "runtime/loop.h"
#include "runtime/memory.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "upstream/upstream_layers.h"

namespace falcon::rpc {

// The parts whose counters are exported. All outlive the metrics.
struct GatewayParts {
  runtime::Loop& loop;
  const Clock& clock;
  const upstream::UpstreamLayers& upstream;
  auth::CachedTokenSource& tokens;
  const runtime::MemoryLoadShedder& memory;
  const reputation::Client& virustotal;
  const telemetry::LogWriter& log;
};

class GatewayMetrics {
 public:
  GatewayMetrics(GatewayParts parts, telemetry::Metrics& metrics)
      : parts_(parts), metrics_(metrics) {}

  // Copies the counters, and requests a first token until there is one, since clients may wait for
  // readiness before they call. Loop thread, about once a second.
  void Update();

  // Whether the loop is responsive. Any thread.
  void SetLoopBeats(bool beats) { loop_beats_ = beats; }
  // The gateway is stopping. Any thread.
  void SetStopping() { stopping_ = true; }

  // Why the gateway is not ready: it is stopping, the loop is stalled, or it has had no token yet.
  // Empty when it is ready. Any thread.
  std::string_view NotReady() const;

 private:
  void CountSheds();
  void CountUpstream();
  void CountArea(std::string_view area, const upstream::Bulkhead& bulkhead);
  void CountCache();
  void CountQuotas();
  Task<void> FetchToken();
  void Counter(const char* name, const char* help, int64_t total, telemetry::Labels labels = {});
  void Gauge(const char* name, const char* help, double value, telemetry::Labels labels = {});

  const GatewayParts parts_;
  telemetry::Metrics& metrics_;
  bool fetching_ = false;
  std::atomic<bool> token_was_had_ = false;
  std::atomic<bool> loop_beats_ = true;
  std::atomic<bool> stopping_ = false;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_GATEWAY_METRICS_H_
