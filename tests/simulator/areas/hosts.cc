// Hosts: fields, rows and the Hosts API with its queries, scrolls, look-ups and histories.
#include <algorithm>
#include <utility>
#include <variant>

#include "simulator/api/paging.h"
#include "simulator/areas/area.h"
#include "simulator/data/host.h"

namespace falcon::simulator {
namespace {

using fql::Field;
using fql::Instant;
using fql::Value;
using enum fql::FieldType;

constexpr SizeFlag kSizes[] = {{"hosts", "Number of hosts", 1000, 4}};

constexpr std::string_view kPolicies[] = {"airlock",
                                          "application-abuse-prevention",
                                          "automox",
                                          "aws-verified-access",
                                          "browser-extension",
                                          "cloud-ml",
                                          "consumer-subscription",
                                          "content-update",
                                          "data-protection-cloud",
                                          "data-protection",
                                          "device_control",
                                          "exposure-management",
                                          "fem-browser-extension-control",
                                          "fim",
                                          "firewall",
                                          "host-retention",
                                          "identity-endpoint",
                                          "identity-protection",
                                          "it-automation",
                                          "jumpcloud",
                                          "kubernetes-admission-control",
                                          "logscale-collector",
                                          "mobile",
                                          "netskope",
                                          "network-scan-content",
                                          "prevention",
                                          "remote_response",
                                          "sca",
                                          "sensor_update",
                                          "system-tray",
                                          "vulnerability-management",
                                          "ztl"};

// `device_policies.<policy>.<key>`: the three keys that every policy has.
constexpr size_t kPolicyKeys = 3;
constexpr std::string_view kPolicyKeyNames[kPolicyKeys] = {"applied", "policy_id", "policy_type"};

struct PolicyName {
  std::array<char, 80> text{};
  size_t size = 0;

  constexpr void Append(std::string_view part) {
    for (const char c : part) text[size++] = c;
  }
};

constexpr auto kPolicyNames = [] {
  std::array<PolicyName, std::size(kPolicies) * kPolicyKeys> names;
  for (size_t i = 0; i < names.size(); ++i) {
    names[i].Append("device_policies.");
    names[i].Append(kPolicies[i / kPolicyKeys]);
    names[i].Append(".");
    names[i].Append(kPolicyKeyNames[i % kPolicyKeys]);
  }
  return names;
}();

constexpr auto PolicyFields() {
  std::array<Field, kPolicyNames.size()> fields;
  for (size_t i = 0; i < fields.size(); ++i) {
    const bool flag = i % kPolicyKeys == 0 && kPolicies[i / kPolicyKeys] != "consumer-subscription";
    fields[i].name = {kPolicyNames[i].text.data(), kPolicyNames[i].size};
    fields[i].type = flag ? kBoolean : kText;
  }
  return fields;
}

// All of them sort too.
constexpr auto kFields = fql::SortedFields(
    fql::Texts(
        "agent_load_flags", "agent_version", "bios_manufacturer", "bios_version", "chassis_type",
        "chassis_type_desc", "cid", "cloud_service_compartment_id", "config_id_base",
        "config_id_build", "config_id_platform", "connection_ip", "connection_mac_address",
        "cpu_signature", "cpu_vendor", "default_gateway_ip", "deployment_type",
        "detection_suppression_status", "device_id", "device_policies.firewall.rule_set_id",
        "device_policies.sensor_update.uninstall_protection", "email",
        "filesystem_containment_status", "first_login_user", "group_hash", "host_utc_offset",
        "hostname", "instance_id", "internet_exposure", "k8s_cluster_git_version", "k8s_cluster_id",
        "k8s_cluster_version", "kernel_version", "last_login_uid", "last_login_user",
        "last_login_user_sid", "license_activation_state", "linux_sensor_mode", "mac_address",
        "machine_domain", "major_version", "managed_apps.airlock.version",
        "managed_apps.automox.version", "managed_apps.aws-verified-access.version",
        "managed_apps.identity-protection.version", "managed_apps.jumpcloud.version",
        "managed_apps.netskope.version", "minor_version", "os_build", "os_product_name",
        "os_version", "platform_id", "platform_name", "pod_host_ip4", "pod_host_ip6",
        "pod_hostname", "pod_id", "pod_ip4", "pod_ip6", "pod_name", "pod_namespace",
        "pod_service_account_name", "pointer_size", "policies.policy_id", "policies.policy_type",
        "policy_id", "product_type", "product_type_desc", "reduced_functionality_mode",
        "release_group", "rtr_state", "safe_mode", "serial_number", "service_provider",
        "service_provider_account_id", "site_name", "status", "system_manufacturer",
        "system_product_name", "zone_group"),
    fql::Times("first_login_timestamp", "first_seen", "last_login_timestamp", "last_reboot",
               "last_seen", "migration_completed_time", "modified_timestamp"),
    fql::Booleans("policies.applied"),
    fql::Arrays("groups", "ou", "pod_annotations", "pod_labels", "tags"),
    std::to_array<Field>({{"_all", kText, {}, true},
                          {"external_ip", kAddress},
                          {"local_ip", kAddress},
                          {"local_ip.raw", kText, "local_ip"}}),
    PolicyFields());
constexpr fql::Schema kSchema = {kFields, {}, fql::Stars::kPrefixOrSuffix, false, true};

// Sorted by name.
constexpr auto kShortCuts = std::to_array<ShortCut<Host>>({
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

// Either the visible or the hidden hosts.
class HostCollection : public Collection {
 public:
  HostCollection(const World& world, bool hidden) : world_(world), hidden_(hidden) {
    const uint32_t count = std::min(last_row() - first_row(), kMaxHostnames);
    hostnames_.reserve(count);
    for (uint32_t i = 0; i < count; ++i) {
      hostnames_.push_back(Host(world_, first_row() + i).Hostname());
    }
  }

  std::string_view name() const override { return hidden_ ? "hidden" : "hosts"; }
  const fql::Schema& schema() const override { return kSchema; }
  uint32_t first_row() const override { return hidden_ ? world_.hosts() : 0; }
  uint32_t last_row() const override {
    return hidden_ ? world_.hosts() + world_.hidden_hosts() : world_.hosts();
  }
  std::string Id(uint32_t row) const override { return Host(world_, row).DeviceId(); }
  std::optional<uint32_t> Find(std::string_view id) const override {
    return Host::IndexOf(world_, id);
  }
  Json Record(uint32_t row) const override {
    Json record = Host(world_, row).Record();
    if (world_.Corrupt(row)) {
      record["tags"] = {{"unexpected", "object"}};
      record["major_version"] = 10;
      record["last_seen"] = false;
    }
    return record;
  }
  Value Get(uint32_t row, const Field& field) const override {
    if (field.name == "hostname" && row - first_row() < hostnames_.size()) {
      return Value(hostnames_[row - first_row()]);
    }
    const Host host(world_, row);
    return ValueBy(kShortCuts, host, field, [&] { return host.Record(); });
  }
  std::string FreeText(uint32_t row) const override { return Host(world_, row).Hostname(); }

 private:
  const World& world_;
  bool hidden_;
  // Of the first rows: most filters name them, and they are slow to make.
  std::vector<std::string> hostnames_;
};

constexpr std::string_view kService = "device-api";
constexpr std::string_view kDefaultSort = "device_id.asc";
constexpr int64_t kMaxWindow = 10'000;
constexpr PageRules kQueryRules = {.service = kService,
                                   .default_sort = kDefaultSort,
                                   .max_limit = 5000,
                                   .max_window = kMaxWindow,
                                   .free_text = false};

constexpr std::string_view kWrites[] = {
    "POST /devices/entities/devices-actions-delete/v1",
    "POST /devices/entities/devices-actions/v2",
    "PATCH /devices/entities/devices/tags/v1",
    "POST /devices/entities/group-actions/v1",
};

Search SearchOf(const Request& request) {
  Search search;
  search.filter = request.Param("filter").value_or("");
  search.sort = request.Param("sort").value_or("");
  if (search.sort.empty()) search.sort = kDefaultSort;
  return search;
}

// Only the named keys, dotted names reaching into objects.
Json Trimmed(const Json& record, std::string_view fields) {
  Json out = Json::object();
  while (!fields.empty()) {
    const size_t comma = fields.find(',');
    std::string pointer = "/" + std::string(fields.substr(0, comma));
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    const Json::json_pointer at(pointer.find('~') == std::string::npos ? pointer : std::string());
    if (!at.empty() && record.contains(at)) out[at] = record.at(at);
    if (comma == std::string_view::npos) break;
    fields.remove_prefix(comma + 1);
  }
  return out;
}

// Repeated `ids`; one parameter may also hold several, separated by commas.
std::vector<std::string> QueryIds(const Request& request) {
  std::vector<std::string> ids;
  for (const auto& [name, value] : request.query) {
    if (name != "ids") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const size_t comma = rest.find(',');
      if (comma != 0) ids.emplace_back(rest.substr(0, comma));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return ids;
}

// Nothing when the body is no JSON object with a list of texts under `ids`.
std::optional<std::vector<std::string>> BodyIds(const Request& request) {
  const Json body = Json::parse(request.body, nullptr, false);
  const auto found = body.is_object() ? body.find("ids") : body.end();
  if (!body.is_object() || found == body.end() || !found->is_array()) return std::nullopt;
  std::vector<std::string> ids;
  for (const Json& id : *found) {
    if (!id.is_string()) return std::nullopt;
    ids.push_back(id.get<std::string>());
  }
  return ids;
}

bool IsDeviceId(std::string_view id) {
  return id.size() == 32 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

using Ids = std::vector<std::string>;

// What is wrong with a list of ids; empty when nothing is.
std::string IdsError(const std::vector<std::string>& ids, size_t max) {
  if (ids.empty()) return "ids is required";
  if (ids.size() > max) {
    return "too many ids: " + std::to_string(ids.size()) + ", at most " + std::to_string(max) +
           " are allowed";
  }
  const auto bad = std::find_if_not(ids.begin(), ids.end(), IsDeviceId);
  return bad == ids.end() ? "" : "invalid device id '" + *bad + "'";
}

enum class IdsFrom { kQuery, kBody };

// The ids of a call, or its refusal when there are none, too many or malformed ones.
std::variant<Ids, Reply> CheckedIds(const Call& call, IdsFrom from, size_t max) {
  std::optional<Ids> ids =
      from == IdsFrom::kBody ? BodyIds(call.request) : std::optional<Ids>(QueryIds(call.request));
  if (!ids) {
    return Failure(call, kService, 400, "the body must be a JSON object with a list of ids");
  }
  if (std::string error = IdsError(*ids, max); !error.empty())
    return Failure(call, kService, 400, std::move(error));
  return std::move(*ids);
}

class HostsArea : public Area {
 public:
  explicit HostsArea(Store& store)
      : store_(store), hosts_(store.world, false), hidden_(store.world, true) {}

  std::vector<const Collection*> collections() const override { return {&hosts_, &hidden_}; }
  void AddRoutes(Routes* routes) override;

 private:
  // One page of a snapshot: the first call searches, the following ones resume.
  struct Page {
    RowsPtr rows;
    size_t start = 0;
    size_t end = 0;
    std::string next;  // empty on the last page
  };

  std::variant<Page, Reply> Snapshot(const Call& call, const HostCollection& hosts,
                                     std::string_view kind, const Search& search, size_t limit);
  Reply Scroll(const Call& call);
  Reply Combined(const Call& call, const HostCollection& hosts);
  Reply Entities(const Call& call, IdsFrom from, size_t max_ids);
  Reply OnlineState(const Call& call);
  Reply LoginHistory(const Call& call, bool second_version);
  Reply AddressHistory(const Call& call);
  template <typename Write>
  Reply ForIds(const Call& call, const std::variant<Ids, Reply>& checked, Write write);

  Store& store_;
  HostCollection hosts_;
  HostCollection hidden_;
};

void HostsArea::AddRoutes(Routes* routes) {
  const auto read = [routes](std::string_view call, auto handler) {
    routes->Read(call, "Hosts:read", handler);
  };
  const auto simple = [this, &read](std::string_view call,
                                    Reply (HostsArea::*handler)(const Call&)) {
    read(call, [this, handler](const Call& one) { return (this->*handler)(one); });
  };
  for (const HostCollection* hosts : {&hosts_, &hidden_}) {
    const std::string kind = hosts == &hosts_ ? "devices" : "devices-hidden";
    read("GET /devices/queries/" + kind + "/v1",
         [=, this](const Call& call) { return IdsByOffset(store_, call, *hosts, kQueryRules); });
    read("GET /devices/combined/" + kind + "/v1",
         [=, this](const Call& call) { return Combined(call, *hosts); });
  }
  simple("GET /devices/queries/devices-scroll/v1", &HostsArea::Scroll);
  read("GET /devices/entities/devices/v2",
       [this](const Call& call) { return Entities(call, IdsFrom::kQuery, 100); });
  read("POST /devices/entities/devices/v2",
       [this](const Call& call) { return Entities(call, IdsFrom::kBody, 5000); });
  simple("GET /devices/entities/online-state/v1", &HostsArea::OnlineState);
  simple("POST /devices/combined/devices/network-address-history/v1", &HostsArea::AddressHistory);
  for (const bool second_version : {false, true}) {
    read(second_version ? "POST /devices/combined/devices/login-history/v2"
                        : "POST /devices/combined/devices/login-history/v1",
         [=, this](const Call& call) { return LoginHistory(call, second_version); });
  }
  routes->Add(Guard::kWrite, kWrites);
}

std::variant<HostsArea::Page, Reply> HostsArea::Snapshot(const Call& call,
                                                         const HostCollection& hosts,
                                                         std::string_view kind,
                                                         const Search& search, size_t limit) {
  const std::string key = std::string(kind) + "\n" + std::string(hosts.name()) + "\n" +
                          search.filter + "\n" + search.sort;
  const std::string_view token = call.request.Param("offset").value_or("");
  Page page;
  int pages = 0;
  if (token.empty()) {
    auto found = store_.engine.Run(hosts, search, store_.clock.DataNow());
    if (auto* error = std::get_if<SearchError>(&found))
      return Failure(call, kService, error->code, error->message);
    page.rows = std::get<RowsPtr>(found);
  } else {
    const Cursor* cursor = store_.cursors.Find(token, store_.clock.Now());
    if (cursor == nullptr)
      return Failure(call, kService, 404, "Search context expired, please start a new search");
    if (cursor->request != key)
      return Failure(call, kService, 400, "offset belongs to another filter or sort");
    page.rows = cursor->rows;
    page.start = cursor->position;
    pages = cursor->pages;
  }
  page.end = std::min(page.rows->size(), page.start + limit);
  if (page.end < page.rows->size()) {
    Cursor next;
    next.request = key;
    next.rows = page.rows;
    next.position = page.end;
    next.pages = pages + 1;
    page.next = store_.cursors.Open(std::move(next), store_.clock.Now());
  }
  return page;
}

Reply HostsArea::Scroll(const Call& call) {
  const std::optional<int64_t> limit = IntParam(call.request, "limit", 100, 1, kMaxWindow);
  if (!limit) return Failure(call, kService, 400, "limit must be between 1 and 10000");
  auto result =
      Snapshot(call, hosts_, "scroll", SearchOf(call.request), static_cast<size_t>(*limit));
  if (auto* failure = std::get_if<Reply>(&result)) return std::move(*failure);
  const Page& page = std::get<Page>(result);
  Envelope envelope(call, kService);
  envelope.SetPagination(
      "{\"total\":" + std::to_string(page.rows->size()) + ",\"offset\":\"" + page.next +
      "\",\"expires_at\":" + std::to_string(store_.clock.Shown() + store_.cursors.lifetime()) +
      ",\"limit\":" + std::to_string(*limit) + "}");
  for (size_t i = page.start; i < page.end; ++i) envelope.AddText(hosts_.Id((*page.rows)[i]));
  return envelope.Finish();
}

Reply HostsArea::Combined(const Call& call, const HostCollection& hosts) {
  const std::optional<int64_t> limit = IntParam(call.request, "limit", 100, 1, kMaxWindow);
  if (!limit) return Failure(call, kService, 400, "limit must be between 1 and 10000");
  auto result =
      Snapshot(call, hosts, "combined", SearchOf(call.request), static_cast<size_t>(*limit));
  if (auto* failure = std::get_if<Reply>(&result)) return std::move(*failure);
  const Page& page = std::get<Page>(result);
  Envelope envelope(call, kService);
  std::string pagination = "{\"total\":" + std::to_string(page.rows->size()) +
                           ",\"offset\":\"\",\"limit\":" + std::to_string(*limit);
  if (!page.next.empty()) {
    pagination += ",\"next\":\"" + page.next + "\",\"expires_at\":" +
                  std::to_string(store_.clock.Shown() + store_.cursors.lifetime());
  }
  envelope.SetPagination(pagination + "}");
  const std::string_view fields = call.request.Param("fields").value_or("");
  for (size_t i = page.start; i < page.end; ++i) {
    const uint32_t row = (*page.rows)[i];
    if (fields.empty()) {
      envelope.Add(store_.records.Text(hosts, row));
    } else {
      envelope.Add(ToText(Trimmed(hosts.Record(row), fields)));
    }
  }
  return envelope.Finish();
}

template <typename Write>
Reply HostsArea::ForIds(const Call& call, const std::variant<Ids, Reply>& checked, Write write) {
  if (const auto* refusal = std::get_if<Reply>(&checked)) return *refusal;
  Envelope envelope(call, kService);
  size_t found = 0;
  for (const std::string& id : std::get<Ids>(checked)) {
    const std::optional<uint32_t> row = Host::IndexOf(store_.world, id);
    if (row) {
      ++found;
      write(envelope, *row);
    } else if (store_.options.unknown_host_ids != UnknownIds::kDrop) {
      envelope.AddError({404, "device not found", id});
    }
  }
  const bool none = found == 0 && store_.options.unknown_host_ids == UnknownIds::kNotFound;
  return envelope.Finish(none ? 404 : 200);
}

Reply HostsArea::Entities(const Call& call, IdsFrom from, size_t max_ids) {
  return ForIds(call, CheckedIds(call, from, max_ids), [this](Envelope& envelope, uint32_t row) {
    envelope.Add(store_.records.Text(row < store_.world.hosts() ? hosts_ : hidden_, row));
  });
}

Reply HostsArea::OnlineState(const Call& call) {
  return ForIds(call, CheckedIds(call, IdsFrom::kQuery, 100),
                [this](Envelope& envelope, uint32_t row) {
                  const Host host(store_.world, row);
                  envelope.Add(ToText({{"id", host.DeviceId()},
                                       {"cid", store_.world.cid()},
                                       {"last_seen", FormatTime(host.LastSeen(), 9)},
                                       {"state", host.OnlineState()}}));
                });
}

Reply HostsArea::LoginHistory(const Call& call, bool second_version) {
  const auto ids = CheckedIds(call, IdsFrom::kBody, second_version ? 10 : 500);
  if (const auto* refusal = std::get_if<Reply>(&ids)) return *refusal;
  const Nanos now = store_.clock.DataNow();
  Nanos from = now - 3650 * kDay;
  Nanos to = now;
  int64_t limit = 10;
  if (second_version) {
    const auto start = ParseTimeOrRelative(call.request.Param("from").value_or("now-7d"), now);
    const auto end = ParseTimeOrRelative(call.request.Param("to").value_or("now"), now);
    const auto rows = IntParam(call.request, "limit", 10, 1, 100);
    if (!start || !end) return Failure(call, kService, 400, "from and to must be dates");
    if (!rows) return Failure(call, kService, 400, "limit must be between 1 and 100");
    from = *start;
    to = *end;
    limit = *rows;
  }
  return ForIds(call, ids, [&](Envelope& envelope, uint32_t row) {
    envelope.Add(
        ToText(Host(store_.world, row).LoginHistory(from, to, static_cast<size_t>(limit))));
  });
}

Reply HostsArea::AddressHistory(const Call& call) {
  return ForIds(call, CheckedIds(call, IdsFrom::kBody, 500),
                [this](Envelope& envelope, uint32_t row) {
                  envelope.Add(ToText(Host(store_.world, row).AddressHistory()));
                });
}

}  // namespace

extern const AreaType kHosts;
const AreaType kHosts = {kSizes, MakeArea<HostsArea>};

}  // namespace falcon::simulator
