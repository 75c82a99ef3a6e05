// RetryBudget: retries are a share of the calls, so that an outage does not cause more load.
#ifndef FALCON_UPSTREAM_CALL_RETRY_BUDGET_H_
#define FALCON_UPSTREAM_CALL_RETRY_BUDGET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "base/time.h"
#include "runtime/thread_affinity.h"

namespace falcon::upstream {

struct RetryBudgetOptions {
  double share = 0.2;         // of the calls of the last ten seconds
  size_t always_allowed = 3;  // at a time, whatever the share
};

struct RetryBudgetStats {
  size_t in_flight = 0;  // now
  int64_t granted = 0;   // so far
  int64_t refused = 0;
};

// Loop thread only (asserted).
class RetryBudget {
  struct Flights {
    size_t count = 0;
  };

 public:
  // A retry that is under way; hold it until its answer is there. May outlive the budget.
  class Token {
   public:
    Token(Token&&) noexcept = default;
    Token& operator=(Token&&) = delete;
    ~Token() {
      if (flights_ != nullptr) --flights_->count;
    }

   private:
    friend class RetryBudget;
    explicit Token(std::shared_ptr<Flights> flights) : flights_(std::move(flights)) {
      ++flights_->count;
    }
    std::shared_ptr<Flights> flights_;
  };

  explicit RetryBudget(const Clock& clock, RetryBudgetOptions options = {})
      : options_(options), clock_(clock) {}

  // A call was made, however many attempts it will take.
  void RecordCall();
  // Permission to retry; nullopt: the budget is exhausted.
  std::optional<Token> TryAcquire();

  // The failure that is not retried for want of budget says so: fact `retry_budget`.
  static absl::Status WithRetryBudgetExhausted(absl::Status failure);

  RetryBudgetStats stats() const { return {flights_->count, granted_, refused_}; }

 private:
  // One second.
  struct Bucket {
    int64_t second = -1;
    int64_t calls = 0;
    int64_t retries = 0;
  };
  static constexpr int64_t kBuckets = 10;

  int64_t Second() const;
  Bucket& Now();

  const RetryBudgetOptions options_;
  const Clock& clock_;
  const std::shared_ptr<Flights> flights_ = std::make_shared<Flights>();
  std::array<Bucket, kBuckets> buckets_;
  int64_t granted_ = 0;
  int64_t refused_ = 0;
  runtime::ThreadAffinity affinity_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_RETRY_BUDGET_H_
