// The memory that this process uses, its limit, and MemoryLoadShedder, which refuses new calls near
// the limit.
#ifndef FALCON_RUNTIME_MEMORY_H_
#define FALCON_RUNTIME_MEMORY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/time.h"

namespace falcon::runtime {

// Sheddable calls are refused first.
enum class Criticality { kSheddable, kCritical };

struct MemoryLoadShedderOptions {
  size_t limit = 0;                    // bytes; 0: no limit
  double sheddable_threshold = 0.85;   // of the limit; above it, sheddable calls are refused
  double critical_threshold = 0.95;    // of the limit; above it, all calls are refused
  milliseconds refresh_interval{250};  // between two readings of the memory in use
};

// Refuses new calls near the memory limit, so that the process is not killed in the middle of those
// that run. Any thread.
class MemoryLoadShedder {
 public:
  // `used`: bytes in use. `release`: returns free memory to the system; called before a call is
  // refused, at most once a reading.
  MemoryLoadShedder(const Clock& clock, MemoryLoadShedderOptions options,
                    std::function<size_t()> used, std::function<void()> release)
      : clock_(clock), options_(options), used_(std::move(used)), release_(std::move(release)) {}

  // Whether a call may begin. RESOURCE_EXHAUSTED (MEMORY_PRESSURE) with retry-after.
  absl::Status Admit(Criticality criticality);

  // Number of refused calls.
  int64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  size_t Threshold(Criticality criticality) const;
  // Memory in use as of the last reading, which it renews when due.
  size_t Refresh();

  const Clock& clock_;
  const MemoryLoadShedderOptions options_;
  const std::function<size_t()> used_;
  const std::function<void()> release_;
  absl::Mutex mutex_;
  size_t in_use_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<SteadyTime> refreshed_at_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int64_t> refused_ = 0;
};

// Bytes of this process in physical memory. 0: unknown.
size_t ResidentBytes();

// Returns free memory of the allocator to the system. Takes milliseconds.
void ReleaseFreeMemory();

// The lowest limit of this process's control group and its ancestors, version 1 or 2, in bytes.
// Nullopt: no limit. `root`: the folder that holds /proc and /sys.
std::optional<size_t> CgroupMemoryLimit(const std::filesystem::path& root = "/");

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_MEMORY_H_
