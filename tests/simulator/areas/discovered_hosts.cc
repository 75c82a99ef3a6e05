// Assets of Falcon Discover: names, addresses, criticality and times, records with blocks, and rows.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "simulator/areas/discover.h"

namespace falcon::simulator {
namespace {

using fql::Field;
using fql::Instant;
using fql::Value;

constexpr SizeFlag kSizes[] = {
    {"discover-hosts", "Number of assets: the hosts, then what they see", 3000}};

constexpr auto kFields = fql::SortedFields(
    fql::Texts("account_enabled", "agent_version", "aid", "assigned_to", "bios_id",
               "bios_manufacturer", "bios_version", "city", "country", "cpu_manufacturer",
               "cpu_processor_name", "criticality", "department", "email", "encryption_status",
               "entity_type", "external_ip", "form_factor", "fqdn", "hostname", "id",
               "internet_exposure", "kernel_version", "last_discoverer_aid", "location",
               "machine_domain", "managed_by", "object_guid", "object_sid", "os_is_eol",
               "os_security.iommu_protection_status", "os_security.system_guard_status",
               "os_security.uefi_memory_protection_status", "os_service_pack", "os_version", "ou",
               "owned_by", "platform_name", "product_type_desc", "reduced_functionality_mode",
               "servicenow_id", "site_name", "state", "system_manufacturer", "system_product_name",
               "system_serial_number", "used_for"),
    fql::Numbers("ad_user_account_control", "available_disk_space", "available_disk_space_pct",
                 "average_memory_usage", "average_memory_usage_pct", "average_processor_usage",
                 "bios_hashes_data.measurement_type", "confidence", "data_providers_count",
                 "discoverer_count", "disk_sizes.disk_space", "encrypted_drives_count",
                 "local_ips_count", "logical_core_count", "max_memory_usage",
                 "max_memory_usage_pct", "max_processor_usage",
                 "mount_storage_info.available_space", "mount_storage_info.used_space",
                 "number_of_disk_drives", "physical_core_count", "processor_package_count",
                 "total_bios_files", "total_disk_space", "total_memory", "unencrypted_drives_count",
                 "used_disk_space", "used_disk_space_pct"),
    fql::Times("creation_timestamp", "first_seen_timestamp", "last_seen_timestamp",
               "scan_details.scan_date", "vulnerability_assessment_date"),
    fql::Booleans("os_security.credential_guard_status", "os_security.device_guard_status",
                  "os_security.kernel_dma_protection_status",
                  "os_security.secure_boot_enabled_status",
                  "os_security.secure_boot_requested_status",
                  "os_security.virtualization_based_security_status"),
    fql::Arrays("bios_hashes_data.sha256_hash", "data_providers", "discoverer_aids",
                "discoverer_platform_names", "discoverer_product_type_descs", "discoverer_tags",
                "discovering_by", "disk_sizes.disk_name", "encrypted_drives", "groups",
                "local_ip_addresses", "mac_addresses", "mount_storage_info.mount_path",
                "network_interfaces.interface_alias", "network_interfaces.interface_description",
                "network_interfaces.local_ip", "network_interfaces.mac_address",
                "network_interfaces.network_prefix", "scan_details.scan_id",
                "scan_details.schedule_id", "tags", "unencrypted_drives"));
constexpr fql::Schema kSchema = DiscoverSchema(kFields);

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
  kSerial = 200,
  kDisk,
  kMemory,
  kLoad,
  kEncrypted,
  kBios,
  kOwner,
  kObject,
  kDepartment,
  kOdd
};

std::string Numbered(const char* format, uint32_t number) {
  char text[64];
  // Every format below is a literal with exactly one %u.
  std::snprintf(text, sizeof text, format, number);
  return text;
}

void AddText(std::string_view key, std::string_view text, Json* record) {
  if (!text.empty()) (*record)[std::string(key)] = text;
}

struct Place {
  std::string_view country;
  std::string_view city;
};

Place PlaceOf(std::string_view site) {
  if (site == "Austin") return {"United States of America", "Austin"};
  if (site == "Singapore") return {"Singapore", "Singapore"};
  return {"Germany", site == "Berlin" ? "Berlin" : "Frankfurt am Main"};
}

std::string_view ProductNumber(std::string_view description) {
  return description == "Workstation" ? "1" : description == "Domain Controller" ? "2" : "3";
}

void AddSystemInsights(const DiscoveredHost& asset, Json* record) {
  const Rng& rng = asset.rng();
  const uint32_t disk = 256 << rng.Below(kDisk, 4);
  const uint32_t used = disk * (10 + rng.Below(kDisk + 100, 80)) / 100;
  const uint32_t memory = 8192U << rng.Below(kMemory, 4);
  const uint32_t load = 5 + rng.Below(kLoad, 60);
  const bool encrypted = rng.Chance(kEncrypted, 70);
  Json& to = *record;
  to["number_of_disk_drives"] = 1;
  to["disk_sizes"] = {{{"disk_name", "PHYSICALDRIVE0"}, {"disk_space", disk}}};
  to["total_disk_space"] = disk;
  to["used_disk_space"] = used;
  to["used_disk_space_pct"] = used * 100 / disk;
  to["available_disk_space"] = disk - used;
  to["available_disk_space_pct"] = (disk - used) * 100 / disk;
  to["mount_storage_info"] = {
      {{"mount_path", "C:"}, {"used_space", used}, {"available_space", disk - used}}};
  to["encryption_status"] = encrypted ? "Encrypted" : "Unencrypted";
  to["encrypted_drives"] = encrypted ? Json{"C:"} : Json::array();
  to["encrypted_drives_count"] = encrypted ? 1 : 0;
  to["unencrypted_drives"] = encrypted ? Json::array() : Json{"C:"};
  to["unencrypted_drives_count"] = encrypted ? 0 : 1;
  to["processor_package_count"] = 1;
  to["physical_core_count"] = 4;
  to["logical_core_count"] = 8;
  to["cpu_processor_name"] = "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz";
  to["total_memory"] = memory;
  to["average_memory_usage"] = memory / 2;
  to["average_memory_usage_pct"] = 50;
  to["max_memory_usage"] = memory / 4 * 3;
  to["max_memory_usage_pct"] = 75;
  to["average_processor_usage"] = load;
  to["max_processor_usage"] = load + 30;
  to["form_factor"] = asset.ProductType() == "Workstation" ? "Laptop" : "Server";
  to["bios_id"] = rng.Hex(kBios, 16);
  to["total_bios_files"] = 2;
  to["bios_hashes_data"] = {{{"sha256_hash", rng.Hex(kBios + 1, 64)}, {"measurement_type", 1}}};
  to["os_security"] = {{"secure_boot_enabled_status", rng.Chance(kBios + 2, 80)},
                       {"credential_guard_status", rng.Chance(kBios + 3, 40)},
                       {"virtualization_based_security_status", true},
                       {"system_guard_status", "Enabled"},
                       {"iommu_protection_status", "Unknown"}};
}

void AddThirdParty(const DiscoveredHost& asset, Json* record) {
  static constexpr std::array<std::string_view, 4> kDepartments = {"Finance", "Engineering",
                                                                   "Operations", "Sales"};
  const Rng& rng = asset.rng();
  if (!asset.host() && !rng.Chance(kOwner, 40)) return;
  Json& to = *record;
  to["servicenow_id"] = rng.Hex(kOwner + 1, 32);
  to["owned_by"] = rng.Chance(kOwner + 2, 50) ? "Alice Anderson" : "Bob Brown";
  to["managed_by"] = "Carol Chen";
  to["department"] = rng.Pick(kDepartment, kDepartments);
  to["used_for"] = asset.ProductType() == "Workstation" ? "Office" : "Production";
  to["field_metadata"] = {{"department", {{"providers", {"ServiceNow"}}}},
                          {"owned_by", {{"providers", {"ServiceNow"}}}}};
  if (!asset.host() || asset.host()->platform() != Platform::kWindows) return;
  to["fqdn"] = asset.Hostname() + "." + asset.host()->Domain();
  to["object_guid"] = rng.Uuid(kObject);
  to["object_sid"] =
      "S-1-5-21-1004336348-1177238915-682003330-" + std::to_string(20'000 + asset.host()->index());
  to["ad_user_account_control"] = 4096;
  to["account_enabled"] = "Yes";
  to["creation_timestamp"] = FormatTime(asset.FirstSeen() - kHour);
  to["cpu_manufacturer"] = "Intel";
}

void AddRiskFactors(const DiscoveredHost& asset, Json* record) {
  Json& to = *record;
  to["criticality_description"] =
      asset.Criticality() == "Critical" ? "Domain controllers and payment systems" : "";
  to["override_criticality_rules"] = false;
  to["computed_internet_exposure"] = asset.InternetExposure();
  to["override_internet_exposure"] = false;
  if (asset.InternetExposure() == "Yes") {
    to["computed_internet_exposure_external_ip"] = asset.ExternalIp();
    to["computed_internet_exposure_last_seen"] = FormatTime(asset.LastSeen());
  }
  to["asset_roles"] = asset.ProductType() == "Domain Controller" ? Json{"Domain Controller"}
                      : asset.ProductType() == "Server"          ? Json{"Server"}
                                                                 : Json::array();
}

}  // namespace

DiscoveredHost::DiscoveredHost(const World& world, uint32_t index)
    : world_(world), index_(index), rng_(world.seed(), kAssetKind, index) {
  if (index < world.hosts()) host_.emplace(world, index);
}

std::string_view DiscoveredHost::EntityType() const {
  if (host_) return "managed";
  return rng_.Chance(kUnsupported, 30) ? "unsupported" : "unmanaged";
}

std::string DiscoveredHost::Hostname() const {
  if (host_) return host_->Hostname();
  const uint32_t number = index_ - world_.hosts();
  // The first unmanaged asset is in the network of the story's servers.
  if (number == 0) return "BACKUP-NAS";
  if (number == 7) return "printer<script>alert('floor 2')</script>";
  if (!rng_.Chance(kNamed, 80)) return "";
  return EntityType() == "unsupported" ? Numbered("printer-%05u", number)
                                       : Numbered("DESKTOP-%06u", number);
}

std::string_view DiscoveredHost::PlatformName() const {
  if (host_) return host_->PlatformName();
  if (EntityType() == "unsupported") return "";
  const uint32_t roll = rng_.Below(kPlatform, 100);
  return roll < 65 ? "Windows" : roll < 90 ? "Linux" : "Mac";
}

std::string_view DiscoveredHost::OsVersion() const {
  if (host_) return host_->OsVersion();
  const std::string_view platform = PlatformName();
  if (platform == "Windows") return rng_.Chance(kOs, 40) ? "Windows 10" : "Windows 11";
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
  return "198.51.100." + std::to_string(1 + rng_.Below(kExternal, 250));
}

std::string DiscoveredHost::Mac() const {
  if (host_) return host_->Mac();
  const std::string digits = rng_.Hex(kMac, 6);
  return "3c-52-82-" + digits.substr(0, 2) + "-" + digits.substr(2, 2) + "-" + digits.substr(4, 2);
}

std::string_view DiscoveredHost::Manufacturer() const {
  static constexpr std::array<std::string_view, 3> kMakers = {"HP", "Synology Inc.", "Dell Inc."};
  return host_ ? host_->Manufacturer() : rng_.Pick(kMaker, kMakers);
}

std::string_view DiscoveredHost::Criticality() const {
  static constexpr std::array<std::string_view, 5> kRanks = {"High", "Medium", "Low", "Noncritical",
                                                             "Unassigned"};
  if (ProductType() == "Domain Controller") return "Critical";
  if (index_ < Host::kStoryHosts) return "High";
  return rng_.Chance(kRank, 1) ? "Critical" : rng_.Pick(kRank + 100, kRanks);
}

std::string_view DiscoveredHost::InternetExposure() const {
  if (index_ == Host::kServer1) return "Yes";
  if (!host_) return rng_.Chance(kExposure, 20) ? "No" : "Unknown";
  const uint32_t roll = rng_.Below(kExposure, 100);
  return roll < 4 ? "Yes" : roll < 6 ? "Pending" : "No";
}

std::string_view DiscoveredHost::OsIsEol() const {
  if (OsVersion().empty()) return "Unknown";
  return OsVersion() == "Windows 10" ? "Yes" : "No";
}

std::vector<std::string> DiscoveredHost::Tags() const {
  if (host_) return host_->Tags();
  return rng_.Chance(kTag, 10) ? std::vector<std::string>{"CloudTags/guest-network"}
                               : std::vector<std::string>{};
}

std::vector<std::string> DiscoveredHost::Groups() const {
  return host_ ? host_->Groups() : std::vector<std::string>{};
}

std::vector<Host> DiscoveredHost::Discoverers() const {
  if (host_) return {};
  const uint32_t hosts = world_.hosts();
  const uint32_t first = index_ == hosts ? Host::kServer1 : rng_.Below(kSeenBy, hosts);
  std::vector<Host> seen_by;
  for (uint32_t i = 0; i <= rng_.Below(kSeenBy + 100, 3); ++i) {
    seen_by.emplace_back(world_, (first + i) % hosts);
  }
  return seen_by;
}

uint32_t DiscoveredHost::Confidence() const {
  return index_ == world_.hosts() ? 75 : 25 + 25 * rng_.Below(kConfidence, 3);
}

Nanos DiscoveredHost::FirstSeen() const {
  if (host_) return host_->FirstSeen();
  const uint32_t minutes = 60 + rng_.Below(kFirst, 60 * 24 * 300);
  return (world_.anchor() - minutes * kMinute) / kSecond * kSecond;
}

Nanos DiscoveredHost::LastSeen() const {
  if (host_) return host_->LastSeen();
  const uint32_t days = rng_.Chance(kLast, 70) ? 1 : 40;
  const Nanos last = world_.anchor() - rng_.Below(kLast + 100, days * 86'400) * kSecond;
  return std::max(FirstSeen(), last / kSecond * kSecond);
}

Json DiscoveredHost::Record(Blocks blocks) const {
  Json record = Json::object();
  record["id"] = Id();
  record["cid"] = world_.cid();
  record["entity_type"] = EntityType();
  record["first_seen_timestamp"] = FormatTime(FirstSeen());
  record["last_seen_timestamp"] = FormatTime(LastSeen());
  record["criticality"] = Criticality();
  record["internet_exposure"] = InternetExposure();
  record["os_is_eol"] = OsIsEol();
  AddText("hostname", Hostname(), &record);
  AddText("platform_name", PlatformName(), &record);
  AddText("os_version", OsVersion(), &record);
  if (!ProductType().empty()) {
    record["product_type_desc"] = ProductType();
    record["product_type"] = ProductNumber(ProductType());
  }
  record["system_manufacturer"] = Manufacturer();
  record["confidence"] = host_ ? 100 : Confidence();
  if (const auto tags = Tags(); !tags.empty()) record["tags"] = tags;
  record["data_providers"] = {"Falcon"};
  record["data_providers_count"] = 1;
  AddPlace(&record);
  AddNetwork(&record);
  if (host_) {
    AddManaged(&record);
  } else {
    AddDiscoverers(&record);
  }
  if ((blocks & kSystemInsights) != 0 && host_) AddSystemInsights(*this, &record);
  if ((blocks & kThirdParty) != 0) AddThirdParty(*this, &record);
  if ((blocks & kRiskFactors) != 0) AddRiskFactors(*this, &record);
  return record;
}

void DiscoveredHost::AddPlace(Json* record) const {
  const Place place = PlaceOf(host_ ? host_->SiteName() : "");
  (*record)["country"] = place.country;
  (*record)["city"] = place.city;
}

void DiscoveredHost::AddNetwork(Json* record) const {
  const std::string ip = LocalIp();
  const std::string prefix = ip.substr(0, ip.find('.', ip.find('.') + 1));
  (*record)["current_local_ip"] = ip;
  (*record)["local_ip_addresses"] = {ip};
  (*record)["local_ips_count"] = 1;
  (*record)["mac_addresses"] = {Mac()};
  (*record)["external_ip"] = ExternalIp();
  (*record)["current_network_prefix"] = prefix;
  (*record)["network_interfaces"] = {{{"interface_alias", "Ethernet"},
                                      {"interface_description", "Gigabit Network Connection"},
                                      {"local_ip", ip},
                                      {"mac_address", Mac()},
                                      {"network_prefix", prefix}}};
}

void DiscoveredHost::AddManaged(Json* record) const {
  (*record)["aid"] = host_->DeviceId();
  (*record)["agent_version"] = host_->AgentVersion();
  (*record)["groups"] = host_->Groups();
  (*record)["system_product_name"] = host_->Model();
  (*record)["system_serial_number"] = rng_.Hex(kSerial, 12);
  (*record)["bios_manufacturer"] = host_->Manufacturer();
  (*record)["bios_version"] = "2.18.0";
  (*record)["kernel_version"] =
      host_->platform() == Platform::kLinux ? "5.15.0-112-generic" : "20348";
  (*record)["reduced_functionality_mode"] = rng_.Chance(kOdd, 2) ? "Yes" : "No";
  (*record)["discovering_by"] = {"Passive"};
  AddText("machine_domain", host_->Domain(), record);
  AddText("site_name", host_->SiteName(), record);
  if (const auto units = host_->Units(); !units.empty()) {
    (*record)["ou"] = units.front();
    (*record)["ous"] = units;
  }
  // A key no specification names: readers keep or skip it, and never fail on it.
  if (rng_.Chance(kOdd + 100, 30)) (*record)["exposure_score_v2"] = 0.25;
}

void DiscoveredHost::AddDiscoverers(Json* record) const {
  Json aids = Json::array();
  Json names = Json::array();
  Json platforms = Json::array();
  Json kinds = Json::array();
  Json tags = Json::array();
  for (const Host& host : Discoverers()) {
    aids.push_back(host.DeviceId());
    names.push_back(host.Hostname());
    platforms.push_back(host.PlatformName());
    kinds.push_back(host.ProductType());
    for (const std::string& tag : host.Tags()) tags.push_back(tag);
  }
  (*record)["discoverer_count"] = aids.size();
  (*record)["first_discoverer_aid"] = aids.front();
  (*record)["last_discoverer_aid"] = aids.back();
  (*record)["last_discoverer_hostname"] = names.back();
  (*record)["discoverer_aids"] = std::move(aids);
  (*record)["discoverer_hostnames"] = std::move(names);
  (*record)["discoverer_platform_names"] = std::move(platforms);
  (*record)["discoverer_product_type_descs"] = std::move(kinds);
  (*record)["discoverer_tags"] = std::move(tags);
}

namespace {

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

class AssetCollection : public DiscoverCollection {
 public:
  static constexpr std::string_view kNoun = "hosts";
  static constexpr bool kCombined = true;  // whole records
  using DiscoverCollection::DiscoverCollection;

  std::string_view name() const override { return kSizes[0].name; }
  const fql::Schema& schema() const override { return kSchema; }
  std::string Id(uint32_t row) const override { return DiscoveredHost(world(), row).Id(); }
  Value Get(uint32_t row, const Field& field) const override {
    const DiscoveredHost one(world(), row);
    return ValueBy(kShortCuts, one, field, [&] { return one.Record(kAllBlocks); });
  }
  Json RecordWith(uint32_t row, Blocks blocks) const override {
    Json record = DiscoveredHost(world(), row).Record(blocks);
    if (world().Corrupt(row)) {
      record["tags"] = {{"unexpected", "object"}};
      record["confidence"] = "high";
      record["last_seen_timestamp"] = false;
    }
    return record;
  }
  Blocks BlockOf(std::string_view name) const override {
    if (name == "system_insights") return DiscoveredHost::kSystemInsights;
    if (name == "third_party") return DiscoveredHost::kThirdParty;
    return name == "risk_factors" ? DiscoveredHost::kRiskFactors : 0;
  }
};

}  // namespace

extern const AreaType kDiscoveredHosts;
const AreaType kDiscoveredHosts = {kSizes, MakeArea<DiscoverArea<AssetCollection>>};

}  // namespace falcon::simulator
