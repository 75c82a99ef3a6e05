// Hands alerts out to cases.
#include "simulator/data/case_book.h"

#include <algorithm>

#include "simulator/data/alert.h"

namespace falcon::simulator {
namespace {

constexpr uint64_t kBookKind = 30;
enum Question : uint64_t { kMax = 1, kStart };
// Spreads neighbouring cases over the hosts; a prime, so that few numbers of hosts share it.
constexpr uint64_t kStride = 7919;
constexpr uint32_t kLargestCase = 12;

// Some alerts in a row: what happened around one time.
std::vector<uint32_t> Window(const Dice& dice, const std::vector<uint32_t>& alerts) {
  if (alerts.empty()) return {};
  const auto size = static_cast<uint32_t>(alerts.size());
  const uint32_t start = dice.Below(kStart, size);
  const uint32_t end = std::min(size, start + 1 + dice.Below(kMax, kLargestCase));
  return {alerts.begin() + start, alerts.begin() + end};
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
    if (i > 0) alerts_[i] = Window(Dice(world.seed(), kBookKind, i), alerts_[i]);
    for (const uint32_t alert : alerts_[i]) case_of_.emplace(alert, i);
  }
}

std::optional<uint32_t> CaseBook::CaseOf(uint32_t alert) const {
  const auto found = case_of_.find(alert);
  return found == case_of_.end() ? std::nullopt : std::optional<uint32_t>(found->second);
}

}  // namespace falcon::simulator
