// Alerts as rows, with short cuts for the fields that filters and sorts use most.
#include <algorithm>
#include <array>

#include "simulator/data/alert.h"
#include "simulator/search/collection.h"

namespace falcon::simulator {
namespace {

using fql::Instant;
using fql::Value;

Value Present(std::string_view text) { return text.empty() ? Value() : Value(std::string(text)); }

Value OfDevice(const Alert& alert, Value (*get)(const Host&)) {
  return alert.HasDevice() ? get(alert.host()) : Value();
}

struct ShortCut {
  std::string_view name;
  Value (*get)(const Alert&);
};

Value HostName(const Alert& alert) {
  return OfDevice(alert, [](const Host& host) { return Value(host.Hostname()); });
}

Value DeviceId(const Alert& alert) {
  return OfDevice(alert, [](const Host& host) { return Value(host.DeviceId()); });
}

// Keys only endpoint alerts have.
Value OfProcess(const Alert& alert, std::string_view text) {
  return alert.HasDevice() ? Value(std::string(text)) : Value();
}

// Sorted by name. Each must say what the record says; a test compares them.
constexpr auto kShortCuts = std::to_array<ShortCut>({
    {"agent_id", DeviceId},
    {"aggregate_id", [](const Alert& a) { return Value(a.AggregateId()); }},
    {"assigned_to_name",
     [](const Alert& a) { return a.AssignedTo() ? Value(*a.AssignedTo()) : Value(); }},
    {"cid", [](const Alert& a) { return Value(a.world().cid()); }},
    {"cmdline", [](const Alert& a) { return OfProcess(a, a.behavior().cmdline); }},
    {"composite_id", [](const Alert& a) { return Value(a.CompositeId()); }},
    {"confidence", [](const Alert& a) { return Value(double(a.Confidence())); }},
    {"crawled_timestamp", [](const Alert& a) { return Value(Instant{a.Created() + 2 * kSecond}); }},
    {"created_timestamp", [](const Alert& a) { return Value(Instant{a.Created()}); }},
    {"description", [](const Alert& a) { return Value(std::string(a.behavior().description)); }},
    {"device.device_id", DeviceId},
    {"device.external_ip",
     [](const Alert& a) {
       return OfDevice(a, [](const Host& h) { return Value(h.ExternalIp()); });
     }},
    {"device.hostname", HostName},
    {"device.local_ip",
     [](const Alert& a) { return OfDevice(a, [](const Host& h) { return Value(h.LocalIp()); }); }},
    {"device.os_version",
     [](const Alert& a) {
       return OfDevice(a, [](const Host& h) { return Value(std::string(h.OsVersion())); });
     }},
    {"device.platform_name",
     [](const Alert& a) {
       return OfDevice(a, [](const Host& h) { return Value(std::string(h.PlatformName())); });
     }},
    {"device.product_type_desc",
     [](const Alert& a) {
       return OfDevice(a, [](const Host& h) { return Value(std::string(h.ProductType())); });
     }},
    {"display_name", [](const Alert& a) { return Value(std::string(a.behavior().name)); }},
    {"filename", [](const Alert& a) { return OfProcess(a, a.behavior().filename); }},
    {"filepath", [](const Alert& a) { return OfProcess(a, a.behavior().filepath); }},
    {"id", [](const Alert& a) { return Value(a.ShortId()); }},
    {"local_process_id",
     [](const Alert& a) {
       return a.HasDevice() ? fql::FromText(a.LocalProcessId(), fql::FieldType::kNumber) : Value();
     }},
    {"name", [](const Alert& a) { return Value(std::string(a.behavior().name)); }},
    {"objective",
     [](const Alert& a) {
       return a.behavior().tactic.empty() ? Value() : Value(std::string(a.behavior().objective));
     }},
    {"pattern_id",
     [](const Alert& a) {
       const bool has = a.HasDevice() || a.kind() == AlertKind::kIdentity;
       return has ? Value(double(a.behavior().pattern_id)) : Value();
     }},
    {"platform", [](const Alert& a) { return OfProcess(a, a.host().PlatformName()); }},
    {"process_id", [](const Alert& a) { return OfProcess(a, a.ProcessId()); }},
    {"product", [](const Alert& a) { return Value(std::string(a.Product())); }},
    {"scenario", [](const Alert& a) { return OfProcess(a, a.behavior().scenario); }},
    {"severity",
     [](const Alert& a) { return a.Severity() ? Value(double(*a.Severity())) : Value(); }},
    {"severity_name", [](const Alert& a) { return Present(a.SeverityName()); }},
    {"sha256", [](const Alert& a) { return OfProcess(a, a.Sha256()); }},
    {"show_in_ui", [](const Alert& a) { return Value(a.Shown()); }},
    {"status", [](const Alert& a) { return Value(std::string(a.Status())); }},
    {"tactic", [](const Alert& a) { return Present(a.behavior().tactic); }},
    {"tactic_id", [](const Alert& a) { return Present(a.behavior().tactic_id); }},
    {"tags", [](const Alert& a) { return a.Tags().empty() ? Value() : Value(a.Tags()); }},
    {"technique", [](const Alert& a) { return Present(a.behavior().technique); }},
    {"technique_id", [](const Alert& a) { return Present(a.behavior().technique_id); }},
    {"timestamp", [](const Alert& a) { return Value(Instant{a.Timestamp()}); }},
    {"type", [](const Alert& a) { return Value(std::string(a.Type())); }},
    {"updated_timestamp", [](const Alert& a) { return Value(Instant{a.Updated()}); }},
    {"user_name", [](const Alert& a) { return OfProcess(a, a.User()); }},
});

}  // namespace

std::string AlertCollection::Id(uint32_t row) const { return Alert(world_, row).CompositeId(); }

std::optional<uint32_t> AlertCollection::Find(std::string_view id) const {
  return Alert::IndexOf(world_, id);
}

Json AlertCollection::Record(uint32_t row) const {
  Json record = Alert(world_, row).Record();
  if (world_.corrupt_every() != 0 && row % world_.corrupt_every() == world_.corrupt_every() - 1) {
    record["severity"] = {{"unexpected", "object"}};
    record["tags"] = "not-a-list";
    record["created_timestamp"] = 17;
  }
  return record;
}

Value AlertCollection::Get(uint32_t row, const fql::Field& field) const {
  std::string_view name = field.name;
  if (name == "hostname") name = "device.hostname";  // FQL names it flat, records nest it
  const auto found =
      std::lower_bound(kShortCuts.begin(), kShortCuts.end(), name,
                       [](const ShortCut& cut, std::string_view key) { return cut.name < key; });
  const Alert alert(world_, row);
  if (found != kShortCuts.end() && found->name == name) return found->get(alert);
  return ValueAt(alert.Record(), field.path.empty() ? name : field.path, field.type);
}

std::string AlertCollection::FreeText(uint32_t row) const {
  const Alert alert(world_, row);
  const Behavior& behavior = alert.behavior();
  std::string text = alert.CompositeId() + " " + alert.host().Hostname() + " " + alert.User();
  for (std::string_view part :
       {behavior.name, behavior.description, behavior.tactic, behavior.technique, behavior.filename,
        behavior.cmdline, alert.Status(), alert.SeverityName()}) {
    text.append(" ").append(part);
  }
  return text;
}

bool AlertCollection::Shown(uint32_t row) const { return Alert(world_, row).Shown(); }

}  // namespace falcon::simulator
