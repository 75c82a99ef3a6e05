// Hosts as rows, with short cuts for the fields that filters and sorts use most.
#include <algorithm>
#include <array>

#include "simulator/data/host.h"
#include "simulator/search/collection.h"

namespace falcon::simulator {
namespace {

using fql::Instant;
using fql::Value;

struct ShortCut {
  std::string_view name;
  Value (*get)(const Host&);
};

Value Present(std::vector<std::string> list) {
  return list.empty() ? Value() : Value(std::move(list));
}

// Sorted by name. Each must say what the record says; a test compares them.
constexpr auto kShortCuts = std::to_array<ShortCut>({
    {"agent_version", [](const Host& h) { return Value(h.AgentVersion()); }},
    {"device_id", [](const Host& h) { return Value(h.DeviceId()); }},
    {"external_ip", [](const Host& h) { return Value(h.ExternalIp()); }},
    {"first_seen", [](const Host& h) { return Value(Instant{h.FirstSeen()}); }},
    {"groups", [](const Host& h) { return Present(h.Groups()); }},
    {"hostname", [](const Host& h) { return Value(h.Hostname()); }},
    {"last_login_user", [](const Host& h) { return Value(h.LastUser()); }},
    {"last_seen", [](const Host& h) { return Value(Instant{h.LastSeen()}); }},
    {"local_ip", [](const Host& h) { return Value(h.LocalIp()); }},
    {"local_ip.raw", [](const Host& h) { return Value(h.LocalIp()); }},
    {"mac_address", [](const Host& h) { return Value(h.Mac()); }},
    {"os_version", [](const Host& h) { return Value(std::string(h.OsVersion())); }},
    {"platform_name", [](const Host& h) { return Value(std::string(h.PlatformName())); }},
    {"product_type_desc", [](const Host& h) { return Value(std::string(h.ProductType())); }},
    {"status", [](const Host& h) { return Value(h.Status()); }},
    {"system_manufacturer", [](const Host& h) { return Value(std::string(h.Manufacturer())); }},
    {"tags", [](const Host& h) { return Present(h.Tags()); }},
});

// Takes a few megabytes.
constexpr uint32_t kMaxHostnames = 100'000;

}  // namespace

HostCollection::HostCollection(const World& world, bool hidden) : world_(world), hidden_(hidden) {
  const uint32_t count = std::min(last_row() - first_row(), kMaxHostnames);
  hostnames_.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    hostnames_.push_back(Host(world_, first_row() + i).Hostname());
  }
}

std::string HostCollection::Id(uint32_t row) const { return Host(world_, row).DeviceId(); }

std::optional<uint32_t> HostCollection::Find(std::string_view id) const {
  return Host::IndexOf(world_, id);
}

Json HostCollection::Record(uint32_t row) const {
  Json record = Host(world_, row).Record();
  if (world_.corrupt_every() != 0 && row % world_.corrupt_every() == world_.corrupt_every() - 1) {
    record["tags"] = {{"unexpected", "object"}};
    record["major_version"] = 10;
    record["last_seen"] = false;
  }
  return record;
}

Value HostCollection::Get(uint32_t row, const fql::Field& field) const {
  if (field.name == "hostname" && row - first_row() < hostnames_.size()) {
    return Value(hostnames_[row - first_row()]);
  }
  const Host host(world_, row);
  const auto found =
      std::lower_bound(kShortCuts.begin(), kShortCuts.end(), field.name,
                       [](const ShortCut& cut, std::string_view key) { return cut.name < key; });
  if (found != kShortCuts.end() && found->name == field.name) return found->get(host);
  return ValueAt(host.Record(), field.path.empty() ? field.name : field.path, field.type);
}

std::string HostCollection::FreeText(uint32_t row) const { return Host(world_, row).Hostname(); }

}  // namespace falcon::simulator
