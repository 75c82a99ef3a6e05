// Cancellation of calls: by the client, by a deadline, and by the drain of the server.
#ifndef FALCON_RPC_SERVER_CANCELLATION_H_
#define FALCON_RPC_SERVER_CANCELLATION_H_

#include <boost/asio/cancellation_signal.hpp>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "runtime/loop.h"
#include "runtime/thread_affinity.h"

namespace falcon::rpc {

// Cancels a task from outside: because the client left or the deadline passed. Shared by the reactor
// and what it posts. Loop thread only (asserted).
class Canceller {
 public:
  explicit Canceller(runtime::Loop& loop) : affinity_(loop.executor()), timer_(loop.executor()) {}

  boost::asio::cancellation_slot slot() { return signal_.slot(); }
  void Cancel();
  void CancelAt(SteadyTime at, const std::shared_ptr<Canceller>& self);
  // The task has ended: nothing is cancelled any more.
  void Finished();
  bool deadline_passed() const { return deadline_passed_; }

 private:
  runtime::ThreadAffinity affinity_;
  runtime::SteadyTimer timer_;
  boost::asio::cancellation_signal signal_;
  bool finished_ = false;
  bool deadline_passed_ = false;
};

// Ends exports when the gateway stops, so that their readers resume elsewhere while the gateway still
// serves the rest. Loop thread only (asserted).
class Drain {
 public:
  // Cancels what `canceller` cancels when the drain begins. Not after that.
  void Watch(const std::shared_ptr<Canceller>& canceller);
  // Cancels everything that is watched, once.
  void Begin();
  bool begun() const { return begun_; }

 private:
  bool begun_ = false;
  std::vector<std::weak_ptr<Canceller>> watched_;
  size_t sweep_at_ = 64;
  runtime::ThreadAffinity affinity_;
};

// The status of an export that the drain ended.
absl::Status Drained();

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_CANCELLATION_H_
