// The prompts triage_detection and investigate_host.
#ifndef FALCON_CLIENT_MCP_PROMPTS_TRIAGE_H_
#define FALCON_CLIENT_MCP_PROMPTS_TRIAGE_H_

#include "absl/status/statusor.h"
#include "mcp/prompts/prompt_arguments.h"
#include "mcp/protocol/server_definition.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

absl::StatusOr<PromptResult> TriageDetection(const Bridge& bridge, const PromptArguments& arguments,
                                             const CallContext& context);

absl::StatusOr<PromptResult> InvestigateHost(const Bridge& bridge, const PromptArguments& arguments,
                                             const CallContext& context);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROMPTS_TRIAGE_H_
