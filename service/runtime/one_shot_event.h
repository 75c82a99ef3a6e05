// OneShotEvent: tasks wait until it is set. The one waiting primitive of the loop.
#ifndef FALCON_RUNTIME_ONE_SHOT_EVENT_H_
#define FALCON_RUNTIME_ONE_SHOT_EVENT_H_

#include "base/time.h"
#include "runtime/loop.h"
#include "runtime/thread_affinity.h"

namespace falcon::runtime {

// Loop thread only. Set once, stays set.
class OneShotEvent {
 public:
  explicit OneShotEvent(Executor executor)
      : loop_thread_(executor), timer_(executor, SteadyTimer::time_point::max()) {}

  // Returns when set; at once when it is set already. Cancellation unwinds the caller and leaves
  // the event as it is.
  Task<void> Wait();
  // As Wait, but returns at `at` at the latest. False: the event was not set by then. The event and
  // `timer` outlive the wait.
  Task<bool> WaitUntil(SteadyTime at, Timer& timer);
  void Set();
  bool is_set() const { return set_; }

 private:
  [[no_unique_address]] ThreadAffinity loop_thread_;
  SteadyTimer timer_;  // never fires: cancelling it wakes the waiters
  bool set_ = false;
};

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_ONE_SHOT_EVENT_H_
