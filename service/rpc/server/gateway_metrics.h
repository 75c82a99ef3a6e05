// GatewayMetrics: what the parts of the gateway count of their decisions, as metrics; and readiness.
#ifndef FALCON_RPC_SERVER_GATEWAY_METRICS_H_
#define FALCON_RPC_SERVER_GATEWAY_METRICS_H_

#include <atomic>
#include <string_view>

#include "auth/cached_token_source.h"
#include "reputation/client.h"
#include "runtime/loop.h"
#include "runtime/memory_load_shedder.h"
#include "telemetry/log_writer.h"
#include "telemetry/metrics.h"
#include "upstream/upstream_layers.h"

namespace falcon::rpc {

// Whose decisions are told. All outlive the metrics.
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

  // Copies what the parts have counted, and asks for a first token until one was had: who waits for
  // readiness before it sends a call would wait for ever otherwise. Loop thread, about once a second.
  void Update();

  // Whether the loop runs what it is given. Any thread.
  void SetLoopBeats(bool beats) { loop_beats_ = beats; }
  // The gateway was told to stop. Any thread.
  void SetStopping() { stopping_ = true; }

  // Why the gateway is not ready: it stops, the loop is stalled, or no token was had yet; empty when
  // it is. Any thread.
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
