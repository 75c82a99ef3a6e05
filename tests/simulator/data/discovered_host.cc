// Names, addresses, ranks and times of assets, and how a search sees them.
#include "simulator/data/discovered_host.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "simulator/fql/discover_fields.h"

namespace falcon::simulator {
namespace {

using fql::Instant;
using fql::Value;

constexpr uint64_t kAssetKind = 60;

enum Question : uint64_t {
  kUnsupported = 10,
  kNamed,
  kName,
  kPlatform,
  kOs,
  kExternal,
  kMac,
  kMaker,
  kRank,
  kExposure,
  kTag,
  kSeenBy,
  kConfidence,
  kFirst,
  kLast,
};

std::string Numbered(const char* format, uint32_t number) {
  char text[64];
  // Every format below is a literal with exactly one %u.
  std::snprintf(text, sizeof text, format, number);
  return text;
}

}  // namespace

DiscoveredHost::DiscoveredHost(const World& world, uint32_t index)
    : world_(world), index_(index), dice_(world.seed(), kAssetKind, index) {
  if (index < world.hosts()) host_.emplace(world, index);
}

std::string_view DiscoveredHost::EntityType() const {
  if (host_) return "managed";
  return dice_.Chance(kUnsupported, 30) ? "unsupported" : "unmanaged";
}

std::string DiscoveredHost::Hostname() const {
  if (host_) return host_->Hostname();
  const uint32_t number = index_ - world_.hosts();
  // The first stranger stands beside the story's servers.
  if (number == 0) return "BACKUP-NAS";
  if (number == 7) return "printer<script>alert('floor 2')</script>";
  if (!dice_.Chance(kNamed, 80)) return "";
  return EntityType() == "unsupported" ? Numbered("printer-%05u", number)
                                       : Numbered("DESKTOP-%06u", number);
}

std::string_view DiscoveredHost::PlatformName() const {
  if (host_) return host_->PlatformName();
  if (EntityType() == "unsupported") return "";
  const uint32_t roll = dice_.Below(kPlatform, 100);
  return roll < 65 ? "Windows" : roll < 90 ? "Linux" : "Mac";
}

std::string_view DiscoveredHost::OsVersion() const {
  if (host_) return host_->OsVersion();
  const std::string_view platform = PlatformName();
  if (platform == "Windows") return dice_.Chance(kOs, 40) ? "Windows 10" : "Windows 11";
  return platform == "Linux" ? "Debian 12" : platform == "Mac" ? "Sonoma (14)" : "";
}

std::string_view DiscoveredHost::ProductType() const {
  if (host_) return host_->ProductType();
  const std::string_view platform = PlatformName();
  return platform.empty() ? "" : platform == "Linux" ? "Server" : "Workstation";
}

std::string DiscoveredHost::LocalIp() const {
  if (host_) return host_->LocalIp();
  const uint32_t number = index_ - world_.hosts();
  if (number == 0) return "192.168.1.77";
  return "10." + std::to_string(200 + number / 62'500 % 50) + "." +
         std::to_string(number / 250 % 250) + "." + std::to_string(1 + number % 250);
}

std::string DiscoveredHost::ExternalIp() const {
  if (host_) return host_->ExternalIp();
  return "198.51.100." + std::to_string(1 + dice_.Below(kExternal, 250));
}

std::string DiscoveredHost::Mac() const {
  if (host_) return host_->Mac();
  const std::string digits = dice_.Hex(kMac, 6);
  return "3c-52-82-" + digits.substr(0, 2) + "-" + digits.substr(2, 2) + "-" + digits.substr(4, 2);
}

std::string_view DiscoveredHost::Manufacturer() const {
  static constexpr std::array<std::string_view, 3> kMakers = {"HP", "Synology Inc.", "Dell Inc."};
  return host_ ? host_->Manufacturer() : dice_.Pick(kMaker, kMakers);
}

std::string_view DiscoveredHost::Criticality() const {
  static constexpr std::array<std::string_view, 5> kRanks = {"High", "Medium", "Low", "Noncritical",
                                                             "Unassigned"};
  if (ProductType() == "Domain Controller") return "Critical";
  if (index_ < Host::kStoryHosts) return "High";
  return dice_.Chance(kRank, 1) ? "Critical" : dice_.Pick(kRank + 100, kRanks);
}

std::string_view DiscoveredHost::InternetExposure() const {
  if (index_ == Host::kServer1) return "Yes";
  if (!host_) return dice_.Chance(kExposure, 20) ? "No" : "Unknown";
  const uint32_t roll = dice_.Below(kExposure, 100);
  return roll < 4 ? "Yes" : roll < 6 ? "Pending" : "No";
}

std::string_view DiscoveredHost::OsIsEol() const {
  if (OsVersion().empty()) return "Unknown";
  return OsVersion() == "Windows 10" ? "Yes" : "No";
}

std::vector<std::string> DiscoveredHost::Tags() const {
  if (host_) return host_->Tags();
  return dice_.Chance(kTag, 10) ? std::vector<std::string>{"CloudTags/guest-network"}
                                : std::vector<std::string>{};
}

std::vector<std::string> DiscoveredHost::Groups() const {
  return host_ ? host_->Groups() : std::vector<std::string>{};
}

std::vector<Host> DiscoveredHost::Discoverers() const {
  if (host_) return {};
  const uint32_t hosts = world_.hosts();
  const uint32_t first = index_ == hosts ? Host::kServer1 : dice_.Below(kSeenBy, hosts);
  std::vector<Host> seen_by;
  for (uint32_t i = 0; i <= dice_.Below(kSeenBy + 100, 3); ++i) {
    seen_by.emplace_back(world_, (first + i) % hosts);
  }
  return seen_by;
}

uint32_t DiscoveredHost::Confidence() const {
  return index_ == world_.hosts() ? 75 : 25 + 25 * dice_.Below(kConfidence, 3);
}

Nanos DiscoveredHost::FirstSeen() const {
  if (host_) return host_->FirstSeen();
  const uint32_t minutes = 60 + dice_.Below(kFirst, 60 * 24 * 300);
  return (world_.anchor() - minutes * kMinute) / kSecond * kSecond;
}

Nanos DiscoveredHost::LastSeen() const {
  if (host_) return host_->LastSeen();
  const uint32_t days = dice_.Chance(kLast, 70) ? 1 : 40;
  const Nanos last = world_.anchor() - dice_.Below(kLast + 100, days * 86'400) * kSecond;
  return std::max(FirstSeen(), last / kSecond * kSecond);
}

namespace {

Value Present(std::string_view text) { return text.empty() ? Value() : Value(std::string(text)); }
Value Present(std::vector<std::string> list) {
  return list.empty() ? Value() : Value(std::move(list));
}

using Asset = DiscoveredHost;

// Sorted by name.
constexpr auto kShortCuts = std::to_array<ShortCut<DiscoveredHost>>({
    {"aid", [](const Asset& a) { return a.host() ? Value(a.host()->DeviceId()) : Value(); }},
    {"criticality", [](const Asset& a) { return Present(a.Criticality()); }},
    {"entity_type", [](const Asset& a) { return Present(a.EntityType()); }},
    {"external_ip", [](const Asset& a) { return Present(a.ExternalIp()); }},
    {"first_seen_timestamp", [](const Asset& a) { return Value(Instant{a.FirstSeen()}); }},
    {"groups", [](const Asset& a) { return Present(a.Groups()); }},
    {"hostname", [](const Asset& a) { return Present(a.Hostname()); }},
    {"id", [](const Asset& a) { return Present(a.Id()); }},
    {"internet_exposure", [](const Asset& a) { return Present(a.InternetExposure()); }},
    {"last_seen_timestamp", [](const Asset& a) { return Value(Instant{a.LastSeen()}); }},
    {"os_is_eol", [](const Asset& a) { return Present(a.OsIsEol()); }},
    {"os_version", [](const Asset& a) { return Present(a.OsVersion()); }},
    {"platform_name", [](const Asset& a) { return Present(a.PlatformName()); }},
    {"product_type_desc", [](const Asset& a) { return Present(a.ProductType()); }},
    {"tags", [](const Asset& a) { return Present(a.Tags()); }},
});

}  // namespace

const fql::Schema& DiscoveredHostCollection::schema() const { return fql::DiscoveredHostSchema(); }

fql::Value DiscoveredHostCollection::Get(uint32_t row, const fql::Field& field) const {
  const DiscoveredHost asset(world(), row);
  return ValueBy(kShortCuts, asset, field, [&] { return asset.Record(kAllBlocks); });
}

Json DiscoveredHostCollection::RecordWith(uint32_t row, Blocks blocks) const {
  Json record = DiscoveredHost(world(), row).Record(blocks);
  if (Corrupt(row)) {
    record["tags"] = {{"unexpected", "object"}};
    record["confidence"] = "high";
    record["last_seen_timestamp"] = false;
  }
  return record;
}

Blocks DiscoveredHostCollection::BlockOf(std::string_view name) const {
  if (name == "system_insights") return DiscoveredHost::kSystemInsights;
  if (name == "third_party") return DiscoveredHost::kThirdParty;
  return name == "risk_factors" ? DiscoveredHost::kRiskFactors : 0;
}

}  // namespace falcon::simulator
