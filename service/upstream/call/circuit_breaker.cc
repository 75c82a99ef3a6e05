// Counts by the second; open and closed.
#include "upstream/call/circuit_breaker.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace falcon::upstream {
namespace {

constexpr double kSpread = 0.1;

}  // namespace

Outcome ClassifyOutcome(const absl::Status& status) {
  if (status.ok()) return Outcome::kSuccess;
  const std::string reason = Reason(status);
  auto facts = Metadata(status);
  const std::string http_status = facts["http_status"];
  const bool answered = http_status.starts_with('2') || http_status.starts_with('4');
  if (reason == "UPSTREAM_PROXY") return Outcome::kUnknown;
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      if (reason == "UPSTREAM_CONNECTION" || reason == "UPSTREAM_STALLED") return Outcome::kFailure;
      // Token requests have failures of their own, which many calls share.
      if (reason != "UPSTREAM_ERROR") return Outcome::kUnknown;
      return answered ? Outcome::kSuccess : Outcome::kFailure;
    case absl::StatusCode::kDeadlineExceeded:
      return facts["received"] == "nothing" ? Outcome::kSilence : Outcome::kUnknown;
    case absl::StatusCode::kFailedPrecondition:
      return Outcome::kUnknown;  // the token, TLS, the proxy
    default:
      return answered ? Outcome::kSuccess : Outcome::kUnknown;
  }
}

struct CircuitBreaker::Circuit {
  struct Bucket {
    int64_t second = -1;
    int calls = 0;
    int failures = 0;
  };

  bool open() const { return next_probe.has_value(); }

  Bucket& Now() {
    const int64_t second = std::chrono::floor<seconds>(clock.Now().time_since_epoch()).count();
    Bucket& bucket = buckets[static_cast<size_t>(second % options.window_seconds)];
    if (bucket.second != second) bucket = {.second = second};
    return bucket;
  }
  Bucket Sum() {
    const int64_t oldest = Now().second - options.window_seconds + 1;
    Bucket sum;
    for (const Bucket& bucket : buckets) {
      if (bucket.second < oldest) continue;
      sum.calls += bucket.calls;
      sum.failures += bucket.failures;
    }
    return sum;
  }

  void ScheduleProbe() {
    const double share = 1 - kSpread + 2 * kSpread * std::clamp(jitter(), 0.0, 1.0);
    next_probe =
        clock.Now() + std::chrono::duration_cast<milliseconds>(options.probe_interval * share);
  }
  void Change(CircuitState state) {
    const Bucket sum = Sum();
    buckets.fill(Bucket());
    ++generation;
    if (on_change) on_change({state, sum.calls, sum.failures});
  }
  void Open(std::string client) {
    ++opened;
    opener = std::move(client);
    other_client_asked.reset();
    ScheduleProbe();
    Change(CircuitState::kOpen);
  }
  void Close() {
    next_probe.reset();
    Change(CircuitState::kClosed);
  }

  void Succeeded() {
    last_success = clock.Now();
    ++Now().calls;
  }
  void Failed(const std::string& client) {
    Bucket& now = Now();
    ++now.calls;
    ++now.failures;
    const Bucket sum = Sum();
    if (options.min_calls == 0 || sum.calls < options.min_calls) return;
    if (sum.failures >= options.failure_ratio * sum.calls) Open(client);
  }

  // Whether `client`'s call may be the probe that is due. The opener's calls may be what fails: it
  // leaves the probe to another client that asks, for one interval.
  bool MayProbe(const std::string& client) const {
    const SteadyTime now = clock.Now();
    if (now < *next_probe) return false;
    const bool others =
        other_client_asked && now - *other_client_asked < 2 * options.probe_interval;
    return client != opener || !others || now >= *next_probe + options.probe_interval;
  }
  absl::Status Rejected() const {
    const bool due = clock.Now() >= *next_probe;  // and left to another client
    const milliseconds left =
        due ? options.probe_interval : std::chrono::ceil<milliseconds>(*next_probe - clock.Now());
    const absl::Status open =
        Error(absl::StatusCode::kUnavailable, "UPSTREAM_CIRCUIT_OPEN",
              StrCat("most calls to this area of Falcon fail; the next attempt is made in ",
                     left.count(), " ms"));
    return WithRetryAfter(open, left);
  }

  const Clock& clock;
  const Jitter jitter;
  const CircuitBreakerOptions options;
  const OnChange on_change;
  std::array<Bucket, kMaxWindowSeconds> buckets{};
  int64_t generation = 0;                  // permits of an earlier one change nothing
  std::optional<SteadyTime> next_probe{};  // set: open
  std::optional<SteadyTime> last_success{};
  std::string opener{};
  std::optional<SteadyTime> other_client_asked{};  // while open
  int64_t opened = 0;
  int64_t rejected = 0;
};

CircuitBreaker::Permit::Permit(std::shared_ptr<Circuit> circuit, std::string client)
    : circuit_(std::move(circuit)),
      client_(std::move(client)),
      since_(circuit_->clock.Now()),
      generation_(circuit_->generation),
      probe_(circuit_->open()) {}

CircuitBreaker::Permit::~Permit() {
  if (circuit_ == nullptr || circuit_->generation != generation_) return;
  if (outcome_ == Outcome::kSuccess) {
    circuit_->Succeeded();
    if (probe_) circuit_->Close();
    return;
  }
  if (probe_ || outcome_ == Outcome::kUnknown) return;
  // A connection that went silent says nothing of an area that answered another call meanwhile.
  const bool answered = circuit_->last_success && *circuit_->last_success > since_;
  if (outcome_ == Outcome::kSilence && answered) return;
  circuit_->Failed(client_);
}

void CircuitBreaker::Permit::Record(const absl::Status& attempt) {
  const Outcome outcome = ClassifyOutcome(attempt);
  if (outcome != Outcome::kUnknown) outcome_ = outcome;
}

absl::Status CircuitBreaker::Permit::CheckRetry() const {
  if (!circuit_->open()) return absl::OkStatus();
  ++circuit_->rejected;
  return circuit_->Rejected();
}

CircuitBreaker::CircuitBreaker(const Clock& clock, Jitter jitter, CircuitBreakerOptions options,
                               OnChange on_change)
    : circuit_(std::make_shared<Circuit>(
          Circuit{clock, std::move(jitter), options, std::move(on_change)})) {}

CircuitBreaker::~CircuitBreaker() = default;

absl::StatusOr<CircuitBreaker::Permit> CircuitBreaker::Acquire(const std::string& client) {
  RETURN_IF_ERROR(Check(client));
  Permit permit(circuit_, client);
  if (circuit_->open()) circuit_->ScheduleProbe();
  return permit;
}

absl::Status CircuitBreaker::Check(const std::string& client) {
  affinity_.Check();
  Circuit& circuit = *circuit_;
  if (!circuit.open()) return absl::OkStatus();
  if (client != circuit.opener) circuit.other_client_asked = circuit.clock.Now();
  if (circuit.MayProbe(client)) return absl::OkStatus();
  ++circuit.rejected;
  return circuit.Rejected();
}

CircuitBreakerStats CircuitBreaker::stats() const {
  return {.state = circuit_->open() ? CircuitState::kOpen : CircuitState::kClosed,
          .opened = circuit_->opened,
          .rejected = circuit_->rejected,
          .next_probe = circuit_->next_probe};
}

}  // namespace falcon::upstream
