// One count a connection, begun anew each second.
#include "rpc/server/reset_limiter.h"

namespace falcon::rpc {

void ResetLimiter::Count(const std::string& peer) {
  const SteadyTime now = clock_.Now();
  {
    const absl::MutexLock lock(&mutex_);
    if (!since_.has_value() || now - *since_ >= seconds(1)) {
      since_ = now;
      resets_.clear();
    }
    if (++resets_[peer] != kMaxResets) return;
  }
  closed_.Add({{"reason", "resets"}});
  close_(peer);
}

}  // namespace falcon::rpc
