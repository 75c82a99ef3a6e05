// A sliding minute of calls, in steps of a second.
#pragma once

#include <array>
#include <cstdint>

#include "simulator/base/time.h"

namespace falcon::simulator {

// Not synchronised: the owner guards it.
class RateWindow {
 public:
  // `limit` calls a minute; 0 never refuses.
  explicit RateWindow(int limit) : limit_(limit) {}

  // Counts one call; false when the limit is reached. Refused calls are not counted.
  bool Take(Nanos now);
  // Meaningless when the limit is 0.
  int Remaining(Nanos now);
  // When a refused call would be accepted.
  Nanos RetryAt(Nanos now);
  int limit() const { return limit_; }

 private:
  static constexpr int64_t kSteps = 60;

  void Roll(Nanos now);

  int limit_;
  int64_t second_ = 0;  // the newest step
  int total_ = 0;
  std::array<int, kSteps> counts_{};
};

}  // namespace falcon::simulator
