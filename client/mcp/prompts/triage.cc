// One record first, then what surrounds it, in two rounds.
#include "mcp/prompts/triage.h"

#include <google/protobuf/message.h>

#include <string>
#include <utility>
#include <vector>

#include "mcp/prompts/dossier.h"
#include "mcp/prompts/indicator.h"
#include "mcp/prompts/question.h"
#include "mcp/prompts/subjects.h"
#include "mcp/prompts/triage_outline.h"
#include "mcp/prompts/values_at.h"
#include "mcp/resources/resource_uri.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::Message;

constexpr int kMostDetections = 30;
constexpr int kElsewhere = 15;
constexpr size_t kMostCases = 5;

// One host, whose id a reader need not see in each title.
Wanted OfThisHost(Wanted wanted, std::string title) {
  wanted.title = std::move(title);
  return wanted;
}

Wanted SameFile(const std::string& sha256, int days) {
  return {.key = "same-file",
          .title = StrCat("Detections of the same file anywhere in the last ", days, " days"),
          .question = {"detections",
                       "list",
                       {{"days", days},
                        {"fql", StrCat("sha256:'", sha256, "'")},
                        {"page_size", kElsewhere}}},
          .weight = 2};
}

Wanted IncidentsById(const std::vector<std::string>& ids) {
  return {
      .key = "incidents",
      .title = "Incidents that contain it",
      .question = {"incidents",
                   "batch-get",
                   {{"ids", ids},
                    {"read_mask", std::string("id,reference_id,name,severity,severity_score,status,"
                                              "assigned_to.full_name,created_timestamp,tags,"
                                              "derived.state,analysis_results.hosts")}}},
      .weight = 2};
}

void GatherAroundDetection(const Message& answer, int days, Dossier& dossier) {
  std::vector<Wanted> wanted;
  const std::string host = TextAt(answer, "detection.device.device_id");
  if (IsDeviceId(host)) {
    wanted.push_back(OfThisHost(HostNamed(host), "Its host"));
    wanted.push_back(OfThisHost(DetectionsOfHost(host, days, kMostDetections),
                                StrCat("Detections on its host in the last ", days, " days")));
    wanted.push_back(
        OfThisHost(SessionsOnHosts({host}, days),
                   StrCat("Real-time response sessions on its host in the last ", days, " days")));
  }
  const std::string sha256 = TextAt(answer, "detection.sha256");
  if (IsIndicator(sha256)) wanted.push_back(SameFile(sha256, days));
  std::vector<std::string> cases = TextsAt(answer, "detection.linked_case_ids");
  std::erase_if(cases, [](const std::string& id) { return !IsIncidentId(id); });
  if (cases.size() > kMostCases) cases.resize(kMostCases);
  if (!cases.empty()) wanted.push_back(IncidentsById(cases));
  const std::vector<std::string> values = IndicatorsIn(answer, "detection");
  if (!values.empty()) {
    wanted.push_back(IocsOf(values));
    wanted.push_back(IntelligenceOf(values));
  }
  dossier.Gather(std::move(wanted));
  if (!IsDeviceId(host)) dossier.Leave("Its host", "the detection names none.");
  if (!IsIndicator(sha256)) {
    dossier.Leave("The same file elsewhere", "the detection names no hash.");
  }
  if (cases.empty()) dossier.Leave("Incidents that contain it", "its record links to none.");
  if (values.empty()) {
    dossier.Leave("IOCs and intelligence", "it names no hash, domain or public address.");
  }
}

Question OfHost(const char* noun, const std::string& device_id,
                std::vector<std::pair<std::string, FieldValue>> fields) {
  fields.emplace_back("device_id", device_id);
  return {noun, "list", std::move(fields)};
}

void GatherAroundHost(const std::string& id, int days, Dossier& dossier) {
  const std::vector<std::string> ids = {id};
  std::vector<Wanted> wanted;
  wanted.push_back(OfThisHost(DetectionsOfHost(id, days, kMostDetections),
                              StrCat("Its detections in the last ", days, " days")));
  wanted.push_back({.key = "incidents",
                    .title = "Its incidents, open or closed, the newest 10",
                    .question = OfHost("incidents", id, {{"page_size", 10}}),
                    .weight = 2});
  wanted.push_back(
      OfThisHost(SessionsOnHosts(ids, days),
                 StrCat("Real-time response sessions on it in the last ", days, " days")));
  wanted.push_back(OfThisHost(VulnerabilitiesOfHosts(ids), "Its open critical vulnerabilities"));
  wanted.push_back({.key = "logins",
                    .title = "Its log-in history",
                    .question = {"hosts", "login-history", {{"device_ids", ids}, {"limit", 15}}}});
  wanted.push_back({.key = "online-state",
                    .title = "Whether it is connected now",
                    .question = {"hosts", "online-state", {{"device_ids", ids}}}});
  wanted.push_back({.key = "suspicious-applications",
                    .title = "Applications on it that Falcon calls suspicious",
                    .question = OfHost("discovered-applications", id,
                                       {{"is_suspicious", true}, {"page_size", 10}})});
  dossier.Gather(std::move(wanted));
}

}  // namespace

absl::StatusOr<PromptResult> TriageDetection(const Bridge& bridge, const PromptArguments& arguments,
                                             const CallContext& context) {
  const Inquiry inquiry(bridge, context);
  Dossier dossier("triage_detection", inquiry);
  dossier.Gather({DetectionById(arguments.detection)});
  if (absl::Status status = NamedWrongly(dossier, "detection", "detection", "search_detections");
      !status.ok()) {
    return status;
  }
  if (const Message* answer = dossier.AnswerOf("detection")) {
    GatherAroundDetection(*answer, arguments.days, dossier);
  }
  return dossier.Finish({.description = "Triage of a detection",
                         .task = StrCat("Triage the detection ", arguments.detection,
                                        ": is it an attack, how grave, and what comes next?"),
                         .outline = kTriageOutline});
}

absl::StatusOr<PromptResult> InvestigateHost(const Bridge& bridge, const PromptArguments& arguments,
                                             const CallContext& context) {
  const Inquiry inquiry(bridge, context);
  Dossier dossier("investigate_host", inquiry);
  dossier.Gather({HostNamed(arguments.host)});
  if (absl::Status status = NamedWrongly(dossier, "host", "host", "search_hosts"); !status.ok()) {
    return status;
  }
  if (const std::string id = DeviceIdOf(dossier, arguments.host); !id.empty()) {
    GatherAroundHost(id, arguments.days, dossier);
  } else {
    // Without the host's id, what goes by its name.
    dossier.Gather({DetectionsOfHost(arguments.host, arguments.days, kMostDetections),
                    OpenIncidentsOfHost(arguments.host)});
    dossier.Leave("Its sessions, vulnerabilities, log-ins and applications",
                  "they go by the device_id, which is not known.");
  }
  return dossier.Finish({.description = StrCat("Investigation of host ", arguments.host),
                         .task = StrCat("Investigate the host ", arguments.host, " over the last ",
                                        arguments.days, " days: is there sign of compromise?"),
                         .outline = kHostOutline});
}

}  // namespace falcon::mcp
