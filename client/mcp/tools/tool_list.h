// The tools that the bridge offers: a table of names over the gateway's methods, and which of them
// are switched on.
#ifndef FALCON_CLIENT_MCP_TOOLS_TOOL_LIST_H_
#define FALCON_CLIENT_MCP_TOOLS_TOOL_LIST_H_

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mcp/protocol/server_definition.h"
#include "mcp/tools/bridge.h"
#include "mcp/tools/tool_request.h"

namespace falcon::mcp {

std::span<const ToolSpec> ToolTable();

// What the operator chose. All empty: every tool.
struct ToolChoice {
  // Whole sets; with `tools`, both together.
  std::vector<std::string> toolsets;
  std::vector<std::string> tools;
  // Wins over both.
  std::vector<std::string> exclude_tools;
};

// In the order of the table. An error names an unknown set or tool and the known ones, or says that
// none is left. `bridge` must outlive the tools.
absl::StatusOr<std::vector<Tool>> MakeTools(const Bridge& bridge, const ToolChoice& choice);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_TOOL_LIST_H_
