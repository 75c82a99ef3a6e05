// The queue before the places.
#include "run/admission.h"

#include "base/error.h"

namespace falcon::run {

Task<absl::StatusOr<Admission::Place>> Admission::Enter(Deadline deadline) {
  if (deadline.Passed(clock_)) {
    co_return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                    "the deadline passed before a place was free");
  }
  if (free_ > 0 && waiters_.empty()) {
    --free_;
    co_return Place(this);
  }
  if (waiters_.size() >= max_waiting_) {
    const absl::Status full = Error(absl::StatusCode::kResourceExhausted, "QUEUE_FULL",
                                    "too many calls wait for Falcon; retry later");
    co_return WithRetryAfter(full, seconds(1));
  }
  // A waiter that is unwound while it waits leaves the queue; one that was served meanwhile hands
  // its place on.
  struct Leaver {
    Admission* admission;
    std::list<std::shared_ptr<Waiter>>::iterator at;
    std::shared_ptr<Waiter> waiter;
    bool entered = false;
    ~Leaver() {
      if (entered) return;
      if (waiter->turn.is_set()) {
        admission->Leave();
      } else {
        admission->waiters_.erase(at);
      }
    }
  };
  auto waiter = std::make_shared<Waiter>(loop_.executor());
  Leaver leaver{this, waiters_.insert(waiters_.end(), waiter), waiter};
  co_await waiter->turn.Wait();
  leaver.entered = true;
  co_return Place(this);
}

void Admission::Leave() {
  if (waiters_.empty()) {
    ++free_;
    return;
  }
  const std::shared_ptr<Waiter> next = waiters_.front();
  waiters_.pop_front();
  next->turn.Set();
}

}  // namespace falcon::run
