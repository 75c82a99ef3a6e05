// MCP over Streamable HTTP, one endpoint: /mcp.
#ifndef FALCON_CLIENT_MCP_TRANSPORT_HTTP_H_
#define FALCON_CLIENT_MCP_TRANSPORT_HTTP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mcp/protocol/server.h"

namespace falcon::mcp {

struct HttpOptions {
  // Numeric address; port 0: any free one.
  std::string address = "127.0.0.1";
  uint16_t port = 0;
  // What clients must show as `Authorization: Bearer`; empty: nothing, on loopback only.
  std::string token;
  // PEM; both empty: plaintext.
  std::string certificate_pem;
  std::string private_key_pem;
  // Further hosts that `Host` and `Origin` may name, such as a proxy's public name. Loopback names
  // and the address itself are always right.
  std::vector<std::string> allowed_hosts;
  size_t most_connections = 64;
};

// Serves from the moment it is made until it goes, which cancels what is in flight.
class HttpTransport {
 public:
  // An error says why it cannot listen: address, port, certificate, or off loopback without token.
  static absl::StatusOr<std::unique_ptr<HttpTransport>> Listen(Server& server, HttpOptions options);
  virtual ~HttpTransport() = default;

  // The port it listens on.
  virtual uint16_t port() const = 0;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_HTTP_H_
