// A wake-up is a system call, so only the first letter to a sleeper rings.
#include "http/curl/submission_queue.h"

#include <utility>

namespace falcon::http {

void SubmissionQueue::Start(Transfer transfer) {
  const std::lock_guard lock(mutex_);
  if (pending_.closed) return;
  pending_.submitted.push_back(std::move(transfer));
  Wake();
}

void SubmissionQueue::Cancel(uint64_t id) {
  const std::lock_guard lock(mutex_);
  if (pending_.closed) return;
  pending_.cancelled.push_back(id);
  Wake();
}

void SubmissionQueue::Close() {
  const std::lock_guard lock(mutex_);
  pending_.closed = true;
  Wake();
}

void SubmissionQueue::Take(Submissions& batch) {
  batch.submitted.clear();
  batch.cancelled.clear();
  const std::lock_guard lock(mutex_);
  polling_ = false;
  batch.submitted.swap(pending_.submitted);
  batch.cancelled.swap(pending_.cancelled);
  batch.closed = pending_.closed;
}

bool SubmissionQueue::PrepareToPoll() {
  const std::lock_guard lock(mutex_);
  polling_ = pending_.submitted.empty() && pending_.cancelled.empty() && !pending_.closed;
  return polling_;
}

// Under the lock, so that the multi handle cannot go away meanwhile.
void SubmissionQueue::Wake() {
  if (std::exchange(polling_, false)) curl_multi_wakeup(multi_);
}

}  // namespace falcon::http
