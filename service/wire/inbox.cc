// A wake-up is a system call, so only the first letter to a sleeper rings.
#include "wire/inbox.h"

#include <utility>

namespace falcon::wire {

void Inbox::Start(Exchange exchange) {
  const std::lock_guard lock(mutex_);
  if (mail_.closed) return;
  mail_.arrivals.push_back(std::move(exchange));
  Ring();
}

void Inbox::Cancel(uint64_t id) {
  const std::lock_guard lock(mutex_);
  if (mail_.closed) return;
  mail_.leavers.push_back(id);
  Ring();
}

void Inbox::Close() {
  const std::lock_guard lock(mutex_);
  mail_.closed = true;
  Ring();
}

void Inbox::Take(Mail& mail) {
  mail.arrivals.clear();
  mail.leavers.clear();
  const std::lock_guard lock(mutex_);
  dozing_ = false;
  mail.arrivals.swap(mail_.arrivals);
  mail.leavers.swap(mail_.leavers);
  mail.closed = mail_.closed;
}

bool Inbox::MayDoze() {
  const std::lock_guard lock(mutex_);
  dozing_ = mail_.arrivals.empty() && mail_.leavers.empty() && !mail_.closed;
  return dozing_;
}

// Under the lock, so that the multi handle cannot go away meanwhile.
void Inbox::Ring() {
  if (std::exchange(dozing_, false)) curl_multi_wakeup(multi_);
}

}  // namespace falcon::wire
