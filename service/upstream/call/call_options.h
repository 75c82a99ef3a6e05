// CallOptions: what a call is given.
#ifndef FALCON_UPSTREAM_CALL_CALL_OPTIONS_H_
#define FALCON_UPSTREAM_CALL_CALL_OPTIONS_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/error.h"
#include "base/time.h"
#include "runtime/one_shot_event.h"

namespace falcon::upstream {

// Interactive calls go before exports.
enum class Priority { kInteractive, kExport };

class SendClaim;

// Const to every layer. Its owner may put the deadline off and raise the priority while the call is
// under way: layers read them anew after each wait.
struct CallOptions {
  explicit CallOptions(Deadline until, Priority rank = Priority::kInteractive)
      : deadline(until), priority(rank) {}

  // Whether a cached response may answer the call.
  bool AllowsCached() const { return max_staleness.value_or(milliseconds(0)).count() > 0; }
  // Whether the response is cached for others. Exports that do not use the cache would only evict
  // what others need.
  bool FillsCache() const { return priority == Priority::kInteractive || AllowsCached(); }

  Deadline deadline;
  Priority priority;
  // For a fair share: the client ("said:x@ipv4:192.0.2.1"), or the key of a batch ("lane:x").
  std::string client_id;
  // The greatest age of a response. 0: the request is sent, and no call in flight is joined. Unset:
  // the request is sent, or joins a call in flight.
  std::optional<milliseconds> max_staleness;
  bool validate_only = false;  // the call ends with ValidatedStatus(), and nothing is sent
  // Shared by identical calls that wait in the lines of different clients; null: there are none.
  std::shared_ptr<SendClaim> send_claim;
};

// What a call ends with where `validate_only` is set. No answer contains it.
inline absl::Status ValidatedStatus() {
  return Error(absl::StatusCode::kCancelled, "VALIDATED", "nothing is sent to Falcon");
}
inline bool IsValidated(const absl::Status& status) { return Reason(status) == "VALIDATED"; }

// Of identical calls that wait in the lines of different clients, one is sent. Loop thread only
// (asserted by `settled_`).
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

#endif  // FALCON_UPSTREAM_CALL_CALL_OPTIONS_H_
