// Hands alerts out to cases; names, times, states and evidence of cases.
#include "simulator/data/case.h"

#include <algorithm>
#include <cstdio>

#include "simulator/data/alert.h"

namespace falcon::simulator {
namespace {

constexpr uint64_t kBookKind = 30;
enum Question : uint64_t {
  kSize = 1,
  kStart,
  kId = 1,
  kStatus,
  kAge,
  kUpdate,
  kAssigned,
  kTag,
  kSla,
  kTemplate,
  kEvent,
  kDelay
};
// Spreads neighbouring cases over the hosts; a prime, so that few numbers of hosts share it.
constexpr uint64_t kStride = 7919;
constexpr uint32_t kMaxAlertsPerCase = 12;

// Some alerts in a row: what happened around one time.
std::vector<uint32_t> Window(const Rng& rng, const std::vector<uint32_t>& alerts) {
  if (alerts.empty()) return {};
  const auto size = static_cast<uint32_t>(alerts.size());
  const uint32_t start = rng.Below(kStart, size);
  const uint32_t end = std::min(size, start + 1 + rng.Below(kSize, kMaxAlertsPerCase));
  return {alerts.begin() + start, alerts.begin() + end};
}

constexpr Nanos kSpan = 60 * kDay;
constexpr size_t kIdDigits = 32;

template <typename T>
void AddOnce(std::vector<T>* list, T value) {
  if (std::find(list->begin(), list->end(), value) == list->end())
    list->push_back(std::move(value));
}

}  // namespace

CaseBook::CaseBook(const World& world) : hosts_(world.cases()), alerts_(world.cases()) {
  std::unordered_map<uint32_t, std::vector<uint32_t>> cases_of_host;
  const uint32_t others = world.hosts() > Host::kStoryHosts ? world.hosts() - Host::kStoryHosts : 0;
  for (uint32_t i = 1; i < world.cases(); ++i) {
    hosts_[i] = others == 0 ? i % world.hosts()
                            : Host::kStoryHosts + static_cast<uint32_t>(i * kStride % others);
    cases_of_host[hosts_[i]].push_back(i);
  }
  for (uint32_t index = 0; index < world.base_alerts() && world.cases() > 0; ++index) {
    const Alert alert(world, index);
    if (alert.story() != nullptr) {
      alerts_[0].push_back(index);
      continue;
    }
    const auto cases = cases_of_host.find(alert.host().index());
    if (cases == cases_of_host.end()) continue;
    alerts_[cases->second[index % cases->second.size()]].push_back(index);
  }
  for (uint32_t i = 0; i < world.cases(); ++i) {
    if (i > 0) alerts_[i] = Window(Rng(world.seed(), kBookKind, i), alerts_[i]);
    for (const uint32_t alert : alerts_[i]) case_of_.emplace(alert, i);
  }
}

std::optional<uint32_t> CaseBook::CaseOf(uint32_t alert) const {
  const auto found = case_of_.find(alert);
  return found == case_of_.end() ? std::nullopt : std::optional<uint32_t>(found->second);
}

std::string Case::Id() const {
  std::string id = rng_.Hex(kId, kIdDigits - 8) + Hex8(Scramble(index_));
  for (const size_t at : {20, 16, 12, 8}) id.insert(at, "-");
  return id;
}

std::optional<uint32_t> Case::IndexOf(const World& world, std::string_view id) {
  uint32_t scrambled = 0;
  if (id.size() != kIdDigits + 4 || !ParseHex8(id.substr(id.size() - 8), &scrambled)) {
    return std::nullopt;
  }
  const uint32_t index = Unscramble(scrambled);
  if (index >= world.cases() || Case(world, index).Id() != id) return std::nullopt;
  return index;
}

std::string Case::ReferenceId() const {
  char text[24];
  std::snprintf(text, sizeof text, "SIM-%04u", index_ + 1);
  return text;
}

std::string Case::Name() const {
  if (story()) return "Intrusion on SRV-PROD-001";
  const std::string host = Host(world_, world_.case_book().HostOf(index_)).Hostname();
  const std::vector<Alert> alerts = Alerts();
  const std::string what =
      alerts.empty() ? "Suspicious activity" : std::string(alerts.front().behavior().name);
  return what + " on " + host;
}

std::string Case::Description() const {
  if (story()) {
    return "svc-backup ran code from malicious-domain.com on SRV-PROD-001, moved to SRV-PROD-002 "
           "and "
           "reached both domain controllers.";
  }
  const std::vector<Alert> alerts = Alerts();
  return alerts.empty() ? "" : std::string(alerts.front().behavior().description);
}

std::string_view Case::Status() const {
  if (story()) return "in_progress";
  const uint32_t roll = rng_.Below(kStatus, 100);
  return roll < 35 ? "new" : roll < 60 ? "in_progress" : roll < 70 ? "reopened" : "closed";
}

uint32_t Case::Severity() const {
  uint32_t severity = 0;
  for (const Alert& alert : Alerts()) severity = std::max(severity, alert.Severity().value_or(0));
  return severity == 0 ? 25 : severity;
}

std::string_view Case::Level() const {
  const uint32_t severity = Severity();
  if (severity >= 80) return "critical";
  if (severity >= 60) return "high";
  if (severity >= 40) return "medium";
  return severity >= 20 ? "low" : "informational";
}

// A case is opened soon after its newest alert. Every third one on the hour, as rules do: so
// several share an instant.
Nanos Case::Created() const {
  const auto alerts = world_.case_book().AlertsOf(index_);
  Nanos created = world_.anchor() - kHour - static_cast<Nanos>(rng_.Of(kAge) % kSpan);
  for (size_t i = 0; i < alerts.size(); ++i) {
    const Nanos of_alert = Alert(world_, alerts[i]).Created();
    created = i == 0 ? of_alert : std::max(created, of_alert);
  }
  if (story()) return created + kMinute;
  const Nanos room = std::max<Nanos>(world_.anchor() - created, 1);
  created += std::min((2 + rng_.Below(kDelay, 30)) * kMinute,
                      static_cast<Nanos>(rng_.Of(kDelay) % static_cast<uint64_t>(room)));
  return index_ % 3 == 0 ? created / kHour * kHour : created;
}

Nanos Case::Updated() const {
  const Nanos created = Created();
  const auto room = static_cast<uint64_t>(std::min(world_.anchor() - created, 3 * kDay));
  return created + static_cast<Nanos>(rng_.Of(kUpdate) % room);
}

std::optional<Analyst> Case::Assignee() const {
  if (Status() == "new") return std::nullopt;
  static constexpr std::array<std::string_view, 3> kNames = {"Alice Anderson", "Bob Brown",
                                                             "Carol Chen"};
  const std::string_view name = story() ? kNames[0] : rng_.Pick(kAssigned, kNames);
  return Analyst{Rng(1, 1, name.size()).Uuid(1), std::string(name), "analyst@example.com"};
}

Analyst Case::Creator() const {
  return {Rng(1, 1, 99).Uuid(1), "Dana Diaz", "lead.analyst@example.com"};
}

std::vector<std::string> Case::Tags() const {
  if (story()) return {"dair", "domain-controllers"};
  static constexpr std::array<std::string_view, 4> kTags = {"phishing", "malware", "identity",
                                                            "insider"};
  if (rng_.Chance(kTag + 100, 40)) return {};
  return {std::string(rng_.Pick(kTag, kTags))};
}

std::optional<uint32_t> Case::Sla() const {
  const uint32_t severity = Severity();
  if (severity >= 80) return 0;
  if (severity >= 60) return 1;
  return rng_.Chance(kSla, 50) ? std::optional<uint32_t>(2) : std::nullopt;
}

std::optional<uint32_t> Case::Template() const {
  if (story()) return 0;
  const uint32_t roll = rng_.Below(kTemplate, 5);
  return roll == 4 ? std::nullopt : std::optional<uint32_t>(roll);
}

std::vector<Alert> Case::Alerts() const {
  std::vector<Alert> alerts;
  for (const uint32_t alert : world_.case_book().AlertsOf(index_)) {
    alerts.emplace_back(world_, alert);
  }
  return alerts;
}

std::vector<uint32_t> Case::Hosts() const {
  std::vector<uint32_t> hosts;
  for (const Alert& alert : Alerts()) AddOnce(&hosts, alert.host().index());
  return hosts;
}

std::vector<std::string> Case::Users() const {
  std::vector<std::string> users;
  for (const Alert& alert : Alerts()) AddOnce(&users, alert.User());
  return users;
}

std::vector<std::string> Case::Events() const {
  if (!story() && !rng_.Chance(kEvent, 20)) return {};
  return {"evt-" + rng_.Hex(kEvent + 100, 12), "evt-" + rng_.Hex(kEvent + 200, 12)};
}

}  // namespace falcon::simulator
