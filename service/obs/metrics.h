// Metrics: the counters of the gateway, and their text in Prometheus' format.
#ifndef FALCON_OBS_METRICS_H_
#define FALCON_OBS_METRICS_H_

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace prometheus {
class Counter;
class Gauge;
template <typename T>
class Family;
}  // namespace prometheus

namespace falcon::obs {

class Metrics;
using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// A counter by its labels. Any thread. Valid while the Metrics is.
class CounterFamily {
 public:
  void Add(Labels labels = {}, double by = 1) const;

 private:
  friend class Metrics;
  CounterFamily(Metrics& metrics, prometheus::Family<prometheus::Counter>& family)
      : metrics_(&metrics), family_(&family) {}
  Metrics* metrics_;
  prometheus::Family<prometheus::Counter>* family_;
};

// A value that goes up and down, by its labels. Any thread. Valid while the Metrics is.
class GaugeFamily {
 public:
  void Set(double value, Labels labels = {}) const;

 private:
  friend class Metrics;
  GaugeFamily(Metrics& metrics, prometheus::Family<prometheus::Gauge>& family)
      : metrics_(&metrics), family_(&family) {}
  Metrics* metrics_;
  prometheus::Family<prometheus::Gauge>* family_;
};

// Which RPC: names as in the proto, such as "falcon.v1.HostService" and "ListHosts".
struct RpcName {
  std::string_view type;  // "unary" or "server_stream"
  std::string_view service;
  std::string_view method;
};

// Any thread. Labels come from the proto, the operation table and status codes, never from callers
// or Falcon's text; as a second fence, a label shows at most 200 values, and then "other".
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // grpc_server_started_total
  void RpcStarted(const RpcName& rpc);
  // grpc_server_handled_total and grpc_server_handling_seconds. `code`: as gRPC writes it, such as
  // "OK" or "NOT_FOUND".
  void RpcHandled(const RpcName& rpc, std::string_view code, std::chrono::nanoseconds took);

  // falcon_gateway_upstream_requests_total: attempts that were answered (HTTP status) or failed
  // (status 0).
  void UpstreamRequest(std::string_view operation, int http_status);
  // falcon_gateway_upstream_retries_total, by the reason of the failure before it.
  void UpstreamRetry(std::string_view reason);
  // falcon_gateway_token_refresh_total: log-ins by result, "ok" or the reason of the failure.
  void TokenRefresh(std::string_view result);
  // falcon_gateway_token_refused_total: tokens that Falcon refused before they expired.
  void TokenRefused();
  // falcon_gateway_decode_skipped_values_total: values of Falcon's that did not fit their type.
  void DecodeSkipped(std::string_view operation, int64_t values);

  // The family `name`, made at its first mention. Whoever counts something names it: no table of all
  // counters elsewhere. A name has one help text.
  CounterFamily AddCounter(const std::string& name, const std::string& help);
  GaugeFamily AddGauge(const std::string& name, const std::string& help);

  // Everything in the text exposition format, version 0.0.4.
  std::string Text() const;

 private:
  friend class CounterFamily;
  friend class GaugeFamily;
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace falcon::obs

#endif  // FALCON_OBS_METRICS_H_
