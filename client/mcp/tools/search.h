// Searches: one page of a list, cut to the budget, and the place to go on from.
#ifndef FALCON_CLIENT_MCP_TOOLS_SEARCH_H_
#define FALCON_CLIENT_MCP_TOOLS_SEARCH_H_

#include "mcp/protocol/offer.h"
#include "mcp/tools/asked.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// Of a method that answers in pages. A page that does not fit the budget is shown in parts: the
// cursor names the page and the last record shown, and the next call asks for the page again.
ToolResult RunSearch(const BoundTool& tool, Asked asked, const Bridge& bridge,
                     const CallContext& context);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_SEARCH_H_
