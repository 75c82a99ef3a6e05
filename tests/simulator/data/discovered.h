// What the four collections of Falcon Discover have in common.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/data/world.h"
#include "simulator/search/collection.h"

namespace falcon::simulator {

// Ids are <cid>_<hash>; the hash ends with the scrambled index.
std::string DiscoverId(const World& world, const Dice& dice, uint32_t index);
// The index in an id of that form, below `count`; its dice must still confirm it.
std::optional<uint32_t> DiscoverIndex(const World& world, std::string_view id, uint32_t count);

// The bit of the block that a `facet` parameter names; 0 for an unknown one.
using Blocks = uint8_t;
inline constexpr Blocks kAllBlocks = 0xff;

// A field whose value needs no whole record. It says what the record says; a test compares them.
template <class View>
struct ShortCut {
  std::string_view name;
  fql::Value (*get)(const View&);
};

// The value of `field` by a short cut, of which `cuts` is sorted by name, or out of `whole()`.
template <class View, size_t N, class Whole>
fql::Value ValueBy(const std::array<ShortCut<View>, N>& cuts, const View& view,
                   const fql::Field& field, Whole whole) {
  const auto found = std::lower_bound(
      cuts.begin(), cuts.end(), field.name,
      [](const ShortCut<View>& cut, std::string_view key) { return cut.name < key; });
  if (found != cuts.end() && found->name == field.name) return found->get(view);
  return ValueAt(whole(), field.path.empty() ? field.name : field.path, field.type);
}

// Rows 0 to `count`-1 that never change.
class DiscoverCollection : public Collection {
 public:
  DiscoverCollection(const World& world, uint32_t count) : world_(world), count_(count) {}

  uint32_t last_row() const override { return count_; }
  std::string FreeText(uint32_t) const override { return ""; }
  std::optional<uint32_t> Find(std::string_view id) const override;
  Json Record(uint32_t row) const override { return RecordWith(row, kAllBlocks); }

  // The record with the blocks of `blocks` only.
  virtual Json RecordWith(uint32_t row, Blocks blocks) const = 0;
  virtual Blocks BlockOf(std::string_view name) const = 0;

 protected:
  const World& world() const { return world_; }
  // Every n-th record has fields of a wrong type.
  bool Corrupt(uint32_t row) const {
    return world_.corrupt_every() != 0 &&
           row % world_.corrupt_every() == world_.corrupt_every() - 1;
  }

 private:
  const World& world_;
  uint32_t count_;
};

}  // namespace falcon::simulator
