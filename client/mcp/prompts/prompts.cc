// The list of prompts: what each takes, and what makes it.
#include "mcp/prompts/prompts.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "mcp/prompts/incident_plan.h"
#include "mcp/prompts/prompt_arguments.h"
#include "mcp/prompts/reviews.h"
#include "mcp/prompts/triage.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using Make = absl::StatusOr<PromptResult> (*)(const Bridge&, const PromptArguments&,
                                              const CallContext&);

struct ArgumentFacts {
  std::string_view name;
  std::string_view description;
};

constexpr ArgumentFacts kIncident = {
    "incident",
    "An incident's id, or its number such as ABC-1234. Left out: that of the host or "
    "detection, else the gravest open one, the newest of these."};
constexpr ArgumentFacts kHost = {"host", "Host name such as SRV-PROD-001, or device_id."};
constexpr ArgumentFacts kDetection = {"detection", "A detection's composite_id."};
constexpr ArgumentFacts kSeverity = {
    "severity", "informational, low, medium, high or critical: detections this grave or graver."};
constexpr ArgumentFacts kCveSeverity = {"severity",
                                        "low, medium, high or critical. Default critical."};
constexpr ArgumentFacts kStatus = {"status",
                                   "Only detections that are new, in_progress, reopened, closed."};

struct PromptFacts {
  std::string_view name;
  std::string_view title;
  std::string_view description;
  // Which it takes beside `days`; the names of unused ones are empty.
  std::array<ArgumentFacts, 3> arguments;
  // The name of the one that must be there; empty: none.
  std::string_view required;
  int usual_days;
  Make make;
};

constexpr std::array<PromptFacts, 7> kPrompts = {{
    {"incident_response_plan",
     "Incident response plan",
     "The DAIR plan for an incident from live data: situation, containment, scope with domain "
     "controllers, threats, eradication, recovery, the coming hour.",
     {kIncident, kHost, kDetection},
     "",
     7,
     &IncidentResponsePlan},
    {"triage_detection",
     "Triage a detection",
     "Attack or not: a detection with its host, its neighbours, the same file elsewhere, IOCs and "
     "intelligence.",
     {kDetection},
     "detection",
     7,
     &TriageDetection},
    {"investigate_host",
     "Investigate a host",
     "Signs of compromise on a host: detections, incidents, sessions, log-ins, vulnerabilities.",
     {kHost},
     "host",
     7,
     &InvestigateHost},
    {"threat_intelligence_report",
     "Threat intelligence report",
     "What was seen here, and what intelligence and own IOCs know about it.",
     {kSeverity, kStatus},
     "",
     7,
     &ThreatIntelligenceReport},
    {"vulnerability_assessment",
     "Vulnerability assessment",
     "What to mend first: exploited, in CISA's catalogue, rated critical, new.",
     {kHost, kCveSeverity},
     "",
     30,
     &VulnerabilityAssessment},
    {"security_posture_review",
     "Security posture review",
     "Coverage, detection and response, exposure, and what to do about them.",
     {},
     "",
     30,
     &SecurityPostureReview},
    {"compliance_report",
     "Compliance report",
     "Evidence on endpoint protection, vulnerability handling, incident handling, traceability.",
     {},
     "",
     30,
     &ComplianceReport},
}};

std::vector<PromptArgument> ArgumentsOf(const PromptFacts& facts) {
  std::vector<PromptArgument> arguments;
  for (const ArgumentFacts& argument : facts.arguments) {
    if (argument.name.empty()) continue;
    arguments.push_back({std::string(argument.name), std::string(argument.description),
                         argument.name == facts.required});
  }
  arguments.push_back(
      {"days", StrCat("How many days to look back, 1 to 365. Default ", facts.usual_days, "."),
       false});
  return arguments;
}

absl::StatusOr<PromptResult> Get(const PromptFacts& facts, const Bridge& bridge,
                                 const std::map<std::string, std::string>& given,
                                 const CallContext& context) {
  const absl::StatusOr<PromptArguments> arguments = ReadPromptArguments(given, facts.usual_days);
  if (!arguments.ok()) return arguments.status();
  const bool lacks = (facts.required == "host" && arguments->host.empty()) ||
                     (facts.required == "detection" && arguments->detection.empty());
  if (lacks) {
    return absl::InvalidArgumentError(
        StrCat("The prompt needs the argument ", facts.required, "."));
  }
  return facts.make(bridge, *arguments, context);
}

}  // namespace

std::vector<Prompt> MakePrompts(const Bridge& bridge) {
  std::vector<Prompt> prompts;
  prompts.reserve(kPrompts.size());
  for (const PromptFacts& facts : kPrompts) {
    prompts.push_back({std::string(facts.name), std::string(facts.title),
                       std::string(facts.description), ArgumentsOf(facts),
                       [&facts, &bridge](const std::map<std::string, std::string>& given,
                                         const CallContext& context) {
                         return Get(facts, bridge, given, context);
                       }});
  }
  return prompts;
}

}  // namespace falcon::mcp
