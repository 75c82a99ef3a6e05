// Aggregates: counts by value or by interval, and numbers over many records.
#ifndef FALCON_CLIENT_MCP_TOOLS_AGGREGATE_H_
#define FALCON_CLIENT_MCP_TOOLS_AGGREGATE_H_

#include "mcp/protocol/offer.h"
#include "mcp/tools/asked.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// Of a method that answers buckets. Buckets that do not fit are left out, and that is said.
ToolResult RunAggregate(const BoundTool& tool, Asked asked, const Bridge& bridge,
                        const CallContext& context);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_AGGREGATE_H_
