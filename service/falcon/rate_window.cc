// Reckoning with a budget that is seen through the answers only.
#include "falcon/rate_window.h"

#include <algorithm>
#include <cmath>

namespace falcon {
namespace {

using Span = std::chrono::duration<double>;

constexpr seconds kMinute{60};
// How long the answer to a scout is waited for before another one goes.
constexpr seconds kScoutPatience{1};
// What is left is spread over no less: towards a minute's end whose instant is not quite known, and
// which may bring nothing back, the pace must not run away.
constexpr double kShortestSpread = 5;
// Almost nothing was used: the minute has just begun, or might as well have.
constexpr double kFresh = 0.97;
constexpr double kJump = 0.1;  // of the limit: more does not come back between two answers
constexpr double kSpare = 0.02;
constexpr double kLeastSpare = 2;
// Where nothing but the spare is left: answers are still wanted, lest a refill goes unseen.
constexpr double kSlowest = 0.5;
// Of the limit: with more left by the last answer, one looks again before others are believed to
// have taken it all.
constexpr double kWorthALook = 0.1;
constexpr double kMostOfTheSpare = 5;
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
  if (!scout_.has_value() || scouted_at_ + kScoutPatience <= now) scouted_at_ = now;
  if (!scout_.has_value()) scout_ = sent_;
  return sent_;
}

bool RateWindow::Observe(int64_t number, int limit, int remaining, SteadyTime now) {
  if (number <= observed_ || limit <= 0) return false;
  const int64_t level = remaining + number;
  const bool known = limit_ == limit;
  const bool jumped = known && static_cast<double>(level - level_) >= kJump * limit;
  const bool fresh = remaining >= kFresh * limit;
  const bool scouted = scout_.has_value() && number >= *scout_;
  if (!known) ends_ = now;
  if (Seconds(observed_at_, now) > kDriftFades) {
    drift_ = 0;
    drift_known_ = false;
  }
  limit_ = limit;
  observed_ = number;
  observed_at_ = now;
  level_ = level;
  if (!known || jumped || fresh || scouted) {
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
  scout_.reset();
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

RateWindow::Bounds RateWindow::BoundsOf(run::Priority priority) const {
  const double limit = limit_;
  const double reserve = priority == run::Priority::kExport ? options_.export_reserve * limit : 0.0;
  return {.paced_below = reserve + options_.paced_below * (limit - reserve),
          .reserve = reserve,
          .spare = std::max(kLeastSpare, kSpare * limit)};
}

double RateWindow::CallsPerSecond(const Bounds& bounds, SteadyTime now) const {
  const double left = Remaining(now) - bounds.reserve;
  const double drift = Drift(now);
  if (left < bounds.spare / 2) return std::clamp(drift, kSlowest, kMostOfTheSpare);
  const double spread = std::max(kShortestSpread, Seconds(now, ends_));
  return std::max(kSlowest, (left - bounds.spare) / spread + drift);
}

SteadyTime RateWindow::Next(run::Priority priority, size_t ahead, SteadyTime last,
                            SteadyTime now) const {
  const Bounds bounds = BoundsOf(priority);
  const double left = Remaining(now);
  if (limit_ == 0 || left > bounds.paced_below) return now;
  if (now >= ends_) return scout_.has_value() ? scouted_at_ + kScoutPatience : now;
  const auto answered = static_cast<double>(level_ - sent_) - bounds.reserve;
  const double enough = std::max(kLeastSpare, kWorthALook * limit_);
  const bool spent = left < bounds.reserve + kLeastSpare && answered < enough;
  const double turns = static_cast<double>(ahead) + 1;
  // Where Falcon's last answer itself said that nothing is left, it answered all the same: only its
  // 429 says no. So one interactive call at a time asks, and others go as slowly as they ever do.
  const bool told = static_cast<double>(level_ - observed_) < kLeastSpare;
  if (spent && (!told || priority == run::Priority::kExport)) return ends_;
  if (spent) return sent_ == observed_ ? now : std::min(last + Steady(turns / kSlowest), ends_);
  return std::min(last + Steady(turns / CallsPerSecond(bounds, now)), ends_);
}

}  // namespace falcon
