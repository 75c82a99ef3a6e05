// One indicator of CrowdStrike's own intelligence, computed when asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/dice.h"
#include "simulator/base/json.h"
#include "simulator/data/world.h"
#include "simulator/search/collection.h"

namespace falcon::simulator {

// How many of each kind the tenant has: the first indicators of intelligence are those that the
// customer keeps as IOCs too.
struct IntelSizes {
  uint32_t iocs = 0;
  uint32_t indicators = 0;
};

// A view of `world`, which outlives it.
class IntelIndicator {
 public:
  IntelIndicator(const World& world, IntelSizes sizes, uint32_t index);

  // The indicator of an id: `<type>_<indicator>`.
  static std::optional<uint32_t> IndexOf(const World& world, IntelSizes sizes, std::string_view id);

  std::string Id() const { return std::string(Type()) + "_" + Indicator(); }
  std::string_view Type() const;
  std::string Indicator() const;
  std::string_view Confidence() const;
  std::vector<std::string> Families() const;
  std::vector<std::string> Actors() const;
  std::vector<std::string> ThreatTypes() const;
  std::vector<std::string> KillChains() const;
  int64_t Published() const;  // Unix seconds
  int64_t Updated() const;
  bool Deleted() const;
  std::string Marker() const;  // orders by last change

  // The record of Falcon Intelligence, without its relations; and them.
  Json Record() const;
  Json Relations() const;

 private:
  bool Story() const;
  Json Labels() const;

  const World& world_;
  IntelSizes sizes_;
  uint32_t index_;
  Dice dice_;
};

class IntelIndicatorCollection : public Collection {
 public:
  // `world` outlives it.
  IntelIndicatorCollection(const World& world, IntelSizes sizes) : world_(world), sizes_(sizes) {}

  std::string_view name() const override { return "intel indicators"; }
  const fql::Schema& schema() const override;
  uint32_t last_row() const override { return sizes_.indicators; }
  std::string Id(uint32_t row) const override { return At(row).Id(); }
  std::optional<uint32_t> Find(std::string_view id) const override;
  Json Record(uint32_t row) const override;
  fql::Value Get(uint32_t row, const fql::Field& field) const override;
  std::string FreeText(uint32_t row) const override;
  bool Shown(uint32_t row) const override { return !At(row).Deleted(); }

  IntelIndicator At(uint32_t row) const { return {world_, sizes_, row}; }

 private:
  const World& world_;
  IntelSizes sizes_;
};

}  // namespace falcon::simulator
