// Waits with a timeout.
#include "runtime/watchdog.h"

#include <pthread.h>

#include <utility>

#include "absl/time/time.h"

namespace falcon::runtime {

Heartbeat::Heartbeat(Loop& loop, HeartbeatOptions options, Callbacks callbacks)
    : loop_(loop),
      options_(options),
      callbacks_(std::make_shared<const Callbacks>(std::move(callbacks))),
      thread_([this] { Run(); }) {}

Heartbeat::~Heartbeat() {
  {
    const absl::MutexLock lock(&shared_->mutex);
    shared_->stopping = true;
  }
  thread_.join();
}

void Heartbeat::SetBeats(bool beats) {
  if (beats_.exchange(beats) == beats) return;
  if (callbacks_->on_change) callbacks_->on_change(beats);
}

void Heartbeat::PostBeat() {
  {
    const absl::MutexLock lock(&shared_->mutex);
    shared_->beat_pending = true;
  }
  loop_.Post([shared = shared_, callbacks = callbacks_] {
    const absl::MutexLock lock(&shared->mutex);
    if (!shared->stopping && callbacks->on_beat) callbacks->on_beat();
    shared->beat_pending = false;
  });
}

bool Heartbeat::AwaitBeat(absl::Duration patience) {
  Shared* const shared = shared_.get();
  const absl::MutexLock lock(&shared->mutex);
  return shared->mutex.AwaitWithTimeout(absl::Condition(shared, &Shared::BeatDoneOrStopping),
                                        patience);
}

void Heartbeat::Run() {
  pthread_setname_np(pthread_self(), "heartbeat");
  while (true) {
    PostBeat();
    if (!AwaitBeat(absl::FromChrono(options_.late_after))) {
      SetBeats(false);
      AwaitBeat(absl::InfiniteDuration());
    }
    const auto stopping = [this] {
      const absl::MutexLock lock(&shared_->mutex);
      return shared_->stopping;
    };
    if (stopping()) return;
    SetBeats(true);
    const absl::MutexLock lock(&shared_->mutex);
    const absl::Condition stops(&shared_->stopping);
    if (shared_->mutex.AwaitWithTimeout(stops, absl::FromChrono(options_.interval))) return;
  }
}

ExitDeadline::ExitDeadline(milliseconds span, std::function<void()> on_passed)
    : thread_([this, span, on_passed = std::move(on_passed)] {
        const absl::MutexLock lock(&mutex_);
        const auto met = absl::Condition(&met_);
        if (!mutex_.AwaitWithTimeout(met, absl::FromChrono(span))) on_passed();
      }) {}

ExitDeadline::~ExitDeadline() {
  {
    const absl::MutexLock lock(&mutex_);
    met_ = true;
  }
  thread_.join();
}

}  // namespace falcon::runtime
