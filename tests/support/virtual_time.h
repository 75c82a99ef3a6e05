// A loop without a thread, whose clock jumps to whoever sleeps next: minutes of waiting in no time,
// and the same each time.
#ifndef FALCON_TESTS_SUPPORT_VIRTUAL_TIME_H_
#define FALCON_TESTS_SUPPORT_VIRTUAL_TIME_H_

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <utility>

#include "runtime/loop.h"
#include "runtime/one_shot_event.h"
#include "tests/support/fake_clock.h"

namespace falcon::testing {

// All of it on the test's own thread.
class VirtualTime final : public runtime::Timer {
 public:
  explicit VirtualTime(FakeClock& clock) : clock_(clock) {}

  // Runs within RunFor. What still waits at the end is destroyed with this.
  void Start(Task<void> task) {
    boost::asio::co_spawn(context_, std::move(task), boost::asio::detached);
  }

  Task<void> SleepUntil(SteadyTime at) override {
    if (at <= clock_.Now()) co_return;
    auto over = std::make_shared<runtime::OneShotEvent>(context_.get_executor());
    sleepers_.emplace(at, over);
    co_await over->Wait();
  }

  void RunFor(std::chrono::nanoseconds span) {
    const SteadyTime end = clock_.Now() + span;
    Settle();
    while (!sleepers_.empty() && sleepers_.begin()->first <= end) {
      clock_.Advance(sleepers_.begin()->first - clock_.Now());
      while (!sleepers_.empty() && sleepers_.begin()->first <= clock_.Now()) {
        sleepers_.begin()->second->Set();
        sleepers_.erase(sleepers_.begin());
      }
      Settle();
    }
    clock_.Advance(end - clock_.Now());
  }

 private:
  // Until nothing can run without time passing. Sleepers keep the context at work, never this.
  void Settle() {
    while (context_.poll() > 0) {
    }
    context_.restart();
  }

  FakeClock& clock_;
  boost::asio::io_context context_{1};
  std::multimap<SteadyTime, std::shared_ptr<runtime::OneShotEvent>> sleepers_;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_VIRTUAL_TIME_H_
