// One case's facts, computed when asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/dice.h"
#include "simulator/base/json.h"
#include "simulator/data/alert.h"
#include "simulator/data/case_book.h"
#include "simulator/data/world.h"
#include "simulator/search/collection.h"

namespace falcon::simulator {

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
      : world_(world), index_(index), dice_(world.seed(), kCaseKind, index) {}

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
  const Dice& dice() const { return dice_; }
  const World& world() const { return world_; }

  // The record of the Cases API.
  Json Record() const;

 private:
  static constexpr uint64_t kCaseKind = 31;

  const World& world_;
  uint32_t index_;
  Dice dice_;
};

// Parts of the record, one file each.
void AddEvidence(const Case& a_case, Json* record);
void AddAnalysis(const Case& a_case, Json* record);
void AddSettings(const Case& a_case, Json* record);

// Cases as rows.
class CaseCollection : public Collection {
 public:
  explicit CaseCollection(const World& world) : world_(world) {}

  std::string_view name() const override { return "cases"; }
  const fql::Schema& schema() const override;
  uint32_t last_row() const override { return world_.cases(); }
  std::string Id(uint32_t row) const override { return Case(world_, row).Id(); }
  std::optional<uint32_t> Find(std::string_view id) const override {
    return Case::IndexOf(world_, id);
  }
  Json Record(uint32_t row) const override;
  fql::Value Get(uint32_t row, const fql::Field& field) const override;
  std::string FreeText(uint32_t row) const override;

 private:
  const World& world_;
};

}  // namespace falcon::simulator
