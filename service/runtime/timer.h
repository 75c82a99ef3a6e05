// Waiting for time to pass, as an argument: tests replace it together with the clock.
#ifndef FALCON_RUNTIME_TIMER_H_
#define FALCON_RUNTIME_TIMER_H_

#include "base/time.h"
#include "runtime/task.h"

namespace falcon::runtime {

class Timer {
 public:
  virtual ~Timer() = default;
  // Returns at `at` or soon after; at once when it has passed. Cancellation unwinds the caller.
  // Loop thread.
  virtual Task<void> SleepUntil(SteadyTime at) = 0;
};

// Real time.
class LoopTimer final : public Timer {
 public:
  Task<void> SleepUntil(SteadyTime at) override;
};

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_TIMER_H_
