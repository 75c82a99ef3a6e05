// One indicator of the customer's own list, computed on demand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/json.h"
#include "simulator/base/rng.h"
#include "simulator/data/story.h"
#include "simulator/data/world.h"

namespace falcon::simulator {

enum class IocType { kSha256, kMd5, kDomain, kIpv4, kIpv6 };

// A view of `world`, which outlives it. The first are the story's hash, domain and address, then
// come the files of background alerts, then inventions.
class Ioc {
 public:
  static constexpr uint32_t kStoryIocs = 3;

  Ioc(const World& world, uint32_t index);

  // The indicator of an id, and of a type's word and a value.
  static std::optional<uint32_t> IndexOf(const World& world, std::string_view id);
  static std::optional<uint32_t> IndexOf(const World& world, std::string_view type,
                                         std::string_view value);

  uint32_t index() const { return index_; }
  bool story() const { return index_ < kStoryIocs; }
  std::string Id() const;
  IocType type() const;
  std::string_view TypeWord() const;
  std::string Value() const;
  std::string_view Action() const;
  std::string_view SeverityWord() const;
  int SeverityNumber() const;
  std::vector<std::string> Platforms() const;
  std::string_view Source() const;
  std::string_view CreatedBy() const;
  std::string_view ModifiedBy() const;
  Nanos Created() const;
  Nanos Modified() const;
  std::optional<Nanos> Expiration() const;
  bool Expired() const;
  bool AppliedGlobally() const;

  // The record of IOC Management.
  Json Record() const;

 private:
  bool IsHash() const { return type() == IocType::kSha256 || type() == IocType::kMd5; }
  // Of a background alert's file; null for the others.
  const Behavior* FileBehavior() const;
  Json Metadata() const;

  const World& world_;
  uint32_t index_;
  Rng rng_;
};

}  // namespace falcon::simulator
