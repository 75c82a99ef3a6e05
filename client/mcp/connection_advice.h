// Why a gateway cannot be reached, and what to do about it.
#ifndef FALCON_CLIENT_MCP_CONNECTION_ADVICE_H_
#define FALCON_CLIENT_MCP_CONNECTION_ADVICE_H_

#include <string>
#include <string_view>

namespace falcon::mcp {

// A sentence or two. `message`: what gRPC says of the failed connection. `tls`: whether the bridge
// speaks TLS.
std::string ConnectionAdvice(std::string_view message, bool tls);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_CONNECTION_ADVICE_H_
