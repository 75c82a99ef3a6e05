// A clock that stands still until a test moves it.
#ifndef FALCON_TESTS_SUPPORT_FAKE_CLOCK_H_
#define FALCON_TESTS_SUPPORT_FAKE_CLOCK_H_

#include <atomic>

#include "base/time.h"

namespace falcon::testing {

class FakeClock final : public Clock {
 public:
  SteadyTime Now() const override { return SteadyTime(std::chrono::nanoseconds(steady_.load())); }
  WallTime WallNow() const override {
    return WallTime(
        std::chrono::duration_cast<WallTime::duration>(std::chrono::nanoseconds(wall_.load())));
  }
  void Advance(std::chrono::nanoseconds span) {
    steady_ += span.count();
    wall_ += span.count();
  }
  // Moves the wall clock, as `date --set` does. The steady clock does not move.
  void JumpWall(std::chrono::nanoseconds span) { wall_ += span.count(); }

 private:
  std::atomic<int64_t> steady_ = 1'000'000'000'000;
  std::atomic<int64_t> wall_ = 1'780'000'000'000'000'000;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_FAKE_CLOCK_H_
