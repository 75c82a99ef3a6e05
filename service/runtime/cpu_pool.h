// CpuPool: threads for work that would hold the loop up, such as decoding and serialising big
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
#include "runtime/task.h"

namespace falcon::runtime {

// The threads yield to the loop's where cores are short. What waits here is bounded by the calls
// under way, each of which waits for one piece of work at most.
class CpuPool {
 public:
  // `threads`: 1 or more. `loop` outlives the pool.
  CpuPool(Loop& loop, int threads);
  // Waits for the work that has begun, and drops the rest: stop the loop first.
  ~CpuPool();
  CpuPool(const CpuPool&) = delete;
  CpuPool& operator=(const CpuPool&) = delete;

  // Runs `work` on a thread of the pool, and returns on the loop when it is done. `work` may use
  // what the calling coroutine owns: a cancellation unwinds the caller only after it. It must not
  // throw. Loop thread.
  Task<void> Run(std::function<void()> work);

  // Runs `work`, and tells nobody. Any thread.
  void Post(std::function<void()> work) { boost::asio::post(context_, std::move(work)); }

 private:
  Loop& loop_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::vector<std::thread> threads_;
};

// Of records: fewer are decoded faster than a thread is woken.
inline constexpr int kManyRecords = 32;

// Runs `work` on `pool` where it is `heavy`; without a pool, or else, at once.
Task<void> RunHeavy(CpuPool* pool, bool heavy, std::function<void()> work);

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_CPU_POOL_H_
