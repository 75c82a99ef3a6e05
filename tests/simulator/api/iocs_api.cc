// Handlers of IOC Management and of the Indicators API.
#include "simulator/api/iocs_api.h"

#include <algorithm>
#include <array>
#include <utility>

#include "simulator/api/aggregates.h"
#include "simulator/api/paging.h"
#include "simulator/api/sightings.h"
#include "simulator/data/host.h"

namespace falcon::simulator {
namespace {

constexpr std::string_view kService = "ioc-management";
constexpr std::string_view kDefaultSort = "created_on|desc";
constexpr PageRules kRules = {.service = kService,
                              .default_sort = kDefaultSort,
                              .default_limit = 100,
                              .max_limit = 2000,
                              .max_window = 10'000};
constexpr size_t kMaxIds = 500;
constexpr size_t kMaxCounted = 5000;
constexpr std::array<std::string_view, 5> kTypes = {"sha256", "md5", "domain", "ipv4", "ipv6"};

// What a call says about the indicator it asks for.
struct Indicator {
  std::string type;
  std::string value;
};

std::optional<Indicator> IndicatorOf(const Call& call) {
  Indicator indicator{std::string(call.request.Param("type").value_or("")),
                      std::string(call.request.Param("value").value_or(""))};
  const bool known = std::find(kTypes.begin(), kTypes.end(), indicator.type) != kTypes.end();
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

}  // namespace

Reply IocsApi::Queries(const Call& call) {
  return Counts(call) ? IdsByOffset(store_, call, store_.iocs, kRules)
                      : IdsByAfter(store_, call, store_.iocs, kRules);
}

Reply IocsApi::Combined(const Call& call) {
  return Counts(call) ? RecordsByOffset(store_, call, store_.iocs, kRules)
                      : RecordsByAfter(store_, call, store_.iocs, kRules);
}

Reply IocsApi::Entities(const Call& call) {
  return RecordsByIds(store_, call, store_.iocs, kService, IdsOfQuery(call), kMaxIds);
}

Reply IocsApi::Aggregates(const Call& call) {
  Json spec = Json::parse(call.request.body, nullptr, false);
  if (!spec.is_object())
    return Failure(call, kService, 400, "the body must be one aggregate request, not a list");
  AddQueryFilter(call, &spec);
  auto result =
      Aggregate(store_.engine, store_.iocs, spec, true, store_.clock.DataNow(), kDefaultSort);
  if (auto* error = std::get_if<SearchError>(&result))
    return Failure(call, kService, error->code, error->message);
  Envelope envelope(call, kService);
  envelope.Add(ToText(std::get<Json>(result)));
  return envelope.Finish();
}

Reply IocsApi::DeviceCount(const Call& call) {
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

Reply IocsApi::Devices(const Call& call) {
  const std::optional<Indicator> asked = IndicatorOf(call);
  if (!asked) return NoIndicator(call);
  std::vector<std::string> ids;
  for (uint32_t host : HostsThatSaw(store_, asked->type, asked->value))
    ids.push_back(Host(store_.world, host).DeviceId());
  return PageOfSightings(call, ids);
}

Reply IocsApi::Processes(const Call& call) {
  const std::optional<Indicator> asked = IndicatorOf(call);
  const auto host = Host::IndexOf(store_.world, call.request.Param("device_id").value_or(""));
  if (!asked) return NoIndicator(call);
  if (!call.request.Param("device_id"))
    return Failure(call, kService, 400, "device_id is required");
  if (!host) return PageOfSightings(call, {});
  return PageOfSightings(call, ProcessesThatSaw(store_, asked->type, asked->value, *host));
}

Reply IocsApi::PageOfSightings(const Call& call, const std::vector<std::string>& all) {
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

Reply IocsApi::ProcessEntities(const Call& call) {
  const std::vector<std::string> ids = IdsOfQuery(call);
  if (ids.empty()) return Failure(call, kService, 400, "ids must hold at least one id");
  if (ids.size() > kMaxIds) return Failure(call, kService, 413, "too many ids");
  Envelope envelope(call, kService);
  for (const Json& process : ProcessDetails(store_, ids)) envelope.Add(ToText(process));
  return envelope.Finish();
}

Reply IocsApi::Words(const Call& call, std::span<const std::string_view> words) {
  Envelope envelope(call, kService);
  envelope.SetPagination(R"({"limit":100,"offset":0,"total":)" + std::to_string(words.size()) +
                         "}");
  for (std::string_view word : words) envelope.AddText(word);
  return envelope.Finish();
}

}  // namespace falcon::simulator
