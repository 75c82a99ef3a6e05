// Which failures are worth a second try, and when it comes.
#ifndef FALCON_UPSTREAM_CALL_RETRY_POLICY_H_
#define FALCON_UPSTREAM_CALL_RETRY_POLICY_H_

#include <functional>

#include "absl/status/status.h"
#include "base/time.h"

namespace falcon::upstream {

struct RetryPolicy {
  int max_attempts = 3;
  Backoff backoff{milliseconds(500), seconds(20)};
};

// 1.0 is the whole backoff, 0.0 half of it. A constructor argument wherever it is used.
using Jitter = std::function<double()>;
Jitter RandomJitter();

// Attempts allowed in all for a failure with this reason: policy.max_attempts for UPSTREAM_ERROR,
// UPSTREAM_CONNECTION and RATE_LIMITED; 2 for UPSTREAM_MALFORMED, UPSTREAM_STALLED
// and UPSTREAM_PROXY that is UNAVAILABLE; else 1.
int AttemptsFor(const absl::Status& failure, const RetryPolicy& policy);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_RETRY_POLICY_H_
