// What a search did not look at, where a reader would think that it did.
#ifndef FALCON_CLIENT_MCP_TOOLS_SEARCH_SCOPE_H_
#define FALCON_CLIENT_MCP_TOOLS_SEARCH_SCOPE_H_

#include <string>

#include "mcp/tools/asked.h"

namespace falcon::mcp {

// Sentences in our words; empty: it looked at all that its arguments name. `nothing`: no record
// matched, so that what was not looked at counts most.
std::string ScopeSentences(const BoundTool& tool, const Asked& asked, bool nothing);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_SEARCH_SCOPE_H_
