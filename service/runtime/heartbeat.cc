// One beat at a time, so that a stalled loop gathers none.
#include "runtime/heartbeat.h"

#include <pthread.h>

#include <utility>

namespace falcon::runtime {

Heartbeat::Heartbeat(Loop& loop, HeartbeatOptions options, Callbacks callbacks)
    : loop_(loop),
      options_(options),
      callbacks_(std::make_shared<const Callbacks>(std::move(callbacks))),
      thread_([this] { Run(); }) {}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
  }
  shared_->changed.notify_all();
  thread_.join();
}

void Heartbeat::SetBeats(bool beats) {
  if (beats_.exchange(beats) == beats) return;
  if (callbacks_->on_change) callbacks_->on_change(beats);
}

void Heartbeat::Run() {
  pthread_setname_np(pthread_self(), "heartbeat");
  const auto over = [this] { return !shared_->under_way || shared_->stopping; };
  std::unique_lock lock(shared_->mutex);
  while (!shared_->stopping) {
    shared_->under_way = true;
    lock.unlock();
    loop_.Post([shared = shared_, callbacks = callbacks_] {
      const std::lock_guard beat(shared->mutex);
      if (!shared->stopping && callbacks->on_beat) callbacks->on_beat();
      shared->under_way = false;
      shared->changed.notify_all();
    });
    lock.lock();
    if (!shared_->changed.wait_for(lock, options_.late_after, over)) {
      lock.unlock();
      SetBeats(false);
      lock.lock();
      shared_->changed.wait(lock, over);
    }
    if (shared_->stopping) break;
    lock.unlock();
    SetBeats(true);
    lock.lock();
    shared_->changed.wait_for(lock, options_.interval, [this] { return shared_->stopping; });
  }
}

}  // namespace falcon::runtime
