// Backoff: how long to wait after failures in a row; Jitter: what spreads such waits.
#ifndef FALCON_BASE_BACKOFF_H_
#define FALCON_BASE_BACKOFF_H_

#include <algorithm>
#include <functional>
#include <memory>
#include <random>

#include "base/time.h"

namespace falcon {

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

#endif  // FALCON_BASE_BACKOFF_H_
