// CoalescedCall<T>: one piece of upstream work that several RPCs wait for.
#ifndef FALCON_UPSTREAM_CACHE_COALESCED_CALL_H_
#define FALCON_UPSTREAM_CACHE_COALESCED_CALL_H_

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "runtime/loop.h"
#include "runtime/one_shot_event.h"
#include "runtime/task.h"
#include "upstream/call/reading.h"

namespace falcon::upstream {

// Loop thread only. T is an absl::StatusOr of something that is cheap to copy. The work runs in a
// task of its own with a Reading of its own, and is cancelled when the last waiter leaves.
template <class T>
class CoalescedCall : public std::enable_shared_from_this<CoalescedCall<T>> {
 public:
  // `caller`: whose turns the work takes.
  CoalescedCall(runtime::Loop& loop, const Reading& starter, std::string caller)
      : loop_(loop),
        landed_(loop.executor()),
        first_deadline_(starter.deadline),
        reading_(starter.deadline, starter.priority) {
    reading_.caller = std::move(caller);
    reading_.staleness = starter.staleness;
  }

  // `done` is called once, when the work has ended or nobody waits for it any more: nobody may join
  // from then on. Not after `owner` has gone, whose waiters are then being taken down.
  void Start(std::function<Task<T>(Reading&)> work, std::weak_ptr<const void> owner,
             std::function<void()> done) {
    started_ = true;
    owner_ = std::move(owner);
    work_ = std::move(work);
    done_ = std::move(done);
    const auto self = this->shared_from_this();
    boost::asio::co_spawn(
        loop_.executor(), Fly(self),
        boost::asio::bind_cancellation_slot(signal_.slot(), [self](std::exception_ptr error) {
          if (!error) return;
          self->Land(Error(absl::StatusCode::kInternal, "INTERNAL",
                           "the shared call to Falcon broke off"));
        }));
  }

  // What `reading` brings counts for the work too.
  void Board(const Reading& reading) {
    reading_.deadline = Later(reading_.deadline, reading.deadline);
    if (reading.priority == Priority::kInteractive) reading_.priority = Priority::kInteractive;
  }

  Task<T> Wait() {
    const auto self = this->shared_from_this();
    const Waiter waiter(*self);
    co_await self->landed_.Wait();
    co_return *self->result_;
  }

  bool waited_for() const { return waiters_ > 0; }

  // The starter's. What the work waits for may be bound by it, however much later others have put
  // the deadline off to.
  Deadline first_deadline() const { return first_deadline_; }

  // Of the work: what it counted.
  const Reading& reading() const { return reading_; }

 private:
  class Waiter {
   public:
    explicit Waiter(CoalescedCall& flight) : flight_(flight) { ++flight_.waiters_; }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
      const bool last = --flight_.waiters_ == 0;
      if (last && flight_.started_ && !flight_.landed_.is_set()) flight_.Abandon();
    }

   private:
    CoalescedCall& flight_;
  };

  static Task<void> Fly(std::shared_ptr<CoalescedCall> self) {
    self->Land(co_await self->work_(self->reading_));
  }

  void Land(T result) {
    result_.emplace(std::move(result));
    Close();
    landed_.Set();
  }

  void Close() {
    const auto done = std::exchange(done_, nullptr);
    if (done && !owner_.expired()) done();
  }

  // Posted, since a waiter leaves while its own stack unwinds.
  void Abandon() {
    Close();
    if (owner_.expired()) return;
    loop_.Post([self = this->shared_from_this()] {
      self->signal_.emit(boost::asio::cancellation_type::terminal);
    });
  }

  runtime::Loop& loop_;
  runtime::OneShotEvent landed_;
  const Deadline first_deadline_;
  Reading reading_;
  std::function<Task<T>(Reading&)> work_;
  std::weak_ptr<const void> owner_;
  std::function<void()> done_;
  boost::asio::cancellation_signal signal_;
  std::optional<T> result_;
  size_t waiters_ = 0;
  bool started_ = false;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CACHE_COALESCED_CALL_H_
