// RetryingClient: a call is as many attempts as its failures are worth, its deadline leaves time
// for, and its area's retry budget allows; a look-up is as many calls as Falcon's limits demand.
#ifndef FALCON_UPSTREAM_CALL_RETRYING_CLIENT_H_
#define FALCON_UPSTREAM_CALL_RETRYING_CLIENT_H_

#include <cstdint>

#include "base/time.h"
#include "runtime/loop.h"
#include "runtime/thread_affinity.h"
#include "upstream/call/bulkheads.h"
#include "upstream/call/call_guard.h"
#include "upstream/call/upstream_client.h"

namespace falcon::upstream {

struct RetryPolicy {
  int max_attempts = 3;
  Backoff backoff{milliseconds(500), seconds(20)};
};

// Attempts allowed in all for a failure with this reason: policy.max_attempts for UPSTREAM_ERROR,
// UPSTREAM_CONNECTION and RATE_LIMITED; 2 for UPSTREAM_MALFORMED, UPSTREAM_STALLED
// and UPSTREAM_PROXY that is UNAVAILABLE; else 1.
int AttemptsFor(const absl::Status& failure, const RetryPolicy& policy);

struct RetryStats {
  int64_t retries = 0;     // attempts after a failure that were sent
  int64_t bisections = 0;  // look-ups of several IDs that Falcon refused, and that were split
};

// Loop thread only (asserted). References outlive the client.
class RetryingClient final : public UpstreamClient {
 public:
  RetryingClient(RetryPolicy policy, Jitter jitter, Bulkheads& bulkheads, const Clock& clock,
                 runtime::Timer& timer, CallGuard& next)
      : policy_(policy),
        jitter_(std::move(jitter)),
        bulkheads_(bulkheads),
        clock_(clock),
        timer_(timer),
        next_(next) {}

  // A failure that was retried has the metadata `attempts`; one that the retry budget did not allow
  // to be retried, `retry_budget`. No failure is retried past the deadline, nor once the area's
  // circuit has opened: the last one is returned instead. INVALID_ARGUMENT (URL_TOO_LONG) for a URL
  // above kMaxUrlBytes.
  Task<Response> Call(const UpstreamRequest& request, const CallOptions& options,
                      CallStats& stats) override;

  // Looks up the IDs in chunks that Falcon and a URL take, one Call after the other. A 413 halves a
  // chunk. A 400 or 404 for several IDs is no answer about any of them: the chunk is bisected, by
  // at most 16 extra calls a look-up; IDs that are left then have an error of code 503 each. Only a
  // 404 for a single ID, or a success without its record, says that it is absent. Every other
  // failure of a chunk, or a 400 for the only ID, fails the look-up. `request.ids` may grow until
  // the first call is sent, as long as one call takes them.
  Task<Records> Lookup(const LookupRequest& request, const CallOptions& options,
                       CallStats& stats) override;

  const RetryStats& stats() const { return stats_; }

 private:
  // Whether and when to try again: the pause, or the failure to end with. Adds to `failure` when to
  // come again, where Falcon limits the rate.
  absl::StatusOr<milliseconds> PauseAfter(absl::Status& failure, int attempt, Deadline deadline,
                                          const Operation& operation);

  const RetryPolicy policy_;
  const Jitter jitter_;
  Bulkheads& bulkheads_;
  const Clock& clock_;
  runtime::Timer& timer_;
  CallGuard& next_;
  RetryStats stats_;
  runtime::ThreadAffinity affinity_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_RETRYING_CLIENT_H_
