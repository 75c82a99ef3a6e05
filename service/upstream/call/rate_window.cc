// Reckoning with a budget that is seen through the answers only.
#include "upstream/call/rate_window.h"

#include <algorithm>
#include <cmath>

namespace falcon::upstream {
namespace {

using Span = std::chrono::duration<double>;

constexpr seconds kMinute{60};
// How long the answer to a scout is waited for before another one goes.
constexpr seconds kProbeTimeout{1};
// What is left is spread over no less: towards a minute's end whose instant is not quite known, and
// which may bring nothing back, the pace must not run away.
constexpr double kMinSpread = 5;
// Almost nothing was used: the minute has just begun, or might as well have.
constexpr double kNearlyFull = 0.97;
constexpr double kJump = 0.1;  // of the limit: more does not come back between two answers
constexpr double kHeadroom = 0.02;
constexpr double kMinHeadroom = 2;
// Where nothing but the spare is left: answers are still wanted, lest a refill goes unseen.
constexpr double kMinRate = 0.5;
// Of the limit: with more left by the last answer, one looks again before others are believed to
// have taken it all.
constexpr double kReprobeThreshold = 0.1;
constexpr double kMaxHeadroomRate = 5;
constexpr seconds kDriftSpan{2};
constexpr double kDriftShare = 0.3;  // of a new measurement
constexpr double kDriftFades = 15;   // seconds

SteadyTime::duration Steady(double span) {
  return std::chrono::duration_cast<SteadyTime::duration>(Span(span));
}

}  // namespace

double RateWindow::Seconds(SteadyTime from, SteadyTime to) const { return Span(to - from).count(); }

int64_t RateWindow::Send(SteadyTime now) {
  ++sent_;
  if (limit_ == 0 || now < ends_) return sent_;
  if (!probe_.has_value() || probed_at_ + kProbeTimeout <= now) probed_at_ = now;
  if (!probe_.has_value()) probe_ = sent_;
  return sent_;
}

bool RateWindow::Observe(int64_t number, int limit, int remaining, SteadyTime now) {
  if (number <= observed_ || limit <= 0) return false;
  const int64_t level = remaining + number;
  const bool known = limit_ == limit;
  const bool jumped = known && static_cast<double>(level - level_) >= kJump * limit;
  const bool fresh = remaining >= kNearlyFull * limit;
  const bool probed = probe_.has_value() && number >= *probe_;
  if (!known) ends_ = now;
  if (Seconds(observed_at_, now) > kDriftFades) {
    drift_ = 0;
    drift_known_ = false;
  }
  limit_ = limit;
  observed_ = number;
  observed_at_ = now;
  level_ = level;
  if (!known || jumped || fresh || probed) {
    BeginMinute(now);
    return true;
  }
  MeasureDrift(now);
  return false;
}

void RateWindow::BeginMinute(SteadyTime now) {
  // The end was one at the latest: a minute that is seen to begin after it began at it.
  ends_ = std::min(ends_, now) + kMinute;
  if (ends_ <= now) ends_ += kMinute * ((now - ends_) / SteadyTime::duration(kMinute) + 1);
  probe_.reset();
  marked_level_ = level_;
  marked_at_ = now;
}

void RateWindow::MeasureDrift(SteadyTime now) {
  if (now - marked_at_ < kDriftSpan) return;
  // No more than the whole limit a minute: what is faster is a burst, and no drift.
  const double most = limit_ / Span(kMinute).count();
  const double measured = std::clamp(
      static_cast<double>(level_ - marked_level_) / Seconds(marked_at_, now), -most, most);
  drift_ += (measured - drift_) * (drift_known_ ? kDriftShare : 1.0);
  drift_known_ = true;
  marked_level_ = level_;
  marked_at_ = now;
}

void RateWindow::EndBy(SteadyTime at) { ends_ = std::min(ends_, at); }

double RateWindow::Drift(SteadyTime now) const {
  return drift_ * std::max(0.0, 1 - Seconds(observed_at_, now) / kDriftFades);
}

// What others take is taken from it also while no answer tells; what comes back is not counted on.
double RateWindow::Remaining(SteadyTime now) const {
  const double age = std::min(Seconds(observed_at_, now), kDriftFades);
  const double drifted = std::min(0.0, drift_) * age * (1 - age / (2 * kDriftFades));
  return static_cast<double>(level_ - sent_) + drifted;
}

std::optional<int64_t> RateWindow::Left(SteadyTime now) const {
  if (limit_ == 0) return std::nullopt;
  return std::max<int64_t>(0, static_cast<int64_t>(Remaining(now)));
}

RateWindow::Bounds RateWindow::BoundsOf(Priority priority) const {
  const double limit = limit_;
  const double reserve = priority == Priority::kExport ? options_.export_reserve * limit : 0.0;
  return {.paced_below = reserve + options_.paced_below * (limit - reserve),
          .reserve = reserve,
          .headroom = std::max(kMinHeadroom, kHeadroom * limit)};
}

double RateWindow::CallsPerSecond(const Bounds& bounds, SteadyTime now) const {
  const double left = Remaining(now) - bounds.reserve;
  const double drift = Drift(now);
  if (left < bounds.headroom / 2) return std::clamp(drift, kMinRate, kMaxHeadroomRate);
  const double spread = std::max(kMinSpread, Seconds(now, ends_));
  return std::max(kMinRate, (left - bounds.headroom) / spread + drift);
}

SteadyTime RateWindow::Next(Priority priority, size_t ahead, SteadyTime last,
                            SteadyTime now) const {
  const Bounds bounds = BoundsOf(priority);
  const double left = Remaining(now);
  if (limit_ == 0 || left > bounds.paced_below) return now;
  if (now >= ends_) return probe_.has_value() ? probed_at_ + kProbeTimeout : now;
  const auto answered = static_cast<double>(level_ - sent_) - bounds.reserve;
  const double enough = std::max(kMinHeadroom, kReprobeThreshold * limit_);
  const bool spent = left < bounds.reserve + kMinHeadroom && answered < enough;
  const double turns = static_cast<double>(ahead) + 1;
  // Where Falcon's last answer itself said that nothing is left, it answered all the same: only its
  // 429 says no. So one interactive call at a time asks, and others go as slowly as they ever do.
  const bool told = static_cast<double>(level_ - observed_) < kMinHeadroom;
  if (spent && (!told || priority == Priority::kExport)) return ends_;
  if (spent) return sent_ == observed_ ? now : std::min(last + Steady(turns / kMinRate), ends_);
  return std::min(last + Steady(turns / CallsPerSecond(bounds, now)), ends_);
}

}  // namespace falcon::upstream
