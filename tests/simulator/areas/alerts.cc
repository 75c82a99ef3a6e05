// Alerts: fields, rows and the Alerts API with its queries, entities, combined and aggregates.
#include <algorithm>
#include <utility>

#include "simulator/api/aggregates.h"
#include "simulator/areas/area.h"
#include "simulator/data/alert.h"

namespace falcon::simulator {
namespace {

using fql::Field;
using fql::Instant;
using fql::Value;

constexpr SizeFlag kSizes[] = {{"alerts", "Number of alerts", 20'000}};

constexpr auto kFields = fql::SortedFields(
    fql::Texts("agent_id", "aggregate_id", "alleged_filetype", "assigned_to_name",
               "assigned_to_uid", "assigned_to_uuid", "charlotte.triage_status", "cid", "cmdline",
               "comment", "comments.value", "composite_id", "description",
               "device.agent_load_flags", "device.agent_version", "device.bios_manufacturer",
               "device.bios_version", "device.config_id_base", "device.config_id_build",
               "device.config_id_platform", "device.device_id", "device.external_ip",
               "device.hostname", "device.local_ip", "device.major_version", "device.minor_version",
               "device.os_version", "device.ou", "device.platform_id", "device.platform_name",
               "device.product_type", "device.product_type_desc", "device.status",
               "device.system_manufacturer", "device.system_product_name", "display_name",
               "falcon_host_link", "filename", "filepath", "global_prevalence",
               "grandparent_details.filename", "hostname", "id", "incident.id", "indicator_id",
               "ioc_type", "ioc_value", "local_prevalence", "logon_domain", "md5", "name",
               "objective", "parent_details.filename", "parent_process_id", "platform", "poly_id",
               "process_id", "product", "resolution", "scenario", "severity_name", "sha1", "sha256",
               "status", "tactic", "tactic_id", "technique", "technique_id", "tree_id", "tree_root",
               "triggering_process_graph_id", "type", "user_id", "user_name"),
    fql::Numbers("confidence", "incident.score", "local_process_id", "pattern_id",
                 "process_end_time", "process_start_time", "seconds_to_resolved",
                 "seconds_to_triaged", "severity"),
    fql::Times("crawled_timestamp", "created_timestamp", "device.agent_local_time",
               "device.first_seen", "device.last_seen", "device.modified_timestamp",
               "incident.created", "incident.end", "incident.start", "timestamp",
               "updated_timestamp"),
    fql::Booleans("charlotte.can_triage", "email_sent", "show_in_ui"),
    fql::Arrays("child_process_ids", "data_domains", "ioc_context", "ioc_values", "source_products",
                "source_vendors", "tags"));
constexpr std::array<std::string_view, 2> kOpens = {"grandparent_details.", "parent_details."};
constexpr fql::Schema kSchema = {kFields, kOpens, fql::Stars::kAnywhere, true, false};

// A fact of the host of an alert that has one.
template <auto fact>
Value OfDevice(const Alert& alert) {
  return alert.HasDevice() ? Value(std::string((alert.host().*fact)())) : Value();
}

// Keys only endpoint alerts have.
Value OfProcess(const Alert& alert, std::string_view text) {
  return alert.HasDevice() ? Value(std::string(text)) : Value();
}

// Sorted by name.
constexpr auto kShortCuts = std::to_array<ShortCut<Alert>>({
    {"agent_id", OfDevice<&Host::DeviceId>},
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
    {"device.device_id", OfDevice<&Host::DeviceId>},
    {"device.external_ip", OfDevice<&Host::ExternalIp>},
    {"device.hostname", OfDevice<&Host::Hostname>},
    {"device.local_ip", OfDevice<&Host::LocalIp>},
    {"device.os_version", OfDevice<&Host::OsVersion>},
    {"device.platform_name", OfDevice<&Host::PlatformName>},
    {"device.product_type_desc", OfDevice<&Host::ProductType>},
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

class AlertCollection : public Collection {
 public:
  explicit AlertCollection(const World& world) : world_(world) {}

  std::string_view name() const override { return "alerts"; }
  const fql::Schema& schema() const override { return kSchema; }
  uint32_t last_row() const override { return world_.alerts(); }
  bool Lives(uint32_t row) const override { return world_.AlertLives(row); }
  uint64_t version() const override { return world_.version(); }
  std::string Id(uint32_t row) const override { return Alert(world_, row).CompositeId(); }
  std::optional<uint32_t> Find(std::string_view id) const override {
    return Alert::IndexOf(world_, id);
  }
  Json Record(uint32_t row) const override;
  Value Get(uint32_t row, const Field& field) const override;
  std::string FreeText(uint32_t row) const override;
  bool Shown(uint32_t row) const override { return Alert(world_, row).Shown(); }

 private:
  const World& world_;
};

Json AlertCollection::Record(uint32_t row) const {
  Json record = Alert(world_, row).Record();
  if (world_.Corrupt(row)) {
    record["severity"] = {{"unexpected", "object"}};
    record["tags"] = "not-a-list";
    record["created_timestamp"] = 17;
  }
  return record;
}

Value AlertCollection::Get(uint32_t row, const Field& field) const {
  Field nested = field;
  if (field.name == "hostname") nested.name = "device.hostname";  // nested in records, flat in FQL
  const Alert alert(world_, row);
  return ValueBy(kShortCuts, alert, nested, [&] { return alert.Record(); });
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

constexpr std::string_view kService = "detectsapi";
constexpr std::string_view kDefaultSort = "created_timestamp|desc";
constexpr size_t kMaxIds = 1000;
constexpr int64_t kMaxWindow = 10'000;

bool IncludeHidden(const Request& request) {
  return request.Param("include_hidden").value_or("true") != "false";
}

// The text of a body's key; nothing when it is there but no text.
std::optional<std::string> TextKey(const Json& body, const char* key) {
  const auto found = body.find(key);
  if (found == body.end() || found->is_null()) return "";
  return found->is_string() ? std::optional<std::string>(found->get<std::string>()) : std::nullopt;
}

std::string RequestKey(const Search& search) {
  return "alerts\n" + search.filter + "\n" + search.sort;
}

constexpr std::string_view kWrites[] = {"PATCH /alerts/entities/alerts/v1",
                                        "PATCH /alerts/entities/alerts/v2",
                                        "PATCH /alerts/entities/alerts/v3"};

class AlertsArea : public Area {
 public:
  explicit AlertsArea(Store& store) : store_(store), alerts_(store.world) {}

  std::vector<const Collection*> collections() const override { return {&alerts_}; }
  void AddRoutes(Routes* routes) override;

 private:
  // `short_ids`: version 1, which leaves the customer out of ids.
  Reply Queries(const Call& call, bool short_ids);
  Reply Entities(const Call& call, bool short_ids);
  Reply Combined(const Call& call);
  Reply CombinedPage(const Call& call, const Search& search, const Rows& rows, size_t start,
                     size_t limit, int pages);
  Reply Aggregates(const Call& call);

  Store& store_;
  AlertCollection alerts_;
};

void AlertsArea::AddRoutes(Routes* routes) {
  const auto read = [routes](std::string_view call, auto handler) {
    routes->Read(call, "Alerts:read", handler);
  };
  for (const bool short_ids : {true, false}) {
    const std::string version = short_ids ? "v1" : "v2";
    read("GET /alerts/queries/alerts/" + version,
         [=, this](const Call& call) { return Queries(call, short_ids); });
    read("POST /alerts/entities/alerts/" + version,
         [=, this](const Call& call) { return Entities(call, short_ids); });
    read("POST /alerts/aggregates/alerts/" + version,
         [this](const Call& call) { return Aggregates(call); });
  }
  read("POST /alerts/combined/alerts/v1", [this](const Call& call) { return Combined(call); });
  routes->Add(Guard::kWrite, kWrites);
}

Reply AlertsArea::Queries(const Call& call, bool short_ids) {
  const std::optional<int64_t> limit = IntParam(call.request, "limit", 100, 0, kMaxWindow);
  const std::optional<int64_t> offset = IntParam(call.request, "offset", 0, 0, INT32_MAX);
  if (!limit) return Failure(call, kService, 400, "limit must be between 0 and 10000");
  if (!offset) return Failure(call, kService, 400, "offset must be a positive number");
  // A tenant saw 500 here, not 400.
  if (*offset + *limit > kMaxWindow)
    return Failure(call, kService, 500, "limit + offset must be less than 10000");
  Search search;
  search.filter = call.request.Param("filter").value_or("");
  search.sort = call.request.Param("sort").value_or(kDefaultSort);
  if (search.sort.empty()) search.sort = kDefaultSort;
  search.free_text = call.request.Param("q").value_or("");
  search.include_hidden = IncludeHidden(call.request);
  auto found = store_.engine.Run(alerts_, search, store_.clock.DataNow());
  if (auto* error = std::get_if<SearchError>(&found))
    return Failure(call, kService, error->code, error->message);
  const Rows& rows = *std::get<RowsPtr>(found);
  Envelope envelope(call, kService);
  envelope.SetPagination("{\"offset\":" + std::to_string(*offset) +
                         ",\"limit\":" + std::to_string(*limit) +
                         ",\"total\":" + std::to_string(rows.size()) + "}");
  const size_t end = std::min(rows.size(), static_cast<size_t>(*offset + *limit));
  for (size_t i = static_cast<size_t>(*offset); i < end; ++i) {
    const std::string id = alerts_.Id(rows[i]);
    envelope.AddText(short_ids ? std::string_view(id).substr(store_.world.cid().size() + 1)
                               : std::string_view(id));
  }
  return envelope.Finish();
}

Reply AlertsArea::Entities(const Call& call, bool short_ids) {
  const char* key = short_ids ? "ids" : "composite_ids";
  const Json body = Json::parse(call.request.body, nullptr, false);
  const auto ids = body.is_object() ? body.find(key) : body.end();
  if (!body.is_object() || ids == body.end() || !ids->is_array() || ids->empty()) {
    return Failure(call, kService, 400, std::string(key) + " must be a list with at least one id");
  }
  if (ids->size() > kMaxIds) {
    return Failure(call, kService, 413,
                   "too many ids: " + std::to_string(ids->size()) + ", at most 1000 are allowed");
  }
  const bool include_hidden = IncludeHidden(call.request);
  Envelope envelope(call, kService);
  for (const Json& id : *ids) {
    if (!id.is_string())
      return Failure(call, kService, 400, std::string(key) + " must hold texts only");
    const auto& text = id.get_ref<const std::string&>();
    if (text.starts_with(store_.world.cid()) == short_ids)
      continue;  // the other version's form finds nothing
    const std::optional<uint32_t> row = alerts_.Find(text);
    if (!row || (!include_hidden && !alerts_.Shown(*row))) continue;
    envelope.Add(store_.records.Text(alerts_, *row));
  }
  return envelope.Finish();
}

Reply AlertsArea::Combined(const Call& call) {
  const Json body =
      call.request.body.empty() ? Json::object() : Json::parse(call.request.body, nullptr, false);
  if (!body.is_object()) return Failure(call, kService, 400, "the body must be a JSON object");
  const std::optional<std::string> filter = TextKey(body, "filter");
  const std::optional<std::string> sort = TextKey(body, "sort");
  const std::optional<std::string> after = TextKey(body, "after");
  if (!filter || !sort || !after)
    return Failure(call, kService, 400, "filter, sort and after must be texts");
  const Json limit_json = body.value("limit", Json(100));
  const int64_t limit = limit_json.is_number_integer() ? limit_json.get<int64_t>() : 0;
  if (limit < 1 || limit > 1000)
    return Failure(call, kService, 400, "limit must be between 1 and 1000");
  const Search search = {*filter, sort->empty() ? std::string(kDefaultSort) : *sort, "", true};
  auto found = store_.engine.Run(alerts_, search, store_.clock.DataNow());
  if (auto* error = std::get_if<SearchError>(&found))
    return Failure(call, kService, error->code, error->message);
  const Rows& rows = *std::get<RowsPtr>(found);
  if (after->empty()) return CombinedPage(call, search, rows, 0, static_cast<size_t>(limit), 0);
  const Cursor* cursor = store_.cursors.Find(*after, store_.clock.Now());
  if (cursor == nullptr)
    return Failure(call, kService, 404, "Search context expired, please start a new search");
  if (cursor->request != RequestKey(search)) {
    return Failure(call, kService, 400, "after belongs to another filter or sort");
  }
  // The data is live: the place is sought again by the sort value and id of the last record sent.
  const SortKey key = std::get<SortKey>(ParseSort(search.sort, alerts_.schema()));
  const size_t start = Engine::Seek(alerts_, rows, key, cursor->value, cursor->row);
  return CombinedPage(call, search, rows, start, static_cast<size_t>(limit), cursor->pages);
}

Reply AlertsArea::CombinedPage(const Call& call, const Search& search, const Rows& rows,
                               size_t start, size_t limit, int pages) {
  const size_t end = std::min(rows.size(), start + limit);
  Envelope envelope(call, kService);
  for (size_t i = start; i < end; ++i) envelope.Add(store_.records.Text(alerts_, rows[i]));
  std::string pagination = "{";
  if (end < rows.size()) {
    const SortKey key = std::get<SortKey>(ParseSort(search.sort, alerts_.schema()));
    Cursor next;
    next.request = RequestKey(search);
    next.row = rows[end - 1];
    next.value = alerts_.Get(next.row, key.field);
    next.pages = pages + 1;
    pagination += "\"after\":\"" + store_.cursors.Open(std::move(next), store_.clock.Now()) + "\",";
  }
  pagination +=
      "\"limit\":" + std::to_string(limit) + ",\"total\":" + std::to_string(rows.size()) + "}";
  envelope.SetPagination(std::move(pagination));
  return envelope.Finish();
}

Reply AlertsArea::Aggregates(const Call& call) {
  const Json body = Json::parse(call.request.body, nullptr, false);
  if (!body.is_array() || body.empty())
    return Failure(call, kService, 400, "the body must be a list of aggregate requests");
  const bool include_hidden = IncludeHidden(call.request);
  Envelope envelope(call, kService);
  for (const Json& spec : body) {
    auto result = Aggregate(store_.engine, alerts_, spec, include_hidden, store_.clock.DataNow());
    if (auto* error = std::get_if<SearchError>(&result))
      return Failure(call, kService, error->code, error->message);
    envelope.Add(ToText(std::get<Json>(result)));
  }
  return envelope.Finish();
}

}  // namespace

extern const AreaType kAlerts;
const AreaType kAlerts = {kSizes, MakeArea<AlertsArea>};

}  // namespace falcon::simulator
