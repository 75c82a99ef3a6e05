// The exports of now.
#include "rpc/server/drain.h"

#include <algorithm>

#include "base/error.h"

namespace falcon::rpc {

void Drain::Watch(const std::shared_ptr<Canceller>& canceller) {
  if (watched_.size() >= sweep_at_) {
    std::erase_if(watched_, [](const auto& one) { return one.expired(); });
    sweep_at_ = std::max<size_t>(64, 2 * watched_.size());
  }
  watched_.push_back(canceller);
}

void Drain::Begin() {
  begun_ = true;
  for (const std::weak_ptr<Canceller>& one : std::exchange(watched_, {})) {
    if (const std::shared_ptr<Canceller> canceller = one.lock()) canceller->Cancel();
  }
}

absl::Status Drained() {
  return Error(absl::StatusCode::kUnavailable, "DRAINING",
               "the gateway is stopping; resume with the last resume_token");
}

}  // namespace falcon::rpc
