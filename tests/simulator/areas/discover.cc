// Falcon Discover: ids and handlers.
#include "simulator/areas/discover.h"

#include "simulator/api/paging.h"

namespace falcon::simulator {
namespace {

constexpr uint64_t kIdQuestion = 1;
constexpr size_t kHashDigits = 32;

constexpr std::string_view kService = "discover-api";
constexpr size_t kMaxIds = 100;

// A refused call has null where resources would stand.
Reply WithNull(Reply reply) {
  Json body = Json::parse(reply.body, nullptr, false);
  if (reply.status != 400 || !body.is_object()) return reply;
  body["resources"] = nullptr;
  reply.body = ToText(body);
  return reply;
}

constexpr PageRules kQueryRules = {
    .service = kService, .default_sort = "id|asc", .max_limit = 100, .max_window = 10'000};
constexpr PageRules kCombinedRules = {
    .service = kService, .default_sort = "id|asc", .max_limit = 1000, .filter_required = true};

Reply Combined(Store& store, const Call& call, const DiscoverCollection& rows) {
  Blocks blocks = 0;
  for (const auto& [name, value] : call.request.query) {
    if (name != "facet") continue;
    const Blocks block = rows.BlockOf(value);
    if (block == 0) return WithNull(Failure(call, kService, 400, "invalid facet: " + value));
    blocks |= block;
  }
  const auto render = [&](uint32_t row) { return ToText(rows.RecordWith(row, blocks)); };
  return WithNull(RecordsByAfter(store, call, rows, kCombinedRules, render));
}

}  // namespace

std::string DiscoverId(const World& world, const Rng& rng, uint32_t index) {
  return world.cid() + "_" + rng.Hex(kIdQuestion, kHashDigits - 8) + Hex8(Scramble(index));
}

std::optional<uint32_t> DiscoverIndex(const World& world, std::string_view id, uint32_t count) {
  uint32_t scrambled = 0;
  const bool shaped = id.size() == world.cid().size() + 1 + kHashDigits;
  if (!shaped || !ParseHex8(id.substr(id.size() - 8), &scrambled)) return std::nullopt;
  const uint32_t index = Unscramble(scrambled);
  return index < count ? std::optional<uint32_t>(index) : std::nullopt;
}

std::optional<uint32_t> DiscoverCollection::Find(std::string_view id) const {
  const std::optional<uint32_t> row = DiscoverIndex(world_, id, count_);
  return row && Id(*row) == id ? row : std::nullopt;
}

void AddDiscoverRoutes(Store& store, const DiscoverCollection& rows, std::string_view noun,
                       bool combined, Routes* routes) {
  const auto read = [&](std::string_view kind, Handler handler) {
    std::string call = "GET /discover/";
    call.append(kind).append("/").append(noun).append("/v1");
    routes->Read(call, "Assets (formerly Falcon Discover):read", std::move(handler));
  };
  read("queries", [&store, &rows](const Call& call) {
    return WithNull(IdsByOffset(store, call, rows, kQueryRules));
  });
  read("entities", [&store, &rows](const Call& call) {
    return WithNull(RecordsByIds(store, call, rows, IdsOfQuery(call), {kService, kMaxIds}));
  });
  if (!combined) return;
  read("combined", [&store, &rows](const Call& call) { return Combined(store, call, rows); });
}

}  // namespace falcon::simulator
