// CoalescedCall<T>: one piece of upstream work that several requests wait for.
#ifndef FALCON_UPSTREAM_CACHE_COALESCED_CALL_H_
#define FALCON_UPSTREAM_CACHE_COALESCED_CALL_H_

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/error.h"
#include "runtime/loop.h"
#include "runtime/one_shot_event.h"
#include "upstream/call/upstream_client.h"

namespace falcon::upstream {

// Loop thread only (asserted by `finished_`). T is an absl::StatusOr of something that is cheap to
// copy. The work runs in a task of its own, with options and stats of its own, and is cancelled when
// the last request that waits for it is.
template <class T>
class CoalescedCall : public std::enable_shared_from_this<CoalescedCall<T>> {
 public:
  using Work = std::function<Task<T>(const CallOptions&, CallStats&)>;

  // `client_id`: whose turns the work takes.
  CoalescedCall(runtime::Loop& loop, const CallOptions& starter, std::string client_id)
      : loop_(loop),
        finished_(loop.executor()),
        first_deadline_(starter.deadline),
        options_(starter.deadline, starter.priority) {
    options_.client_id = std::move(client_id);
    options_.max_staleness = starter.max_staleness;
  }

  // `done` is called once, when the work has ended or nobody waits for it any more: nobody may join
  // from then on. Not after `owner` has gone, whose requests are then being taken down.
  void Run(Work work, std::weak_ptr<const void> owner, std::function<void()> done) {
    owner_ = std::move(owner);
    work_ = std::move(work);
    done_ = std::move(done);
    const auto self = this->shared_from_this();
    boost::asio::co_spawn(
        loop_.executor(), RunWork(self),
        boost::asio::bind_cancellation_slot(signal_.slot(), [self](std::exception_ptr error) {
          if (!error) return;
          self->Complete(Error(absl::StatusCode::kInternal, "INTERNAL",
                               "the shared call to Falcon broke off"));
        }));
  }

  // A request of `options` waits for the work too: the deadline is the latest of all, and the
  // priority interactive if any is.
  void ExtendFor(const CallOptions& options) {
    options_.deadline = Later(options_.deadline, options.deadline);
    if (options.priority == Priority::kInteractive) options_.priority = Priority::kInteractive;
  }

  // The result, or that of the call which supersedes this one.
  Task<T> Wait() {
    std::shared_ptr<CoalescedCall> call = this->shared_from_this();
    while (true) {
      const Interest interest(call);
      co_await call->finished_.Wait();
      if (call->successor_ == nullptr) co_return *call->result_;
      call = call->successor_;
    }
  }

  // Requests wait for `call` instead, which was sent first; the work is cancelled.
  void SupersedeBy(std::shared_ptr<CoalescedCall> call) {
    call->ExtendFor(options_);
    successor_ = std::move(call);
    ++successor_->waiting_;  // for those that have not moved yet
    done_ = nullptr;
    finished_.Set();
    PostCancel();
  }
  ~CoalescedCall() {
    if (successor_ != nullptr) successor_->Leave();
  }

  // True for one of those who wait: it is charged for the work.
  bool TakeCharge() { return !std::exchange(charged_, true); }

  // Whether the work failed with `status` for lack of time that a request of `options` still has.
  // What a shared call waits for is bound by the deadline of the request that started it, however
  // much later others have put it off to.
  bool LackedTimeOf(const CallOptions& options, const absl::Status& status,
                    const Clock& clock) const {
    if (first_deadline_.at() >= options.deadline.at()) return false;
    if (status.code() == absl::StatusCode::kDeadlineExceeded) {
      return !options.deadline.Passed(clock);
    }
    return Reason(status) == "RATE_LIMITED" &&
           options.deadline.Allows(clock, RetryAfter(status).value_or(milliseconds(0)));
  }

  bool waited_for() const { return waiting_ > 0; }
  bool sent() const { return stats_.last_sent.has_value(); }
  // The call that the result is of.
  CoalescedCall& final() { return successor_ == nullptr ? *this : successor_->final(); }
  const CallOptions& options() const { return options_; }
  CallOptions& mutable_options() { return options_; }
  const CallStats& stats() const { return stats_; }

 private:
  class Interest {
   public:
    explicit Interest(std::shared_ptr<CoalescedCall> call) : call_(std::move(call)) {
      ++call_->waiting_;
    }
    Interest(const Interest&) = delete;
    Interest& operator=(const Interest&) = delete;
    ~Interest() { call_->Leave(); }

   private:
    std::shared_ptr<CoalescedCall> call_;
  };

  static Task<void> RunWork(std::shared_ptr<CoalescedCall> self) {
    self->Complete(co_await self->work_(self->options_, self->stats_));
  }
  void Complete(T result) {
    if (finished_.is_set()) return;  // superseded
    result_.emplace(std::move(result));
    Close();
    finished_.Set();
  }
  void Close() {
    const auto done = std::exchange(done_, nullptr);
    if (done && !owner_.expired()) done();
  }
  void Leave() {
    if (--waiting_ > 0 || work_ == nullptr || finished_.is_set()) return;
    Close();
    if (!owner_.expired()) PostCancel();
  }
  // Posted, since a request leaves while its own stack unwinds.
  void PostCancel() {
    loop_.Post([self = this->shared_from_this()] {
      self->signal_.emit(boost::asio::cancellation_type::terminal);
    });
  }

  runtime::Loop& loop_;
  runtime::OneShotEvent finished_;
  const Deadline first_deadline_;
  CallOptions options_;
  CallStats stats_;
  Work work_;  // null: not begun
  std::weak_ptr<const void> owner_;
  std::function<void()> done_;
  boost::asio::cancellation_signal signal_;
  std::optional<T> result_;
  std::shared_ptr<CoalescedCall> successor_;
  size_t waiting_ = 0;
  bool charged_ = false;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CACHE_COALESCED_CALL_H_
