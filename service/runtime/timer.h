// Timer: waits for a point in time. Tests replace it together with the clock.
#ifndef FALCON_RUNTIME_TIMER_H_
#define FALCON_RUNTIME_TIMER_H_

#include <boost/asio/steady_timer.hpp>

#include "base/time.h"
#include "runtime/task.h"

namespace falcon::runtime {

// Asio's timer, on the loop.
using SteadyTimer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

class Timer {
 public:
  virtual ~Timer() = default;
  // Returns at `at` or soon after; at once when `at` has passed. Loop thread. Cancellation unwinds the
  // caller.
  virtual Task<void> SleepUntil(SteadyTime at) = 0;
};

// Real time.
class LoopTimer final : public Timer {
 public:
  Task<void> SleepUntil(SteadyTime at) override;
};

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_TIMER_H_
