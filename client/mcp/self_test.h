// `--self-test`: whether the bridge can answer a question, in plain words.
#ifndef FALCON_CLIENT_MCP_SELF_TEST_H_
#define FALCON_CLIENT_MCP_SELF_TEST_H_

#include <ostream>
#include <string>
#include <string_view>

#include "mcp/protocol/server_definition.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// Asks the gateway how it is, lists the tools and calls one through the protocol, in this process.
// A line on `out` for each, and for what is wrong what to do. `tls`: whether the channel uses it.
// True: everything works.
bool SelfTest(const Bridge& bridge, const ServerDefinition& offer, bool tls, std::ostream& out);

// Why a gateway cannot be reached and what to do about it, in a sentence or two. `message`: what gRPC
// says of the failed connection.
std::string ConnectionAdvice(std::string_view message, bool tls);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_SELF_TEST_H_
