// CallGuard: each attempt passes admission, rate budget and circuit breaker, and becomes HTTP.
#ifndef FALCON_UPSTREAM_CALL_CALL_GUARD_H_
#define FALCON_UPSTREAM_CALL_CALL_GUARD_H_

#include <cstdint>
#include <optional>

#include "http/http_transport.h"
#include "json/document.h"
#include "runtime/cpu_pool.h"
#include "runtime/loop.h"
#include "runtime/thread_affinity.h"
#include "upstream/call/admission_queue.h"
#include "upstream/call/bulkheads.h"
#include "upstream/call/circuit_breaker.h"
#include "upstream/call/rate_budget.h"
#include "upstream/call/upstream_client.h"

namespace falcon::upstream {

// Loop thread only (asserted). References outlive the guard.
class CallGuard {
 public:
  // `admission`: of all areas together. `next`: authorizes requests. `pool` parses big responses;
  // null: the loop does.
  CallGuard(AdmissionQueue& admission, Bulkheads& bulkheads, RateBudget& budget,
            http::HttpTransport& next, const Clock& clock, runtime::Timer& timer,
            runtime::CpuPool* pool = nullptr)
      : admission_(admission),
        bulkheads_(bulkheads),
        budget_(budget),
        next_(next),
        clock_(clock),
        timer_(timer),
        pool_(pool) {}

  // Waits for its turn, sends the request, and reads the response. `permit`, of the area's circuit
  // breaker, belongs to the call: the first attempt acquires it, each records its outcome, and its
  // end tells the breaker how the call ended. The failure of a response that speaks of a rate limit
  // of the operation's own has the metadata `budget`: `operation`.
  Task<UpstreamClient::Response> Attempt(const UpstreamRequest& request, const CallOptions& options,
                                         CallStats& stats,
                                         std::optional<CircuitBreaker::Permit>& permit);

  // Falcon ended an attempt at `operation` by `failure`, a 429: for `pause`, nobody calls it, or
  // anything where the limit is the customer's. Callers that wait and have not so long fail now.
  void CoolDown(const Operation& operation, const absl::Status& failure, milliseconds pause);

  int64_t calls() const { return calls_; }  // attempts sent so far
  const AdmissionQueue& admission() const { return admission_; }
  const Bulkheads& bulkheads() const { return bulkheads_; }
  const RateBudget& budget() const { return budget_; }

 private:
  struct Turn {
    AdmissionQueue::Permit place_of_area;
    AdmissionQueue::Permit place;
    RateBudget::Ticket ticket;
  };
  // A permit of admission, and then leave of the budget: a call that waits for the budget holds its
  // permit, so that clients have their turns at it too.
  Task<absl::StatusOr<Turn>> Acquire(const Operation& operation, const CallOptions& options,
                                     std::optional<CircuitBreaker::Permit>& permit);
  Task<absl::StatusOr<json::Document>> Exchange(const UpstreamRequest& request,
                                                const CallOptions& options, CallStats& stats,
                                                RateBudget::Ticket ticket);

  AdmissionQueue& admission_;
  Bulkheads& bulkheads_;
  RateBudget& budget_;
  http::HttpTransport& next_;
  const Clock& clock_;
  runtime::Timer& timer_;
  runtime::CpuPool* pool_;
  json::Parser parser_;
  int64_t calls_ = 0;
  runtime::ThreadAffinity affinity_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_CALL_GUARD_H_
