// Falcon Discover: what its four areas share, and the assets and accounts that other areas name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/areas/area.h"
#include "simulator/base/rng.h"
#include "simulator/data/host.h"
#include "simulator/data/world.h"
#include "simulator/search/collection.h"

namespace falcon::simulator {

// Ids are <cid>_<hash>; the hash ends with the scrambled index.
std::string DiscoverId(const World& world, const Rng& rng, uint32_t index);
// The index in an id of that form, below `count`; its rng must still confirm it.
std::optional<uint32_t> DiscoverIndex(const World& world, std::string_view id, uint32_t count);

// The bit of the block that a `facet` parameter names; 0 for an unknown one.
using Blocks = uint8_t;
inline constexpr Blocks kAllBlocks = 0xff;

constexpr fql::Schema DiscoverSchema(std::span<const fql::Field> fields) {
  return {.fields = fields,
          .opens = {},
          .stars = fql::Stars::kOperator,
          .bare_star = false,
          .patterns_in_arrays = true};
}

// Rows 0 to `count`-1 that never change. `world` outlives them.
class DiscoverCollection : public Collection {
 public:
  DiscoverCollection(const World& world, uint32_t count) : world_(world), count_(count) {}

  uint32_t last_row() const override { return count_; }
  std::optional<uint32_t> Find(std::string_view id) const override;
  Json Record(uint32_t row) const override { return RecordWith(row, kAllBlocks); }

  // The record with the blocks of `blocks` only.
  virtual Json RecordWith(uint32_t row, Blocks blocks) const = 0;
  virtual Blocks BlockOf(std::string_view) const { return 0; }

 protected:
  const World& world() const { return world_; }

 private:
  const World& world_;
  uint32_t count_;
};

// The endpoints of one collection: queries, entities and, where Falcon has them, whole records.
void AddDiscoverRoutes(Store& store, const DiscoverCollection& rows, std::string_view noun,
                       bool combined, Routes* routes);

// The area of one collection, whose size flag is `discover-<noun>`.
template <class Rows>
class DiscoverArea : public Area {
 public:
  explicit DiscoverArea(Store& store)
      : store_(store), rows_(store.world, store.Size("discover-" + std::string(Rows::kNoun))) {}

  std::vector<const Collection*> collections() const override { return {&rows_}; }
  void AddRoutes(Routes* routes) override {
    AddDiscoverRoutes(store_, rows_, Rows::kNoun, Rows::kCombined, routes);
  }

 private:
  Store& store_;
  Rows rows_;
};

// One asset, computed on demand: the tenant's hosts first, then what they see around them.
// A view of `world`, which outlives it. Asset i below world.hosts() is Host i, with its agent id,
// name and addresses.
class DiscoveredHost {
 public:
  static constexpr Blocks kSystemInsights = 1;
  static constexpr Blocks kThirdParty = 2;
  static constexpr Blocks kRiskFactors = 4;

  DiscoveredHost(const World& world, uint32_t index);

  const std::optional<Host>& host() const { return host_; }  // of managed assets
  const Rng& rng() const { return rng_; }
  std::string Id() const { return DiscoverId(world_, rng_, index_); }
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
  Rng rng_;
  std::optional<Host> host_;
};

// One account, computed on demand: the domain's users, each host's local administrator, then
// further users.
// A view of `world`, which outlives it.
class DiscoveredAccount {
 public:
  DiscoveredAccount(const World& world, uint32_t index);

  // The account by which `user` is known on `host`.
  static DiscoveredAccount Of(const World& world, const Host& host, std::string_view user);

  std::string Id() const { return DiscoverId(world_, rng_, index_); }
  bool local() const { return host_.has_value(); }
  std::string Username() const;
  std::string AccountName() const;                // DOMAIN\user or HOST\user
  std::string_view AdminPrivileges() const;       // Yes, No, Unknown
  std::string_view LocalAdminPrivileges() const;  // Yes, No
  std::string Sid() const;
  // Some accounts were never seen to log on: they have failed ones only, and no first one.
  bool LoggedOn() const;
  bool Failed() const;
  Host LastHost() const;
  Nanos FirstSeen() const;
  Nanos LastLogin() const;
  Nanos LastFailure() const;
  Nanos PasswordSet() const;

  Json Record() const;

 private:
  const World& world_;
  uint32_t index_;
  Rng rng_;
  std::optional<Host> host_;  // whose local administrator it is
};

}  // namespace falcon::simulator
