// ThreadAffinity: a member of a class that only one thread may use.
#ifndef FALCON_RUNTIME_THREAD_AFFINITY_H_
#define FALCON_RUNTIME_THREAD_AFFINITY_H_

#ifndef NDEBUG
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>
#endif

#include "runtime/loop.h"

namespace falcon::runtime {

// Debug and sanitizer builds: Check() aborts when another thread than at the first Check() calls.
// Other builds: empty. With an executor, any thread may go on once the loop is stopped, because the
// state of a stopped loop is taken down by another thread.
class ThreadAffinity {
 public:
#ifdef NDEBUG
  ThreadAffinity() = default;
  explicit ThreadAffinity(const Executor& /*executor*/) {}
  void Check() const {}
#else
  ThreadAffinity() = default;
  explicit ThreadAffinity(const Executor& executor) : executor_(executor) {}

  void Check() const {
    std::thread::id bound;
    const std::thread::id self = std::this_thread::get_id();
    if (thread_.compare_exchange_strong(bound, self) || bound == self) return;
    if (executor_.has_value() && executor_->context().stopped()) return;
    std::fputs("an object that belongs to one thread is used by another\n", stderr);
    std::abort();
  }

 private:
  std::optional<Executor> executor_;
  mutable std::atomic<std::thread::id> thread_{};
#endif
};

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_THREAD_AFFINITY_H_
