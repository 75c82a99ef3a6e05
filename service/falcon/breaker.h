// Breaker: while Falcon is down, calls fail at once; one at a time finds out whether it still is.
#ifndef FALCON_FALCON_BREAKER_H_
#define FALCON_FALCON_BREAKER_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "falcon/retry.h"

namespace falcon {

// What the outcome of an attempt says of Falcon.
enum class Health {
  kAlive,    // it answered: 2xx, 4xx, 429
  kFaulty,   // 5xx, or the connection broke or stalled
  kUnknown,  // neither: cancelled, timed out here, malformed, not Falcon's own, never sent
};
Health HealthBy(const absl::Status& outcome);

struct BreakerOptions {
  int faults = 5;                   // in a row, that open it
  milliseconds first_open{30'000};  // doubles with each failed probe; give or take a tenth
  milliseconds longest_open{300'000};
};

enum class BreakerState { kClosed, kOpen, kHalfOpen };

struct BreakerStats {
  BreakerState state = BreakerState::kClosed;
  int64_t opened = 0;               // times so far, failed probes included
  int64_t refused = 0;              // calls that failed at once, so far
  std::optional<SteadyTime> until;  // open: when a probe may go
};

// Loop thread only. For one host.
class Breaker {
  struct Circuit;

 public:
  // One attempt under way. Goes without a word (cancelled): as if its outcome were unknown. May
  // outlive the breaker.
  class Pass {
   public:
    Pass(Pass&&) noexcept = default;
    Pass& operator=(Pass&&) = delete;
    ~Pass();
    // Tells how it ended; once.
    void Conclude(const absl::Status& outcome);

   private:
    friend class Breaker;
    Pass(std::shared_ptr<Circuit> circuit, bool probes);
    std::shared_ptr<Circuit> circuit_;  // null: concluded
    int64_t era_;
    bool probes_;
  };

  // `clock` and what `jitter` needs outlive the passes too.
  Breaker(const Clock& clock, Jitter jitter, BreakerOptions options = {});
  ~Breaker();
  Breaker(const Breaker&) = delete;
  Breaker& operator=(const Breaker&) = delete;

  // Leave to make one attempt. UNAVAILABLE (UPSTREAM_CIRCUIT_OPEN) at once while open, with
  // retry-after: the time left; also while a probe is on its way.
  absl::StatusOr<Pass> Enter();
  // Fails as Enter would now: to be asked before anything is waited for.
  absl::Status Check();

  BreakerStats stats() const;

 private:
  const std::shared_ptr<Circuit> circuit_;
};

}  // namespace falcon

#endif  // FALCON_FALCON_BREAKER_H_
