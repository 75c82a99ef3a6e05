// Runs a tool: asks the gateway and makes a small, honest result of the answer.
#ifndef FALCON_CLIENT_MCP_TOOLS_RUN_TOOL_H_
#define FALCON_CLIENT_MCP_TOOLS_RUN_TOOL_H_

#include "mcp/protocol/offer.h"
#include "mcp/tools/asked.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// JSON Schema of the structured content: one line, self-contained. What RunTool answers conforms.
std::string OutputSchemaOf(const BoundTool& tool);

// Blocks until the gateway has answered, or the call is stopped.
ToolResult RunTool(const BoundTool& tool, Asked asked, const Bridge& bridge,
                   const CallContext& context);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_RUN_TOOL_H_
