// Ten buckets of a second.
#include "upstream/call/retry_budget.h"

#include "base/error.h"

namespace falcon::upstream {

int64_t RetryBudget::Second() const {
  return std::chrono::floor<seconds>(clock_.Now().time_since_epoch()).count();
}

RetryBudget::Bucket& RetryBudget::Now() {
  const int64_t second = Second();
  Bucket& bucket = buckets_[static_cast<size_t>(second % kBuckets)];
  if (bucket.second != second) bucket = {.second = second};
  return bucket;
}

void RetryBudget::RecordCall() {
  affinity_.Check();
  ++Now().calls;
}

std::optional<RetryBudget::Token> RetryBudget::TryAcquire() {
  affinity_.Check();
  const int64_t oldest = Second() - kBuckets + 1;
  int64_t calls = 0;
  int64_t retries = 0;
  for (const Bucket& bucket : buckets_) {
    if (bucket.second < oldest) continue;
    calls += bucket.calls;
    retries += bucket.retries;
  }
  const bool in_share =
      static_cast<double>(retries + 1) <= options_.share * static_cast<double>(calls);
  if (!in_share && flights_->count >= options_.always_allowed) {
    ++refused_;
    return std::nullopt;
  }
  ++Now().retries;
  ++granted_;
  return Token(flights_);
}

absl::Status RetryBudget::WithRetryBudgetExhausted(absl::Status failure) {
  return WithMetadata(std::move(failure), "retry_budget", "spent");
}

}  // namespace falcon::upstream
