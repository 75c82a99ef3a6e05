// Chooses how a tool's answer is made.
#include "mcp/tools/run_tool.h"

#include <utility>

#include "mcp/tools/aggregate.h"
#include "mcp/tools/answer_parts.h"
#include "mcp/tools/search.h"
#include "mcp/tools/whole_answer.h"

namespace falcon::mcp {

ToolResult RunTool(const BoundTool& tool, Asked asked, const Bridge& bridge,
                   const CallContext& context) {
  if (Pages(*tool.method)) return RunSearch(tool, std::move(asked), bridge, context);
  if (tool.facts->kind == ToolKind::kAggregate) {
    return RunAggregate(tool, std::move(asked), bridge, context);
  }
  return RunWhole(tool, std::move(asked), bridge, context);
}

}  // namespace falcon::mcp
