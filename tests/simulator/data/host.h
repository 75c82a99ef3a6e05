// The facts of one host, computed on demand.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/json.h"
#include "simulator/base/rng.h"
#include "simulator/data/world.h"

namespace falcon::simulator {

enum class Platform { kWindows, kLinux, kMac };

// A view of `world`, which outlives it. Hosts 0 to 3 are the story's; hidden hosts follow the
// visible ones.
class Host {
 public:
  static constexpr uint32_t kServer1 = 0;  // SRV-PROD-001
  static constexpr uint32_t kServer2 = 1;  // SRV-PROD-002
  static constexpr uint32_t kDomain1 = 2;  // DC-01
  static constexpr uint32_t kDomain2 = 3;  // DC-02
  static constexpr uint32_t kStoryHosts = 4;

  Host(const World& world, uint32_t index);

  // The host of an id, visible or hidden.
  static std::optional<uint32_t> IndexOf(const World& world, std::string_view device_id);

  uint32_t index() const { return index_; }
  bool hidden() const { return index_ >= world_.hosts(); }
  std::string DeviceId() const;
  std::string Hostname() const;
  Platform platform() const;
  std::string_view PlatformName() const;
  std::string_view ProductType() const;  // Workstation, Server, Domain Controller
  std::string_view OsVersion() const;
  std::string Domain() const;
  std::string LocalIp() const;
  std::string ExternalIp() const;
  std::string Mac() const;  // with dashes
  std::string_view Manufacturer() const;
  std::string_view Model() const;
  std::string AgentVersion() const;
  std::string Status() const;
  std::string SiteName() const;
  std::string LastUser() const;
  std::vector<std::string> Tags() const;
  std::vector<std::string> Groups() const;
  std::vector<std::string> Units() const;  // ou
  Nanos FirstSeen() const;
  Nanos LastSeen() const;
  std::string_view OnlineState() const;
  const Rng& rng() const { return rng_; }

  // The record of the Hosts API.
  Json Record() const;
  // The shorter block inside an alert.
  Json AlertBlock() const;
  Json LoginHistory(Nanos from, Nanos to, size_t limit) const;
  // How many log-ins the history holds, and the nth of them, the newest first. Log-ins beyond the
  // history are older.
  uint32_t Logins() const;
  struct Login {
    Nanos when;
    std::string user;
  };
  Login LoginAt(uint32_t nth) const;
  Json AddressHistory() const;

 private:
  bool Story() const { return index_ < kStoryHosts; }
  void AddPlatformKeys(Json* record) const;
  void AddCloudKeys(Json* record) const;

  const World& world_;
  uint32_t index_;
  Rng rng_;
};

// The users of the domain, who log on to its hosts. The last one is an administrator.
std::span<const std::string_view> HostUsers();

}  // namespace falcon::simulator
