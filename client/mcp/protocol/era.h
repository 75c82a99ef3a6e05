// Which era a request belongs to, and whether it says what that era wants said.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_ERA_H_
#define FALCON_CLIENT_MCP_PROTOCOL_ERA_H_

#include <optional>
#include <string>

#include "mcp/protocol/message.h"
#include "mcp/protocol/reply.h"
#include "mcp/protocol/server.h"

namespace falcon::mcp {

struct EraVerdict {
  Era era = Era::kInitialize;
  // Set: the request is refused.
  std::optional<RpcError> refusal;
};

// `message` is a request. `agreed`: the version that `initialize` agreed upon, empty: none yet.
// `headers`: on HTTP only, where no handshake is needed.
EraVerdict JudgeEra(const Message& message, const std::string& agreed, const HttpHeaders* headers);

// What is wrong with the headers of a notification or a response on HTTP.
std::optional<RpcError> JudgeHeaders(const HttpHeaders& headers);

// JSON array of the versions that need no handshake.
std::string StatelessVersions();

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_ERA_H_
