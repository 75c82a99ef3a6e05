// Finds the incident, then what belongs to it, in four rounds at most.
#include "mcp/prompts/incident_plan.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "mcp/prompts/dossier.h"
#include "mcp/prompts/incident_outline.h"
#include "mcp/prompts/open_incident.h"
#include "mcp/prompts/question.h"
#include "mcp/prompts/subjects.h"
#include "mcp/prompts/values_at.h"
#include "mcp/resources/resource_uri.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::Message;

constexpr size_t kMostAlerts = 100;
constexpr int kHostDetections = 30;

class Plan {
 public:
  Plan(const Bridge& bridge, const PromptArguments& arguments, const CallContext& context)
      : inquiry_(bridge, context), arguments_(arguments) {}

  absl::StatusOr<PromptResult> Make() {
    if (absl::Status status = FindIncident(); !status.ok()) return status;
    if (absl::Status status = ReadIncident(); !status.ok()) return status;
    ReadDetections();
    ReadSurroundings();
    return dossier_.Finish(
        {.description = Description(), .task = Task(), .outline = kIncidentOutline});
  }

 private:
  absl::Status FindIncident() {
    std::vector<Wanted> wanted;
    const bool by_number = IsReferenceId(arguments_.incident);
    if (by_number) wanted.push_back(IncidentByNumber(arguments_.incident));
    if (!arguments_.host.empty()) {
      wanted.push_back(HostNamed(arguments_.host));
      if (arguments_.incident.empty()) wanted.push_back(OpenIncidentsOfHost(arguments_.host));
    }
    if (!arguments_.detection.empty()) wanted.push_back(DetectionById(arguments_.detection));
    dossier_.Gather(std::move(wanted));
    for (const auto& [key, tool] :
         {std::pair("host", "search_hosts"), std::pair("detection", "search_detections")}) {
      if (absl::Status status = NamedWrongly(dossier_, key, key, tool); !status.ok()) return status;
    }
    if (!by_number) {
      incident_ = arguments_.incident;
    } else if (const Message* answer = dossier_.AnswerOf("reference")) {
      incident_ = TextAt(*answer, "incidents.id");
      if (incident_.empty()) return UnknownIncident();
    } else {
      unknown_ = true;
    }
    if (arguments_.incident.empty()) Choose();
    return absl::OkStatus();
  }

  // The detection's own case first, then the host's, then anybody's.
  void Choose() {
    unknown_ = dossier_.FailureOf("detection") != nullptr;
    if (const Message* answer = dossier_.AnswerOf("detection")) {
      incident_ = TextAt(*answer, "detection.linked_case_ids");
      if (!incident_.empty()) chosen_ = "It is the first that the detection is linked to.";
    }
    if (!incident_.empty()) return;
    OpenIncident open{.failed = unknown_};
    if (!arguments_.host.empty()) {
      open = ChooseOfHost(dossier_, arguments_.host);
    } else if (arguments_.detection.empty()) {
      open = ChooseGravest(dossier_);
    }
    incident_ = open.id;
    chosen_ = open.reason;
    unknown_ = open.failed;
  }

  absl::Status ReadIncident() {
    std::vector<Wanted> wanted;
    if (IsIncidentId(incident_)) {
      wanted.push_back(IncidentById(incident_));
    } else {
      incident_.clear();
      chosen_.clear();
    }
    wanted.push_back(DomainControllers());
    dossier_.Gather(std::move(wanted));
    if (incident_.empty()) dossier_.Leave("The incident", WhyNone());
    // One that Falcon itself named may have gone meanwhile.
    if (arguments_.incident.empty()) return absl::OkStatus();
    return NamedWrongly(dossier_, "incident", "incident", "search_incidents");
  }

  std::string WhyNone() const {
    if (unknown_) return "which one it is could not be looked up, so there may be one.";
    return arguments_.detection.empty() || !arguments_.host.empty()
               ? "no open one was found."
               : "the detection is linked to none.";
  }

  void ReadDetections() {
    const Message* incident = dossier_.AnswerOf("incident");
    std::vector<std::string> ids;
    if (incident != nullptr) {
      AddNew(ids, TextsAt(*incident, "incident.evidence.alerts.records.selector.id"), kMostAlerts);
    }
    std::vector<Wanted> wanted;
    if (!ids.empty()) wanted.push_back(DetectionsById(ids));
    const std::string host = !arguments_.host.empty() ? arguments_.host
                             : ids.empty()            ? HostOfDetection()
                                                      : std::string();
    if (!host.empty()) {
      wanted.push_back(DetectionsOfHost(host, arguments_.days, kHostDetections));
      if (!ids.empty()) wanted.back().title.append(", those of the incident left out");
    } else if (ids.empty() && arguments_.detection.empty()) {
      wanted.push_back(GraveDetections(arguments_.days));
    }
    dossier_.Gather(std::move(wanted));
    if (const Message* answer = ids.empty() ? nullptr : dossier_.AnswerOf("detections")) {
      dossier_.Drop("host-detections", "detections", "composite_id",
                    TextsAt(*answer, "detections.composite_id"));
    }
    if (!ids.empty() || incident_.empty()) return;
    dossier_.Leave("Detections of the incident", incident == nullptr
                                                     ? "the incident itself could not be read."
                                                     : "it names none.");
  }

  void ReadSurroundings() {
    const std::vector<std::string> hosts = Hosts();
    const std::vector<std::string> values = Indicators();
    std::vector<Wanted> wanted;
    if (!hosts.empty()) {
      wanted.push_back(HostsById(hosts));
      wanted.push_back(SessionsOnHosts(hosts, arguments_.days));
      wanted.push_back(VulnerabilitiesOfHosts(hosts));
    }
    if (!values.empty()) {
      wanted.push_back(IocsOf(values));
      wanted.push_back(IntelligenceOf(values));
    }
    dossier_.Gather(std::move(wanted));
    if (hosts.empty()) {
      dossier_.Leave("Hosts, their sessions and vulnerabilities",
                     "what could be read names no host.");
    }
    if (values.empty()) {
      dossier_.Leave("IOCs and intelligence",
                     "what could be read names no hash, domain or public "
                     "address.");
    }
  }

  std::string HostOfDetection() const {
    const Message* answer = dossier_.AnswerOf("detection");
    std::string id = answer == nullptr ? "" : TextAt(*answer, "detection.device.device_id");
    return IsDeviceId(id) ? id : std::string();
  }

  // From each part that names any.
  std::vector<std::string> Hosts() const {
    std::vector<std::string> all;
    for (const auto& [key, path] :
         {std::pair("host", "host.device_id"),
          std::pair("incident", "incident.analysis_results.hosts.records.aid"),
          std::pair("incident", "incident.derived.hosts.device_id"),
          std::pair("detection", "detection.device.device_id"),
          std::pair("detections", "detections.device.device_id")}) {
      const Message* answer = dossier_.AnswerOf(key);
      if (answer == nullptr) continue;
      std::vector<std::string> found = TextsAt(*answer, path);
      std::erase_if(found, [](const std::string& id) { return !IsDeviceId(id); });
      AddNew(all, found, kMostHosts);
    }
    return all;
  }

  std::vector<std::string> Indicators() const {
    std::vector<std::string> all;
    for (const auto& [key, path] :
         {std::pair("detection", "detection"), std::pair("detections", "detections"),
          std::pair("host-detections", "detections")}) {
      const Message* answer = dossier_.AnswerOf(key);
      if (answer != nullptr) AddNew(all, IndicatorsIn(*answer, path), kMostIndicators);
    }
    return all;
  }

  static absl::Status UnknownIncident() {
    return absl::InvalidArgumentError(
        "incident: Falcon knows no incident with this number. search_incidents finds the ones "
        "there are.");
  }

  std::string Description() const {
    return incident_.empty() ? "Incident response plan"
                             : StrCat("Incident response plan for incident ", incident_);
  }

  std::string Task() const {
    std::string task =
        "Write an incident response plan in the DAIR way: detection and analysis, containment, "
        "dynamic investigation, eradication and recovery, continuous improvement, next steps.";
    if (!incident_.empty()) task.append(StrCat(" The incident: ", incident_, "."));
    if (!chosen_.empty()) task.append(StrCat(" ", chosen_));
    if (incident_.empty()) {
      task.append(unknown_
                      ? " Which incident it is could not be looked up: plan for the detections "
                        "below, and say so."
                      : " No incident stands for it: plan for the detections below, and say "
                        "so.");
    }
    if (!arguments_.host.empty()) task.append(StrCat(" Host asked about: ", arguments_.host, "."));
    if (!arguments_.detection.empty()) {
      task.append(StrCat(" Detection asked about: ", arguments_.detection, "."));
    }
    return task;
  }

  const Inquiry inquiry_;
  const PromptArguments& arguments_;
  Dossier dossier_{"incident_response_plan", inquiry_};
  // Empty: none was named or found.
  std::string incident_;
  // Why this one; empty where it was named.
  std::string chosen_;
  // Whether it could not be looked up which one.
  bool unknown_ = false;
};

}  // namespace

absl::StatusOr<PromptResult> IncidentResponsePlan(const Bridge& bridge,
                                                  const PromptArguments& arguments,
                                                  const CallContext& context) {
  return Plan(bridge, arguments, context).Make();
}

}  // namespace falcon::mcp
