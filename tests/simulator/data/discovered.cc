// Ids of Falcon Discover.
#include "simulator/data/discovered.h"

namespace falcon::simulator {
namespace {

constexpr uint64_t kIdQuestion = 1;
constexpr size_t kHashDigits = 32;

}  // namespace

std::string DiscoverId(const World& world, const Dice& dice, uint32_t index) {
  return world.cid() + "_" + dice.Hex(kIdQuestion, kHashDigits - 8) + Hex8(Scramble(index));
}

std::optional<uint32_t> DiscoverIndex(const World& world, std::string_view id, uint32_t count) {
  uint32_t scrambled = 0;
  const bool shaped = id.size() == world.cid().size() + 1 + kHashDigits;
  if (!shaped || !ParseHex8(id.substr(id.size() - 8), &scrambled)) return std::nullopt;
  const uint32_t index = Unscramble(scrambled);
  return index < count ? std::optional<uint32_t>(index) : std::nullopt;
}

std::optional<uint32_t> DiscoverCollection::Find(std::string_view id) const {
  const std::optional<uint32_t> row = DiscoverIndex(world_, id, count_);
  return row && Id(*row) == id ? row : std::nullopt;
}

}  // namespace falcon::simulator
