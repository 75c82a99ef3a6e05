// The loop: one thread that owns all state above the transport, the tasks that it runs, and the
// timer that they wait for.
#ifndef FALCON_RUNTIME_LOOP_H_
#define FALCON_RUNTIME_LOOP_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <string>
#include <thread>

#include "base/time.h"

namespace falcon {
namespace runtime {

using Executor = boost::asio::io_context::executor_type;

// A coroutine of the loop. Other rooms know asio's awaitable by this name alone.
//
// A cancelled task is unwound by an exception at its next suspension: clean up in destructors, and
// never wait there. An expression with co_await holds no braced initializer and no capture by
// value, which GCC 12 miscompiles silently: name them on the line above.
template <class T>
using Task = boost::asio::awaitable<T, Executor>;

class Loop {
 public:
  // Starts the thread. `name`: at most 15 characters, as the system shows it.
  explicit Loop(std::string name);
  // Stops. Tasks that still wait are destroyed without finishing, so end their callers first.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs `work` on the loop, in the order of the calls. Any thread.
  template <class Work>
  void Post(Work&& work) {
    boost::asio::post(context_, std::forward<Work>(work));
  }

  // Whether the calling thread is the loop's.
  bool OnLoop() const { return std::this_thread::get_id() == thread_.get_id(); }

  Executor executor() { return context_.get_executor(); }

  // Starts a detached task, which may throw nothing but a cancellation. Any thread.
  void Spawn(Task<void> task);

  // Runs nothing further and joins the thread: state of the loop may be destroyed afterwards.
  // Idempotent. Not on the loop itself.
  void Stop();

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<Executor> work_{context_.get_executor()};
  std::thread thread_;
};

// Waits for a point in time. Tests replace it together with the clock.
class Timer {
 public:
  virtual ~Timer() = default;
  // Returns at `at` or soon after; at once when `at` has passed. Loop thread. Cancellation unwinds
  // the caller.
  virtual Task<void> SleepUntil(SteadyTime at) = 0;
};

// Asio's timer, on the loop.
using SteadyTimer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

// Real time.
class LoopTimer final : public Timer {
 public:
  Task<void> SleepUntil(SteadyTime at) override;
};

}  // namespace runtime
using runtime::Task;
}  // namespace falcon

#endif  // FALCON_RUNTIME_LOOP_H_
