// One asset of Falcon Discover, computed when asked for: the tenant's hosts first, then what they
// see around them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/data/discovered.h"
#include "simulator/data/host.h"

namespace falcon::simulator {

// A view of `world`, which outlives it. Asset i below world.hosts() is Host i, with its agent id,
// name and addresses.
class DiscoveredHost {
 public:
  static constexpr Blocks kSystemInsights = 1;
  static constexpr Blocks kThirdParty = 2;
  static constexpr Blocks kRiskFactors = 4;

  DiscoveredHost(const World& world, uint32_t index);

  const std::optional<Host>& host() const { return host_; }  // of managed assets
  const Dice& dice() const { return dice_; }
  std::string Id() const { return DiscoverId(world_, dice_, index_); }
  std::string_view EntityType() const;    // managed, unmanaged, unsupported
  std::string Hostname() const;           // may be empty
  std::string_view PlatformName() const;  // may be empty
  std::string_view OsVersion() const;     // may be empty
  std::string_view ProductType() const;   // may be empty
  std::string LocalIp() const;
  std::string ExternalIp() const;
  std::string Mac() const;
  std::string_view Manufacturer() const;
  std::string_view Criticality() const;
  std::string_view InternetExposure() const;  // Yes, No, Pending, Unknown
  std::string_view OsIsEol() const;           // Yes, No, Unknown
  std::vector<std::string> Tags() const;
  std::vector<std::string> Groups() const;
  std::vector<Host> Discoverers() const;  // who sees it; none of a managed asset
  uint32_t Confidence() const;
  Nanos FirstSeen() const;
  Nanos LastSeen() const;

  Json Record(Blocks blocks) const;

 private:
  void AddPlace(Json* record) const;
  void AddNetwork(Json* record) const;
  void AddManaged(Json* record) const;
  void AddDiscoverers(Json* record) const;

  const World& world_;
  uint32_t index_;
  Dice dice_;
  std::optional<Host> host_;
};

// The blocks of a host's facets.
void AddSystemInsights(const DiscoveredHost& asset, Json* record);
void AddThirdParty(const DiscoveredHost& asset, Json* record);
void AddRiskFactors(const DiscoveredHost& asset, Json* record);

class DiscoveredHostCollection : public DiscoverCollection {
 public:
  using DiscoverCollection::DiscoverCollection;

  std::string_view name() const override { return "discovered_hosts"; }
  const fql::Schema& schema() const override;
  std::string Id(uint32_t row) const override { return DiscoveredHost(world(), row).Id(); }
  fql::Value Get(uint32_t row, const fql::Field& field) const override;
  Json RecordWith(uint32_t row, Blocks blocks) const override;
  Blocks BlockOf(std::string_view name) const override;
};

}  // namespace falcon::simulator
