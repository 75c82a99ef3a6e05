// ExitDeadline: ends the process when an orderly end takes too long, whatever is stuck.
#ifndef FALCON_RUNTIME_EXIT_DEADLINE_H_
#define FALCON_RUNTIME_EXIT_DEADLINE_H_

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/time.h"

namespace falcon::runtime {

// A thread of its own waits. Destroyed in time, it does nothing.
class ExitDeadline {
 public:
  // `on_passed` runs on that thread after `span`, and must end the process.
  ExitDeadline(milliseconds span, std::function<void()> on_passed);
  ~ExitDeadline();
  ExitDeadline(const ExitDeadline&) = delete;
  ExitDeadline& operator=(const ExitDeadline&) = delete;

 private:
  absl::Mutex mutex_;
  bool met_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_EXIT_DEADLINE_H_
