// Threads that watch the process: whether the loop still runs, and whether an orderly exit ends in
// time.
#ifndef FALCON_RUNTIME_WATCHDOG_H_
#define FALCON_RUNTIME_WATCHDOG_H_

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/time.h"
#include "runtime/loop.h"

namespace falcon::runtime {

struct HeartbeatOptions {
  milliseconds interval{1'000};    // between beats
  milliseconds late_after{5'000};  // a beat that takes longer means that the loop is stalled
};

// A thread posts a beat to the loop, and the next one after that has run: a stalled loop
// accumulates no beats.
class Heartbeat {
 public:
  struct Callbacks {
    std::function<void()> on_beat;              // loop thread, each time; must be short
    std::function<void(bool beats)> on_change;  // the heartbeat's thread
  };

  // `loop` outlives it.
  Heartbeat(Loop& loop, HeartbeatOptions options, Callbacks callbacks);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  // False: the loop is stalled. Any thread.
  bool beats() const { return beats_; }

 private:
  // Shared with the posted beat, which may outlive the Heartbeat.
  struct Shared {
    bool BeatDoneOrStopping() const ABSL_SHARED_LOCKS_REQUIRED(mutex) {
      return !beat_pending || stopping;
    }

    absl::Mutex mutex;
    bool beat_pending ABSL_GUARDED_BY(mutex) = false;
    bool stopping ABSL_GUARDED_BY(mutex) = false;
  };
  void Run();
  void PostBeat();
  // False: the beat is late. Returns early when the heartbeat stops.
  bool AwaitBeat(absl::Duration patience);
  void SetBeats(bool beats);

  Loop& loop_;
  const HeartbeatOptions options_;
  const std::shared_ptr<const Callbacks> callbacks_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::atomic<bool> beats_ = true;
  std::thread thread_;
};

// Ends the process when an orderly exit takes too long. Destroyed in time, it does nothing.
class ExitDeadline {
 public:
  // `on_passed` runs on a thread of its own after `span`, and must end the process.
  ExitDeadline(milliseconds span, std::function<void()> on_passed);
  ~ExitDeadline();
  ExitDeadline(const ExitDeadline&) = delete;
  ExitDeadline& operator=(const ExitDeadline&) = delete;

 private:
  absl::Mutex mutex_;
  bool met_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_WATCHDOG_H_
