// RateBudget: Falcon's requests a minute, shared by every client of the customer, as its headers
// tell.
#ifndef FALCON_FALCON_RATE_BUDGET_H_
#define FALCON_FALCON_RATE_BUDGET_H_

#include <optional>

#include "absl/status/status.h"
#include "base/time.h"
#include "run/task.h"
#include "run/timer.h"
#include "wire/http.h"

namespace falcon {

// Loop thread only.
class RateBudget {
 public:
  RateBudget(const Clock& clock, run::Timer& timer) : clock_(clock), timer_(timer) {}

  // Returns when a call may go out: at once, or after the shared cooldown. A cooldown that ends
  // after `deadline` fails now: RESOURCE_EXHAUSTED (RATE_LIMITED) with retry-after.
  Task<absl::Status> Wait(Deadline deadline);

  // Reads X-Ratelimit-Limit and -Remaining of any answer.
  void Observe(const wire::Headers& headers);
  // Falcon said 429: nobody calls for `delay`. An earlier, longer cooldown stays.
  void CoolDown(milliseconds delay);

  std::optional<int> limit() const { return limit_; }
  std::optional<int> remaining() const { return remaining_; }
  milliseconds cooldown() const;

 private:
  const Clock& clock_;
  run::Timer& timer_;
  std::optional<int> limit_;
  std::optional<int> remaining_;
  SteadyTime open_at_{};
};

}  // namespace falcon

#endif  // FALCON_FALCON_RATE_BUDGET_H_
