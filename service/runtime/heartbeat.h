// Heartbeat: whether the loop still runs what it is given, told from beside it.
#ifndef FALCON_RUNTIME_HEARTBEAT_H_
#define FALCON_RUNTIME_HEARTBEAT_H_

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/time.h"
#include "runtime/loop.h"

namespace falcon::runtime {

struct HeartbeatOptions {
  milliseconds interval{1'000};    // between beats
  milliseconds late_after{5'000};  // a beat that takes so long: the loop is stalled
};

// A thread posts a beat to the loop, and the next one when that has run.
class Heartbeat {
 public:
  struct Callbacks {
    std::function<void()> on_beat;  // loop thread, each time; short
    std::function<void(bool beats)>
        on_change;  // the heartbeat's thread: it stalled, or beats again
  };

  // `loop` outlives it.
  Heartbeat(Loop& loop, HeartbeatOptions options, Callbacks callbacks);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  // False: the loop is stalled. Any thread.
  bool beats() const { return beats_; }

 private:
  // Of one beat; shared with what is posted.
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    bool under_way = false;
    bool stopping = false;
  };
  void Run();
  void SetBeats(bool beats);

  Loop& loop_;
  const HeartbeatOptions options_;
  const std::shared_ptr<const Callbacks> callbacks_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::atomic<bool> beats_ = true;
  std::thread thread_;
};

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_HEARTBEAT_H_
