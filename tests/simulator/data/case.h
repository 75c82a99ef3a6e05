// Which alerts are evidence of which case, and the facts of one case, computed on demand.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "simulator/base/json.h"
#include "simulator/base/rng.h"
#include "simulator/data/alert.h"
#include "simulator/data/world.h"

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

// A user of the console.
struct Analyst {
  std::string uuid;
  std::string full_name;
  std::string email;
};

// A view of `world`, which outlives it. Case 0 is the story's.
class Case {
 public:
  Case(const World& world, uint32_t index)
      : world_(world), index_(index), rng_(world.seed(), kCaseKind, index) {}

  static std::optional<uint32_t> IndexOf(const World& world, std::string_view id);

  std::string Id() const;
  std::string ReferenceId() const;
  std::string Name() const;
  std::string Description() const;
  std::string_view Status() const;
  uint32_t Severity() const;
  std::string_view Level() const;  // severity as a word
  Nanos Created() const;
  Nanos Updated() const;
  std::optional<Analyst> Assignee() const;
  Analyst Creator() const;
  std::vector<std::string> Tags() const;
  // Rows of case_settings.h.
  std::optional<uint32_t> Sla() const;
  std::optional<uint32_t> Template() const;

  // Alerts among the evidence, whether or not they still exist.
  std::vector<Alert> Alerts() const;
  // By index, each once.
  std::vector<uint32_t> Hosts() const;
  std::vector<std::string> Users() const;
  std::vector<std::string> Events() const;

  bool story() const { return index_ == 0; }
  uint32_t index() const { return index_; }
  const Rng& rng() const { return rng_; }
  const World& world() const { return world_; }

  // The record of the Cases API.
  Json Record() const;

 private:
  static constexpr uint64_t kCaseKind = 31;

  const World& world_;
  uint32_t index_;
  Rng rng_;
};

}  // namespace falcon::simulator
