// RetryingClient: a call is as many attempts as its failures are worth, its deadline leaves time
// for, and its area's retry budget allows.
#ifndef FALCON_UPSTREAM_CALL_RETRYING_CLIENT_H_
#define FALCON_UPSTREAM_CALL_RETRYING_CLIENT_H_

#include <cstdint>

#include "runtime/loop.h"
#include "upstream/call/bulkheads.h"
#include "upstream/call/call_guard.h"
#include "upstream/call/retry_policy.h"
#include "upstream/call/upstream_client.h"

namespace falcon::upstream {

struct RetryStats {
  int64_t retries = 0;     // attempts after a failure that were sent
  int64_t bisections = 0;  // look-ups of several IDs that Falcon refused, and that were split
};

// Loop thread only. References outlive the client.
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
  Task<Records> Lookup(const LookupRequest& request, const CallOptions& options,
                       CallStats& stats) override;

  const RetryStats& stats() const { return stats_; }

 private:
  // Whether and when to try again: the pause, or the failure to end with.
  absl::StatusOr<milliseconds> PauseAfter(const absl::Status& failure, int attempt,
                                          Deadline deadline, const Operation& operation);

  const RetryPolicy policy_;
  const Jitter jitter_;
  Bulkheads& bulkheads_;
  const Clock& clock_;
  runtime::Timer& timer_;
  CallGuard& next_;
  RetryStats stats_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_RETRYING_CLIENT_H_
