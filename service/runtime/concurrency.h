// Tasks that run concurrently with the one that starts them: one by one (SpawnedTask), or a bounded
// number at a time (CollectAllWindowed).
#ifndef FALCON_RUNTIME_CONCURRENCY_H_
#define FALCON_RUNTIME_CONCURRENCY_H_

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/loop.h"
#include "runtime/one_shot_event.h"

namespace falcon::runtime {

// A task that another one starts and joins later. Loop thread only. The destructor cancels the
// task, which unwinds afterwards: the task must own what it uses.
template <class T>
class SpawnedTask {
 public:
  // Starts the task at once.
  SpawnedTask(Executor executor, Task<T> task) : state_(std::make_shared<State>(executor)) {
    boost::asio::co_spawn(
        executor, std::move(task),
        boost::asio::bind_cancellation_slot(state_->signal.slot(),
                                            [state = state_](std::exception_ptr error, T result) {
                                              state->error = error;
                                              if (!error) state->result.emplace(std::move(result));
                                              state->completed.Set();
                                            }));
  }
  SpawnedTask(SpawnedTask&&) noexcept = default;
  SpawnedTask& operator=(SpawnedTask&&) = delete;
  ~SpawnedTask() {
    if (state_ != nullptr && !state_->completed.is_set()) {
      state_->signal.emit(boost::asio::cancellation_type::terminal);
    }
  }

  // Waits for the result and returns it. Call it once. Rethrows what the task throws.
  Task<T> Join() {
    const std::shared_ptr<State> state = state_;
    co_await state->completed.Wait();
    if (state->error) std::rethrow_exception(state->error);
    co_return *std::move(state->result);
  }

 private:
  struct State {
    explicit State(Executor executor) : completed(executor) {}
    OneShotEvent completed;
    boost::asio::cancellation_signal signal;
    std::optional<T> result;
    std::exception_ptr error;
  };
  std::shared_ptr<State> state_;
};

namespace collect_internal {

struct Worker {
  boost::asio::cancellation_signal signal;
  bool finished = false;
};

// Shared by the waiter and its workers, because a cancelled worker outlives the waiter.
template <class T>
struct Group {
  Group(Executor executor, size_t count, std::function<Task<T>(size_t)> what)
      : completed(executor), work(std::move(what)), results(count) {}

  static Task<void> Run(std::shared_ptr<Group> group) {
    while (!group->cancelled && group->next < group->results.size()) {
      const size_t index = group->next++;
      group->results[index].emplace(co_await group->work(index));
    }
  }
  void Start(const std::shared_ptr<Group>& self, Executor executor) {
    Worker* const worker = &workers.emplace_back();
    ++running;
    boost::asio::co_spawn(executor, Run(self),
                          boost::asio::bind_cancellation_slot(
                              worker->signal.slot(), [self, worker](std::exception_ptr error) {
                                worker->finished = true;
                                if (error) self->error = error;
                                if (--self->running == 0) self->completed.Set();
                              }));
  }
  void Cancel() {
    cancelled = true;
    for (Worker& worker : workers) {
      if (!worker.finished) worker.signal.emit(boost::asio::cancellation_type::terminal);
    }
  }

  OneShotEvent completed;
  std::function<Task<T>(size_t)> work;
  std::vector<std::optional<T>> results;
  std::deque<Worker> workers;
  size_t next = 0;
  size_t running = 0;
  bool cancelled = false;
  std::exception_ptr error;
};

}  // namespace collect_internal

// Returns the results of work(0) to work(count - 1), started in that order, at most `width` > 0 at
// a time. Loop thread only. A cancellation of the caller cancels the running tasks and starts no
// others; they unwind after the caller, so `work` must own what they use. Rethrows what a task
// throws, once all have ended.
template <class T>
Task<std::vector<T>> CollectAllWindowed(size_t count, size_t width,
                                        std::function<Task<T>(size_t)> work) {
  using Group = collect_internal::Group<T>;
  std::vector<T> results;
  if (count == 0) co_return results;
  const Executor executor = co_await boost::asio::this_coro::executor;
  const auto group = std::make_shared<Group>(executor, count, std::move(work));
  struct CancelOnExit {
    std::shared_ptr<Group> group;
    ~CancelOnExit() {
      if (group->running > 0) group->Cancel();
    }
  };
  const CancelOnExit cancel_on_exit{group};
  for (size_t i = 0; i < std::min(count, width); ++i) group->Start(group, executor);
  co_await group->completed.Wait();
  if (group->error) std::rethrow_exception(group->error);
  for (std::optional<T>& result : group->results) results.push_back(std::move(*result));
  co_return results;
}

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_CONCURRENCY_H_
