// Bulkheads: what each area of Falcon's has of its own, so that one that fails or is slow takes
// nothing from the others.
#ifndef FALCON_FALCON_BULKHEADS_H_
#define FALCON_FALCON_BULKHEADS_H_

#include <functional>
#include <map>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "base/time.h"
#include "falcon/circuit_breaker.h"
#include "falcon/operation.h"
#include "falcon/retry.h"
#include "falcon/retry_budget.h"
#include "run/admission.h"
#include "run/loop.h"
#include "run/timer.h"

namespace falcon {

struct BulkheadOptions {
  CircuitBreakerOptions circuit_breaker = {};
  RetryBudgetOptions retries = {};
  // Of all areas together. One area has at most three quarters of the places.
  run::AdmissionOptions admission = {};
};

struct Bulkhead {
  CircuitBreaker breaker;
  RetryBudget retries;
  run::Admission admission;
};

// Loop thread only. Of one tenant.
class Bulkheads {
 public:
  using OnChange = std::function<void(std::string_view area, const CircuitChange& change)>;

  // References and what the functions need outlive the bulkheads and all permits. `on_change` may
  // be null.
  Bulkheads(run::Loop& loop, const Clock& clock, run::Timer& timer, Jitter jitter,
            BulkheadOptions options, OnChange on_change = nullptr);

  // That of the operation's area, made at its first call.
  Bulkhead& Of(const Operation& operation);

  // By area. References stay valid.
  using ByArea = std::map<std::string_view, std::unique_ptr<Bulkhead>>;
  const ByArea& all() const { return bulkheads_; }

 private:
  run::Loop& loop_;
  const Clock& clock_;
  run::Timer& timer_;
  const Jitter jitter_;
  const BulkheadOptions options_;
  const OnChange on_change_;
  ByArea bulkheads_;
};

}  // namespace falcon

#endif  // FALCON_FALCON_BULKHEADS_H_
