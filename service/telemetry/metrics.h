// Metrics: the counters of the gateway and of its process, and their text in Prometheus' format.
#ifndef FALCON_TELEMETRY_METRICS_H_
#define FALCON_TELEMETRY_METRICS_H_

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

namespace falcon::telemetry {

class Metrics;
using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// A counter by its labels. Any thread. Valid while the Metrics is.
class CounterFamily {
 public:
  void Add(Labels labels = {}, double by = 1) const;
  // For what is counted elsewhere: raises the counter to `total`; it never falls. One thread at a
  // time.
  void RaiseTo(double total, Labels labels = {}) const;

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

// Which RPC: names as in the proto, such as "falcon_gateway.v1.HostService" and "ListHosts".
struct RpcName {
  std::string_view type;  // "unary" or "server_stream"
  std::string_view service;
  std::string_view method;
};

// Any thread. Labels come from the proto, the operation table and status codes, never from clients
// or Falcon's text. As a second bound, a label shows at most 200 values; further ones are "other".
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // grpc_server_started_total and grpc_server_msg_received_total: all our RPCs have one request.
  void RpcStarted(const RpcName& rpc);
  // grpc_server_handled_total, grpc_server_handling_seconds and grpc_server_msg_sent_total. `code`:
  // as gRPC writes it, such as "OK" or "NOT_FOUND". `sent`: messages.
  void RpcHandled(const RpcName& rpc, std::string_view code, std::chrono::nanoseconds took,
                  int64_t sent);

  // falcon_gateway_token_refresh_total: token requests by result, "ok" or the error's reason.
  void TokenRefresh(std::string_view result);
  // falcon_gateway_token_refused_total: tokens that Falcon refused before they expired.
  void TokenRefused();

  // The family `name`, made by the first call. A name has one help text.
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

// Sets what Prometheus' clients report of their process: process_cpu_seconds_total,
// process_resident_memory_bytes, process_virtual_memory_bytes, process_open_fds, process_max_fds,
// process_threads, process_start_time_seconds; from /proc. A value that /proc lacks stays as it
// was. One thread at a time.
void UpdateProcessMetrics(Metrics& metrics);

}  // namespace falcon::telemetry

#endif  // FALCON_TELEMETRY_METRICS_H_
