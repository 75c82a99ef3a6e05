// Chooses an incident.
#include "mcp/prompts/open_incident.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <array>

#include "mcp/prompts/subjects.h"
#include "mcp/prompts/values_at.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::Cat;
using google::protobuf::Message;

constexpr int kCandidates = 5;

// Bands of severity from the top.
struct Band {
  std::string_view word;
  std::string_view key;
  std::string_view title;
};
constexpr std::array<Band, 3> kBands = {
    {{"critical", "open-critical", "Open incidents of critical severity"},
     {"high", "open-high", "Open incidents of high severity or above"},
     {"", "open-any", "Open incidents of any severity"}}};

// 80 and above is critical, 60 high, 40 medium, 20 low.
int64_t BandOf(const Message& incident) {
  return std::min<int64_t>(client::NumberField(incident, "severity").value_or(0) / 20, 4);
}

}  // namespace

Wanted IncidentByNumber(const std::string& number) {
  return {.key = "reference",
          .title = Cat("Incident number ", number),
          .question = {"incidents",
                       "list",
                       {{"reference_ids", std::vector<std::string>{number}},
                        {"page_size", 1},
                        {"read_mask", std::string("id,reference_id")}}}};
}

OpenIncident ChooseOfHost(const Dossier& dossier, const std::string& host) {
  const Message* answer = dossier.AnswerOf("open-incidents");
  if (answer == nullptr) return {};
  const std::vector<const Message*> incidents = MessagesAt(*answer, "incidents");
  // They come newest first, so the first of the gravest is the newest.
  const auto gravest =
      std::max_element(incidents.begin(), incidents.end(),
                       [](const Message* a, const Message* b) { return BandOf(*a) < BandOf(*b); });
  if (gravest == incidents.end()) return {};
  return {client::TextField(**gravest, "id"),
          incidents.size() == 1
              ? Cat("It is the only open incident of host ", host, ".")
              : Cat("No incident was named: of ", incidents.size(), " open incidents of host ",
                    host, " this is the gravest, and of equally grave ones the newest.")};
}

OpenIncident ChooseGravest(Dossier& dossier) {
  for (const Band& band : kBands) {
    Question question{"incidents",
                      "list",
                      {{"state", std::string("open")},
                       {"page_size", kCandidates},
                       {"order_by", std::string("created_timestamp desc")}}};
    if (!band.word.empty()) {
      question.fields.emplace_back("min_severity", std::string(band.word));
    }
    dossier.Gather({{.key = std::string(band.key),
                     .title = Cat(band.title, ", the newest ", kCandidates),
                     .question = std::move(question),
                     .weight = 2}});
    const Message* answer = dossier.AnswerOf(band.key);
    if (answer == nullptr) return {};
    std::string id = TextAt(*answer, "incidents.id");
    if (id.empty()) continue;
    const auto total = client::NumberField(*answer, "total_size");
    return {std::move(id),
            Cat("No incident, host or detection was named, so this one was chosen: the newest of ",
                total ? Cat(client::Grouped(*total), " ") : std::string(), "open incidents",
                band.word.empty() ? std::string() : Cat(" of ", band.word, " severity"),
                band.word == "high" ? " (none is critical)." : ".",
                " Name the others of the list in a sentence.")};
  }
  return {};
}

Wanted GraveDetections(int days) {
  return {.key = "detections",
          .title = Cat("Detections of high severity or above in the last ", days,
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
