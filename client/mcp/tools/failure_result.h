// A failed call to the gateway as a tool result that teaches: what was wrong, what would be right,
// whether a retry helps and when.
#ifndef FALCON_CLIENT_MCP_TOOLS_FAILURE_RESULT_H_
#define FALCON_CLIENT_MCP_TOOLS_FAILURE_RESULT_H_

#include <functional>
#include <string>

#include "failure.h"
#include "mcp/protocol/content.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// The failure in plain sentences, without hostile characters; text that Falcon wrote stands inside
// a data boundary. `parameter_of` names request fields as the model knows them.
std::string FailureSentences(const client::Failure& failure, const Bridge& bridge,
                             const std::function<std::string(const std::string&)>& parameter_of);

// The same as a result with is_error and one text block.
ToolResult FailureResult(const client::Failure& failure, const Bridge& bridge,
                         const std::function<std::string(const std::string&)>& parameter_of);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_FAILURE_RESULT_H_
