// The asset's record: what is always there, and the blocks that a facet asks for.
#include <array>
#include <string>

#include "simulator/data/discovered_host.h"

namespace falcon::simulator {
namespace {

enum Question : uint64_t {
  kSerial = 200,
  kDisk,
  kMemory,
  kLoad,
  kEncrypted,
  kBios,
  kOwner,
  kObject,
  kDepartment,
  kOdd,
};

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

}  // namespace

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
  (*record)["system_serial_number"] = dice_.Hex(kSerial, 12);
  (*record)["bios_manufacturer"] = host_->Manufacturer();
  (*record)["bios_version"] = "2.18.0";
  (*record)["kernel_version"] =
      host_->platform() == Platform::kLinux ? "5.15.0-112-generic" : "20348";
  (*record)["reduced_functionality_mode"] = dice_.Chance(kOdd, 2) ? "Yes" : "No";
  (*record)["discovering_by"] = {"Passive"};
  AddText("machine_domain", host_->Domain(), record);
  AddText("site_name", host_->SiteName(), record);
  if (const auto units = host_->Units(); !units.empty()) {
    (*record)["ou"] = units.front();
    (*record)["ous"] = units;
  }
  // A key no specification names: readers keep or skip it, and never fail on it.
  if (dice_.Chance(kOdd + 100, 30)) (*record)["exposure_score_v2"] = 0.25;
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

void AddSystemInsights(const DiscoveredHost& asset, Json* record) {
  const Dice& dice = asset.dice();
  const uint32_t disk = 256 << dice.Below(kDisk, 4);
  const uint32_t used = disk * (10 + dice.Below(kDisk + 100, 80)) / 100;
  const uint32_t memory = 8192U << dice.Below(kMemory, 4);
  const uint32_t load = 5 + dice.Below(kLoad, 60);
  const bool encrypted = dice.Chance(kEncrypted, 70);
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
  to["bios_id"] = dice.Hex(kBios, 16);
  to["total_bios_files"] = 2;
  to["bios_hashes_data"] = {{{"sha256_hash", dice.Hex(kBios + 1, 64)}, {"measurement_type", 1}}};
  to["os_security"] = {{"secure_boot_enabled_status", dice.Chance(kBios + 2, 80)},
                       {"credential_guard_status", dice.Chance(kBios + 3, 40)},
                       {"virtualization_based_security_status", true},
                       {"system_guard_status", "Enabled"},
                       {"iommu_protection_status", "Unknown"}};
}

void AddThirdParty(const DiscoveredHost& asset, Json* record) {
  static constexpr std::array<std::string_view, 4> kDepartments = {"Finance", "Engineering",
                                                                   "Operations", "Sales"};
  const Dice& dice = asset.dice();
  if (!asset.host() && !dice.Chance(kOwner, 40)) return;
  Json& to = *record;
  to["servicenow_id"] = dice.Hex(kOwner + 1, 32);
  to["owned_by"] = dice.Chance(kOwner + 2, 50) ? "Alice Anderson" : "Bob Brown";
  to["managed_by"] = "Carol Chen";
  to["department"] = dice.Pick(kDepartment, kDepartments);
  to["used_for"] = asset.ProductType() == "Workstation" ? "Office" : "Production";
  to["field_metadata"] = {{"department", {{"providers", {"ServiceNow"}}}},
                          {"owned_by", {{"providers", {"ServiceNow"}}}}};
  if (!asset.host() || asset.host()->platform() != Platform::kWindows) return;
  to["fqdn"] = asset.Hostname() + "." + asset.host()->Domain();
  to["object_guid"] = dice.Uuid(kObject);
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

}  // namespace falcon::simulator
