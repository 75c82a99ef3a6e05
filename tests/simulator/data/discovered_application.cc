// Which application is on which host, and how a search sees it.
#include "simulator/data/discovered_application.h"

#include <algorithm>
#include <array>

#include "simulator/data/product.h"
#include "simulator/fql/discover_fields.h"

namespace falcon::simulator {
namespace {

using fql::Instant;
using fql::Value;

constexpr uint64_t kApplicationKind = 63;

enum Question : uint64_t { kFirst = 10, kUsed, kUpdated };

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

}  // namespace

DiscoveredApplication::DiscoveredApplication(const World& world, uint32_t index)
    : world_(world),
      index_(index),
      dice_(world.seed(), kApplicationKind, index),
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
  return host_.FirstSeen() + dice_.Below(kFirst, 6 * 86'400) * kSecond;
}

Nanos DiscoveredApplication::LastUsed() const {
  return std::max(FirstSeen(), host_.LastSeen() - dice_.Below(kUsed, 90 * 24) * kHour);
}

Nanos DiscoveredApplication::LastUpdated() const {
  return std::max(FirstSeen(), host_.LastSeen() - dice_.Below(kUpdated, 30 * 24) * kHour);
}

namespace {

using Application = DiscoveredApplication;

Value Present(std::string_view text) { return text.empty() ? Value() : Value(std::string(text)); }

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

}  // namespace

const fql::Schema& DiscoveredApplicationCollection::schema() const {
  return fql::DiscoveredApplicationSchema();
}

fql::Value DiscoveredApplicationCollection::Get(uint32_t row, const fql::Field& field) const {
  const DiscoveredApplication application(world(), row);
  return ValueBy(kShortCuts, application, field, [&] { return application.Record(kAllBlocks); });
}

Json DiscoveredApplicationCollection::RecordWith(uint32_t row, Blocks blocks) const {
  Json record = DiscoveredApplication(world(), row).Record(blocks);
  if (Corrupt(row)) {
    record["architectures"] = false;
    record["version"] = {{"unexpected", "object"}};
  }
  return record;
}

Blocks DiscoveredApplicationCollection::BlockOf(std::string_view name) const {
  if (name == "host_info") return DiscoveredApplication::kHostInfo;
  if (name == "install_usage") return DiscoveredApplication::kInstallUsage;
  if (name == "browser_extension") return DiscoveredApplication::kBrowserExtension;
  if (name == "ide_extension") return DiscoveredApplication::kIdeExtension;
  return name == "package" ? DiscoveredApplication::kPackage : 0;
}

}  // namespace falcon::simulator
