// Attempts and pauses.
#include "upstream/call/retry_policy.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>

#include "base/error.h"

namespace falcon::upstream {

Jitter RandomJitter() {
  auto engine = std::make_shared<std::mt19937_64>(std::random_device()());
  return [engine] { return std::uniform_real_distribution<double>(0.0, 1.0)(*engine); };
}

int AttemptsFor(const absl::Status& failure, const RetryPolicy& policy) {
  const std::string reason = Reason(failure);
  if (reason == "UPSTREAM_ERROR" || reason == "UPSTREAM_CONNECTION" || reason == "RATE_LIMITED") {
    return policy.max_attempts;
  }
  const int twice = std::min(2, policy.max_attempts);
  if (reason == "UPSTREAM_MALFORMED" || reason == "UPSTREAM_STALLED") return twice;
  // A page with a 403 is no accident.
  const bool page = reason == "UPSTREAM_PROXY";
  return page && failure.code() == absl::StatusCode::kUnavailable ? twice : 1;
}

}  // namespace falcon::upstream
