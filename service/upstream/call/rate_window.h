// RateWindow: an estimate of what is left of Falcon's requests a minute, from its responses and what
// was sent since, and when the next call may go so that it lasts.
#ifndef FALCON_UPSTREAM_CALL_RATE_WINDOW_H_
#define FALCON_UPSTREAM_CALL_RATE_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "upstream/call/call_options.h"

namespace falcon::upstream {

struct RateOptions {
  double paced_below = 0.5;      // of the limit: with more left, nobody is held back
  double export_reserve = 0.25;  // of the limit: kept for interactive calls
};

// Not synchronised. Falcon's minute may be a fixed one, whose end is learnt from `remaining` that
// jumps up, or the last sixty seconds, in which calls come back one by one: what comes back between
// answers, and what other clients of the customer take, is measured as the drift.
class RateWindow {
 public:
  explicit RateWindow(RateOptions options = {}) : options_(options) {}

  // Counts a call that goes out now. Its number, for Observe; ascending.
  int64_t Send(SteadyTime now);

  // Reads what the response to call `number` says about the budget. One to an earlier call than was
  // observed already is ignored. True: a new minute has begun, and waits should be computed anew.
  bool Observe(int64_t number, int limit, int remaining, SteadyTime now);

  // Falcon takes calls again at `at`.
  void EndBy(SteadyTime at);

  // When a call may go that has `ahead` others before it, the last of its priority having gone at
  // `last`. The past means at once. An estimate until the next response.
  SteadyTime Next(Priority priority, size_t ahead, SteadyTime last, SteadyTime now) const;

  // Calls that may still go this minute, as far as is known; nullopt: no response has said it.
  std::optional<int64_t> Left(SteadyTime now) const;

 private:
  struct Bounds {
    double paced_below;
    double reserve;
    double headroom;  // beyond the reserve, for what cannot be known
  };

  void BeginMinute(SteadyTime now);
  void MeasureDrift(SteadyTime now);
  double Seconds(SteadyTime from, SteadyTime to) const;
  // Calls a second that come back, or are taken by others if below zero. Fades without answers.
  double Drift(SteadyTime now) const;
  double Remaining(SteadyTime now) const;
  Bounds BoundsOf(Priority priority) const;
  double CallsPerSecond(const Bounds& bounds, SteadyTime now) const;

  const RateOptions options_;
  int64_t sent_ = 0;

  int limit_ = 0;         // 0: unknown
  int64_t observed_ = 0;  // the newest call whose answer was heard
  SteadyTime observed_at_{};
  // What would remain had nothing been sent, ever: own calls do not move it.
  int64_t level_ = 0;
  SteadyTime ends_{};  // of the minute, at the latest
  // The first call of ours after `ends_`: its answer tells of the next minute.
  std::optional<int64_t> probe_;
  SteadyTime probed_at_{};

  double drift_ = 0;
  bool drift_known_ = false;
  int64_t marked_level_ = 0;
  SteadyTime marked_at_{};
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_RATE_WINDOW_H_
