// Two lanes before the budget; the first of each watches it, the others sleep.
#include "upstream/call/rate_budget.h"

#include <algorithm>
#include <array>
#include <boost/asio/this_coro.hpp>
#include <list>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "base/error.h"
#include "base/text.h"
#include "runtime/one_shot_event.h"

namespace falcon::upstream {
namespace {

// The limit of callers without a valid token: it says nothing about the customer's budget.
constexpr int kUnauthenticatedLimit = 15;
// Some endpoints have budgets of their own. The customer's is the largest that was lately seen.
constexpr seconds kLately{60};
// A pace is reckoned anew so often, since other answers tell of it meanwhile.
constexpr seconds kLook{1};
// A timer that is late by less loses nothing of the pace.
constexpr milliseconds kLateness{50};

std::optional<int> Number(const http::Headers& headers, std::string_view name) {
  int value = 0;
  const std::string_view text = http::FindHeader(headers, name);
  if (!absl::SimpleAtoi(ToAbsl(text), &value) || value < 0) return std::nullopt;
  return value;
}

struct Waiter {
  void Wake() {
    if (news.has_value()) news->Set();
  }
  std::optional<runtime::OneShotEvent> news;
};

}  // namespace

struct RateBudget::PriorityLane {
  void WakeFirst() {
    if (!waiting.empty()) waiting.front()->Wake();
  }
  std::list<Waiter*> waiting;
  SteadyTime last{};  // when the latest call was due
};

// Shared with those who wait: where a loop ends with calls on it, they go last.
struct RateBudget::Lanes {
  // Ends a wait, however it ends: the next one is the first then.
  struct Leaver {
    std::shared_ptr<Lanes> lanes;
    PriorityLane& lane;
    std::list<Waiter*>::iterator at;
    ~Leaver() {
      const bool first = at == lane.waiting.begin();
      lane.waiting.erase(at);
      if (first) lane.WakeFirst();
    }
  };
  std::array<PriorityLane, 2> of;
};

RateBudget::RateBudget(const Clock& clock, runtime::Timer& timer, RateOptions options)
    : clock_(clock), timer_(timer), window_(options), lanes_(std::make_shared<Lanes>()) {}

RateBudget::~RateBudget() = default;

RateBudget::PriorityLane& RateBudget::LaneOf(Priority priority) const {
  return lanes_->of[static_cast<size_t>(priority)];
}

SteadyTime RateBudget::Due(Priority priority, size_t ahead) const {
  return std::max(open_at_, window_.Next(priority, ahead, LaneOf(priority).last, clock_.Now()));
}

RateBudget::Ticket RateBudget::Go(PriorityLane& lane, SteadyTime due) {
  const SteadyTime now = clock_.Now();
  lane.last = std::max(due, now - kLateness);
  return window_.Send(now);
}

absl::Status RateBudget::Limited(SteadyTime due) const {
  const auto left = std::chrono::ceil<milliseconds>(due - clock_.Now());
  const absl::Status limited =
      Error(absl::StatusCode::kResourceExhausted, "RATE_LIMITED",
            StrCat("Falcon's rate limit leaves no call for another ", left.count(),
                   " ms, which is past the deadline; retry then"));
  return WithRetryAfter(limited, left);
}

absl::Status RateBudget::Refuse(SteadyTime due) {
  ++stats_.refused;
  return Limited(due);
}

absl::Status RateBudget::Closed() const { return Limited(open_at_); }

absl::Status RateBudget::Check(Deadline deadline, Priority priority) {
  const SteadyTime due = Due(priority, LaneOf(priority).waiting.size());
  if (due <= clock_.Now() || due < deadline.at()) return absl::OkStatus();
  return Refuse(due);
}

Task<absl::StatusOr<RateBudget::Ticket>> RateBudget::Wait(Deadline deadline, Priority priority) {
  affinity_.Check();
  PriorityLane& lane = LaneOf(priority);
  const absl::Status fits = Check(deadline, priority);
  if (!fits.ok()) co_return fits;
  SteadyTime due = Due(priority, 0);
  if (lane.waiting.empty() && due <= clock_.Now()) co_return Go(lane, due);

  Waiter waiter;
  const Lanes::Leaver leaver{lanes_, lane, lane.waiting.insert(lane.waiting.end(), &waiter)};
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  while (true) {
    const bool first = lane.waiting.front() == &waiter;
    due = Due(priority, 0);
    if (first && due <= clock_.Now()) break;
    if (due >= deadline.at()) co_return Refuse(due);
    waiter.news.emplace(executor);
    if (first) {
      const SteadyTime look = std::max(open_at_, std::min(due, clock_.Now() + kLook));
      co_await waiter.news->WaitUntil(look, timer_);
    } else {
      co_await waiter.news->Wait();
    }
  }
  ++stats_.paced;
  co_return Go(lane, due);
}

bool RateBudget::OfAnotherBudget(int limit) const {
  if (limit == kUnauthenticatedLimit) return true;
  return limit_.has_value() && limit < *limit_ && clock_.Now() - limit_seen_ < kLately;
}

bool RateBudget::Observe(Ticket ticket, const http::Headers& headers) {
  const std::optional<int> limit = Number(headers, "X-Ratelimit-Limit");
  if (limit.has_value()) {
    if (OfAnotherBudget(*limit)) return false;
    limit_ = limit;
    limit_seen_ = clock_.Now();
  }
  const std::optional<int> remaining = Number(headers, "X-Ratelimit-Remaining");
  if (!remaining.has_value() || ticket < newest_) return true;
  remaining_ = remaining;
  newest_ = ticket;
  if (!limit_.has_value()) return true;
  const bool new_minute = window_.Observe(ticket, *limit_, *remaining, clock_.Now());
  if (!new_minute) return true;
  for (PriorityLane& lane : lanes_->of) lane.WakeFirst();
  return true;
}

void RateBudget::CoolDownOperation(std::string_view operation, milliseconds delay) {
  SteadyTime& open_at = operations_open_at_[operation];
  open_at = std::max(open_at, clock_.Now() + delay);
}

Task<absl::Status> RateBudget::WaitForOperation(std::string_view operation, Deadline deadline) {
  affinity_.Check();
  while (true) {
    const auto cooling = operations_open_at_.find(operation);
    if (cooling == operations_open_at_.end()) co_return absl::OkStatus();
    const SteadyTime open_at = cooling->second;
    if (open_at <= clock_.Now()) {
      operations_open_at_.erase(cooling);
      co_return absl::OkStatus();
    }
    if (open_at >= deadline.at()) co_return Refuse(open_at);
    co_await timer_.SleepUntil(open_at);
  }
}

void RateBudget::CoolDown(milliseconds delay) {
  const SteadyTime now = clock_.Now();
  if (now >= open_at_) ++stats_.cooldowns;
  open_at_ = std::max(open_at_, now + delay);
  window_.EndBy(open_at_);
  // Waiting calls that it keeps past their deadline fail now.
  for (PriorityLane& lane : lanes_->of) {
    for (Waiter* waiter : lane.waiting) waiter->Wake();
  }
}

milliseconds RateBudget::cooldown() const {
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(open_at_ - clock_.Now()));
}

RateStats RateBudget::stats() const {
  RateStats stats = stats_;
  for (const PriorityLane& lane : lanes_->of) stats.waiting += lane.waiting.size();
  return stats;
}

}  // namespace falcon::upstream
