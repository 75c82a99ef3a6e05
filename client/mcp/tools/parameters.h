// A tool's parameters: the fields of its request under the names that a model uses, and the
// bridge's own (limit, cursor, view, fields, format).
#ifndef FALCON_CLIENT_MCP_TOOLS_PARAMETERS_H_
#define FALCON_CLIENT_MCP_TOOLS_PARAMETERS_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "mcp/protocol/content.h"
#include "mcp/protocol/json.h"
#include "mcp/tools/asked.h"

namespace falcon::mcp {

// JSON Schema of the arguments: one line, self-contained, additionalProperties false.
std::string InputSchemaOf(const BoundTool& tool);

// Reads arguments into a request. All that is wrong is told at once, in a result with is_error that
// names each argument, what would be right, and one corrected example.
std::variant<Asked, ToolResult> ReadArguments(const BoundTool& tool, const client::Catalog& catalog,
                                              const Json& arguments, absl::Time now);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_PARAMETERS_H_
