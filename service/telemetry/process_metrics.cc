// /proc/self/stat and what lies beside it.
#include "telemetry/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace falcon::telemetry {
namespace {

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

ProcessMetrics::ProcessMetrics(Metrics& metrics)
    : cpu_(metrics.AddCounter("process_cpu_seconds_total", "CPU time of the process.")),
      resident_(metrics.AddGauge("process_resident_memory_bytes", "Memory in RAM.")),
      virtual_(metrics.AddGauge("process_virtual_memory_bytes", "Memory that is mapped.")),
      open_fds_(metrics.AddGauge("process_open_fds", "Open file descriptors.")),
      max_fds_(metrics.AddGauge("process_max_fds", "The limit of open file descriptors.")),
      threads_(metrics.AddGauge("process_threads", "Threads of the process.")),
      start_(metrics.AddGauge("process_start_time_seconds", "When the process started.")) {}

void ProcessMetrics::Update() {
  if (const auto stat = ReadStat(); stat.has_value()) {
    const auto number = [&](size_t field) { return std::stod((*stat)[field]); };
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    cpu_.RaiseTo((number(kUserTicks) + number(kSystemTicks)) / ticks);
    resident_.Set(number(kResidentPages) * static_cast<double>(sysconf(_SC_PAGESIZE)));
    virtual_.Set(number(kVirtualBytes));
    threads_.Set(number(kThreads));
    if (const auto boot = BootTime(); boot) start_.Set(*boot + number(kStartTicks) / ticks);
  }
  std::error_code error;
  const std::filesystem::directory_iterator fds("/proc/self/fd", error);
  // Less the one that counts them.
  if (!error) open_fds_.Set(static_cast<double>(std::distance(begin(fds), end(fds)) - 1));
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) max_fds_.Set(static_cast<double>(limit.rlim_cur));
}

}  // namespace falcon::telemetry
