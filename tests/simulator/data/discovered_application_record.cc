// The application's record: what is always there, and the blocks that a facet asks for.
#include <string>

#include "simulator/data/discovered_application.h"
#include "simulator/data/discovered_host.h"
#include "simulator/data/story.h"

namespace falcon::simulator {
namespace {

enum Question : uint64_t { kHash = 100, kExtension };

}  // namespace

Json DiscoveredApplication::Record(Blocks blocks) const {
  Json record = Json::object();
  const std::string name(name_);
  record["id"] = Id();
  record["cid"] = world_.cid();
  record["name"] = name_;
  if (!vendor_.empty()) record["vendor"] = vendor_;
  record["version"] = version_;
  record["name_vendor"] = name + "-" + std::string(vendor_);
  record["name_vendor_version"] = name + "-" + std::string(vendor_) + "-" + version_;
  record["software_type"] = type_;
  record["category"] = Category();
  record["architectures"] = {"x64"};
  record["versioning_scheme"] = "semver";
  record["is_normalized"] = !vendor_.empty();
  record["is_suspicious"] = Suspicious();
  if (Suspicious()) {
    record["suspicious_indicators"] = {
        {{"name", "Runs from a temporary folder"}, {"severity", "High"}}};
  }
  record["first_seen_timestamp"] = FormatTime(FirstSeen());
  record["last_updated_timestamp"] = FormatTime(LastUpdated());
  if ((blocks & kHostInfo) != 0) AddHost(&record);
  if ((blocks & kInstallUsage) != 0) AddUse(&record);
  AddKind(blocks, &record);
  return record;
}

void DiscoveredApplication::AddHost(Json* record) const {
  const DiscoveredHost asset(world_, host_.index());
  Json block = Json::object();
  block["id"] = asset.Id();
  block["aid"] = host_.DeviceId();
  block["hostname"] = host_.Hostname();
  block["platform_name"] = host_.PlatformName();
  block["os_version"] = host_.OsVersion();
  block["product_type_desc"] = host_.ProductType();
  block["internet_exposure"] = asset.InternetExposure();
  block["external_ip"] = host_.ExternalIp();
  block["current_mac_address"] = host_.Mac();
  block["agent_version"] = host_.AgentVersion();
  block["system_manufacturer"] = host_.Manufacturer();
  block["machine_domain"] = host_.Domain();
  block["site_name"] = host_.SiteName();
  block["tags"] = host_.Tags();
  block["groups"] = host_.Groups();
  (*record)["host"] = std::move(block);
}

void DiscoveredApplication::AddUse(Json* record) const {
  Json& to = *record;
  const bool windows = host_.platform() == Platform::kWindows;
  to["installation_timestamp"] = FormatTime(FirstSeen());
  to["last_used_timestamp"] = FormatTime(LastUsed());
  to["last_used_user_name"] = index_ == 0 ? "svc-backup" : host_.LastUser();
  if (file_.empty()) return;
  to["last_used_file_name"] = file_;
  to["last_used_file_hash"] = index_ == 0 ? std::string(kStoryHash) : dice_.Hex(kHash, 64);
  to["installation_paths"] = Json::array({(index_ == 0 ? R"(C:\Windows\Temp\)"
                                           : windows   ? R"(C:\Program Files\)"
                                                       : "/usr/bin/") +
                                          std::string(file_)});
}

void DiscoveredApplication::AddKind(Blocks blocks, Json* record) const {
  Json& to = *record;
  if (type_ == "browser_extension" && (blocks & kBrowserExtension) != 0) {
    to["browser_extension"] = {{"id", dice_.Hex(kExtension, 32)},
                               {"browser_name", "Chrome"},
                               {"enabled", true},
                               {"permissions", Json::array({"tabs", "<all_urls>"})},
                               {"permission_severity", "High"},
                               {"installations", Json::array({{{"username", host_.LastUser()},
                                                               {"browser_profile_name", "Default"},
                                                               {"enabled", true}}})}};
  }
  if (type_ == "ide_extension" && (blocks & kIdeExtension) != 0) {
    to["ide_extension"] = {{"ide", "Visual Studio Code"},
                           {"vendor_display_name", vendor_},
                           {"username", host_.LastUser()},
                           {"tags", Json::array({"cpp"})}};
  }
  if (type_ == "package" && (blocks & kPackage) != 0) {
    to["dev_package"] = {
        {"package_type", "python"},
        {"license", "Apache-2.0"},
        {"author", {{"name", "Kenneth Reitz"}}},
        {"dependency_count", 1},
        {"pkg_dependencies",
         Json::array({{{"name", "urllib3"}, {"version_constraint", ">=1.21.1"}}})}};
  }
}

}  // namespace falcon::simulator
