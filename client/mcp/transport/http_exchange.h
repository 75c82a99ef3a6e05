// What the server sends for one POST, on its way from any thread to the connection's.
#ifndef FALCON_CLIENT_MCP_TRANSPORT_HTTP_EXCHANGE_H_
#define FALCON_CLIENT_MCP_TRANSPORT_HTTP_EXCHANGE_H_

#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "mcp/protocol/server.h"

namespace falcon::mcp {

class HttpExchange : public Outlet {
 public:
  // `wake` is called on the sender's thread whenever there is something to take; not after Close.
  explicit HttpExchange(std::function<void()> wake) : wake_(std::move(wake)) {}

  // Notifications that a slow client would let pile up are dropped.
  void Send(Outgoing message) override;

  // In the order sent.
  std::optional<Outgoing> Take();
  bool waiting();
  // What is sent from now on is dropped. `wake` is not running when it returns.
  void Close();

 private:
  std::mutex mutex_;
  std::deque<Outgoing> queue_;
  // Unset: closed.
  std::function<void()> wake_;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_HTTP_EXCHANGE_H_
