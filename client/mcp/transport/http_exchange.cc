// The queue between workers and a connection.
#include "mcp/transport/http_exchange.h"

#include <utility>

namespace falcon::mcp {
namespace {

constexpr size_t kMostNotifications = 64;

}  // namespace

void HttpExchange::Send(Outgoing message) {
  const std::lock_guard lock(mutex_);
  if (wake_ == nullptr) return;
  if (!message.last && queue_.size() >= kMostNotifications) return;
  queue_.push_back(std::move(message));
  wake_();
}

std::optional<Outgoing> HttpExchange::Take() {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return std::nullopt;
  Outgoing message = std::move(queue_.front());
  queue_.pop_front();
  return message;
}

bool HttpExchange::waiting() {
  const std::lock_guard lock(mutex_);
  return !queue_.empty();
}

void HttpExchange::Close() {
  const std::lock_guard lock(mutex_);
  wake_ = nullptr;
  queue_.clear();
}

}  // namespace falcon::mcp
