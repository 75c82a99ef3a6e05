// A relay in front of a server. It can lose its connections: they stay open, and nothing passes.
#ifndef FALCON_TESTS_SUPPORT_RELAY_H_
#define FALCON_TESTS_SUPPORT_RELAY_H_

#include <atomic>
#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>
#include <string>
#include <vector>

#include "runtime/loop.h"

namespace falcon::testing {

// Listens on a free port of 127.0.0.1. One thread serves all connections. Call methods from the
// test's thread.
class Relay {
 public:
  explicit Relay(int server_port);                   // of 127.0.0.1
  explicit Relay(const std::string& server_socket);  // a path
  ~Relay();

  int port() const { return port_; }
  // Connections of clients since the start.
  int connections() const { return connections_; }

  // Bytes that have passed from the server to clients.
  size_t received() const { return received_; }

  // From now on drops all bytes of the open connections, in both directions. New ones are served.
  void LoseConnections();

 private:
  using Protocol = boost::asio::generic::stream_protocol;
  struct Acceptor;
  struct Link;

  explicit Relay(const Protocol::endpoint& server);
  Task<void> Accept(std::shared_ptr<Acceptor> acceptor);
  Task<void> Connect(std::shared_ptr<Link> link);

  const Protocol::endpoint server_;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<size_t> sent_ = 0;
  std::atomic<size_t> received_ = 0;
  std::vector<std::shared_ptr<Link>> links_;  // loop thread only
  runtime::Loop loop_{"relay"};               // last: its tasks use all of the above
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_RELAY_H_
