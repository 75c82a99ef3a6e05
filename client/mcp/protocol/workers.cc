// The threads behind calls that block.
#include "mcp/protocol/workers.h"

#include <memory>
#include <utility>

namespace falcon::mcp {

Workers::Workers(size_t threads, size_t max_waiting)
    : max_threads_(threads), max_waiting_(max_waiting) {}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

// Outlives Spread where a worker comes to it late and finds nothing left.
class Workers::Batch {
 public:
  Batch(size_t count, const std::function<void(size_t)>& work) : count_(count), work_(work) {}

  void Work() {
    while (true) {
      size_t index = 0;
      {
        const std::lock_guard lock(mutex_);
        if (next_ == count_) return;
        index = next_++;
      }
      work_(index);
      const std::lock_guard lock(mutex_);
      ++done_;
      changed_.notify_all();
    }
  }
  void Await() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_ == count_; });
  }

 private:
  const size_t count_;
  const std::function<void(size_t)>& work_;  // called only while Spread waits
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t next_ = 0;
  size_t done_ = 0;
};

void Workers::Spread(size_t count, const std::function<void(size_t)>& work) {
  const auto batch = std::make_shared<Batch>(count, work);
  for (size_t i = 1; i < count; ++i) {
    if (!Run([batch] { batch->Work(); })) break;
  }
  batch->Work();
  batch->Await();
}

bool Workers::Run(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (unfinished_ >= max_threads_ + max_waiting_) return false;
    ++unfinished_;
    queue_.push_back(std::move(work));
    if (unfinished_ > threads_.size() && threads_.size() < max_threads_) {
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
