// ProcessMetrics: what Prometheus' clients tell of their process: CPU time, memory, descriptors,
// threads, start.
#ifndef FALCON_TELEMETRY_PROCESS_METRICS_H_
#define FALCON_TELEMETRY_PROCESS_METRICS_H_

#include "telemetry/metrics.h"

namespace falcon::telemetry {

// process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes,
// process_open_fds, process_max_fds, process_threads, process_start_time_seconds; from /proc.
class ProcessMetrics {
 public:
  explicit ProcessMetrics(Metrics& metrics);

  // Reads them anew. What /proc does not tell stays as it was. One thread at a time.
  void Update();

 private:
  CounterFamily cpu_;
  GaugeFamily resident_;
  GaugeFamily virtual_;
  GaugeFamily open_fds_;
  GaugeFamily max_fds_;
  GaugeFamily threads_;
  GaugeFamily start_;
};

}  // namespace falcon::telemetry

#endif  // FALCON_TELEMETRY_PROCESS_METRICS_H_
