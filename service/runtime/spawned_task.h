// SpawnedTask<T>: a task that runs concurrently with the one that started it and joins it later.
#ifndef FALCON_RUNTIME_SPAWNED_TASK_H_
#define FALCON_RUNTIME_SPAWNED_TASK_H_

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/one_shot_event.h"
#include "runtime/task.h"

namespace falcon::runtime {

// Loop thread only. The destructor cancels the task, which unwinds afterwards: the task must own
// what it uses.
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

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_SPAWNED_TASK_H_
