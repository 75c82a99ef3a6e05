// Applications of Falcon Discover: which is on which host, records with their blocks, and rows. The
// first one is the story's false service.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "simulator/areas/discover.h"
#include "simulator/data/product.h"
#include "simulator/data/story.h"

namespace falcon::simulator {
namespace {

using fql::Field;
using fql::Instant;
using fql::Value;

constexpr SizeFlag kSizes[] = {{"discover-applications", "Number of applications on hosts", 5000}};

constexpr auto kFields = fql::SortedFields(
    fql::Texts("category", "cid", "host.agent_version", "host.aid", "host.country",
               "host.current_mac_address", "host.current_network_prefix", "host.external_ip",
               "host.hostname", "host.id", "host.internet_exposure", "host.kernel_version",
               "host.machine_domain", "host.os_version", "host.ou", "host.platform_name",
               "host.product_type_desc", "host.site_name", "host.system_manufacturer", "id",
               "last_used_file_hash", "last_used_file_name", "last_used_user_name",
               "last_used_user_sid", "name", "name_vendor", "name_vendor_version", "software_type",
               "vendor", "version", "versioning_scheme"),
    fql::Times("first_seen_timestamp", "installation_timestamp", "last_updated_timestamp",
               "last_used_timestamp"),
    fql::Booleans("is_normalized", "is_suspicious"),
    fql::Arrays("architectures", "groups", "host.groups", "host.tags", "installation_paths"));
constexpr fql::Schema kSchema = DiscoverSchema(kFields);

constexpr uint64_t kApplicationKind = 63;

enum Question : uint64_t { kFirst = 10, kUsed, kUpdated, kHash = 100, kExtension };

// What is no product of Products().
struct Extra {
  std::string_view vendor;
  std::string_view name;
  std::string_view version;
  std::string_view type;
  std::string_view file;
};
constexpr auto kExtras = std::to_array<Extra>({
    {"Raymond Hill", "uBlock Origin", "1.57.0", "browser_extension", ""},
    {"", "Free <b>Coupons</b>\u202E", "0.0.1", "browser_extension", ""},
    {"Microsoft", "C/C++ for Visual Studio Code", "1.19.9", "ide_extension", ""},
    {"", "requests", "2.31.0", "package", ""},
    {"TeamViewer", "TeamViewer", "15.50.5", "application", "TeamViewer.exe"},
});
constexpr Extra kFalseService = {"", "UpdateService", "1.0", "application", "svchost.exe"};

// Products that run on `platform`, the operating system aside.
uint32_t CountOn(Platform platform) {
  const auto fits = [platform](const Product& product) {
    return !product.IsSystem() && product.RunsOn(platform);
  };
  return static_cast<uint32_t>(std::count_if(Products().begin(), Products().end(), fits));
}

const Product& NthOn(Platform platform, uint32_t nth) {
  for (const Product& product : Products()) {
    if (product.IsSystem() || !product.RunsOn(platform)) continue;
    if (nth-- == 0) return product;
  }
  return Products().front();
}

// A view of `world`, which outlives it.
class DiscoveredApplication {
 public:
  static constexpr Blocks kHostInfo = 1;
  static constexpr Blocks kInstallUsage = 2;
  static constexpr Blocks kBrowserExtension = 4;
  static constexpr Blocks kIdeExtension = 8;
  static constexpr Blocks kPackage = 16;

  DiscoveredApplication(const World& world, uint32_t index);

  std::string Id() const { return DiscoverId(world_, rng_, index_); }
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
  Rng rng_;
  Host host_;
  std::string_view name_;
  std::string_view vendor_;
  std::string version_;
  std::string_view type_ = "application";
  std::string_view file_;
};

DiscoveredApplication::DiscoveredApplication(const World& world, uint32_t index)
    : world_(world),
      index_(index),
      rng_(world.seed(), kApplicationKind, index),
      host_(world, index % world.hosts()) {
  const uint32_t slot = index / world.hosts();
  const uint32_t products = CountOn(host_.platform());
  const uint32_t all = products + static_cast<uint32_t>(kExtras.size());
  const uint32_t nth = (slot + host_.index()) % all;
  if (index != 0 && nth < products) {
    const Product& product = NthOn(host_.platform(), nth);
    name_ = product.name;
    vendor_ = product.vendor;
    version_ = product.version;
    file_ = product.file;
  } else {
    const Extra& extra = index == 0 ? kFalseService : kExtras[nth - products];
    name_ = extra.name;
    vendor_ = extra.vendor;
    version_ = extra.version;
    type_ = extra.type;
    file_ = extra.file;
  }
  // The same application comes again in an older version.
  if (slot >= all) version_ += "-" + std::to_string(slot / all);
}

std::string_view DiscoveredApplication::Category() const {
  if (type_ == "browser_extension" || name_ == "Chrome" || name_ == "Firefox") {
    return "Web Browsers";
  }
  return type_ == "application" ? "IT/Security Apps" : "Development";
}

Nanos DiscoveredApplication::FirstSeen() const {
  if (index_ == 0) return world_.anchor() / kSecond * kSecond - 58 * kMinute;
  return host_.FirstSeen() + rng_.Below(kFirst, 6 * 86'400) * kSecond;
}

Nanos DiscoveredApplication::LastUsed() const {
  return std::max(FirstSeen(), host_.LastSeen() - rng_.Below(kUsed, 90 * 24) * kHour);
}

Nanos DiscoveredApplication::LastUpdated() const {
  return std::max(FirstSeen(), host_.LastSeen() - rng_.Below(kUpdated, 30 * 24) * kHour);
}

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
  to["last_used_file_hash"] = index_ == 0 ? std::string(kStoryHash) : rng_.Hex(kHash, 64);
  to["installation_paths"] = Json::array({(index_ == 0 ? R"(C:\Windows\Temp\)"
                                           : windows   ? R"(C:\Program Files\)"
                                                       : "/usr/bin/") +
                                          std::string(file_)});
}

void DiscoveredApplication::AddKind(Blocks blocks, Json* record) const {
  Json& to = *record;
  if (type_ == "browser_extension" && (blocks & kBrowserExtension) != 0) {
    to["browser_extension"] = {{"id", rng_.Hex(kExtension, 32)},
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

using Application = DiscoveredApplication;

// Sorted by name.
constexpr auto kShortCuts = std::to_array<ShortCut<DiscoveredApplication>>({
    {"first_seen_timestamp", [](const Application& a) { return Value(Instant{a.FirstSeen()}); }},
    {"host.aid", [](const Application& a) { return Value(a.host().DeviceId()); }},
    {"host.hostname", [](const Application& a) { return Value(a.host().Hostname()); }},
    {"host.platform_name", [](const Application& a) { return Present(a.host().PlatformName()); }},
    {"id", [](const Application& a) { return Value(a.Id()); }},
    {"is_suspicious", [](const Application& a) { return Value(a.Suspicious()); }},
    {"last_updated_timestamp",
     [](const Application& a) { return Value(Instant{a.LastUpdated()}); }},
    {"last_used_timestamp", [](const Application& a) { return Value(Instant{a.LastUsed()}); }},
    {"name", [](const Application& a) { return Present(a.Name()); }},
    {"software_type", [](const Application& a) { return Present(a.SoftwareType()); }},
    {"vendor", [](const Application& a) { return Present(a.Vendor()); }},
    {"version", [](const Application& a) { return Present(a.Version()); }},
});

class ApplicationCollection : public DiscoverCollection {
 public:
  static constexpr std::string_view kNoun = "applications";
  static constexpr bool kCombined = true;  // whole records
  using DiscoverCollection::DiscoverCollection;

  std::string_view name() const override { return kSizes[0].name; }
  const fql::Schema& schema() const override { return kSchema; }
  std::string Id(uint32_t row) const override { return DiscoveredApplication(world(), row).Id(); }
  Value Get(uint32_t row, const Field& field) const override {
    const DiscoveredApplication one(world(), row);
    return ValueBy(kShortCuts, one, field, [&] { return one.Record(kAllBlocks); });
  }
  Json RecordWith(uint32_t row, Blocks blocks) const override {
    Json record = DiscoveredApplication(world(), row).Record(blocks);
    if (world().Corrupt(row)) {
      record["architectures"] = false;
      record["version"] = {{"unexpected", "object"}};
    }
    return record;
  }
  Blocks BlockOf(std::string_view name) const override {
    if (name == "host_info") return DiscoveredApplication::kHostInfo;
    if (name == "install_usage") return DiscoveredApplication::kInstallUsage;
    if (name == "browser_extension") return DiscoveredApplication::kBrowserExtension;
    if (name == "ide_extension") return DiscoveredApplication::kIdeExtension;
    return name == "package" ? DiscoveredApplication::kPackage : 0;
  }
};

}  // namespace

extern const AreaType kDiscoveredApplications;
const AreaType kDiscoveredApplications = {kSizes, MakeArea<DiscoverArea<ApplicationCollection>>};

}  // namespace falcon::simulator
