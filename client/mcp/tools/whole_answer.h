// Tools that answer at once: one record, a batch of records, counts, a state.
#ifndef FALCON_CLIENT_MCP_TOOLS_WHOLE_ANSWER_H_
#define FALCON_CLIENT_MCP_TOOLS_WHOLE_ANSWER_H_

#include "mcp/protocol/offer.h"
#include "mcp/tools/asked.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// Of a method that does not answer in pages.
ToolResult RunWhole(const BoundTool& tool, Asked asked, const Bridge& bridge,
                    const CallContext& context);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_WHOLE_ANSWER_H_
