// A fixed number of threads for calls that block, and a bounded queue before them.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_WORKERS_H_
#define FALCON_CLIENT_MCP_PROTOCOL_WORKERS_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace falcon::mcp {

class Workers {
 public:
  // Threads start when there is work for them.
  Workers(size_t threads, size_t max_waiting);
  // Runs what is queued to its end.
  ~Workers();

  // False: the queue is full, and `work` will not run. Any thread.
  bool Run(std::function<void()> work);
  // Calls `work(0)` to `work(count - 1)`, on the caller's thread and on workers that come to it
  // meanwhile; returns when all calls have. Any thread, workers included.
  void Spread(size_t count, const std::function<void(size_t index)>& work);

 private:
  class Batch;
  void Loop();

  const size_t max_threads_;
  const size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  // Queued or running.
  size_t unfinished_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_WORKERS_H_
