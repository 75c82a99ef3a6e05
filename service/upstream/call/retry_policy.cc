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

milliseconds Backoff(int attempt, const RetryPolicy& policy, const Jitter& jitter) {
  // 2^20 half seconds are past any ceiling; the shift must not overflow.
  const int doublings = std::clamp(attempt - 1, 0, 20);
  const milliseconds whole = std::min(policy.first_backoff * (1 << doublings), policy.max_backoff);
  const double share = 0.5 + 0.5 * std::clamp(jitter(), 0.0, 1.0);
  return std::chrono::duration_cast<milliseconds>(whole * share);
}

}  // namespace falcon::upstream
