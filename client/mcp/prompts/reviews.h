// Prompts about the whole environment: threat_intelligence_report, vulnerability_assessment,
// security_posture_review, compliance_report.
#ifndef FALCON_CLIENT_MCP_PROMPTS_REVIEWS_H_
#define FALCON_CLIENT_MCP_PROMPTS_REVIEWS_H_

#include "absl/status/statusor.h"
#include "mcp/prompts/prompt_arguments.h"
#include "mcp/protocol/server_definition.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

absl::StatusOr<PromptResult> ThreatIntelligenceReport(const Bridge& bridge,
                                                      const PromptArguments& arguments,
                                                      const CallContext& context);

absl::StatusOr<PromptResult> VulnerabilityAssessment(const Bridge& bridge,
                                                     const PromptArguments& arguments,
                                                     const CallContext& context);

absl::StatusOr<PromptResult> SecurityPostureReview(const Bridge& bridge,
                                                   const PromptArguments& arguments,
                                                   const CallContext& context);

absl::StatusOr<PromptResult> ComplianceReport(const Bridge& bridge,
                                              const PromptArguments& arguments,
                                              const CallContext& context);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROMPTS_REVIEWS_H_
