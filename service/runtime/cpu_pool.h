// CpuPool: threads for work that would block the loop, such as decoding and serialising large
// pages.
#ifndef FALCON_RUNTIME_CPU_POOL_H_
#define FALCON_RUNTIME_CPU_POOL_H_

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <thread>
#include <vector>

#include "runtime/loop.h"

namespace falcon::runtime {

// The threads have a lower priority than the loop's. The queue is bounded by the calls in flight,
// each of which waits for at most one piece of work.
class CpuPool {
 public:
  // `threads`: 1 or more. `loop` outlives the pool.
  CpuPool(Loop& loop, int threads);
  ~CpuPool() { Stop(); }
  CpuPool(const CpuPool&) = delete;
  CpuPool& operator=(const CpuPool&) = delete;

  // Runs `work` on a thread of the pool and returns on the loop when it is done. `work` may use
  // what the calling coroutine owns, because a cancellation unwinds the caller only afterwards. It
  // must not throw. Loop thread.
  Task<void> Run(std::function<void()> work);

  // Waits for the work that has started and drops the rest. Once the loop is stopped, and before
  // anything goes that work uses. Idempotent. The thread that destroys the pool.
  void Stop();

  // Runs `work` without a notification. Any thread.
  void Post(std::function<void()> work) { boost::asio::post(context_, std::move(work)); }

 private:
  Loop& loop_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::vector<std::thread> threads_;
};

// A page with fewer records is decoded faster than a thread wakes.
inline constexpr int kManyRecords = 32;

// Runs `work` on `pool` if it is `heavy` and there is a pool; otherwise at once.
Task<void> RunHeavy(CpuPool* pool, bool heavy, std::function<void()> work);

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_CPU_POOL_H_
