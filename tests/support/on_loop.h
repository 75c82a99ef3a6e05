// Runs work and tasks on a loop from the test's thread, and waits for them.
#ifndef FALCON_TESTS_SUPPORT_ON_LOOP_H_
#define FALCON_TESTS_SUPPORT_ON_LOOP_H_

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/loop.h"

namespace falcon::testing {

// Runs `work` on the loop and returns when it is done.
template <class Work>
void OnLoop(runtime::Loop& loop, Work work) {
  std::promise<void> done;
  loop.Post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

// A task that runs on the loop while the test goes on.
template <class T>
class Running {
 public:
  Running(runtime::Loop& loop, Task<T> task) : loop_(loop) {
    loop_.Post([state = state_, executor = loop_.executor(), task = std::move(task)]() mutable {
      boost::asio::co_spawn(executor, std::move(task),
                            boost::asio::bind_cancellation_slot(
                                state->signal.slot(), [state](std::exception_ptr error, T result) {
                                  state->finished = true;
                                  if (error) {
                                    state->promise.set_value(std::nullopt);
                                  } else {
                                    state->promise.set_value(std::move(result));
                                  }
                                }));
    });
  }

  void Cancel() {
    OnLoop(loop_, [this] { CancelOnLoop(); });
  }
  // The same, called on the loop.
  void CancelOnLoop() {
    if (!state_->finished) state_->signal.emit(boost::asio::cancellation_type::terminal);
  }
  // Nullopt if it was cancelled.
  std::optional<T> Get() { return state_->promise.get_future().get(); }

 private:
  struct State {
    std::promise<std::optional<T>> promise;
    boost::asio::cancellation_signal signal;
    bool finished = false;
  };
  runtime::Loop& loop_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

// Runs a task to its end. It must not be cancelled.
template <class T>
T Await(runtime::Loop& loop, Task<T> task) {
  return *Running<T>(loop, std::move(task)).Get();
}

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_ON_LOOP_H_
