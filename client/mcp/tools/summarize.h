// The tool `summarize_records`: streams a whole collection through an export and answers counts.
// For collections without an Aggregate method; nothing else depends on it and on summary_run.h.
#ifndef FALCON_CLIENT_MCP_TOOLS_SUMMARIZE_H_
#define FALCON_CLIENT_MCP_TOOLS_SUMMARIZE_H_

#include <chrono>
#include <functional>
#include <stop_token>

#include "mcp/protocol/server_definition.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// Returns after so long, or at the stop.
using Pause = std::function<void(std::chrono::milliseconds, std::stop_token)>;

// Complete with schemas. Reports progress; memory is bounded by the number of distinct values it
// counts. `bridge` must outlive the tool. Waits with `pause` before it resumes a stream that broke.
Tool MakeSummarizeTool(const Bridge& bridge);
Tool MakeSummarizeTool(const Bridge& bridge, Pause pause);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_SUMMARIZE_H_
