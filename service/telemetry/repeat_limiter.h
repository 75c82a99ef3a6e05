// RepeatLimiter: of log lines that repeat each other, writes the first few in a window and counts
// the rest.
#ifndef FALCON_TELEMETRY_REPEAT_LIMITER_H_
#define FALCON_TELEMETRY_REPEAT_LIMITER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/time.h"

namespace falcon::telemetry {

struct RepeatLimits {
  int64_t burst = 5;  // lines of one key in a window
  seconds window{10};
  size_t max_keys = 1'000;  // at a time; further ones share one
};

// Any thread.
class RepeatLimiter {
 public:
  // Lines with equal keys repeat each other. Such as method, code and reason.
  using Key = std::vector<std::string>;

  explicit RepeatLimiter(const Clock& clock, RepeatLimits limits = {})
      : clock_(clock), limits_(limits) {}

  // Whether a line of this key is to be written; counted if not.
  bool Admit(const Key& key);

  // Calls `report` for each key whose window has ended, with the number of lines that were not
  // written in it, if any. Call it about once a second.
  void Flush(const std::function<void(const Key& key, int64_t suppressed)>& report);

  const RepeatLimits& limits() const { return limits_; }

 private:
  struct Window {
    SteadyTime end;
    int64_t lines = 0;
  };

  const Clock& clock_;
  const RepeatLimits limits_;
  absl::Mutex mutex_;
  std::map<Key, Window> windows_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace falcon::telemetry

#endif  // FALCON_TELEMETRY_REPEAT_LIMITER_H_
