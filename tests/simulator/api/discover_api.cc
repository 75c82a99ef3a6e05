// Handlers of the Discover API.
#include "simulator/api/discover_api.h"

#include "simulator/api/paging.h"

namespace falcon::simulator {
namespace {

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

}  // namespace

Reply DiscoverApi::Queries(const Call& call, const DiscoverCollection& rows) {
  const PageRules rules = {.service = kService,
                           .default_sort = "id|asc",
                           .default_limit = 100,
                           .max_limit = 100,
                           .max_window = 10'000};
  return WithNull(IdsByOffset(store_, call, rows, rules));
}

Reply DiscoverApi::Combined(const Call& call, const DiscoverCollection& rows) {
  Blocks blocks = 0;
  for (const auto& [name, value] : call.request.query) {
    if (name != "facet") continue;
    const Blocks block = rows.BlockOf(value);
    if (block == 0) return WithNull(Failure(call, kService, 400, "invalid facet: " + value));
    blocks |= block;
  }
  const PageRules rules = {.service = kService,
                           .default_sort = "id|asc",
                           .default_limit = 100,
                           .max_limit = 1000,
                           .filter_required = true};
  const Shape shape = [&rows, blocks](const Collection&, uint32_t row) {
    return rows.RecordWith(row, blocks);
  };
  return WithNull(RecordsByAfter(store_, call, rows, rules, shape));
}

Reply DiscoverApi::Entities(const Call& call, const DiscoverCollection& rows) {
  return WithNull(RecordsByIds(store_, call, rows, kService, IdsOfQuery(call), kMaxIds));
}

}  // namespace falcon::simulator
