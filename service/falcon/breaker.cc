// Closed, open, half open.
#include "falcon/breaker.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"

namespace falcon {
namespace {

constexpr milliseconds kProbeTakes{1'000};
constexpr double kSpread = 0.1;

}  // namespace

Health HealthBy(const absl::Status& outcome) {
  if (outcome.ok()) return Health::kAlive;
  const std::string reason = Reason(outcome);
  const std::string http_status = Facts(outcome)["http_status"];
  const char rank = http_status.empty() ? ' ' : http_status.front();
  if (reason == "UPSTREAM_PROXY") return Health::kUnknown;
  switch (outcome.code()) {
    case absl::StatusCode::kUnavailable:
      if (reason == "UPSTREAM_CONNECTION" || reason == "UPSTREAM_STALLED") return Health::kFaulty;
      // Log-ins have failures of their own, which many calls share.
      if (reason != "UPSTREAM_ERROR") return Health::kUnknown;
      return rank == '2' || rank == '4' ? Health::kAlive : Health::kFaulty;
    case absl::StatusCode::kFailedPrecondition:
      return Health::kUnknown;  // the token, TLS, the proxy
    default:
      return rank == '2' || rank == '4' ? Health::kAlive : Health::kUnknown;
  }
}

struct Breaker::Circuit {
  bool open() const { return until.has_value(); }

  void Open(milliseconds span) {
    open_for = span;
    const double share = 1 - kSpread + 2 * kSpread * std::clamp(jitter(), 0.0, 1.0);
    until = clock.Now() + std::chrono::duration_cast<milliseconds>(span * share);
    probed = false;
    ++era;
    ++opened;
  }
  void Close() {
    in_a_row = 0;
    if (!open()) return;
    until.reset();
    probed = false;
    ++era;
  }
  void Fault() {
    if (open()) return Open(std::min(open_for * 2, options.longest_open));
    if (++in_a_row >= options.faults) Open(std::min(options.first_open, options.longest_open));
  }

  const Clock& clock;
  const Jitter jitter;
  const BreakerOptions options;
  int in_a_row = 0;
  int64_t era = 0;                                 // passes of an earlier one open nothing
  std::optional<SteadyTime> until = std::nullopt;  // not closed
  milliseconds open_for{0};
  bool probed = false;
  int64_t opened = 0;
  int64_t refused = 0;
};

Breaker::Pass::Pass(std::shared_ptr<Circuit> circuit, bool probes)
    : circuit_(std::move(circuit)), era_(circuit_->era), probes_(probes) {}

Breaker::Pass::~Pass() {
  if (circuit_ != nullptr && probes_ && circuit_->era == era_) circuit_->probed = false;
}

void Breaker::Pass::Conclude(const absl::Status& outcome) {
  const Pass ended = std::move(*this);
  switch (HealthBy(outcome)) {
    case Health::kAlive:
      return ended.circuit_->Close();
    case Health::kFaulty:
      if (ended.circuit_->era == ended.era_) ended.circuit_->Fault();
      return;
    case Health::kUnknown:
      return;
  }
}

Breaker::Breaker(const Clock& clock, Jitter jitter, BreakerOptions options)
    : circuit_(std::make_shared<Circuit>(Circuit{clock, std::move(jitter), options})) {}

Breaker::~Breaker() = default;

absl::StatusOr<Breaker::Pass> Breaker::Enter() {
  RETURN_IF_ERROR(Check());
  circuit_->probed = circuit_->open();
  return Pass(circuit_, circuit_->open());
}

absl::Status Breaker::Check() {
  Circuit& circuit = *circuit_;
  if (!circuit.open()) return absl::OkStatus();
  const SteadyTime now = circuit.clock.Now();
  if (now >= *circuit.until && !circuit.probed) return absl::OkStatus();
  ++circuit.refused;
  const milliseconds left =
      now < *circuit.until ? std::chrono::ceil<milliseconds>(*circuit.until - now) : kProbeTakes;
  const absl::Status open =
      Error(absl::StatusCode::kUnavailable, "UPSTREAM_CIRCUIT_OPEN",
            Cat("Falcon failed call after call and is left alone for now; retry in ", left.count(),
                " ms"));
  return WithRetryAfter(open, left);
}

BreakerStats Breaker::stats() const {
  const Circuit& circuit = *circuit_;
  BreakerStats stats{.opened = circuit.opened, .refused = circuit.refused, .until = circuit.until};
  if (circuit.open()) {
    const bool over = circuit.clock.Now() >= *circuit.until;
    stats.state = over ? BreakerState::kHalfOpen : BreakerState::kOpen;
  }
  return stats;
}

}  // namespace falcon
