// A timer that ends its waits when the test moves the fake clock.
#ifndef FALCON_TESTS_SUPPORT_FAKE_TIMER_H_
#define FALCON_TESTS_SUPPORT_FAKE_TIMER_H_

#include <algorithm>
#include <list>
#include <memory>
#include <vector>

#include "runtime/loop.h"
#include "runtime/one_shot_event.h"
#include "tests/support/fake_clock.h"
#include "tests/support/on_loop.h"

namespace falcon::testing {

class FakeTimer final : public runtime::Timer {
 public:
  FakeTimer(runtime::Loop& loop, FakeClock& clock) : loop_(loop), clock_(clock) {}

  // From now on each wait moves the clock to its end instead of waiting. For tests that only check
  // what was slept.
  void AdvanceByItself() { by_itself_ = true; }
  // Loop thread only.
  const std::vector<milliseconds>& slept() const { return slept_; }

  Task<void> SleepUntil(SteadyTime at) override {
    slept_.push_back(std::chrono::duration_cast<milliseconds>(at - clock_.Now()));
    if (at <= clock_.Now()) co_return;
    if (by_itself_) {
      clock_.Advance(at - clock_.Now());
      co_return;
    }
    auto sleeper = std::make_shared<Sleeper>(loop_.executor(), at);
    sleepers_.push_back(sleeper);
    co_await sleeper->over.Wait();
  }

  // Moves the clock and ends the waits that are due. Any thread but the loop's. Returns when the
  // loop has seen it.
  void Advance(std::chrono::nanoseconds span) {
    OnLoop(loop_, [&] {
      clock_.Advance(span);
      for (auto& sleeper : sleepers_) {
        if (sleeper->at <= clock_.Now()) sleeper->over.Set();
      }
      sleepers_.remove_if([](const auto& sleeper) { return sleeper->over.is_set(); });
    });
  }

 private:
  struct Sleeper {
    Sleeper(runtime::Executor executor, SteadyTime when) : over(executor), at(when) {}
    runtime::OneShotEvent over;
    SteadyTime at;
  };
  runtime::Loop& loop_;
  FakeClock& clock_;
  bool by_itself_ = false;
  std::list<std::shared_ptr<Sleeper>> sleepers_;
  std::vector<milliseconds> slept_;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_FAKE_TIMER_H_
