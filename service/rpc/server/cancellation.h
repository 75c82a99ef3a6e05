// Cancellation of calls: by the client, by a deadline, and by the drain of the server.
#ifndef FALCON_RPC_SERVER_CANCELLATION_H_
#define FALCON_RPC_SERVER_CANCELLATION_H_

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "runtime/loop.h"

namespace falcon::rpc {

// Cancels a task from outside: because the client left or the deadline passed. Shared by the reactor
// and what it posts. Loop thread only.
class Canceller {
 public:
  explicit Canceller(runtime::Loop& loop) : timer_(loop.executor()) {}

  boost::asio::cancellation_slot slot() { return signal_.slot(); }
  void Cancel();
  void CancelAt(SteadyTime at, const std::shared_ptr<Canceller>& self);
  // The task has ended: nothing is cancelled any more.
  void Finished();
  bool deadline_passed() const { return deadline_passed_; }

 private:
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                    runtime::Executor>
      timer_;
  boost::asio::cancellation_signal signal_;
  bool finished_ = false;
  bool deadline_passed_ = false;
};

// Ends exports when the gateway stops, so that their readers resume elsewhere while the gateway still
// serves the rest. Loop thread only.
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
};

// The status of an export that the drain ended.
absl::Status Drained();

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_CANCELLATION_H_
