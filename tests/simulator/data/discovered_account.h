// One account of Falcon Discover, computed when asked for: the domain's users, each host's local
// administrator, then further users.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/data/discovered.h"
#include "simulator/data/host.h"

namespace falcon::simulator {

// A view of `world`, which outlives it.
class DiscoveredAccount {
 public:
  DiscoveredAccount(const World& world, uint32_t index);

  // The account by which `user` is known on `host`.
  static DiscoveredAccount Of(const World& world, const Host& host, std::string_view user);

  std::string Id() const { return DiscoverId(world_, dice_, index_); }
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
  Dice dice_;
  std::optional<Host> host_;  // whose local administrator it is
};

class DiscoveredAccountCollection : public DiscoverCollection {
 public:
  using DiscoverCollection::DiscoverCollection;

  std::string_view name() const override { return "discovered_accounts"; }
  const fql::Schema& schema() const override;
  std::string Id(uint32_t row) const override { return DiscoveredAccount(world(), row).Id(); }
  fql::Value Get(uint32_t row, const fql::Field& field) const override;
  Json RecordWith(uint32_t row, Blocks blocks) const override;
  Blocks BlockOf(std::string_view) const override { return 0; }
};

}  // namespace falcon::simulator
