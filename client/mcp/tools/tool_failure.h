// A tool's call to the gateway, and its failure as a result.
#ifndef FALCON_CLIENT_MCP_TOOLS_TOOL_FAILURE_H_
#define FALCON_CLIENT_MCP_TOOLS_TOOL_FAILURE_H_

#include <string>

#include "failure.h"
#include "gateway.h"
#include "mcp/protocol/offer.h"
#include "mcp/tools/asked.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// Blocks for at most bridge.timeout, or until the call is stopped.
client::Answer AskGateway(const BoundTool& tool, const google::protobuf::Message& request,
                          const Bridge& bridge, const CallContext& context);

// The tool of the table that searches, or gets, the same records; null: there is none.
const ToolFacts* SiblingTool(const BoundTool& tool, ToolKind kind);

// "host_id 0123": the record that a Get asks for, as the model named it; hostile characters shown.
std::string AskedKey(const BoundTool& tool, const Asked& asked);

// Names the tool's own parameters; of a record that is not there, says which and where to look.
ToolResult ToolFailure(const BoundTool& tool, const Asked& asked, const client::Failure& failure,
                       const Bridge& bridge);

// A cursor that is none of ours, or of other arguments.
ToolResult WrongCursor(const BoundTool& tool, bool of_other_arguments);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_TOOL_FAILURE_H_
