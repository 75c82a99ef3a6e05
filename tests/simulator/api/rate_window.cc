// Rolling the minute forward.
#include "simulator/api/rate_window.h"

#include <algorithm>

namespace falcon::simulator {

void RateWindow::Roll(Nanos now) {
  const int64_t second = now / kSecond;
  const int64_t steps = std::clamp<int64_t>(second - second_, 0, kSteps);
  for (int64_t i = 1; i <= steps; ++i) {
    int& count = counts_[static_cast<size_t>((second - steps + i) % kSteps)];
    total_ -= count;
    count = 0;
  }
  second_ = std::max(second_, second);
}

bool RateWindow::Take(Nanos now) {
  if (limit_ == 0) return true;
  Roll(now);
  if (total_ >= limit_) return false;
  ++total_;
  ++counts_[static_cast<size_t>(second_ % kSteps)];
  return true;
}

int RateWindow::Remaining(Nanos now) {
  Roll(now);
  return limit_ - total_;
}

Nanos RateWindow::RetryAt(Nanos now) {
  Roll(now);
  for (int64_t age = kSteps - 1; age >= 0; --age) {
    if (counts_[static_cast<size_t>((second_ - age + kSteps) % kSteps)] > 0) {
      return (second_ - age + kSteps) * kSecond;
    }
  }
  return now;
}

}  // namespace falcon::simulator
