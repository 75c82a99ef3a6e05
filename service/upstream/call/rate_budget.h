// RateBudget: Falcon's requests a minute, shared by every client of the customer, as its headers
// report them. Decides which call goes now, and how long others wait.
#ifndef FALCON_UPSTREAM_CALL_RATE_BUDGET_H_
#define FALCON_UPSTREAM_CALL_RATE_BUDGET_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "http/http_transport.h"
#include "runtime/loop.h"
#include "runtime/thread_affinity.h"
#include "upstream/call/call_options.h"
#include "upstream/call/rate_window.h"

namespace falcon::upstream {

struct RateStats {
  size_t waiting = 0;     // now
  int64_t paced = 0;      // calls that went after a wait, so far
  int64_t refused = 0;    // calls whose wait could not fit their deadline
  int64_t cooldowns = 0;  // times that Falcon closed the budget by a 429
};

// Loop thread only (asserted). Waits of one priority end in the order of their arrival, each at its
// own time. Exports are paced first, and leave the reserve of interactive calls alone.
class RateBudget {
  struct PriorityLane;
  struct Lanes;

 public:
  // The number of a call that may go out, for Observe.
  using Ticket = int64_t;

  RateBudget(const Clock& clock, runtime::Timer& timer, RateOptions options = {});
  ~RateBudget();
  RateBudget(const RateBudget&) = delete;
  RateBudget& operator=(const RateBudget&) = delete;

  // Returns when a call may go out, which counts as sent from then on: send it now. At once while
  // enough is left; else paced so that what is left lasts, and after the shared cooldown. A wait
  // that cannot end before `deadline` fails now: RESOURCE_EXHAUSTED (RATE_LIMITED) with
  // retry-after.
  Task<absl::StatusOr<Ticket>> Wait(Deadline deadline, Priority priority);
  // Fails as Wait would now. Ask it before waiting for admission.
  absl::Status Check(Deadline deadline, Priority priority);

  // Reads X-Ratelimit-Limit and -Remaining of the answer to the call that went by `ticket`. False:
  // they speak of a budget of the operation's own.
  bool Observe(Ticket ticket, const http::Headers& headers);
  // Falcon said 429: nobody calls for `delay`. An earlier, longer cooldown stays.
  void CoolDown(milliseconds delay);
  // Falcon said 429 of a budget of the operation's own: nobody calls `operation`, a name of static
  // storage, for `delay`.
  void CoolDownOperation(std::string_view operation, milliseconds delay);
  // Returns when that is over; at once if there is none. Fails as Wait does.
  Task<absl::Status> WaitForOperation(std::string_view operation, Deadline deadline);
  // The earliest instant that a call may go at, as far as cooldowns tell; mostly past.
  SteadyTime open_at() const { return open_at_; }
  // The failure of calls that the cooldown keeps past their deadline, wherever they wait.
  absl::Status Closed() const;

  std::optional<int> limit() const { return limit_; }
  // As the newest answer said.
  std::optional<int> remaining() const { return remaining_; }
  milliseconds cooldown() const;
  RateStats stats() const;

 private:
  PriorityLane& LaneOf(Priority priority) const;
  // When the next of the lane may go, with `ahead` before it.
  SteadyTime Due(Priority priority, size_t ahead) const;
  Ticket Go(PriorityLane& lane, SteadyTime due);
  absl::Status Limited(SteadyTime due) const;
  absl::Status Refuse(SteadyTime due);
  bool OfAnotherBudget(int limit) const;

  const Clock& clock_;
  runtime::Timer& timer_;
  RateWindow window_;
  const std::shared_ptr<Lanes> lanes_;
  std::optional<int> limit_;
  std::optional<int> remaining_;
  SteadyTime limit_seen_{};
  Ticket newest_ = 0;
  SteadyTime open_at_{};
  std::map<std::string_view, SteadyTime> operations_open_at_;
  RateStats stats_;
  runtime::ThreadAffinity affinity_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_RATE_BUDGET_H_
