// Admission: at most so many calls in flight, the rest wait their turn.
#ifndef FALCON_RUN_ADMISSION_H_
#define FALCON_RUN_ADMISSION_H_

#include <cstddef>
#include <list>
#include <memory>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "run/event.h"
#include "run/loop.h"
#include "run/task.h"
#include "run/timer.h"

namespace falcon::run {

// Loop thread only. First come, first served.
class Admission {
 public:
  // Holds one place; gives it back when it goes. Must not outlive the Admission.
  class Place {
   public:
    explicit Place(Admission* admission) : admission_(admission) {}
    Place(Place&& other) noexcept : admission_(std::exchange(other.admission_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (admission_ != nullptr) admission_->Leave();
    }

   private:
    Admission* admission_;
  };

  // `places` > 0. More than `max_waiting` waiters are turned away.
  Admission(Loop& loop, const Clock& clock, size_t places, size_t max_waiting)
      : loop_(loop), clock_(clock), free_(places), max_waiting_(max_waiting) {}

  // Waits for a place. RESOURCE_EXHAUSTED (QUEUE_FULL) at once when too many wait; a caller whose
  // deadline passes is cancelled by its reactor, which ends the wait.
  Task<absl::StatusOr<Place>> Enter(Deadline deadline);

  size_t waiting() const { return waiters_.size(); }

 private:
  struct Waiter {
    explicit Waiter(Executor executor) : turn(executor) {}
    Event turn;
  };
  void Leave();

  Loop& loop_;
  const Clock& clock_;
  size_t free_;
  size_t max_waiting_;
  std::list<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace falcon::run

#endif  // FALCON_RUN_ADMISSION_H_
