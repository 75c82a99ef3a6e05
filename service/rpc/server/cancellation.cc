// Timers and signals of cancellation.
#include "rpc/server/cancellation.h"

#include <algorithm>

#include "base/error.h"

namespace falcon::rpc {

void Canceller::Cancel() {
  affinity_.Check();
  if (finished_) return;
  // A client whose deadline has passed cancels too, and a busy loop may hear of that first.
  const SteadyTime due = timer_.expiry();
  if (due != SteadyTime() && due <= std::chrono::steady_clock::now()) deadline_passed_ = true;
  signal_.emit(boost::asio::cancellation_type::terminal);
}

void Canceller::CancelAt(SteadyTime at, const std::shared_ptr<Canceller>& self) {
  affinity_.Check();
  timer_.expires_at(at);
  timer_.async_wait([self](boost::system::error_code error) {
    if (error || self->finished_) return;
    self->deadline_passed_ = true;
    self->Cancel();
  });
}

void Canceller::Finished() {
  finished_ = true;
  timer_.cancel();
}

void Drain::Watch(const std::shared_ptr<Canceller>& canceller) {
  affinity_.Check();
  if (watched_.size() >= sweep_at_) {
    std::erase_if(watched_, [](const auto& one) { return one.expired(); });
    sweep_at_ = std::max<size_t>(64, 2 * watched_.size());
  }
  watched_.push_back(canceller);
}

void Drain::Begin() {
  affinity_.Check();
  begun_ = true;
  for (const std::weak_ptr<Canceller>& one : std::exchange(watched_, {})) {
    if (const std::shared_ptr<Canceller> canceller = one.lock()) canceller->Cancel();
  }
}

absl::Status Drained() {
  return Error(
      absl::StatusCode::kUnavailable, "DRAINING",
      "the gateway is stopping; call another one, with the last resume_token of an export");
}

}  // namespace falcon::rpc
