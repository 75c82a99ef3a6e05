// The threads behind calls that block.
#include "mcp/protocol/workers.h"

#include <utility>

namespace falcon::mcp {

Workers::Workers(size_t threads, size_t most_waiting)
    : most_threads_(threads), most_waiting_(most_waiting) {}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Workers::Run(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (unfinished_ >= most_threads_ + most_waiting_) return false;
    ++unfinished_;
    queue_.push_back(std::move(work));
    if (unfinished_ > threads_.size() && threads_.size() < most_threads_) {
      threads_.emplace_back([this] { Loop(); });
    }
  }
  wake_.notify_one();
  return true;
}

void Workers::Loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
    --unfinished_;
  }
}

}  // namespace falcon::mcp
