// A window begins with its first line and ends in a Flush.
#include "telemetry/repeat_limiter.h"

#include <utility>

namespace falcon::telemetry {

bool RepeatLimiter::Admit(const Key& key) {
  const absl::MutexLock lock(&mutex_);
  const bool known = windows_.contains(key);
  const Key shared = {"other"};
  Window& window = windows_[known || windows_.size() < limits_.max_keys ? key : shared];
  if (window.lines == 0) window.end = clock_.Now() + limits_.window;
  return ++window.lines <= limits_.burst;
}

void RepeatLimiter::Flush(const std::function<void(const Key& key, int64_t suppressed)>& report) {
  std::map<Key, Window> ended;
  {
    const absl::MutexLock lock(&mutex_);
    const SteadyTime now = clock_.Now();
    for (auto at = windows_.begin(); at != windows_.end();) {
      const auto next = std::next(at);
      if (at->second.end <= now) ended.insert(windows_.extract(at));
      at = next;
    }
  }
  for (const auto& [key, window] : ended) {
    if (window.lines > limits_.burst) report(key, window.lines - limits_.burst);
  }
}

}  // namespace falcon::telemetry
