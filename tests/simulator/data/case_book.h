// Which alerts are evidence of which case.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace falcon::simulator {

class World;

// Made in one pass over the alerts that the world began with. Case 0 is the story's; each other
// case is about one host and holds some of its alerts, newest first. An alert belongs to one case
// at most.
class CaseBook {
 public:
  explicit CaseBook(const World& world);

  // The host that a case is about.
  uint32_t HostOf(uint32_t index) const { return hosts_[index]; }
  // May be empty: a host without alerts has a case without evidence.
  std::span<const uint32_t> AlertsOf(uint32_t index) const { return alerts_[index]; }
  std::optional<uint32_t> CaseOf(uint32_t alert) const;

 private:
  std::vector<uint32_t> hosts_;
  std::vector<std::vector<uint32_t>> alerts_;
  std::unordered_map<uint32_t, uint32_t> case_of_;
};

}  // namespace falcon::simulator
