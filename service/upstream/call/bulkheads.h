// Bulkheads: what each area of Falcon has of its own, so that an area that fails or is slow does
// not affect the others.
#ifndef FALCON_UPSTREAM_CALL_BULKHEADS_H_
#define FALCON_UPSTREAM_CALL_BULKHEADS_H_

#include <functional>
#include <map>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "base/time.h"
#include "runtime/loop.h"
#include "runtime/thread_affinity.h"
#include "upstream/call/admission_queue.h"
#include "upstream/call/circuit_breaker.h"
#include "upstream/call/retry_budget.h"
#include "upstream/operation/operation.h"

namespace falcon::upstream {

struct BulkheadOptions {
  CircuitBreakerOptions circuit_breaker = {};
  RetryBudgetOptions retries = {};
  // Of all areas together. One area has at most three quarters of the places.
  AdmissionQueueOptions admission = {};
};

struct Bulkhead {
  CircuitBreaker breaker;
  RetryBudget retries;
  AdmissionQueue admission;
};

// Loop thread only (asserted). Of one tenant.
class Bulkheads {
 public:
  using OnChange = std::function<void(std::string_view area, const CircuitChange& change)>;

  // References and what the functions need outlive the bulkheads and all permits. `on_change` may
  // be null.
  Bulkheads(runtime::Loop& loop, const Clock& clock, runtime::Timer& timer, Jitter jitter,
            BulkheadOptions options, OnChange on_change = nullptr);

  // The bulkhead of the operation's area, made at its first call.
  Bulkhead& Of(const Operation& operation);

  // By area. References stay valid.
  using ByArea = std::map<std::string_view, std::unique_ptr<Bulkhead>>;
  const ByArea& all() const { return bulkheads_; }

 private:
  runtime::Loop& loop_;
  const Clock& clock_;
  runtime::Timer& timer_;
  const Jitter jitter_;
  const BulkheadOptions options_;
  const OnChange on_change_;
  ByArea bulkheads_;
  runtime::ThreadAffinity affinity_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_BULKHEADS_H_
