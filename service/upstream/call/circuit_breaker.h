// CircuitBreaker: while an area of Falcon fails, its calls fail at once, and one call a second
// probes whether it still does.
#ifndef FALCON_UPSTREAM_CALL_CIRCUIT_BREAKER_H_
#define FALCON_UPSTREAM_CALL_CIRCUIT_BREAKER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "runtime/thread_affinity.h"

namespace falcon::upstream {

// What the outcome of an attempt says about Falcon.
enum class Outcome {
  kSuccess,  // Falcon answered: 2xx, 4xx, 429
  kFailure,  // 5xx, or the connection broke or stalled
  kSilence,  // the deadline passed, and the connection had received nothing since the call was sent
  kUnknown,  // cancelled, timed out here, malformed, not Falcon's own, or never sent
};
Outcome ClassifyOutcome(const absl::Status& status);

struct CircuitBreakerOptions {
  double failure_ratio = 0.5;  // of the calls in the window, at which the circuit opens
  int min_calls = 20;          // with fewer calls in the window it stays closed; 0: it never opens
  int window_seconds = 10;     // at most CircuitBreaker::kMaxWindowSeconds
  // From the opening to the first probe, and from probe to probe. Jittered by a tenth.
  milliseconds probe_interval{1'000};
};

enum class CircuitState { kClosed, kOpen };

// The window's counts at a change of state.
struct CircuitChange {
  CircuitState state;
  int calls;
  int failures;
};

struct CircuitBreakerStats {
  CircuitState state = CircuitState::kClosed;
  int64_t opened = 0;    // times so far
  int64_t rejected = 0;  // attempts that failed at once, so far
  std::optional<SteadyTime> next_probe;
};

// Loop thread only (asserted). Counts calls, not attempts: a call that a retry saved is a success.
// An opened circuit limits the load on an area that fails; it is closed again by the first probe
// that succeeds.
class CircuitBreaker {
  struct Circuit;

 public:
  static constexpr int kMaxWindowSeconds = 60;

  // One call, from its first attempt to its end. Destroyed without a record (cancelled): counts for
  // nothing. May outlive the breaker.
  class Permit {
   public:
    Permit(Permit&&) noexcept = default;
    Permit& operator=(Permit&&) = delete;
    ~Permit();

    // How an attempt ended. The last outcome that is not kUnknown counts for the call.
    void Record(const absl::Status& attempt);
    // Whether another attempt may be made: not once the circuit has opened.
    absl::Status CheckRetry() const;

   private:
    friend class CircuitBreaker;
    Permit(std::shared_ptr<Circuit> circuit, std::string client);

    std::shared_ptr<Circuit> circuit_;  // null: moved from
    std::string client_;
    SteadyTime since_;
    int64_t generation_;
    bool probe_;
    Outcome outcome_ = Outcome::kUnknown;
  };

  using OnChange = std::function<void(const CircuitChange&)>;

  // `clock` and what the functions need outlive the permits too. `on_change` may be null.
  CircuitBreaker(const Clock& clock, Jitter jitter, CircuitBreakerOptions options,
                 OnChange on_change = nullptr);
  ~CircuitBreaker();
  CircuitBreaker(const CircuitBreaker&) = delete;
  CircuitBreaker& operator=(const CircuitBreaker&) = delete;

  // Permission to begin a call. UNAVAILABLE (UPSTREAM_CIRCUIT_OPEN) while open, with the time to the
  // next probe as retry-after. A due probe goes to another client than the one whose failure opened
  // the circuit, if another one asks.
  absl::StatusOr<Permit> Acquire(const std::string& client);
  // Fails as Acquire would. Ask it before waiting for anything.
  absl::Status Check(const std::string& client);

  CircuitBreakerStats stats() const;

 private:
  const std::shared_ptr<Circuit> circuit_;
  runtime::ThreadAffinity affinity_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_CIRCUIT_BREAKER_H_
