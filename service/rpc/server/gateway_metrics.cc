// One function for each part: name, help text and source of each metric.
#include "rpc/server/gateway_metrics.h"

namespace falcon::rpc {
namespace {

// How long to wait for a first token; the token source has its own timeout.
constexpr seconds kTokenWait{30};

double Seconds(milliseconds span) { return std::chrono::duration<double>(span).count(); }

}  // namespace

void GatewayMetrics::Counter(const char* name, const char* help, int64_t total,
                             telemetry::Labels labels) {
  metrics_.AddCounter(name, help).RaiseTo(static_cast<double>(total), labels);
}

void GatewayMetrics::Gauge(const char* name, const char* help, double value,
                           telemetry::Labels labels) {
  metrics_.AddGauge(name, help).Set(value, labels);
}

void GatewayMetrics::Update() {
  CountSheds();
  CountUpstream();
  CountCache();
  CountQuotas();
  Counter("falcon_gateway_log_lines_dropped_total",
          "Log lines that found the queue full, or that the system did not take.",
          parts_.log.dropped());
  if (parts_.tokens.status().valid) token_was_had_ = true;
  if (token_was_had_ || fetching_) return;
  fetching_ = true;
  parts_.loop.Spawn(FetchToken());
}

std::string_view GatewayMetrics::NotReady() const {
  if (stopping_) return "the gateway is stopping";
  if (!loop_beats_) return "the loop is stalled";
  return token_was_had_ ? "" : "no access token was had yet";
}

Task<void> GatewayMetrics::FetchToken() {
  const Deadline deadline = Deadline::In(parts_.clock, kTokenWait);
  // The token source logs and counts a failure itself, and backs off after it.
  static_cast<void>(co_await parts_.tokens.Get(deadline));
  fetching_ = false;
}

void GatewayMetrics::CountSheds() {
  const upstream::CallGuard& guard = parts_.upstream.guard;
  const upstream::RateStats budget = guard.budget().stats();
  upstream::AdmissionQueueStats queue = guard.admission().stats();
  for (const auto& [area, bulkhead] : guard.bulkheads().all()) {
    const upstream::AdmissionQueueStats of_area = bulkhead->admission.stats();
    queue.waiting += of_area.waiting;
    queue.waited += of_area.waited;
    queue.shed_all_callers += of_area.shed_all_callers;
    queue.shed_this_caller += of_area.shed_this_caller;
    queue.shed_time += of_area.shed_time;
    queue.shed_by_deadline += of_area.shed_by_deadline;
  }
  const auto shed = [this](std::string_view bound, int64_t total) {
    Counter("falcon_gateway_shed_total", "Calls turned away, by the bound that they met.", total,
            {{"bound", bound}});
  };
  shed("all_callers", queue.shed_all_callers);
  shed("this_caller", queue.shed_this_caller);
  shed("queue_time", queue.shed_time);
  shed("hopeless", queue.shed_by_deadline);
  shed("rate_budget", budget.refused);
  shed("memory", parts_.memory.refused());
  Gauge("falcon_gateway_upstream_in_flight", "Calls on the way to Falcon.",
        static_cast<double>(queue.in_flight));
  Gauge("falcon_gateway_upstream_exports_in_flight", "Of them, those of exports.",
        static_cast<double>(queue.exports_in_flight));
  Gauge("falcon_gateway_upstream_waiting", "Calls that wait for a place among them.",
        static_cast<double>(queue.waiting));
  Counter("falcon_gateway_upstream_waited_total", "Calls that waited for a place.", queue.waited);
  Counter("falcon_gateway_upstream_paced_total", "Calls held back so that Falcon's budget lasts.",
          budget.paced);
  Counter("falcon_gateway_rate_limit_cooldowns_total",
          "Times that Falcon closed its budget by a 429.", budget.cooldowns);
}

void GatewayMetrics::CountUpstream() {
  const upstream::RetryStats& retrying = parts_.upstream.retrying.stats();
  Counter("falcon_gateway_upstream_requests_total", "Attempts that reached the wire.",
          parts_.upstream.guard.calls());
  Counter("falcon_gateway_upstream_retries_total", "Of them, those after a failure.",
          retrying.retries);
  Counter("falcon_gateway_batch_bisections_total",
          "Look-ups of several ids that Falcon refused and that were split.", retrying.bisections);
  for (const auto& [area, bulkhead] : parts_.upstream.guard.bulkheads().all()) {
    CountArea(area, *bulkhead);
  }
}

void GatewayMetrics::CountArea(std::string_view area, const upstream::Bulkhead& bulkhead) {
  const upstream::CircuitBreakerStats circuit = bulkhead.breaker.stats();
  Counter("falcon_gateway_upstream_retries_refused_total",
          "Retries that were not made, since too many calls were failing.",
          bulkhead.retries.stats().refused, {{"area", area}});
  Counter("falcon_gateway_circuit_opened_total",
          "Times that an area was left alone, since most calls to it failed.", circuit.opened,
          {{"area", area}});
  Counter("falcon_gateway_circuit_rejected_total", "Attempts that failed at once meanwhile.",
          circuit.rejected, {{"area", area}});
  Gauge("falcon_gateway_circuit_open", "1 while an area is left alone.",
        circuit.state == upstream::CircuitState::kOpen ? 1 : 0, {{"area", area}});
}

void GatewayMetrics::CountCache() {
  const upstream::UpstreamLayers& layers = parts_.upstream;
  const auto saved = [this](std::string_view how, int64_t total) {
    Counter("falcon_gateway_upstream_saved_total",
            "Reads that needed no call of their own, by how.", total, {{"how", how}});
  };
  saved("joined", layers.coalescer.coalesced());
  saved("batched", layers.batcher.batched());
  saved("cached", layers.cache.hits());
  Gauge("falcon_gateway_cache_bytes", "Bytes of cached answers.",
        static_cast<double>(layers.cache.bytes()));
  if (layers.remote == nullptr) return;
  const upstream::RemoteCacheStats remote = layers.remote->stats();
  const auto shared = [this](std::string_view result, int64_t total) {
    Counter("falcon_gateway_shared_cache_requests_total", "What became of requests to Redis.",
            total, {{"result", result}});
  };
  shared("hit", remote.hits);
  shared("miss", remote.misses);
  shared("refused", remote.refused);
  shared("fault", remote.faults);
  Gauge("falcon_gateway_shared_cache_connected", "1 while Redis is connected.",
        remote.connected ? 1 : 0);
}

void GatewayMetrics::CountQuotas() {
  if (const auto limit = parts_.upstream.guard.budget().limit(); limit.has_value()) {
    Gauge("falcon_gateway_rate_limit", "Requests a minute, as Falcon last said.", *limit);
  }
  if (const auto remaining = parts_.upstream.guard.budget().remaining(); remaining.has_value()) {
    Gauge("falcon_gateway_rate_limit_remaining", "Requests left, as Falcon last said.", *remaining);
  }
  Gauge("falcon_gateway_rate_limit_cooldown_seconds", "Until calls to Falcon go out again.",
        Seconds(parts_.upstream.guard.budget().cooldown()));
  const auth::TokenStatus token = parts_.tokens.status();
  Gauge("falcon_gateway_token_valid", "1 while an access token is held.", token.valid ? 1 : 0);
  Gauge("falcon_gateway_token_expires_in_seconds", "Until the access token expires.",
        Seconds(token.expires_in.value_or(milliseconds(0))));
  Counter("falcon_gateway_virustotal_requests_total", "Calls to VirusTotal.",
          parts_.virustotal.calls());
  const reputation::QuotaState quota = parts_.virustotal.quota();
  Gauge("falcon_gateway_virustotal_day_remaining", "Look-ups left of VirusTotal's day.",
        quota.day_left);
}

}  // namespace falcon::rpc
