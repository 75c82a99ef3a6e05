// Reviews: fixed lists of questions, all at once.
#include "mcp/prompts/reviews.h"

#include <google/protobuf/message.h>

#include <string>
#include <utility>
#include <vector>

#include "mcp/prompts/dossier.h"
#include "mcp/prompts/question.h"
#include "mcp/prompts/review_outlines.h"
#include "mcp/prompts/subjects.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using Fields = std::vector<std::pair<std::string, FieldValue>>;
using List = std::vector<std::string>;

constexpr int kMostRecords = 25;
constexpr int kExamples = 8;
constexpr std::string_view kUsualSeverity = "high";

Wanted ListOf(const char* key, std::string title, const char* noun, int most, Fields fields,
              int weight = 2) {
  fields.emplace_back("page_size", most);
  return {.key = key,
          .title = std::move(title),
          .question = {noun, "list", std::move(fields)},
          .weight = weight};
}

Wanted CountsOf(const char* key, std::string title, const char* noun, const char* field,
                Fields fields = {}) {
  fields.emplace_back("field", std::string(field));
  return {
      .key = key, .title = std::move(title), .question = {noun, "aggregate", std::move(fields)}};
}

std::string Period(int days) { return StrCat(" in the last ", days, " days"); }

// Lists with a number in all, of which a few hosts are shown as examples.
Wanted HostsWhere(const char* key, std::string title, const char* filter) {
  return ListOf(key, std::move(title), "hosts", kExamples, {{"fql", std::string(filter)}});
}

std::vector<Wanted> Coverage() {
  return {CountsOf("platforms", "Hosts with a sensor, by platform", "hosts", "platform_name"),
          ListOf("unmanaged", "Assets without a sensor", "discovered-hosts", kExamples,
                 {{"statuses", List{"unmanaged"}}}),
          HostsWhere("prevention-missing", "Hosts on which no prevention policy is applied",
                     "device_policies.prevention.applied:false"),
          HostsWhere("reduced", "Hosts whose sensor runs with reduced functions",
                     "reduced_functionality_mode:'yes'"),
          HostsWhere("silent", "Hosts not seen for 30 days", "last_seen:<'now-30d'"),
          ListOf("unsupported", "Systems that their maker no longer supports", "discovered-hosts",
                 kExamples, {{"os_is_eol", std::string("yes")}})};
}

void Append(std::vector<Wanted>& wanted, std::vector<Wanted> more) {
  std::move(more.begin(), more.end(), std::back_inserter(wanted));
}

Wanted Exploited(const char* key, std::string title, Fields fields, int most) {
  fields.emplace_back("read_mask", std::string(kVulnerabilityView));
  return ListOf(key, std::move(title), "vulnerabilities", most, std::move(fields), 3);
}

Wanted SeenDetections(const PromptArguments& arguments) {
  const std::string severity(arguments.severity.empty() ? kUsualSeverity : arguments.severity);
  Fields fields = {{"days", arguments.days},
                   {"min_severity", severity},
                   {"read_mask", std::string(kDetectionView)}};
  if (!arguments.status.empty()) fields.emplace_back("statuses", List{arguments.status});
  return ListOf(
      "detections",
      StrCat("Detections of ", severity, " severity", severity == "critical" ? "" : " or above",
             arguments.status.empty() ? "" : StrCat(" and status ", arguments.status),
             Period(arguments.days), ", the newest"),
      "detections", kMostRecords, std::move(fields), 8);
}

// `on`: the fields that narrow to one host; none: all hosts.
std::vector<Wanted> Findings(const PromptArguments& arguments, const Fields& on) {
  const std::string severity = arguments.severity.empty() ? "critical" : arguments.severity;
  const auto also = [&](Fields fields) {
    fields.insert(fields.end(), on.begin(), on.end());
    return fields;
  };
  std::vector<Wanted> wanted = {
      Exploited("in-use", "Open, and attackers use it",
                also({{"exploit_statuses", List{"actively_used"}}}), kMostRecords),
      Exploited("cisa", "Open, and in CISA's catalogue of exploited vulnerabilities",
                also({{"cisa_kev", true}}), kMostRecords),
      Exploited("exprt", "Open, and rated critical by ExPRT",
                also({{"exprt_ratings", List{"critical"}}}), 15),
      Exploited("new",
                StrCat("Open, of ", severity, " severity, first seen", Period(arguments.days)),
                also({{"severities", List{severity}}, {"days", arguments.days}}), 15)};
  if (on.empty()) {
    wanted.push_back(Exploited(
        "domain-controllers", StrCat("Open, of ", severity, " severity, on domain controllers"),
        {{"severities", List{severity}}, {"product_types", List{"domain_controller"}}}, 15));
  }
  return wanted;
}

}  // namespace

absl::StatusOr<PromptResult> ThreatIntelligenceReport(const Bridge& bridge,
                                                      const PromptArguments& arguments,
                                                      const CallContext& context) {
  const Inquiry inquiry(bridge, context);
  Dossier dossier("threat_intelligence_report", inquiry);
  const Fields days = {{"days", arguments.days}};
  dossier.Gather(
      {SeenDetections(arguments),
       CountsOf("tactics", StrCat("Detections by tactic", Period(arguments.days)), "detections",
                "tactic", days),
       CountsOf("techniques", StrCat("Detections by technique", Period(arguments.days)),
                "detections", "technique_id", days),
       ListOf("incidents", StrCat("Incidents opened", Period(arguments.days), ", the newest"),
              "incidents", 10, days),
       ListOf("new-intelligence",
              StrCat("Intelligence of high confidence published", Period(arguments.days)),
              "intel-indicators", 15,
              {{"days", arguments.days}, {"malicious_confidences", List{"high"}}})});
  List values;
  if (const auto* answer = dossier.AnswerOf("detections")) {
    values = IndicatorsIn(*answer, "detections");
  }
  if (values.empty()) {
    dossier.Leave("IOCs and intelligence on what was seen here",
                  "the detections that could be read name no hash, domain or public address.");
  } else {
    dossier.Gather({IocsOf(values), IntelligenceOf(values)});
  }
  return dossier.Finish({.description = "Threat intelligence report",
                         .task = StrCat("Write a threat intelligence report on what was seen here",
                                        Period(arguments.days), "."),
                         .outline = kThreatOutline});
}

absl::StatusOr<PromptResult> VulnerabilityAssessment(const Bridge& bridge,
                                                     const PromptArguments& arguments,
                                                     const CallContext& context) {
  if (arguments.severity == "informational") {
    return absl::InvalidArgumentError(
        "severity: CVEs are low, medium, high or critical, none is informational.");
  }
  const Inquiry inquiry(bridge, context);
  Dossier dossier("vulnerability_assessment", inquiry);
  Fields on;
  if (!arguments.host.empty()) {
    dossier.Gather({HostNamed(arguments.host)});
    if (absl::Status status = NamedWrongly(dossier, "host", "host", "search_hosts"); !status.ok()) {
      return status;
    }
    const std::string id = DeviceIdOf(dossier, arguments.host);
    if (id.empty()) {
      on.emplace_back("hostname", arguments.host);
    } else {
      on.emplace_back("device_ids", List{id});
    }
  }
  dossier.Gather(Findings(arguments, on));
  const std::string where =
      arguments.host.empty() ? "the whole environment" : StrCat("the host ", arguments.host);
  return dossier.Finish({.description = "Vulnerability assessment",
                         .task = StrCat("Write a vulnerability assessment of ", where,
                                        ": what to mend first, and why."),
                         .outline = kVulnerabilityOutline});
}

absl::StatusOr<PromptResult> SecurityPostureReview(const Bridge& bridge,
                                                   const PromptArguments& arguments,
                                                   const CallContext& context) {
  const Inquiry inquiry(bridge, context);
  Dossier dossier("security_posture_review", inquiry);
  const Fields days = {{"days", arguments.days}};
  std::vector<Wanted> wanted = Coverage();
  Append(wanted,
         {CountsOf("containment", "Hosts by containment", "hosts", "status"),
          CountsOf("severities", StrCat("Detections by severity", Period(arguments.days)),
                   "detections", "severity_name", days),
          CountsOf("states", StrCat("Detections by state", Period(arguments.days)), "detections",
                   "status", days),
          ListOf("open-incidents", "Open incidents, the gravest first", "incidents", 10,
                 {{"state", std::string("open")}, {"order_by", std::string("severity desc")}}),
          Exploited("in-use", "Open vulnerabilities that attackers use",
                    {{"exploit_statuses", List{"actively_used"}}}, 10)});
  dossier.Gather(std::move(wanted));
  return dossier.Finish({.description = "Security posture review",
                         .task = StrCat("Review the security posture",
                                        " of the environment as Falcon sees it; detections",
                                        Period(arguments.days), "."),
                         .outline = kPostureOutline});
}

absl::StatusOr<PromptResult> ComplianceReport(const Bridge& bridge,
                                              const PromptArguments& arguments,
                                              const CallContext& context) {
  const Inquiry inquiry(bridge, context);
  Dossier dossier("compliance_report", inquiry);
  const auto mean = [&](const char* key, const char* title, const char* field) {
    // 0 stands for: not yet.
    return CountsOf(
        key, StrCat(title, Period(arguments.days)), "detections", field,
        {{"days", arguments.days}, {"kind", std::string("avg")}, {"fql", StrCat(field, ":>0")}});
  };
  std::vector<Wanted> wanted = Coverage();
  Append(
      wanted,
      {Exploited("cisa", "Open vulnerabilities in CISA's catalogue", {{"cisa_kev", true}}, 15),
       ListOf("incidents-open", StrCat("Incidents opened", Period(arguments.days), ", still open"),
              "incidents", 10, {{"days", arguments.days}, {"state", std::string("open")}}),
       ListOf("incidents-closed", StrCat("Incidents opened", Period(arguments.days), ", closed"),
              "incidents", 5, {{"days", arguments.days}, {"state", std::string("closed")}}),
       ListOf("service-levels-missed", "Incidents whose service level is missed", "incidents", 10,
              {{"fql", std::string("sla_active_timer.status:'missed'")}}),
       mean("seconds-to-triage", "Mean seconds until detections were taken up",
            "seconds_to_triaged"),
       mean("seconds-to-resolve", "Mean seconds until detections were resolved",
            "seconds_to_resolved"),
       ListOf("rtr-audit", StrCat("Real-time response sessions", Period(arguments.days)),
              "rtr-audit-sessions", 10, {{"days", arguments.days}})});
  dossier.Gather(std::move(wanted));
  return dossier.Finish(
      {.description = "Compliance report",
       .task = StrCat("Write a compliance report: what Falcon shows of endpoint protection, "
                      "vulnerability handling and incident handling",
                      Period(arguments.days), "."),
       .outline = kComplianceOutline});
}

}  // namespace falcon::mcp
