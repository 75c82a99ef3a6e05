// AdmissionQueue: at most so many calls in flight; the rest wait, and their callers take turns.
#ifndef FALCON_UPSTREAM_CALL_ADMISSION_QUEUE_H_
#define FALCON_UPSTREAM_CALL_ADMISSION_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "runtime/loop.h"
#include "runtime/task.h"
#include "runtime/timer.h"
#include "upstream/call/priority.h"

namespace falcon::upstream {

struct AdmissionQueueOptions {
  size_t permits = 48;                // calls in flight; 1 or more
  size_t export_permits = 0;          // of them for exports at most; 0: half, at least one
  size_t max_waiting = 10'000;        // of all callers; more are turned away
  size_t max_waiting_per_caller = 0;  // 0: half of `max_waiting`, at least one
  milliseconds max_wait{30'000};      // who waits longer is turned away
  milliseconds lifo_after{1'000};     // a caller whose call waits so long is served from the end
  int export_every_n = 8;  // every so many-th turn is an export's, if one waits; 1 or more
};

// Who wants to enter.
struct AdmissionRequest {
  std::string caller;  // whose share it takes; empty: that of the nameless, who share one
  Priority priority;
  Deadline deadline;
};

struct AdmissionQueueStats {
  size_t waiting = 0;    // now
  size_t in_flight = 0;  // now, exports included
  size_t exports_in_flight = 0;
  // So far:
  int64_t waited = 0;            // did not enter at once
  int64_t shed_all_callers = 0;  // turned away, by bound
  int64_t shed_this_caller = 0;
  int64_t shed_time = 0;
  int64_t shed_by_deadline = 0;
};

// Loop thread only. A place that comes free goes to a waiting interactive call before an export,
// but for every `export_every_n`th; callers take turns within each; a caller's own calls go first
// come, first served; its interactive ones last come, first served while the first has waited for
// `lifo_after`: under overload all would be served just too late else. A caller whose interactive
// calls hold more than its share leaves free what others will claim of theirs in a moment, see
// shares.h. A place that exports may not have stays free for an interactive call.
class AdmissionQueue {
  struct State;

 public:
  // Holds one place; gives it back when it goes. May outlive the AdmissionQueue, but not its clock.
  class Permit {
   public:
    Permit(Permit&& other) noexcept = default;
    Permit& operator=(Permit&&) = delete;
    ~Permit();

   private:
    friend class AdmissionQueue;
    Permit(std::shared_ptr<State> state, AdmissionRequest request);

    std::shared_ptr<State> state_;
    AdmissionRequest request_;
  };

  // `timer` ends waits that last too long; it outlives the AdmissionQueue, as `clock` and `loop` do.
  AdmissionQueue(runtime::Loop& loop, const Clock& clock, runtime::Timer& timer,
                 AdmissionQueueOptions options);
  ~AdmissionQueue();
  AdmissionQueue(const AdmissionQueue&) = delete;
  AdmissionQueue& operator=(const AdmissionQueue&) = delete;

  // Waits for a place. RESOURCE_EXHAUSTED with retry-after and the fact `limit`, which says what
  // turns the call away:
  //   QUEUE_FULL     all_callers    at once: too many wait in all
  //   QUEUE_FULL     this_caller    at once: too many of this caller's wait
  //   QUEUE_TIMEOUT  time           after `max_wait`
  // DEADLINE_EXCEEDED at once where the deadline has passed; one that passes later is the
  // reactor's, whose cancellation ends the wait.
  Task<absl::StatusOr<Permit>> Acquire(AdmissionRequest request);

  // Nobody is served before `at`: who waits and has no more time than that leaves now, by `why`.
  // What it takes depends on how many those are, not on how many wait.
  void ShedUntil(SteadyTime at, const absl::Status& why);

  AdmissionQueueStats stats() const;

 private:
  static Task<void> Sweep(std::weak_ptr<State> of, const Clock& clock, runtime::Timer& timer);

  runtime::Loop& loop_;
  const Clock& clock_;
  runtime::Timer& timer_;
  std::shared_ptr<State> state_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_ADMISSION_QUEUE_H_
