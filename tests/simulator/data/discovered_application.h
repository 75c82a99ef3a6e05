// One application on one host, computed when asked for. The first one is the story's false service.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "simulator/data/discovered.h"
#include "simulator/data/host.h"

namespace falcon::simulator {

// A view of `world`, which outlives it.
class DiscoveredApplication {
 public:
  static constexpr Blocks kHostInfo = 1;
  static constexpr Blocks kInstallUsage = 2;
  static constexpr Blocks kBrowserExtension = 4;
  static constexpr Blocks kIdeExtension = 8;
  static constexpr Blocks kPackage = 16;

  DiscoveredApplication(const World& world, uint32_t index);

  std::string Id() const { return DiscoverId(world_, dice_, index_); }
  const Host& host() const { return host_; }
  std::string_view Name() const { return name_; }
  std::string_view Vendor() const { return vendor_; }
  const std::string& Version() const { return version_; }
  std::string_view SoftwareType() const { return type_; }
  std::string_view Category() const;
  bool Suspicious() const { return index_ == 0; }
  Nanos FirstSeen() const;
  Nanos LastUsed() const;
  Nanos LastUpdated() const;

  Json Record(Blocks blocks) const;

 private:
  void AddHost(Json* record) const;
  void AddUse(Json* record) const;
  void AddKind(Blocks blocks, Json* record) const;

  const World& world_;
  uint32_t index_;
  Dice dice_;
  Host host_;
  std::string_view name_;
  std::string_view vendor_;
  std::string version_;
  std::string_view type_ = "application";
  std::string_view file_;
};

class DiscoveredApplicationCollection : public DiscoverCollection {
 public:
  using DiscoverCollection::DiscoverCollection;

  std::string_view name() const override { return "discovered_applications"; }
  const fql::Schema& schema() const override;
  std::string Id(uint32_t row) const override { return DiscoveredApplication(world(), row).Id(); }
  fql::Value Get(uint32_t row, const fql::Field& field) const override;
  Json RecordWith(uint32_t row, Blocks blocks) const override;
  Blocks BlockOf(std::string_view name) const override;
};

}  // namespace falcon::simulator
