// The prompt incident_response_plan.
#ifndef FALCON_CLIENT_MCP_PROMPTS_INCIDENT_PLAN_H_
#define FALCON_CLIENT_MCP_PROMPTS_INCIDENT_PLAN_H_

#include "absl/status/statusor.h"
#include "mcp/prompts/prompt_arguments.h"
#include "mcp/protocol/server_definition.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// About the incident that is named, or that of the host or detection, or else the gravest open one,
// the newest of these.
absl::StatusOr<PromptResult> IncidentResponsePlan(const Bridge& bridge,
                                                  const PromptArguments& arguments,
                                                  const CallContext& context);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROMPTS_INCIDENT_PLAN_H_
