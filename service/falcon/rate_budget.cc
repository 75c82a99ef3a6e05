// Header-driven pace: what Falcon says is left, and when it wants no calls at all.
#include "falcon/rate_budget.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/numbers.h"
#include "base/error.h"
#include "base/text.h"

namespace falcon {
namespace {

// The limit of callers without a valid token: it says nothing about the customer's budget.
constexpr int kUnauthenticatedLimit = 15;

std::optional<int> Number(const wire::Headers& headers, std::string_view name) {
  int value = 0;
  const std::string_view text = wire::FindHeader(headers, name);
  if (!absl::SimpleAtoi(ToAbsl(text), &value) || value < 0) return std::nullopt;
  return value;
}

}  // namespace

Task<absl::Status> RateBudget::Wait(Deadline deadline) {
  // Another 429 may have moved the instant during the sleep.
  while (clock_.Now() < open_at_) {
    const milliseconds left = cooldown();
    if (!deadline.Allows(clock_, left)) {
      const absl::Status limited =
          Error(absl::StatusCode::kResourceExhausted, "RATE_LIMITED",
                Cat("Falcon's rate limit is spent for another ", left.count(),
                    " ms, which is past the deadline; retry then"));
      co_return WithRetryAfter(limited, left);
    }
    const SteadyTime until = open_at_;
    co_await timer_.SleepUntil(until);
  }
  co_return absl::OkStatus();
}

void RateBudget::Observe(const wire::Headers& headers) {
  const std::optional<int> limit = Number(headers, "X-Ratelimit-Limit");
  if (limit == kUnauthenticatedLimit) return;
  if (limit.has_value()) limit_ = limit;
  const std::optional<int> remaining = Number(headers, "X-Ratelimit-Remaining");
  if (remaining.has_value()) remaining_ = remaining;
}

void RateBudget::CoolDown(milliseconds delay) {
  open_at_ = std::max(open_at_, clock_.Now() + delay);
}

milliseconds RateBudget::cooldown() const {
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(open_at_ - clock_.Now()));
}

}  // namespace falcon
