// What shared calls fail for.
#include "upstream/cache/coalesced_call.h"

namespace falcon::upstream {

bool FailedForTime(const absl::Status& status, Deadline deadline, const Clock& clock) {
  if (status.code() == absl::StatusCode::kDeadlineExceeded) return !deadline.Passed(clock);
  if (Reason(status) != "RATE_LIMITED") return false;
  return deadline.Allows(clock, RetryAfter(status).value_or(milliseconds(0)));
}

}  // namespace falcon::upstream
