// One login of Falcon Discover, computed when asked for: those of the story, then those of the
// hosts' histories, then older ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/data/discovered.h"
#include "simulator/data/host.h"

namespace falcon::simulator {

// A view of `world`, which outlives it.
class DiscoveredLogin {
 public:
  DiscoveredLogin(const World& world, uint32_t index);

  std::string Id() const { return DiscoverId(world_, dice_, index_); }
  const Host& host() const { return host_; }
  const std::string& Username() const { return user_; }
  Nanos When() const { return when_; }
  bool Successful() const { return successful_; }
  std::string_view Type() const;
  std::string RemoteIp() const;  // empty at the keyboard
  bool Suspicious() const { return suspicious_; }

  Json Record() const;

 private:
  const World& world_;
  uint32_t index_;
  Dice dice_;
  Host host_;
  std::string user_;
  Nanos when_ = 0;
  bool successful_ = true;
  bool suspicious_ = false;
  std::string_view type_;  // of the story's
};

class DiscoveredLoginCollection : public DiscoverCollection {
 public:
  using DiscoverCollection::DiscoverCollection;

  std::string_view name() const override { return "discovered_logins"; }
  const fql::Schema& schema() const override;
  std::string Id(uint32_t row) const override { return DiscoveredLogin(world(), row).Id(); }
  fql::Value Get(uint32_t row, const fql::Field& field) const override;
  Json RecordWith(uint32_t row, Blocks blocks) const override;
  Blocks BlockOf(std::string_view) const override { return 0; }
};

}  // namespace falcon::simulator
