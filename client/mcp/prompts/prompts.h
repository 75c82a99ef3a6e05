// Prompts: live data with the outline of a report; and completion of arguments.
#ifndef FALCON_CLIENT_MCP_PROMPTS_PROMPTS_H_
#define FALCON_CLIENT_MCP_PROMPTS_PROMPTS_H_

#include <vector>

#include "mcp/protocol/server_definition.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// `bridge` must outlive the prompts.
std::vector<Prompt> MakePrompts(const Bridge& bridge);

// Host names, ids, statuses, severities, of prompts' arguments and of resources' templates. Empty
// where the gateway does not answer within two seconds.
Completions Complete(const Bridge& bridge, const CompletionRequest& request,
                     const CallContext& context);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROMPTS_PROMPTS_H_
