// The queue before the places.
#include "run/admission.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "run/event.h"
#include "run/shares.h"
#include "run/turns.h"

namespace falcon::run {
namespace {

constexpr milliseconds kAfterFull{1'000};
constexpr milliseconds kAfterTimeout{5'000};
constexpr milliseconds kLook{250};

enum class Outcome { kNone, kServed, kTurnedAway };

struct Waiter;
using ByDeadline = std::multimap<SteadyTime, Waiter*>;

struct Waiter : Turns::Waiting {
  Waiter(const Visit& visit, SteadyTime now, Executor executor)
      : Waiting(visit.caller, visit.priority, now), turn(executor) {}

  Event turn;
  Outcome outcome = Outcome::kNone;
  absl::Status why = absl::OkStatus();  // it was turned away
  ByDeadline::iterator in_deadlines;
};

AdmissionOptions WithDefaults(AdmissionOptions options) {
  const auto half = [](size_t of) { return std::max<size_t>(1, of / 2); };
  if (options.export_places == 0) options.export_places = half(options.places);
  options.export_places = std::min(options.export_places, options.places);
  if (options.max_waiting_per_caller == 0) {
    options.max_waiting_per_caller = half(options.max_waiting);
  }
  return options;
}

absl::Status Full(std::string_view limit, std::string_view message) {
  const absl::Status full = Error(absl::StatusCode::kResourceExhausted, "QUEUE_FULL", message);
  return WithRetryAfter(WithFact(full, "limit", limit), kAfterFull);
}

absl::Status TooOld(milliseconds max_wait) {
  const absl::Status old =
      Error(absl::StatusCode::kResourceExhausted, "QUEUE_TIMEOUT",
            Cat("no call to Falcon came free within ", max_wait.count(), " ms; retry later"));
  return WithRetryAfter(WithFact(old, "limit", "time"), kAfterTimeout);
}

}  // namespace

// Shared with those who wait or hold a place: where a loop ends with calls on it, they go last.
struct Admission::Book {
  Book(const Clock& now_by, AdmissionOptions with)
      : clock(now_by),
        options(with),
        turns(with.export_turn),
        shares(with.places),
        free(with.places) {}

  bool ExportsMayGo() const { return exports_in_flight < options.export_places; }
  bool MayGo(const std::string& caller) { return shares.MayTake(caller, free, clock.Now()); }
  // Exports have places of their own, and no shares.
  static bool HasShare(Priority priority) { return priority == Priority::kInteractive; }
  // Those who wait go first: where a place is free after Serve, they may not have it.
  bool TakeFree(const std::string& caller, Priority priority) {
    if (turns.size() > 0) Serve();
    if (free == 0) return false;
    if (!(HasShare(priority) ? MayGo(caller) : ExportsMayGo())) return false;
    Occupy(caller, priority);
    return true;
  }
  void Occupy(const std::string& caller, Priority priority) {
    --free;
    if (HasShare(priority)) shares.Enters(caller, clock.Now());
    if (priority == Priority::kExport) ++exports_in_flight;
  }
  void Leave(const std::string& caller, Priority priority) {
    ++free;
    if (HasShare(priority)) shares.Exits(caller, clock.Now());
    if (priority == Priority::kExport) --exports_in_flight;
    Serve();
  }
  void Serve() {
    const SteadyTime late = clock.Now() - options.late_after;
    const Turns::MayGo may_go = [this](const std::string& who) { return MayGo(who); };
    while (free > 0) {
      auto* const next = static_cast<Waiter*>(turns.Take(ExportsMayGo(), late, may_go));
      if (next == nullptr) return;
      Occupy(next->caller, next->priority);
      deadlines.erase(next->in_deadlines);
      Wake(*next, Outcome::kServed);
    }
  }
  absl::Status RoomFor(const std::string& caller) {
    if (turns.size() >= options.max_waiting) {
      ++shed_all_callers;
      return Full("all_callers", "too many calls wait for Falcon; retry later");
    }
    if (turns.CountOf(caller) >= options.max_waiting_per_caller) {
      ++shed_this_caller;
      return Full("this_caller", "too many calls of this caller wait for Falcon; retry later");
    }
    return absl::OkStatus();
  }
  void Add(Waiter& waiter, Deadline deadline) {
    turns.Add(waiter);
    waiter.in_deadlines = deadlines.emplace(deadline.at(), &waiter);
  }
  void GiveUp(Waiter& waiter) {
    turns.Remove(waiter);
    deadlines.erase(waiter.in_deadlines);
    GoesAway(waiter.caller, waiter.priority);
  }
  void Comes(const std::string& caller, Priority priority) {
    if (HasShare(priority)) shares.Comes(caller, clock.Now());
  }
  void GoesAway(const std::string& caller, Priority priority) {
    if (HasShare(priority)) shares.GivesUp(caller, clock.Now());
  }
  void TurnAway(Waiter& waiter, const absl::Status& why) {
    GiveUp(waiter);
    waiter.why = why;
    Wake(waiter, Outcome::kTurnedAway);
  }
  void TurnAwayWhoWaitsSince(SteadyTime latest) {
    const absl::Status too_old = TooOld(options.max_wait);
    while (turns.oldest() != nullptr && turns.oldest()->since <= latest) {
      TurnAway(static_cast<Waiter&>(*turns.oldest()), too_old);
      ++shed_time;
    }
  }
  void TurnAwayWhoHasTimeUntil(SteadyTime at, const absl::Status& why) {
    while (!deadlines.empty() && deadlines.begin()->first <= at) {
      TurnAway(*deadlines.begin()->second, why);
      ++shed_hopeless;
    }
  }
  static void Wake(Waiter& waiter, Outcome outcome) {
    waiter.outcome = outcome;
    waiter.turn.Set();
  }

  const Clock& clock;
  const AdmissionOptions options;
  Turns turns;
  Shares shares;
  ByDeadline deadlines;  // of those in `turns`
  size_t free;
  size_t exports_in_flight = 0;
  bool swept = false;  // a task looks after the oldest
  int64_t waited = 0;
  int64_t shed_all_callers = 0;
  int64_t shed_this_caller = 0;
  int64_t shed_time = 0;
  int64_t shed_hopeless = 0;
};

Admission::Place::Place(std::shared_ptr<Book> book, Visit visit)
    : book_(std::move(book)), visit_(std::move(visit)) {}

Admission::Place::~Place() {
  if (book_ != nullptr) book_->Leave(visit_.caller, visit_.priority);
}

Admission::Admission(Loop& loop, const Clock& clock, Timer& timer, AdmissionOptions options)
    : loop_(loop),
      clock_(clock),
      timer_(timer),
      book_(std::make_shared<Book>(clock, WithDefaults(options))) {}

Admission::~Admission() = default;

Task<absl::StatusOr<Admission::Place>> Admission::Enter(Visit visit) {
  if (visit.deadline.Passed(clock_)) {
    co_return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                    "the deadline passed before a place was free");
  }
  const std::shared_ptr<Book> book = book_;
  book->Comes(visit.caller, visit.priority);
  if (book->TakeFree(visit.caller, visit.priority)) co_return Place(book, std::move(visit));
  const absl::Status room = book->RoomFor(visit.caller);
  if (!room.ok()) {
    book->GoesAway(visit.caller, visit.priority);
    co_return room;
  }
  // A waiter that is unwound while it waits leaves its line; one that was served meanwhile hands
  // its place on.
  struct Leaver {
    Book& book;
    Waiter& waiter;
    bool entered = false;
    ~Leaver() {
      if (waiter.outcome == Outcome::kNone) book.GiveUp(waiter);
      if (waiter.outcome == Outcome::kServed && !entered) {
        book.Leave(waiter.caller, waiter.priority);
      }
    }
  };
  Waiter waiter(visit, clock_.Now(), loop_.executor());
  book->Add(waiter, visit.deadline);
  Leaver leaver{*book, waiter};
  ++book->waited;
  if (!std::exchange(book->swept, true)) loop_.Spawn(Sweep(book, clock_, timer_));
  co_await waiter.turn.Wait();
  if (waiter.outcome == Outcome::kTurnedAway) co_return waiter.why;
  leaver.entered = true;
  co_return Place(book, std::move(visit));
}

void Admission::TurnAway(SteadyTime at, const absl::Status& why) {
  book_->TurnAwayWhoHasTimeUntil(at, why);
}

// One task for all: who waits mostly goes long before its time is up, and needs no timer. What is
// kept free for others fades, and nobody else tells.
Task<void> Admission::Sweep(std::weak_ptr<Book> of, const Clock& clock, Timer& timer) {
  while (true) {
    SteadyTime next;
    {
      const std::shared_ptr<Book> book = of.lock();
      if (book == nullptr) co_return;
      book->TurnAwayWhoWaitsSince(clock.Now() - book->options.max_wait);
      book->Serve();
      book->swept = book->turns.oldest() != nullptr;
      if (!book->swept) co_return;
      next = std::min(book->turns.oldest()->since + book->options.max_wait, clock.Now() + kLook);
    }
    co_await timer.SleepUntil(next);
  }
}

AdmissionStats Admission::stats() const {
  return {.waiting = book_->turns.size(),
          .in_flight = book_->options.places - book_->free,
          .exports_in_flight = book_->exports_in_flight,
          .waited = book_->waited,
          .shed_all_callers = book_->shed_all_callers,
          .shed_this_caller = book_->shed_this_caller,
          .shed_time = book_->shed_time,
          .shed_hopeless = book_->shed_hopeless};
}

}  // namespace falcon::run
