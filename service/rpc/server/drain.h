// Drain: ends the exports when the gateway is told to stop, so that their readers resume elsewhere
// while the gateway still answers the rest.
#ifndef FALCON_RPC_SERVER_DRAIN_H_
#define FALCON_RPC_SERVER_DRAIN_H_

#include <memory>
#include <vector>

#include "rpc/server/rpc_environment.h"

namespace falcon::rpc {

// Loop thread only.
class Drain {
 public:
  // Cancels what `canceller` cancels when the drain begins. Not after that.
  void Watch(const std::shared_ptr<Canceller>& canceller);
  // Cancels all that is watched, once.
  void Begin();
  bool begun() const { return begun_; }

 private:
  bool begun_ = false;
  std::vector<std::weak_ptr<Canceller>> watched_;
  size_t sweep_at_ = 64;
};

// How an export ends that the drain ended.
absl::Status Drained();

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_DRAIN_H_
