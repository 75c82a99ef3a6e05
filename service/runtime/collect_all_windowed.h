// CollectAllWindowed: tasks side by side, so many at a time, and the results of all.
#ifndef FALCON_RUNTIME_COLLECT_ALL_WINDOWED_H_
#define FALCON_RUNTIME_COLLECT_ALL_WINDOWED_H_

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/one_shot_event.h"
#include "runtime/task.h"

namespace falcon::runtime {
namespace collect_internal {

struct Worker {
  boost::asio::cancellation_signal signal;
  bool finished = false;
};

// Shared by the waiter and its workers: a worker that is being cancelled outlives the waiter.
template <class T>
struct Group {
  Group(Executor executor, size_t count, std::function<Task<T>(size_t)> what)
      : over(executor), work(std::move(what)), results(count) {}

  static Task<void> Run(std::shared_ptr<Group> group) {
    while (!group->left && group->next < group->results.size()) {
      const size_t index = group->next++;
      group->results[index].emplace(co_await group->work(index));
    }
  }
  void Start(const std::shared_ptr<Group>& self, Executor executor) {
    Worker* const worker = &workers.emplace_back();
    ++running;
    boost::asio::co_spawn(executor, Run(self),
                          boost::asio::bind_cancellation_slot(
                              worker->signal.slot(), [self, worker](std::exception_ptr error) {
                                worker->finished = true;
                                if (error) self->error = error;
                                if (--self->running == 0) self->over.Set();
                              }));
  }
  void Leave() {
    left = true;
    for (Worker& worker : workers) {
      if (!worker.finished) worker.signal.emit(boost::asio::cancellation_type::terminal);
    }
  }

  OneShotEvent over;
  std::function<Task<T>(size_t)> work;
  std::vector<std::optional<T>> results;
  std::deque<Worker> workers;
  size_t next = 0;
  size_t running = 0;
  bool left = false;
  std::exception_ptr error;
};

}  // namespace collect_internal

// Loop thread only. The results of work(0) to work(count - 1), begun in that order, at most `width`
// at a time; `width` > 0. Cancelling the caller cancels the tasks that run and begins no others;
// they unwind after it, so `work` must own what they use. What a task throws is thrown here, once
// all have ended.
template <class T>
Task<std::vector<T>> CollectAllWindowed(size_t count, size_t width,
                                        std::function<Task<T>(size_t)> work) {
  using Group = collect_internal::Group<T>;
  std::vector<T> results;
  if (count == 0) co_return results;
  const Executor executor = co_await boost::asio::this_coro::executor;
  const auto group = std::make_shared<Group>(executor, count, std::move(work));
  struct Leaver {
    std::shared_ptr<Group> group;
    ~Leaver() {
      if (group->running > 0) group->Leave();
    }
  };
  const Leaver leaver{group};
  for (size_t i = 0; i < std::min(count, width); ++i) group->Start(group, executor);
  co_await group->over.Wait();
  if (group->error) std::rethrow_exception(group->error);
  for (std::optional<T>& result : group->results) results.push_back(std::move(*result));
  co_return results;
}

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_COLLECT_ALL_WINDOWED_H_
