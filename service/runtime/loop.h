// Loop: one named thread that owns all state above the transport and runs every Task.
#ifndef FALCON_RUNTIME_LOOP_H_
#define FALCON_RUNTIME_LOOP_H_

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <string>
#include <thread>

#include "runtime/task.h"

namespace falcon::runtime {

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

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_LOOP_H_
