// Time as an argument: the clock that tests replace, the instant by which a call must be answered,
// and how long to wait after failures.
#ifndef FALCON_BASE_TIME_H_
#define FALCON_BASE_TIME_H_

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <random>

namespace falcon {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Any thread may ask.
class Clock {
 public:
  virtual ~Clock() = default;
  // For deadlines, ages and waits: never jumps.
  virtual SteadyTime Now() const = 0;
  // For instants on the wire.
  virtual WallTime WallNow() const = 0;
};

class SystemClock final : public Clock {
 public:
  SteadyTime Now() const override { return std::chrono::steady_clock::now(); }
  WallTime WallNow() const override { return std::chrono::system_clock::now(); }
};

// When a call must be answered. Bounds queue waits, retry pauses and transfers alike.
class Deadline {
 public:
  explicit Deadline(SteadyTime at) : at_(at) {}
  static Deadline In(const Clock& clock, milliseconds span) { return Deadline(clock.Now() + span); }

  SteadyTime at() const { return at_; }
  bool Passed(const Clock& clock) const { return clock.Now() >= at_; }
  // Never negative.
  milliseconds Left(const Clock& clock) const {
    const SteadyTime now = clock.Now();
    if (at_ <= now) return milliseconds(0);
    return std::chrono::duration_cast<milliseconds>(at_ - now);
  }
  // Whether `span` from now ends before the deadline.
  bool Allows(const Clock& clock, milliseconds span) const { return clock.Now() + span < at_; }
  friend Deadline Earlier(Deadline a, Deadline b) { return Deadline(std::min(a.at_, b.at_)); }
  friend Deadline Later(Deadline a, Deadline b) { return Deadline(std::max(a.at_, b.at_)); }

 private:
  SteadyTime at_;
};

// Exponential: `initial` after the first failure, twice as long after each further one, at most
// `max`.
class Backoff {
 public:
  constexpr Backoff(milliseconds initial, milliseconds max) : initial_(initial), max_(max) {}

  // The wait after `failures` failures in a row, at least 1. `jitter`, from 0 to 1, spreads clients
  // that failed together: 1 is the whole wait, 0 half of it.
  constexpr milliseconds After(int failures, double jitter = 1.0) const {
    // Beyond any maximum, and the shift must not overflow.
    const int doublings = std::clamp(failures - 1, 0, 20);
    const milliseconds whole = std::min(initial_ * (1 << doublings), max_);
    return std::chrono::duration_cast<milliseconds>(whole *
                                                    (0.5 + 0.5 * std::clamp(jitter, 0.0, 1.0)));
  }

 private:
  milliseconds initial_;
  milliseconds max_;
};

// From 0 to 1, anew at each call. A constructor argument wherever it is used.
using Jitter = std::function<double()>;

inline Jitter RandomJitter() {
  auto engine = std::make_shared<std::mt19937_64>(std::random_device()());
  return [engine] { return std::uniform_real_distribution<double>(0.0, 1.0)(*engine); };
}

}  // namespace falcon

#endif  // FALCON_BASE_TIME_H_
