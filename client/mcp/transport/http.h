// MCP over Streamable HTTP, one endpoint: /mcp.
#ifndef FALCON_CLIENT_MCP_TRANSPORT_HTTP_H_
#define FALCON_CLIENT_MCP_TRANSPORT_HTTP_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mcp/protocol/server.h"

namespace falcon::mcp {

struct HttpTimeouts {
  // A TLS handshake; the head of a request from its first byte on; its whole body.
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds head{10'000};
  std::chrono::milliseconds body{30'000};
  // Before the first request and between two.
  std::chrono::milliseconds idle{30'000};
  // A client that does not read what is written to it.
  std::chrono::milliseconds write{30'000};
  // After so long without an event, a stream gets a comment, which keeps it open.
  std::chrono::milliseconds silence{15'000};
};

struct HttpOptions {
  // Numeric address; port 0: any free one.
  std::string address = "127.0.0.1";
  uint16_t port = 0;
  // What clients must show as `Authorization: Bearer`; empty: nothing, on loopback only.
  std::string token;
  // PEM; both empty: plaintext, on loopback only.
  std::string certificate_pem;
  std::string private_key_pem;
  // Further hosts that `Host` and `Origin` may name, such as a proxy's public name; ports do not
  // matter. Loopback names and the address itself are always right.
  std::vector<std::string> allowed_hosts;
  // Further ones are answered with 503 and closed.
  size_t most_connections = 64;
  HttpTimeouts timeouts;
};

// Serves from the moment it is made until it goes, which cancels what is in flight.
//
// Each POST is a conversation of its own, and there are no HTTP sessions: ids of different clients
// never meet. In the stateless era a client that closes the connection cancels its call. In the
// initialize era closing cancels nothing, and notifications/cancelled of another POST is accepted
// without effect (the revisions allow that): without a session nothing tells whose id it names.
class HttpTransport {
 public:
  // An error says why it cannot listen: address, port, certificate, or off loopback without token
  // or TLS. `server` outlives the transport.
  static absl::StatusOr<std::unique_ptr<HttpTransport>> Listen(Server& server, HttpOptions options);
  virtual ~HttpTransport() = default;

  // The port it listens on.
  virtual uint16_t port() const = 0;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_HTTP_H_
