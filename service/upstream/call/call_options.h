// CallOptions: what a call is given.
#ifndef FALCON_UPSTREAM_CALL_CALL_OPTIONS_H_
#define FALCON_UPSTREAM_CALL_CALL_OPTIONS_H_

#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "upstream/call/priority.h"

namespace falcon::upstream {

class SendClaim;

// Const to every layer. Its owner may put the deadline off and raise the priority while the call is
// under way: layers read them anew after each wait.
struct CallOptions {
  explicit CallOptions(Deadline until, Priority rank = Priority::kInteractive)
      : deadline(until), priority(rank) {}

  // Whether the response is cached for others. Exports that do not use the cache would only evict
  // what others need.
  bool FillsCache() const {
    return priority == Priority::kInteractive ||
           max_staleness.value_or(milliseconds(0)).count() > 0;
  }

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

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_CALL_OPTIONS_H_
