// SendClaim: of identical calls that wait in the lines of different clients, one is sent.
#ifndef FALCON_UPSTREAM_CALL_SEND_CLAIM_H_
#define FALCON_UPSTREAM_CALL_SEND_CLAIM_H_

#include "absl/status/status.h"
#include "base/error.h"
#include "runtime/one_shot_event.h"
#include "upstream/call/call_options.h"

namespace falcon::upstream {

// Loop thread only.
class SendClaim {
 public:
  explicit SendClaim(runtime::Executor executor) : settled_(executor) {}

  // ABORTED (SUPERSEDED) once another call than that of `options` has the claim.
  absl::Status Check(const CallOptions& options) const {
    if (winner_ == nullptr || winner_ == &options) return absl::OkStatus();
    return Error(absl::StatusCode::kAborted, "SUPERSEDED", "an identical call was sent");
  }
  // To be asked as the call of `options` is about to be sent. The first call that asks has the
  // claim, for all its attempts; others fail as Check does.
  absl::Status Take(const CallOptions& options) {
    if (winner_ == nullptr) winner_ = &options;
    settled_.Set();
    return Check(options);
  }
  const CallOptions* winner() const { return winner_; }

  // Ends once the claim is taken, or nobody wants it any more.
  Task<void> Settled() { return settled_.Wait(); }
  void Release() { settled_.Set(); }

 private:
  const CallOptions* winner_ = nullptr;
  runtime::OneShotEvent settled_;
};

inline bool IsSuperseded(const absl::Status& status) { return Reason(status) == "SUPERSEDED"; }

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_SEND_CLAIM_H_
