// Attempts: one call to Falcon, however many attempts it takes. Admission, rate budget, breaker,
// token, wire, status ladder, retries: in that order, for every operation.
#ifndef FALCON_UPSTREAM_CALL_ATTEMPTS_H_
#define FALCON_UPSTREAM_CALL_ATTEMPTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "http/http_transport.h"
#include "json/document.h"
#include "runtime/cpu_pool.h"
#include "runtime/timer.h"
#include "upstream/call/admission_queue.h"
#include "upstream/call/bulkheads.h"
#include "upstream/call/circuit_breaker.h"
#include "upstream/call/rate_budget.h"
#include "upstream/call/reading.h"
#include "upstream/call/retry_policy.h"
#include "upstream/operation/operation.h"

namespace falcon::upstream {

// Of a query string, unencoded; a name may come more than once.
using Parameters = std::vector<std::pair<std::string, std::string>>;

// One kind of look-up by ids: those of equal lanes may travel in one call.
struct BatchKey {
  const Operation* operation = nullptr;
  std::string id_key;  // of a record, in Falcon's JSON
  Parameters query;    // besides the ids
  // When Falcon named the ids in a list: an absence from before that is not believed.
  SteadyTime listed_at = SteadyTime::min();
};

struct UpstreamCall {
  explicit UpstreamCall(const Operation& what) : operation(&what) {}

  const Operation* operation;
  Parameters query;
  std::string body;           // JSON; POST only
  bool continuation = false;  // carries a cursor, which may have expired
  milliseconds patience{0};   // that an attempt on the wire may take; 0: what the deadline leaves
  // The answer holds whole records, as this lane would bring them.
  std::optional<BatchKey> cache_records_as;
};

struct AttemptStats {
  int64_t calls = 0;       // attempts that reached the wire
  int64_t retries = 0;     // of them, after a failure
  int64_t bisections = 0;  // look-ups of several ids that Falcon refused, and that were split
};

// What attempts are made with. All outlive the attempts.
struct AttemptMeans {
  AdmissionQueue& admission;  // of all areas
  Bulkheads& bulkheads;
  RateBudget& budget;
  http::HttpTransport& authorized;
  const Clock& clock;
  runtime::Timer& timer;
  runtime::CpuPool* pool = nullptr;  // reads and decodes big answers; null: the loop does
};

// Loop thread only.
class Attempts {
 public:
  static constexpr size_t kMaxUrlBytes = 8 << 10;  // path and query

  Attempts(AttemptMeans means, RetryPolicy policy, Jitter jitter)
      : means_(means), policy_(policy), jitter_(std::move(jitter)) {}

  // The document, within `reading.deadline`, which may be put off meanwhile; failures as in
  // reply.h, http.h and auth/. Counts into `reading`. A failure that was retried says so by the
  // fact `attempts`, one that the retry budget did not allow to be retried by `retry_budget`. No
  // failure is retried past the deadline, nor once the area's circuit has opened: the last one is
  // returned instead. INVALID_ARGUMENT (URL_TOO_LONG) for a URL above kMaxUrlBytes, which some
  // servers answer by hanging up.
  Task<absl::StatusOr<json::Document>> Call(UpstreamCall call, Reading& reading);

  void CountBisection() { ++stats_.bisections; }
  const AttemptStats& stats() const { return stats_; }
  const AttemptMeans& means() const { return means_; }

 private:
  using Permit = std::optional<CircuitBreaker::Permit>;

  // One exchange: waits for the budget and a place, sends, reads the answer. The first attempt of a
  // call takes its permit of the area's circuit breaker.
  Task<absl::StatusOr<json::Document>> Attempt(const UpstreamCall& call, Reading& reading,
                                               Permit& permit);
  // A 429 of the customer's budget closes it for everybody; who waits for a place and has no time
  // to wait for that too fails now.
  void CoolDown(milliseconds pause);
  // Whether and when to try again: the pause, or the failure to end with.
  absl::StatusOr<milliseconds> PauseAfter(const absl::Status& failure, int attempt,
                                          Deadline deadline, const Operation& operation);
  struct Entry {
    AdmissionQueue::Permit place_of_area;
    AdmissionQueue::Permit place;
    RateBudget::Ticket ticket;
  };
  // A place, and then leave of the budget: who waits for it holds a place, so that callers have
  // their turns at it too.
  Task<absl::StatusOr<Entry>> Enter(const Operation& operation, const Reading& reading,
                                    Permit& permit);
  Task<absl::StatusOr<json::Document>> Exchange(const UpstreamCall& call, Reading& reading,
                                                RateBudget::Ticket ticket);

  AttemptMeans means_;
  RetryPolicy policy_;
  Jitter jitter_;
  json::Parser parser_;
  AttemptStats stats_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_ATTEMPTS_H_
