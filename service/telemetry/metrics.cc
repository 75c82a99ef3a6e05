// The families by prometheus-cpp, in a registry of their own; the process by /proc.
#include "telemetry/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace falcon::telemetry {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Histogram;

constexpr size_t kMaxValues = 200;  // of one label

Family<Counter>& MakeCounter(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

// Fields of /proc/self/stat, counted from its third, which follows the name in brackets. See
// proc(5).
constexpr size_t kUserTicks = 11;
constexpr size_t kSystemTicks = 12;
constexpr size_t kThreads = 17;
constexpr size_t kStartTicks = 19;
constexpr size_t kVirtualBytes = 20;
constexpr size_t kResidentPages = 21;

std::optional<std::vector<std::string>> ReadStat() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  const size_t name_end = text.rfind(") ");
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(text.substr(name_end + 2));
  std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  if (fields.size() <= kResidentPages) return std::nullopt;
  return fields;
}

// Seconds since the epoch; of the machine.
std::optional<double> BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    if (double at = 0; word == "btime" && file >> at) return at;
  }
  return std::nullopt;
}

}  // namespace

struct Metrics::Families {
  // Seconds.
  const Histogram::BucketBoundaries buckets = {.005, .01, .025, .05, .1, .25, .5,
                                               1,    2.5, 5,    10,  30, 60};

  // The value itself; "other" when the label `name` has shown too many already.
  std::string Bounded(const std::string& name, std::string_view value) {
    const absl::MutexLock lock(&mutex);
    std::set<std::string, std::less<>>& values = seen[name];
    if (values.contains(value)) return std::string(value);
    if (values.size() >= kMaxValues) return "other";
    return *values.emplace(value).first;
  }
  template <class Value>
  using ByName = std::map<std::string, Value, std::less<>>;

  // The series of one RPC. Looking them up by their labels would cost more than counting.
  struct Rpc {
    prometheus::Labels labels;
    Counter& started;
    Counter& received;
    Counter& sent;
    Histogram& seconds;
    ByName<Counter*> handled;  // by code
  };

  prometheus::Labels Bounded(Labels labels) {
    prometheus::Labels bounded;
    for (const auto& [name, value] : labels) {
      bounded.emplace(name, Bounded(std::string(name), value));
    }
    return bounded;
  }

  Rpc& Of(const RpcName& rpc) ABSL_EXCLUSIVE_LOCKS_REQUIRED(rpcs_mutex) {
    auto service = rpcs.find(rpc.service);
    if (service == rpcs.end()) service = rpcs.emplace(rpc.service, ByName<Rpc>()).first;
    const auto known = service->second.find(rpc.method);
    if (known != service->second.end()) return known->second;
    const prometheus::Labels labels = {{"grpc_type", Bounded("grpc_type", rpc.type)},
                                       {"grpc_service", Bounded("grpc_service", rpc.service)},
                                       {"grpc_method", Bounded("grpc_method", rpc.method)}};
    Rpc series{labels,
               rpc_started.Add(labels),
               rpc_received.Add(labels),
               rpc_sent.Add(labels),
               rpc_seconds.Add(labels, buckets),
               {}};
    return service->second.emplace(rpc.method, std::move(series)).first->second;
  }
  Counter& Handled(Rpc& rpc, std::string_view code) ABSL_EXCLUSIVE_LOCKS_REQUIRED(rpcs_mutex) {
    const auto known = rpc.handled.find(code);
    if (known != rpc.handled.end()) return *known->second;
    prometheus::Labels labels = rpc.labels;
    labels.emplace("grpc_code", Bounded("grpc_code", code));
    return *rpc.handled.emplace(code, &rpc_handled.Add(labels)).first->second;
  }

  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  Family<Counter>& rpc_started =
      MakeCounter(registry, "grpc_server_started_total", "RPCs that began.");
  Family<Counter>& rpc_handled =
      MakeCounter(registry, "grpc_server_handled_total", "RPCs that ended, by status code.");
  Family<Counter>& rpc_received =
      MakeCounter(registry, "grpc_server_msg_received_total", "Messages received from clients.");
  Family<Counter>& rpc_sent =
      MakeCounter(registry, "grpc_server_msg_sent_total", "Messages sent to clients.");
  Family<Histogram>& rpc_seconds = prometheus::BuildHistogram()
                                       .Name("grpc_server_handling_seconds")
                                       .Help("Time from begin to end of an RPC.")
                                       .Register(registry);
  Family<Counter>& token_refresh = MakeCounter(registry, "falcon_gateway_token_refresh_total",
                                               "Requests for an access token, by result.");
  Counter& token_refused = MakeCounter(registry, "falcon_gateway_token_refused_total",
                                       "Access tokens that Falcon refused before they expired.")
                               .Add({});
  prometheus::Gauge& build_info = prometheus::BuildGauge()
                                      .Name("falcon_gateway_build_info")
                                      .Help("Always 1.")
                                      .Register(registry)
                                      .Add({{"version", FALCON_GATEWAY_VERSION}}, 1);
  absl::Mutex mutex;
  std::map<std::string, std::set<std::string, std::less<>>> seen ABSL_GUARDED_BY(mutex);
  absl::Mutex rpcs_mutex;
  ByName<ByName<Rpc>> rpcs ABSL_GUARDED_BY(rpcs_mutex);  // by service and method
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::RpcStarted(const RpcName& rpc) {
  const absl::MutexLock lock(&families_->rpcs_mutex);
  Families::Rpc& series = families_->Of(rpc);
  series.started.Increment();
  series.received.Increment();
}

void Metrics::RpcHandled(const RpcName& rpc, std::string_view code, std::chrono::nanoseconds took,
                         int64_t sent) {
  const absl::MutexLock lock(&families_->rpcs_mutex);
  Families::Rpc& series = families_->Of(rpc);
  series.seconds.Observe(std::chrono::duration<double>(took).count());
  series.sent.Increment(static_cast<double>(sent));
  families_->Handled(series, code).Increment();
}

void Metrics::TokenRefresh(std::string_view result) {
  families_->token_refresh.Add({{"result", families_->Bounded("result", result)}}).Increment();
}

void Metrics::TokenRefused() { families_->token_refused.Increment(); }

CounterFamily Metrics::AddCounter(const std::string& name, const std::string& help) {
  return {*this, prometheus::BuildCounter().Name(name).Help(help).Register(families_->registry)};
}

GaugeFamily Metrics::AddGauge(const std::string& name, const std::string& help) {
  return {*this, prometheus::BuildGauge().Name(name).Help(help).Register(families_->registry)};
}

void CounterFamily::Add(Labels labels, double by) const {
  family_->Add(metrics_->families_->Bounded(labels)).Increment(by);
}

void CounterFamily::RaiseTo(double total, Labels labels) const {
  Counter& counter = family_->Add(metrics_->families_->Bounded(labels));
  counter.Increment(std::max(0.0, total - counter.Value()));
}

void GaugeFamily::Set(double value, Labels labels) const {
  family_->Add(metrics_->families_->Bounded(labels)).Set(value);
}

std::string Metrics::Text() const {
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

void UpdateProcessMetrics(Metrics& metrics) {
  const auto set = [&](const char* name, const char* help, double value) {
    metrics.AddGauge(name, help).Set(value);
  };
  if (const auto stat = ReadStat(); stat.has_value()) {
    const auto number = [&](size_t field) { return std::stod((*stat)[field]); };
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    metrics.AddCounter("process_cpu_seconds_total", "CPU time of the process.")
        .RaiseTo((number(kUserTicks) + number(kSystemTicks)) / ticks);
    set("process_resident_memory_bytes", "Memory in RAM.",
        number(kResidentPages) * static_cast<double>(sysconf(_SC_PAGESIZE)));
    set("process_virtual_memory_bytes", "Memory that is mapped.", number(kVirtualBytes));
    set("process_threads", "Threads of the process.", number(kThreads));
    if (const auto boot = BootTime(); boot) {
      set("process_start_time_seconds", "When the process started.",
          *boot + number(kStartTicks) / ticks);
    }
  }
  std::error_code error;
  const std::filesystem::directory_iterator fds("/proc/self/fd", error);
  // Less the descriptor that counts them.
  if (!error) {
    set("process_open_fds", "Open file descriptors.",
        static_cast<double>(std::distance(begin(fds), end(fds)) - 1));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    set("process_max_fds", "The limit of open file descriptors.",
        static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace falcon::telemetry
