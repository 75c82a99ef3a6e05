// IOCs: fields, rows, IOC Management, and the Indicators API with where indicators were seen.
#include <algorithm>
#include <utility>

#include "simulator/api/aggregates.h"
#include "simulator/api/paging.h"
#include "simulator/areas/area.h"
#include "simulator/areas/sightings.h"
#include "simulator/data/host.h"
#include "simulator/data/ioc.h"

namespace falcon::simulator {
namespace {

using fql::Field;
using fql::Instant;
using fql::Value;
using enum fql::FieldType;

constexpr SizeFlag kSizes[] = {{"iocs", "Number of IOCs; the first are the story's", 5000}};

// Everything else is 400.
constexpr auto kFields = fql::SortedFields(
    fql::Texts("action", "created_by", "metadata.product_version", "modified_by", "source", "type",
               "value"),
    fql::Numbers("metadata.av_hits", "severity_number"),
    fql::Times("created_on", "expiration", "modified_on"),
    fql::Booleans("applied_globally", "deleted", "expired"),
    fql::Arrays("host_groups", "platforms", "tags"),
    std::to_array<Field>({{"metadata.company_name.raw", kText, "metadata.company_name"},
                          {"metadata.filename.raw", kText, "metadata.filename"},
                          {"metadata.original_filename.raw", kText, "metadata.original_filename"},
                          {"metadata.product_name.raw", kText, "metadata.product_name"}}));
constexpr fql::Schema kSchema = {.fields = kFields,
                                 .opens = {},
                                 .stars = fql::Stars::kOperator,
                                 .bare_star = false,
                                 .patterns_in_arrays = true};

// Sorted by name.
constexpr auto kShortCuts = std::to_array<ShortCut<Ioc>>({
    {"action", [](const Ioc& i) { return Value(std::string(i.Action())); }},
    {"applied_globally", [](const Ioc& i) { return Value(i.AppliedGlobally()); }},
    {"created_by", [](const Ioc& i) { return Value(std::string(i.CreatedBy())); }},
    {"created_on", [](const Ioc& i) { return Value(Instant{i.Created()}); }},
    {"expiration",
     [](const Ioc& i) { return i.Expiration() ? Value(Instant{*i.Expiration()}) : Value(); }},
    {"expired", [](const Ioc& i) { return Value(i.Expired()); }},
    {"modified_by", [](const Ioc& i) { return Value(std::string(i.ModifiedBy())); }},
    {"modified_on", [](const Ioc& i) { return Value(Instant{i.Modified()}); }},
    {"platforms", [](const Ioc& i) { return Value(i.Platforms()); }},
    // Filters know the number, records the word.
    {"severity_number",
     [](const Ioc& i) {
       return i.SeverityNumber() == 0 ? Value() : Value(double(i.SeverityNumber()));
     }},
    {"source", [](const Ioc& i) { return Value(std::string(i.Source())); }},
    {"type", [](const Ioc& i) { return Value(std::string(i.TypeWord())); }},
    {"value", [](const Ioc& i) { return Value(i.Value()); }},
});

class IocCollection : public Collection {
 public:
  IocCollection(const World& world, uint32_t size) : world_(world), size_(size) {}

  std::string_view name() const override { return "iocs"; }
  const fql::Schema& schema() const override { return kSchema; }
  uint32_t last_row() const override { return size_; }
  std::string Id(uint32_t row) const override { return Ioc(world_, row).Id(); }
  std::optional<uint32_t> Find(std::string_view id) const override {
    const std::optional<uint32_t> row = Ioc::IndexOf(world_, id);
    return row && *row < size_ ? row : std::nullopt;
  }
  Json Record(uint32_t row) const override {
    Json record = Ioc(world_, row).Record();
    if (world_.Corrupt(row)) {
      record["severity"] = {{"unexpected", "object"}};
      record["tags"] = {{"unexpected", "object"}};
      record["expired"] = "perhaps";
    }
    return record;
  }
  Value Get(uint32_t row, const Field& field) const override {
    const Ioc ioc(world_, row);
    return ValueBy(kShortCuts, ioc, field, [&] { return ioc.Record(); });
  }
  std::string FreeText(uint32_t row) const override;

 private:
  const World& world_;
  uint32_t size_;
};

std::string IocCollection::FreeText(uint32_t row) const {
  const Ioc ioc(world_, row);
  std::string text = ioc.Value();
  for (std::string_view part : {ioc.TypeWord(), ioc.Action(), ioc.Source(), ioc.CreatedBy()})
    text.append(" ").append(part);
  return text;
}

constexpr std::string_view kActions[] = {"no_action", "allow", "prevent_no_ui", "prevent",
                                         "detect"};
constexpr std::string_view kTypes[] = {"sha256", "md5", "domain", "ipv4", "ipv6"};
constexpr std::string_view kPlatforms[] = {"windows", "mac", "linux", "ios", "android"};
constexpr std::string_view kSeverities[] = {"informational", "low", "medium", "high", "critical"};

constexpr std::string_view kWrites[] = {
    "POST /iocs/entities/indicators/v1", "PATCH /iocs/entities/indicators/v1",
    "DELETE /iocs/entities/indicators/v1", "POST /iocs/entities/indicators-reports/v1"};

constexpr std::string_view kService = "ioc-management";
constexpr std::string_view kDefaultSort = "created_on|desc";
constexpr PageRules kRules = {.service = kService,
                              .default_sort = kDefaultSort,
                              .default_limit = 100,
                              .max_limit = 2000,
                              .max_window = 10'000};
constexpr size_t kMaxIds = 500;
constexpr size_t kMaxCounted = 5000;

// What a call says about the indicator it asks for.
struct Indicator {
  std::string type;
  std::string value;
};

std::optional<Indicator> IndicatorOf(const Call& call) {
  Indicator indicator{std::string(call.request.Param("type").value_or("")),
                      std::string(call.request.Param("value").value_or(""))};
  const bool known =
      std::find(std::begin(kTypes), std::end(kTypes), indicator.type) != std::end(kTypes);
  return known && !indicator.value.empty() ? std::optional(std::move(indicator)) : std::nullopt;
}

Reply NoIndicator(const Call& call) {
  return Failure(call, kService, 400, "type and value must name an indicator");
}

// With an offset, even 0, pages are counted; else they scroll.
bool Counts(const Call& call) {
  return call.request.Param("offset").has_value() && !call.request.Param("after").has_value();
}

// The condition may stand in the query, in the body, or in both.
void AddQueryFilter(const Call& call, Json* spec) {
  const std::string_view filter = call.request.Param("filter").value_or("");
  if (filter.empty()) return;
  const Json own = spec->value("filter", Json(""));
  const std::string text = own.is_string() ? own.get<std::string>() : "";
  (*spec)["filter"] =
      text.empty() ? std::string(filter) : "(" + text + ")+(" + std::string(filter) + ")";
}

class IocsArea : public Area {
 public:
  explicit IocsArea(Store& store) : store_(store), iocs_(store.world, store.Size("iocs")) {}

  std::vector<const Collection*> collections() const override { return {&iocs_}; }
  void AddRoutes(Routes* routes) override;

 private:
  Reply Aggregates(const Call& call);
  // By `type` and `value`.
  Reply DeviceCount(const Call& call);
  Reply Devices(const Call& call);
  Reply Processes(const Call& call);
  Reply ProcessEntities(const Call& call);
  // One page of `all`. The text `offset` leads on until it is left out.
  Reply PageOfSightings(const Call& call, const std::vector<std::string>& all);

  Store& store_;
  IocCollection iocs_;
};

// A small list of words.
Reply Words(const Call& call, std::span<const std::string_view> words) {
  Envelope envelope(call, kService);
  envelope.SetPagination(R"({"limit":100,"offset":0,"total":)" + std::to_string(words.size()) +
                         "}");
  for (std::string_view word : words) envelope.AddText(word);
  return envelope.Finish();
}

void IocsArea::AddRoutes(Routes* routes) {
  constexpr std::string_view kManagement = "IOC Management:read";
  constexpr std::string_view kIndicators = "IOCs (Indicators of Compromise):read";
  const auto read = [this, routes](std::string_view call, std::string_view scope,
                                   Reply (IocsArea::*handler)(const Call&)) {
    routes->Read(call, scope, [this, handler](const Call& one) { return (this->*handler)(one); });
  };
  routes->Read("GET /iocs/queries/indicators/v1", kManagement, [this](const Call& call) {
    return Counts(call) ? IdsByOffset(store_, call, iocs_, kRules)
                        : IdsByAfter(store_, call, iocs_, kRules);
  });
  routes->Read("GET /iocs/combined/indicator/v1", kManagement, [this](const Call& call) {
    return Counts(call) ? RecordsByOffset(store_, call, iocs_, kRules)
                        : RecordsByAfter(store_, call, iocs_, kRules);
  });
  routes->Read("GET /iocs/entities/indicators/v1", kManagement, [this](const Call& call) {
    return RecordsByIds(store_, call, iocs_, IdsOfQuery(call), {kService, kMaxIds});
  });
  read("POST /iocs/aggregates/indicators/v1", kManagement, &IocsArea::Aggregates);
  read("GET /iocs/aggregates/indicators/device-count/v1", kManagement, &IocsArea::DeviceCount);
  read("GET /iocs/queries/indicators/devices/v1", kManagement, &IocsArea::Devices);
  read("GET /iocs/queries/indicators/processes/v1", kManagement, &IocsArea::Processes);
  read("GET /indicators/aggregates/devices-count/v1", kIndicators, &IocsArea::DeviceCount);
  read("GET /indicators/queries/devices/v1", kIndicators, &IocsArea::Devices);
  read("GET /indicators/queries/processes/v1", kIndicators, &IocsArea::Processes);
  read("GET /processes/entities/processes/v1", kIndicators, &IocsArea::ProcessEntities);
  const auto words = [&](std::string_view call, std::span<const std::string_view> list) {
    routes->Read(call, kManagement, [list](const Call& one) { return Words(one, list); });
  };
  words("GET /iocs/queries/actions/v1", kActions);
  words("GET /iocs/queries/ioc-types/v1", kTypes);
  words("GET /iocs/queries/platforms/v1", kPlatforms);
  words("GET /iocs/queries/severities/v1", kSeverities);
  routes->Add(Guard::kWrite, kWrites);
}

Reply IocsArea::Aggregates(const Call& call) {
  Json spec = Json::parse(call.request.body, nullptr, false);
  if (!spec.is_object())
    return Failure(call, kService, 400, "the body must be one aggregate request, not a list");
  AddQueryFilter(call, &spec);
  auto result = Aggregate(store_.engine, iocs_, spec, true, store_.clock.DataNow(), kDefaultSort);
  if (auto* error = std::get_if<SearchError>(&result))
    return Failure(call, kService, error->code, error->message);
  Envelope envelope(call, kService);
  envelope.Add(ToText(std::get<Json>(result)));
  return envelope.Finish();
}

Reply IocsArea::DeviceCount(const Call& call) {
  const std::optional<Indicator> asked = IndicatorOf(call);
  if (!asked) return NoIndicator(call);
  const size_t hosts = HostsThatSaw(store_, asked->type, asked->value).size();
  Envelope envelope(call, kService);
  envelope.Add(ToText({{"type", asked->type},
                       {"value", asked->value},
                       {"device_count", std::min(hosts, kMaxCounted)},
                       {"limit_exceeded", hosts > kMaxCounted}}));
  return envelope.Finish();
}

Reply IocsArea::Devices(const Call& call) {
  const std::optional<Indicator> asked = IndicatorOf(call);
  if (!asked) return NoIndicator(call);
  std::vector<std::string> ids;
  for (uint32_t host : HostsThatSaw(store_, asked->type, asked->value))
    ids.push_back(Host(store_.world, host).DeviceId());
  return PageOfSightings(call, ids);
}

Reply IocsArea::Processes(const Call& call) {
  const std::optional<Indicator> asked = IndicatorOf(call);
  const auto host = Host::IndexOf(store_.world, call.request.Param("device_id").value_or(""));
  if (!asked) return NoIndicator(call);
  if (!call.request.Param("device_id"))
    return Failure(call, kService, 400, "device_id is required");
  if (!host) return PageOfSightings(call, {});
  return PageOfSightings(call, ProcessesThatSaw(store_, asked->type, asked->value, *host));
}

Reply IocsArea::PageOfSightings(const Call& call, const std::vector<std::string>& all) {
  const std::optional<int64_t> limit = IntParam(call.request, "limit", 100, 1, 100);
  if (!limit) return Failure(call, kService, 400, "limit must be between 1 and 100");
  std::string request = call.request.path;
  for (const char* name : {"type", "value", "device_id"})
    request.append("\n").append(call.request.Param(name).value_or(""));
  const std::string_view offset = call.request.Param("offset").value_or("");
  Cursor next;
  // The first page is 0, or has no offset.
  if (!offset.empty() && offset != "0") {
    const Cursor* cursor = store_.cursors.Find(offset, store_.clock.Now());
    if (cursor == nullptr)
      return Failure(call, kService, 404, "Search context expired, please start a new search");
    if (cursor->request != request)
      return Failure(call, kService, 400, "offset belongs to another indicator");
    next = *cursor;
  }
  const size_t start = std::min(next.position, all.size());
  const size_t end = std::min(start + static_cast<size_t>(*limit), all.size());
  Envelope envelope(call, kService);
  for (size_t i = start; i < end; ++i) envelope.AddText(all[i]);
  std::string pagination = "{\"limit\":" + std::to_string(*limit);
  if (end < all.size()) {
    next.request = std::move(request);
    next.position = end;
    ++next.pages;
    pagination +=
        R"(,"offset":")" + store_.cursors.Open(std::move(next), store_.clock.Now()) + "\"";
  }
  envelope.SetPagination(pagination + "}");
  return envelope.Finish();
}

Reply IocsArea::ProcessEntities(const Call& call) {
  const std::vector<std::string> ids = IdsOfQuery(call);
  if (ids.empty()) return Failure(call, kService, 400, "ids must hold at least one id");
  if (ids.size() > kMaxIds) return Failure(call, kService, 413, "too many ids");
  Envelope envelope(call, kService);
  for (const Json& process : ProcessDetails(store_, ids)) envelope.Add(ToText(process));
  return envelope.Finish();
}

}  // namespace

extern const AreaType kIocs;
const AreaType kIocs = {kSizes, MakeArea<IocsArea>};

}  // namespace falcon::simulator
