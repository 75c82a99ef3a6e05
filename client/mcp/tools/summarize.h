// The tool `summarize_records`: streams a whole collection through an export and answers counts.
#ifndef FALCON_CLIENT_MCP_TOOLS_SUMMARIZE_H_
#define FALCON_CLIENT_MCP_TOOLS_SUMMARIZE_H_

#include "mcp/protocol/offer.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// Complete with schemas. Reports progress; memory is bounded by the number of distinct values it
// counts. `bridge` must outlive the tool.
Tool MakeSummarizeTool(const Bridge& bridge);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_SUMMARIZE_H_
