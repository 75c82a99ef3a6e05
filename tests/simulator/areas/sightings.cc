// Sightings come from alerts about a hash, a domain or an address; other IOCs have invented ones.
#include "simulator/areas/sightings.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "simulator/data/alert.h"
#include "simulator/data/host.h"
#include "simulator/data/ioc.h"
#include "simulator/data/story.h"

namespace falcon::simulator {
namespace {

constexpr uint64_t kSightingKind = 42;
constexpr uint32_t kMaxHosts = 6;
constexpr uint64_t kCheckBits = 0xffff;
// From 1601, where Windows starts to count, to 1970, in tenths of microseconds.
constexpr int64_t kWindowsEpoch = 116'444'736'000'000'000;

bool Mentions(const Alert& alert, std::string_view type, std::string_view value) {
  if (!alert.HasDevice()) return false;
  if (type == "sha256") return alert.Sha256() == value;
  const StoryAlert* story = alert.story();
  return story != nullptr && (story->ioc_value == value || story->remote_address == value);
}

template <typename Visit>
void ForAlertsAbout(Store& store, std::string_view type, std::string_view value, Visit visit) {
  for (uint32_t row = 0; row < store.world.alerts(); ++row) {
    if (!store.world.AlertLives(row)) continue;
    const Alert alert(store.world, row);
    if (Mentions(alert, type, value)) visit(alert);
  }
}

std::string ProcessId(const Host& host, std::string_view number) {
  return "pid:" + host.DeviceId() + ":" + std::string(number);
}

// The low digits of an invented process follow from the high ones and the host, so that it is
// recognised without a table.
uint64_t WithCheckDigits(uint64_t number, uint32_t host) {
  return (number & ~kCheckBits) | (Mix((number & ~kCheckBits) ^ host) & kCheckBits);
}

struct Parts {
  uint32_t host = 0;
  std::string number;
};

std::optional<Parts> Split(const World& world, std::string_view id) {
  const size_t colon = id.rfind(':');
  if (!id.starts_with("pid:") || colon < 4) return std::nullopt;
  const auto host = Host::IndexOf(world, id.substr(4, colon - 4));
  if (!host) return std::nullopt;
  return Parts{*host, std::string(id.substr(colon + 1))};
}

Json Details(const Host& host, const std::string& number, std::string_view file,
             std::string_view command, Nanos start) {
  const bool ended = start % 2 == 0;
  const Nanos stop = start + 5 * kMinute;
  const auto raw = [](Nanos instant) { return std::to_string(instant / 100 + kWindowsEpoch); };
  return {{"process_id", ProcessId(host, number)},
          {"device_id", host.DeviceId()},
          {"file_name", file},
          {"command_line", command},
          {"process_id_local", number},
          {"start_timestamp", FormatTime(start)},
          {"start_timestamp_raw", raw(start)},
          {"stop_timestamp", ended ? FormatTime(stop) : ""},
          {"stop_timestamp_raw", ended ? raw(stop) : "0"}};
}

}  // namespace

std::vector<uint32_t> HostsThatSaw(Store& store, std::string_view type, std::string_view value) {
  std::vector<uint32_t> hosts;
  ForAlertsAbout(store, type, value, [&](const Alert& alert) {
    const uint32_t host = alert.host().index();
    if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) hosts.push_back(host);
  });
  const auto ioc = Ioc::IndexOf(store.world, type, value);
  if (!hosts.empty() || !ioc || *ioc >= store.Size("iocs")) return hosts;
  const Rng rng(store.world.seed(), kSightingKind, *ioc);
  for (uint32_t i = 0; i < rng.Below(1, kMaxHosts); ++i) {
    const uint32_t host = rng.Below(10 + i, store.world.hosts());
    if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) hosts.push_back(host);
  }
  return hosts;
}

std::vector<std::string> ProcessesThatSaw(Store& store, std::string_view type,
                                          std::string_view value, uint32_t host) {
  std::vector<std::string> processes;
  const Host seen(store.world, host);
  ForAlertsAbout(store, type, value, [&](const Alert& alert) {
    if (alert.host().index() == host) processes.push_back(ProcessId(seen, alert.ProcessId()));
  });
  if (!processes.empty()) return processes;
  const std::vector<uint32_t> hosts = HostsThatSaw(store, type, value);
  if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) return processes;
  const Rng rng(store.world.seed(), kSightingKind + 1, host);
  for (uint32_t i = 0; i <= rng.Below(1, 3); ++i) {
    processes.push_back(
        ProcessId(seen, std::to_string(WithCheckDigits(rng.Of(10 + i) >> 1, host))));
  }
  return processes;
}

std::vector<Json> ProcessDetails(Store& store, const std::vector<std::string>& ids) {
  std::unordered_map<std::string, Parts> wanted;
  for (const std::string& id : ids) {
    if (auto parts = Split(store.world, id)) wanted[parts->number] = *parts;
  }
  std::vector<Json> details;
  for (uint32_t row = 0; row < store.world.alerts() && !wanted.empty(); ++row) {
    const Alert alert(store.world, row);
    if (!alert.HasDevice() || !store.world.AlertLives(row)) continue;
    const auto found = wanted.find(alert.ProcessId());
    if (found == wanted.end() || found->second.host != alert.host().index()) continue;
    details.push_back(Details(alert.host(), found->first, alert.behavior().filepath,
                              alert.behavior().cmdline, alert.Timestamp() / kSecond * kSecond));
    wanted.erase(found);
  }
  for (const auto& [number, parts] : wanted) {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc() || end != number.data() + number.size()) continue;
    if (WithCheckDigits(value, parts.host) != value) continue;
    const Nanos age = static_cast<Nanos>(value % static_cast<uint64_t>(30 * kDay));
    details.push_back(Details(Host(store.world, parts.host), number, R"(C:\Windows\explorer.exe)",
                              "explorer.exe", (store.world.anchor() - age) / kSecond * kSecond));
  }
  return details;
}

}  // namespace falcon::simulator
