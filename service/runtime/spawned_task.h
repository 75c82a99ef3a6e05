// SpawnedTask<T>: a task that runs beside the one that started it, until that one wants its result.
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

// Loop thread only. Going away cancels the task, which unwinds after that: it must own what it
// uses.
template <class T>
class SpawnedTask {
 public:
  // Begins at once.
  SpawnedTask(Executor executor, Task<T> task) : state_(std::make_shared<State>(executor)) {
    boost::asio::co_spawn(
        executor, std::move(task),
        boost::asio::bind_cancellation_slot(state_->signal.slot(),
                                            [state = state_](std::exception_ptr error, T result) {
                                              state->error = error;
                                              if (!error) state->result.emplace(std::move(result));
                                              state->over.Set();
                                            }));
  }
  SpawnedTask(SpawnedTask&&) noexcept = default;
  SpawnedTask& operator=(SpawnedTask&&) = delete;
  ~SpawnedTask() {
    if (state_ != nullptr && !state_->over.is_set()) {
      state_->signal.emit(boost::asio::cancellation_type::terminal);
    }
  }

  // Waits for the result, once. What the task throws is thrown here.
  Task<T> Join() {
    const std::shared_ptr<State> state = state_;
    co_await state->over.Wait();
    if (state->error) std::rethrow_exception(state->error);
    co_return *std::move(state->result);
  }

 private:
  struct State {
    explicit State(Executor executor) : over(executor) {}
    OneShotEvent over;
    boost::asio::cancellation_signal signal;
    std::optional<T> result;
    std::exception_ptr error;
  };
  std::shared_ptr<State> state_;
};

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_SPAWNED_TASK_H_
