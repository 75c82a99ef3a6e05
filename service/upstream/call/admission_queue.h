// AdmissionQueue: bounds the calls in flight; further calls wait in a fair queue.
#ifndef FALCON_UPSTREAM_CALL_ADMISSION_QUEUE_H_
#define FALCON_UPSTREAM_CALL_ADMISSION_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "runtime/loop.h"
#include "runtime/thread_affinity.h"
#include "upstream/call/call_options.h"

namespace falcon::upstream {

struct AdmissionQueueOptions {
  size_t permits = 48;                // calls in flight; 1 or more
  size_t export_permits = 0;          // of them, for exports at most; 0: half, at least one
  size_t max_waiting = 10'000;        // of all callers
  size_t max_waiting_per_caller = 0;  // 0: half of `max_waiting`, at least one
  milliseconds max_wait{30'000};
  milliseconds lifo_after{1'000};  // a caller whose oldest call waits so long is served LIFO
  int export_every_n = 8;          // every n-th permit goes to a waiting export; 1 or more
};

struct AdmissionRequest {
  std::string caller;  // whose share it uses; callers without a name share one
  Priority priority;
  Deadline deadline;
};

struct AdmissionQueueStats {
  size_t waiting = 0;    // now
  size_t in_flight = 0;  // now, exports included
  size_t exports_in_flight = 0;
  // So far:
  int64_t waited = 0;            // did not get a permit at once
  int64_t shed_all_callers = 0;  // rejected, by limit
  int64_t shed_this_caller = 0;
  int64_t shed_time = 0;
  int64_t shed_by_deadline = 0;
};

// Loop thread only (asserted). A free permit goes to a waiting interactive call before an export,
// except for every `export_every_n`th. Within each priority, callers take turns. The calls of one
// caller are served FIFO; interactive calls are served LIFO while the oldest has waited for
// `lifo_after`, because under overload FIFO would serve every call just too late. A caller whose
// interactive calls hold more than its share leaves permits free for the others, see fair_share.h.
// A permit that exports may not use stays free for an interactive call.
class AdmissionQueue {
  struct State;

 public:
  // Returns its permit when destroyed. May outlive the AdmissionQueue, but not its clock.
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

  // Waits for a permit. RESOURCE_EXHAUSTED with retry-after and the metadata `limit`, which names the
  // limit that rejects the call:
  //   QUEUE_FULL     all_callers    at once: too many wait in all
  //   QUEUE_FULL     this_caller    at once: too many of this caller's wait
  //   QUEUE_TIMEOUT  time           after `max_wait`
  // DEADLINE_EXCEEDED at once if the deadline has passed. One that passes later cancels the RPC, which
  // ends the wait.
  Task<absl::StatusOr<Permit>> Acquire(AdmissionRequest request);

  // No permit is granted before `at`: waiting calls whose deadline is not later fail now with `why`.
  // Takes time for the calls that fail, not for those that wait.
  void ShedUntil(SteadyTime at, const absl::Status& why);

  AdmissionQueueStats stats() const;

 private:
  static Task<void> Sweep(std::weak_ptr<State> of, const Clock& clock, runtime::Timer& timer);

  [[no_unique_address]] runtime::ThreadAffinity loop_thread_;
  runtime::Loop& loop_;
  const Clock& clock_;
  runtime::Timer& timer_;
  std::shared_ptr<State> state_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_ADMISSION_QUEUE_H_
