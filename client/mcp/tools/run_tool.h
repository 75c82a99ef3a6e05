// Runs a tool: asks the gateway and makes a small, honest result of the answer.
#ifndef FALCON_CLIENT_MCP_TOOLS_RUN_TOOL_H_
#define FALCON_CLIENT_MCP_TOOLS_RUN_TOOL_H_

#include <string>

#include "failure.h"
#include "gateway.h"
#include "mcp/protocol/server_definition.h"
#include "mcp/tools/bridge.h"
#include "mcp/tools/tool_request.h"

namespace falcon::mcp {

// Blocks until the gateway has answered, or the call is stopped.
ToolResult RunTool(const ToolBinding& tool, ToolRequest request, const Bridge& bridge,
                   const CallContext& context);

// Of a method that answers in pages. A page that does not fit the budget is shown in parts: the
// cursor names the page and the last record shown, and the next call asks for the page again.
ToolResult RunSearch(const ToolBinding& tool, ToolRequest request, const Bridge& bridge,
                     const CallContext& context);

// Blocks for at most bridge.timeout, or until the call is stopped.
client::Answer AskGateway(const ToolBinding& tool, const google::protobuf::Message& request,
                          const Bridge& bridge, const CallContext& context);

// A failure under the tool's own names; of a record that is not there, says which and where to look.
ToolResult ToolFailure(const ToolBinding& tool, const ToolRequest& request,
                       const client::Failure& failure, const Bridge& bridge);

// The tool of the table that searches, or gets, the same records; null: there is none.
const ToolSpec* SiblingTool(const ToolBinding& tool, ToolKind kind);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_RUN_TOOL_H_
