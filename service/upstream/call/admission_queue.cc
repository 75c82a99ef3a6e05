// The waiting calls and the permits.
#include "upstream/call/admission_queue.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "runtime/one_shot_event.h"
#include "upstream/call/fair_queue.h"
#include "upstream/call/fair_share.h"

namespace falcon::upstream {
namespace {

constexpr milliseconds kAfterFull{1'000};
constexpr milliseconds kAfterTimeout{5'000};
constexpr milliseconds kSweepInterval{250};

enum class WaitOutcome { kNone, kAdmitted, kShed };

struct Waiter;
using ByDeadline = std::multimap<SteadyTime, Waiter*>;

struct Waiter : FairQueue::Entry {
  Waiter(const AdmissionRequest& request, SteadyTime now, runtime::Executor executor)
      : Entry(request.caller, request.priority, now), turn(executor) {}

  runtime::OneShotEvent turn;
  WaitOutcome outcome = WaitOutcome::kNone;
  absl::Status why = absl::OkStatus();  // of kShed
  ByDeadline::iterator in_deadlines;
};

AdmissionQueueOptions WithDefaults(AdmissionQueueOptions options) {
  const auto half = [](size_t of) { return std::max<size_t>(1, of / 2); };
  if (options.export_permits == 0) options.export_permits = half(options.permits);
  options.export_permits = std::min(options.export_permits, options.permits);
  if (options.max_waiting_per_caller == 0) {
    options.max_waiting_per_caller = half(options.max_waiting);
  }
  return options;
}

absl::Status QueueFull(std::string_view limit, std::string_view message) {
  const absl::Status full = Error(absl::StatusCode::kResourceExhausted, "QUEUE_FULL", message);
  return WithRetryAfter(WithMetadata(full, "limit", limit), kAfterFull);
}

absl::Status QueueTimeout(milliseconds max_wait) {
  const absl::Status old =
      Error(absl::StatusCode::kResourceExhausted, "QUEUE_TIMEOUT",
            StrCat("no call to Falcon came free within ", max_wait.count(), " ms; retry later"));
  return WithRetryAfter(WithMetadata(old, "limit", "time"), kAfterTimeout);
}

}  // namespace

// Shared with waiters and permits, which are destroyed last when a loop ends with calls on it.
struct AdmissionQueue::State {
  State(const Clock& now_by, AdmissionQueueOptions with)
      : clock(now_by),
        options(with),
        queue(with.export_every_n),
        shares(with.permits),
        free(with.permits) {}

  bool CanAdmitExports() const { return exports_in_flight < options.export_permits; }
  bool CanAdmit(const std::string& caller) { return shares.CanAdmit(caller, free, clock.Now()); }
  // Exports have permits of their own, and no shares.
  static bool HasShare(Priority priority) { return priority == Priority::kInteractive; }
  // Waiting calls go first: a permit that is free after AdmitWaiters is not for them.
  bool TakeFree(const std::string& caller, Priority priority) {
    if (queue.size() > 0) AdmitWaiters();
    if (free == 0) return false;
    if (!(HasShare(priority) ? CanAdmit(caller) : CanAdmitExports())) return false;
    Admit(caller, priority);
    return true;
  }
  void Admit(const std::string& caller, Priority priority) {
    --free;
    if (HasShare(priority)) shares.OnAdmitted(caller, clock.Now());
    if (priority == Priority::kExport) ++exports_in_flight;
  }
  void Release(const std::string& caller, Priority priority) {
    ++free;
    if (HasShare(priority)) shares.OnReleased(caller, clock.Now());
    if (priority == Priority::kExport) --exports_in_flight;
    AdmitWaiters();
  }
  void AdmitWaiters() {
    const SteadyTime lifo_before = clock.Now() - options.lifo_after;
    const FairQueue::CanAdmit can_admit = [this](const std::string& who) { return CanAdmit(who); };
    while (free > 0) {
      auto* const next =
          static_cast<Waiter*>(queue.PopNext(CanAdmitExports(), lifo_before, can_admit));
      if (next == nullptr) return;
      Admit(next->caller, next->priority);
      deadlines.erase(next->in_deadlines);
      Wake(*next, WaitOutcome::kAdmitted);
    }
  }
  absl::Status CheckCapacity(const std::string& caller) {
    if (queue.size() >= options.max_waiting) {
      ++counts.shed_all_callers;
      return QueueFull("all_callers", "too many calls wait for Falcon; retry later");
    }
    if (queue.CountOf(caller) >= options.max_waiting_per_caller) {
      ++counts.shed_this_caller;
      return QueueFull("this_caller", "too many calls of this caller wait for Falcon; retry later");
    }
    return absl::OkStatus();
  }
  void Add(Waiter& waiter, Deadline deadline) {
    queue.Add(waiter);
    waiter.in_deadlines = deadlines.emplace(deadline.at(), &waiter);
  }
  void Withdraw(Waiter& waiter) {
    queue.Remove(waiter);
    deadlines.erase(waiter.in_deadlines);
    Abandon(waiter.caller, waiter.priority);
  }
  void OnQueued(const std::string& caller, Priority priority) {
    if (HasShare(priority)) shares.OnQueued(caller, clock.Now());
  }
  void Abandon(const std::string& caller, Priority priority) {
    if (HasShare(priority)) shares.OnAbandoned(caller, clock.Now());
  }
  void Shed(Waiter& waiter, const absl::Status& why) {
    Withdraw(waiter);
    waiter.why = why;
    Wake(waiter, WaitOutcome::kShed);
  }
  void ShedQueuedBefore(SteadyTime latest) {
    const absl::Status too_old = QueueTimeout(options.max_wait);
    while (queue.oldest() != nullptr && queue.oldest()->since <= latest) {
      Shed(static_cast<Waiter&>(*queue.oldest()), too_old);
      ++counts.shed_time;
    }
  }
  void ShedDeadlinesUntil(SteadyTime at, const absl::Status& why) {
    while (!deadlines.empty() && deadlines.begin()->first <= at) {
      Shed(*deadlines.begin()->second, why);
      ++counts.shed_by_deadline;
    }
  }
  static void Wake(Waiter& waiter, WaitOutcome outcome) {
    waiter.outcome = outcome;
    waiter.turn.Set();
  }

  const Clock& clock;
  const AdmissionQueueOptions options;
  FairQueue queue;
  FairShare shares;
  ByDeadline deadlines;  // of those in `queue`
  size_t free;
  size_t exports_in_flight = 0;
  bool swept = false;          // a task looks after the oldest
  AdmissionQueueStats counts;  // so far
};

AdmissionQueue::Permit::Permit(std::shared_ptr<State> state, AdmissionRequest request)
    : state_(std::move(state)), request_(std::move(request)) {}

AdmissionQueue::Permit::~Permit() {
  if (state_ != nullptr) state_->Release(request_.caller, request_.priority);
}

AdmissionQueue::AdmissionQueue(runtime::Loop& loop, const Clock& clock, runtime::Timer& timer,
                               AdmissionQueueOptions options)
    : loop_thread_(loop.executor()),
      loop_(loop),
      clock_(clock),
      timer_(timer),
      state_(std::make_shared<State>(clock, WithDefaults(options))) {}

AdmissionQueue::~AdmissionQueue() = default;

Task<absl::StatusOr<AdmissionQueue::Permit>> AdmissionQueue::Acquire(AdmissionRequest request) {
  loop_thread_.Check();
  if (request.deadline.Passed(clock_)) {
    co_return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                    "the deadline passed before a permit was free");
  }
  const std::shared_ptr<State> state = state_;
  state->OnQueued(request.caller, request.priority);
  if (state->TakeFree(request.caller, request.priority)) {
    co_return Permit(state, std::move(request));
  }
  const absl::Status room = state->CheckCapacity(request.caller);
  if (!room.ok()) {
    state->Abandon(request.caller, request.priority);
    co_return room;
  }
  // A waiter that is unwound leaves the queue, or passes on the permit that it got meanwhile.
  struct LeaveOnExit {
    State& state;
    Waiter& waiter;
    bool acquired = false;
    ~LeaveOnExit() {
      if (waiter.outcome == WaitOutcome::kNone) state.Withdraw(waiter);
      if (waiter.outcome == WaitOutcome::kAdmitted && !acquired) {
        state.Release(waiter.caller, waiter.priority);
      }
    }
  };
  Waiter waiter(request, clock_.Now(), loop_.executor());
  state->Add(waiter, request.deadline);
  LeaveOnExit on_exit{*state, waiter};
  ++state->counts.waited;
  if (!std::exchange(state->swept, true)) loop_.Spawn(Sweep(state, clock_, timer_));
  co_await waiter.turn.Wait();
  if (waiter.outcome == WaitOutcome::kShed) co_return waiter.why;
  on_exit.acquired = true;
  co_return Permit(state, std::move(request));
}

void AdmissionQueue::ShedUntil(SteadyTime at, const absl::Status& why) {
  loop_thread_.Check();
  state_->ShedDeadlinesUntil(at, why);
}

// One task for all waiters: most get a permit long before `max_wait` and need no timer of their own.
// It also grants the permits that were reserved for callers that stayed away.
Task<void> AdmissionQueue::Sweep(std::weak_ptr<State> of, const Clock& clock,
                                 runtime::Timer& timer) {
  while (true) {
    SteadyTime next;
    {
      const std::shared_ptr<State> state = of.lock();
      if (state == nullptr) co_return;
      state->ShedQueuedBefore(clock.Now() - state->options.max_wait);
      state->AdmitWaiters();
      state->swept = state->queue.oldest() != nullptr;
      if (!state->swept) co_return;
      next = std::min(state->queue.oldest()->since + state->options.max_wait,
                      clock.Now() + kSweepInterval);
    }
    co_await timer.SleepUntil(next);
  }
}

AdmissionQueueStats AdmissionQueue::stats() const {
  AdmissionQueueStats stats = state_->counts;
  stats.waiting = state_->queue.size();
  stats.in_flight = state_->options.permits - state_->free;
  stats.exports_in_flight = state_->exports_in_flight;
  return stats;
}

}  // namespace falcon::upstream
