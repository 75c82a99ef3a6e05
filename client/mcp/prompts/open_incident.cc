// Chooses an incident.
#include "mcp/prompts/open_incident.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "mcp/prompts/subjects.h"
#include "mcp/prompts/values_at.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::Message;

constexpr int kCandidates = 5;

int64_t SeverityOf(const Message& incident) {
  return client::NumberField(incident, "severity_score").value_or(0);
}

bool IsLessGrave(const Message* a, const Message* b) { return SeverityOf(*a) < SeverityOf(*b); }

absl::Time CreatedAt(const Message& incident) {
  const auto* field = incident.GetDescriptor()->FindFieldByName("created_timestamp");
  return client::TimeOf(client::MessageAt(incident, *field, -1));
}

bool IsOlder(const Message* a, const Message* b) { return CreatedAt(*a) < CreatedAt(*b); }

Wanted OpenIncidents(std::string key, std::string title, std::string order) {
  return {.key = std::move(key),
          .title = std::move(title),
          .question = {"incidents",
                       "list",
                       {{"state", std::string("open")},
                        {"page_size", kCandidates},
                        {"order_by", std::move(order)}}},
          .weight = 2};
}

// More are as grave as those that came by severity: asks for the newest of them.
const Message* NewestOf(Dossier& dossier, int64_t severity) {
  Wanted wanted = OpenIncidents(
      "open-newest", StrCat("Open incidents of severity ", severity, ", the newest ", kCandidates),
      "created_timestamp desc");
  wanted.question.fields.emplace_back("fql", StrCat("severity:", severity));
  dossier.Gather({std::move(wanted)});
  const Message* answer = dossier.AnswerOf("open-newest");
  const auto incidents =
      answer == nullptr ? std::vector<const Message*>() : MessagesAt(*answer, "incidents");
  return incidents.empty() ? nullptr : incidents.front();
}

}  // namespace

Wanted IncidentByNumber(const std::string& number) {
  return {.key = "reference",
          .title = StrCat("Incident number ", number),
          .question = {"incidents",
                       "list",
                       {{"reference_ids", std::vector<std::string>{number}},
                        {"page_size", 1},
                        {"read_mask", std::string("id,reference_id")}}}};
}

OpenIncident ChooseOfHost(const Dossier& dossier, const std::string& host) {
  const Message* answer = dossier.AnswerOf("open-incidents");
  if (answer == nullptr) return {.failed = true};
  const std::vector<const Message*> incidents = MessagesAt(*answer, "incidents");
  // They come newest first, so the first of the gravest is the newest.
  const auto gravest = std::max_element(incidents.begin(), incidents.end(), IsLessGrave);
  if (gravest == incidents.end()) return {};
  return {client::TextField(**gravest, "id"),
          incidents.size() == 1
              ? StrCat("It is the only open incident of host ", host, ".")
              : StrCat("No incident was named: of ", incidents.size(), " open incidents of host ",
                       host, " this is the gravest, and of equally grave ones the newest.")};
}

OpenIncident ChooseGravest(Dossier& dossier) {
  dossier.Gather({OpenIncidents("open-gravest", StrCat("Open incidents, the gravest ", kCandidates),
                                "severity desc")});
  const Message* answer = dossier.AnswerOf("open-gravest");
  if (answer == nullptr) return {.failed = true};
  std::vector<const Message*> incidents = MessagesAt(*answer, "incidents");
  if (incidents.empty()) return {};
  const auto total = client::NumberField(*answer, "total_size");
  const int64_t severity =
      SeverityOf(**std::max_element(incidents.begin(), incidents.end(), IsLessGrave));
  const size_t came = incidents.size();
  std::erase_if(incidents, [&](const Message* one) { return SeverityOf(*one) < severity; });
  const Message* chosen = *std::max_element(incidents.begin(), incidents.end(), IsOlder);
  std::string among = incidents.size() > 1 ? ", and of equally grave ones the newest" : "";
  if (incidents.size() == came && total.value_or(kCandidates) > static_cast<int64_t>(came)) {
    const Message* newest = NewestOf(dossier, severity);
    among = newest == nullptr ? "; others are as grave, and which is the newest is unknown"
                              : ", and of equally grave ones the newest";
    if (newest != nullptr) chosen = newest;
  }
  return {client::TextField(*chosen, "id"),
          StrCat("No incident, host or detection was named, so this one was chosen: of ",
                 total ? StrCat(client::Grouped(*total), " ") : std::string(),
                 "open incidents the gravest (severity ", severity, ")", among,
                 ". Name the others of the list in a sentence.")};
}

Wanted GraveDetections(int days) {
  return {.key = "detections",
          .title = StrCat("Detections of high severity or above in the last ", days,
                          " days on which work is not done"),
          .question = {"detections",
                       "list",
                       {{"days", days},
                        {"min_severity", std::string("high")},
                        {"statuses", std::vector<std::string>{"new", "in_progress", "reopened"}},
                        {"page_size", 30},
                        {"read_mask", std::string(kDetectionView)}}},
          .weight = 10};
}

}  // namespace falcon::mcp
