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
  // Before the first byte of a connection, and between two requests.
  std::chrono::milliseconds first_byte{5'000};
  std::chrono::milliseconds idle{30'000};
  // A client that does not read what is written to it.
  std::chrono::milliseconds write{30'000};
  // After so long without an event, a stream gets a comment, which keeps it open.
  std::chrono::milliseconds silence{15'000};
  // A client that sends no more gets a comment, or a blank before its JSON, so often: whoever is
  // gone answers it with a reset.
  std::chrono::milliseconds probe{250};
  // A call that makes no progress for so long is ended with an error.
  std::chrono::milliseconds stall{60'000};
};

struct HttpOptions {
  // Numeric address; port 0: any free one.
  std::string address = "127.0.0.1";
  uint16_t port = 0;
  // What clients must show as `Authorization: Bearer`; empty: nothing, on loopback only.
  std::string token;
  // PEM; both empty: plaintext, on loopback only unless `allow_insecure`, which needs a token.
  std::string certificate_pem;
  std::string private_key_pem;
  bool allow_insecure = false;
  // Further hosts that `Host` and `Origin` may name, such as a proxy's public name; ports do not
  // matter. Loopback names and the address itself are always right.
  std::vector<std::string> allowed_hosts;
  // Further ones are answered with 503 and closed. Those that have shown no request that passes the
  // rules give way, the oldest first, once they are half of all, or a quarter from one address. An
  // address off loopback has at most three quarters.
  size_t most_connections = 64;
  HttpTimeouts timeouts;
};

// Serves from the moment it is made until it goes, which cancels what is in flight.
//
// Each POST is a conversation of its own, and there are no HTTP sessions: ids of different clients
// never meet. A client that goes away cancels its call; one that only sends no more is answered. In
// the initialize era notifications/cancelled of another POST is accepted without effect (the
// revisions allow that): without a session nothing tells whose id it names. GET /healthz is answered
// to anybody.
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
