// Which mode of the protocol a request belongs to, and whether it says what that mode wants said.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_PROTOCOL_MODE_H_
#define FALCON_CLIENT_MCP_PROTOCOL_PROTOCOL_MODE_H_

#include <optional>
#include <string>
#include <string_view>

#include "mcp/protocol/message.h"
#include "mcp/protocol/reply.h"

namespace falcon::mcp {

// Revisions that this server speaks, newest first. The first is stateless: no handshake, each
// request says its version in `_meta`. The others begin with `initialize`.
inline constexpr std::string_view kStatelessVersion = "2026-07-28";
inline constexpr std::string_view kInitializeVersions[] = {"2025-11-25", "2025-06-18", "2025-03-26",
                                                           "2024-11-05"};

// What HTTP tells beside the message. Values as they came.
struct HttpHeaders {
  std::optional<std::string> protocol_version;  // MCP-Protocol-Version
  std::optional<std::string> method;            // Mcp-Method
  std::optional<std::string> name;              // Mcp-Name
};

struct Validation {
  ProtocolMode mode = ProtocolMode::kInitialize;
  // Set: the request is refused.
  std::optional<RpcError> refusal;
};

// `message` is a request. `agreed`: the version that `initialize` agreed upon, empty: none yet.
// `headers`: on HTTP only, where no handshake is needed.
Validation ValidateRequest(const Message& message, const std::string& agreed,
                           const HttpHeaders* headers);

// What is wrong with the headers of a notification or a response on HTTP.
std::optional<RpcError> ValidateHeaders(const HttpHeaders& headers);

// A trimmed value of a header that may be written as =?base64?...?=. Nothing: that is not base64.
std::optional<std::string> DecodedHeader(std::string_view value);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_PROTOCOL_MODE_H_
