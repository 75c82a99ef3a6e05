// Minutes of full load against models of Falcon's limit: all that may be asked is asked, and no
// answer is a 429.
#include <gmock/gmock.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "runtime/one_shot_event.h"
#include "runtime/timer.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "upstream/call/rate_budget.h"

namespace falcon::upstream {
namespace {

using testing::FakeClock;

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

constexpr int kLimit = 6000;

// How Falcon may count. The documentation knows a limit a minute; whether the minute begins at
// instants of Falcon's own, or is the last sixty seconds, is told differently.
class Limiter {
 public:
  virtual ~Limiter() = default;
  // Whether a call is taken, and what remains then.
  virtual bool Take(SteadyTime now) = 0;
  virtual int remaining() const = 0;
};

class FixedMinute final : public Limiter {
 public:
  // A minute begins at `phase` after each whole one.
  explicit FixedMinute(milliseconds phase) : phase_(phase) {}
  bool Take(SteadyTime now) override {
    const auto minute = std::chrono::floor<std::chrono::minutes>(now.time_since_epoch() - phase_);
    if (minute != minute_) remaining_ = kLimit;
    minute_ = minute;
    if (remaining_ == 0) return false;
    --remaining_;
    return true;
  }
  int remaining() const override { return remaining_; }

 private:
  milliseconds phase_;
  std::chrono::minutes minute_{-1};
  int remaining_ = kLimit;
};

class SlidingMinute final : public Limiter {
 public:
  explicit SlidingMinute(milliseconds step) : step_(step) {}
  bool Take(SteadyTime now) override {
    const auto since = now.time_since_epoch() - std::chrono::minutes(1);
    while (!taken_.empty() && Step(taken_.front()) <= Step(since)) taken_.pop_front();
    if (remaining() == 0) return false;
    taken_.push_back(now.time_since_epoch());
    return true;
  }
  int remaining() const override { return kLimit - static_cast<int>(taken_.size()); }

 private:
  int64_t Step(std::chrono::nanoseconds at) const { return at / step_; }
  std::chrono::nanoseconds step_;
  std::deque<std::chrono::nanoseconds> taken_;
};

struct Count {
  int served = 0;
  int too_many = 0;  // 429s
};

struct Scene {
  std::string name;
  std::function<std::unique_ptr<Limiter>()> limiter;
  int gateways = 1;
  int interactive = 400;  // callers of each gateway at a time: 2,000 calls a second if they may
  int exports = 20;
  bool half_of_it_anothers = false;  // a client whose calls no gateway sees, evenly spread
  // Calls of all gateways in a minute: so many are served at least. The first minute does not
  // count.
  int least = 0;
  // Interactive calls of ten seconds.
  int least_interactive = 0;
};
void PrintTo(const Scene& scene, std::ostream* out) { *out << scene.name; }

class RateModelTest : public ::testing::TestWithParam<Scene> {
 protected:
  milliseconds Travel() { return milliseconds(std::uniform_int_distribution(20, 180)(dice_)); }

  // One call and its answer, if there is leave for one in time.
  Task<void> Ask(RateBudget& budget, Deadline deadline, Priority priority, Count& count) {
    const auto ticket = co_await budget.Wait(deadline, priority);
    if (!ticket.ok()) {
      const milliseconds pause = std::min<milliseconds>(*RetryAfter(ticket.status()), seconds(1));
      const SteadyTime later = clock_.Now() + pause;
      co_await time_.SleepUntil(later);
      co_return;
    }
    const SteadyTime arrives = clock_.Now() + Travel();
    co_await time_.SleepUntil(arrives);
    const bool taken = limiter_->Take(clock_.Now());
    const std::string remaining = StrCat(limiter_->remaining());
    const SteadyTime returns = clock_.Now() + Travel();
    co_await time_.SleepUntil(returns);
    const http::Headers headers = {{"X-Ratelimit-Limit", StrCat(kLimit)},
                                   {"X-Ratelimit-Remaining", remaining}};
    budget.Observe(*ticket, headers);
    if (!taken) budget.CoolDown(seconds(5));
    ++(taken ? count.served : count.too_many);
  }
  Task<void> AskForEver(RateBudget& budget, milliseconds patience, Priority priority,
                        Count& count) {
    while (true) {
      const Deadline deadline = Deadline::In(clock_, patience);
      co_await Ask(budget, deadline, priority, count);
    }
  }
  Task<void> AskAsAnother(int calls_a_minute) {
    const std::chrono::nanoseconds every = std::chrono::nanoseconds(std::chrono::minutes(1));
    while (true) {
      const SteadyTime next = clock_.Now() + every / calls_a_minute;
      co_await time_.SleepUntil(next);
      ++(limiter_->Take(clock_.Now()) ? another_.served : another_.too_many);
    }
  }
  void StartGateway(const Scene& scene) {
    RateBudget& budget = *gateways_.emplace_back(std::make_unique<RateBudget>(clock_, time_));
    for (int i = 0; i < scene.interactive; ++i) {
      time_.Start(AskForEver(budget, seconds(2), Priority::kInteractive, interactive_));
    }
    for (int i = 0; i < scene.exports; ++i) {
      time_.Start(AskForEver(budget, seconds(900), Priority::kExport, exports_));
    }
  }
  int Served() const { return interactive_.served + exports_.served; }

  std::mt19937 dice_{11};
  FakeClock clock_;
  std::unique_ptr<Limiter> limiter_ = GetParam().limiter();
  Count interactive_;
  Count exports_;
  Count another_;
  VirtualTime time_{clock_};
  std::vector<std::unique_ptr<RateBudget>> gateways_;
};

TEST_P(RateModelTest, UsesWhatThereIsAndMeetsNo429) {
  const Scene& scene = GetParam();
  for (int i = 0; i < scene.gateways; ++i) StartGateway(scene);
  if (scene.half_of_it_anothers) time_.Start(AskAsAnother(kLimit / 2));
  time_.RunFor(seconds(60));
  for (int minute = 1; minute < 3; ++minute) {
    const int served = Served();
    for (int part = 0; part < 6; ++part) {
      const int interactive = interactive_.served;
      time_.RunFor(seconds(10));
      EXPECT_GE(interactive_.served - interactive, scene.least_interactive)
          << "minute " << minute << ", part " << part;
    }
    EXPECT_GE(Served() - served, scene.least) << "minute " << minute;
  }
  EXPECT_EQ(interactive_.too_many, 0);
  EXPECT_EQ(exports_.too_many, 0);
  // It takes its half evenly. Ours is taken as fast as callers want down to a half of the limit,
  // which leaves it nothing to spare.
  EXPECT_LE(another_.too_many, 0.02 * another_.served);
}

std::function<std::unique_ptr<Limiter>()> Fixed(seconds phase) {
  return [phase] { return std::make_unique<FixedMinute>(phase); };
}
std::function<std::unique_ptr<Limiter>()> Sliding(milliseconds step) {
  return [step] { return std::make_unique<SlidingMinute>(step); };
}

// clang-format off
const Scene kScenes[] = {
    {.name = "AFixedMinute", .limiter = Fixed(seconds(0)), .least = 5'600,
     .least_interactive = 300},
    {.name = "AFixedMinuteMetHalfway", .limiter = Fixed(seconds(10)), .least = 5'600,
     .least_interactive = 300},
    {.name = "AFixedMinuteBehindAdmission", .limiter = Fixed(seconds(0)), .interactive = 28,
     .least = 5'600, .least_interactive = 400},
    {.name = "AFixedMinuteOfExports", .limiter = Fixed(seconds(10)), .interactive = 0,
     .least = 4'100},
    {.name = "AFixedMinuteOfTenGateways", .limiter = Fixed(seconds(10)), .gateways = 10,
     .interactive = 28, .least = 5'400, .least_interactive = 250},
    {.name = "AFixedMinuteHalfOfItAnothers", .limiter = Fixed(seconds(20)),
     .half_of_it_anothers = true, .least = 2'900},
    {.name = "ASlidingMinute", .limiter = Sliding(milliseconds(1)), .least = 5'600,
     .least_interactive = 400},
    {.name = "ASlidingMinuteInSteps", .limiter = Sliding(seconds(1)), .least = 5'600,
     .least_interactive = 400},
    {.name = "ASlidingMinuteBehindAdmission", .limiter = Sliding(seconds(1)), .interactive = 28,
     .least = 5'600, .least_interactive = 400},
    {.name = "ASlidingMinuteOfExports", .limiter = Sliding(seconds(1)), .interactive = 0,
     .least = 4'100},
    {.name = "ASlidingMinuteOfTwoGateways", .limiter = Sliding(seconds(1)), .gateways = 2,
     .least = 5'600, .least_interactive = 200},
    {.name = "ASlidingMinuteHalfOfItAnothers", .limiter = Sliding(seconds(1)),
     .half_of_it_anothers = true, .least = 2'800},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(Scenes, RateModelTest, ::testing::ValuesIn(kScenes),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace falcon::upstream
