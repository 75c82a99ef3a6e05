// MemoryGuard: near the memory limit calls are refused at the door, exports first, so that the
// process is not ended in the middle of those that run.
#ifndef FALCON_RUN_MEMORY_GUARD_H_
#define FALCON_RUN_MEMORY_GUARD_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/time.h"
#include "run/priority.h"

namespace falcon::run {

struct MemoryOptions {
  size_t limit = 0;             // bytes; 0: nobody is refused
  double exports_until = 0.85;  // of the limit: with more in use, exports are refused
  double all_until = 0.95;      // and with more than this, all are
  milliseconds look{250};       // what is in use is read anew after so long
};

// Any thread.
class MemoryGuard {
 public:
  // `used`: bytes in use. `release`: gives the system what is free already but still held; called
  // before anybody is refused, at most once a look.
  MemoryGuard(const Clock& clock, MemoryOptions options, std::function<size_t()> used,
              std::function<void()> release)
      : clock_(clock), options_(options), used_(std::move(used)), release_(std::move(release)) {}

  // Whether a call may begin. RESOURCE_EXHAUSTED (MEMORY_PRESSURE) with retry-after.
  absl::Status Admit(Priority priority);

  // Calls that were refused so far.
  int64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  size_t Most(Priority priority) const;
  // What is in use, as of the last look.
  size_t Look();

  const Clock& clock_;
  const MemoryOptions options_;
  const std::function<size_t()> used_;
  const std::function<void()> release_;
  absl::Mutex mutex_;
  size_t in_use_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<SteadyTime> looked_at_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int64_t> refused_ = 0;
};

}  // namespace falcon::run

#endif  // FALCON_RUN_MEMORY_GUARD_H_
