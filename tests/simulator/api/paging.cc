// Pages of ids and records, by offset and by cursor.
#include "simulator/api/paging.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "simulator/search/engine.h"

namespace falcon::simulator {
namespace {

std::variant<Search, Reply> SearchOf(const Call& call, const PageRules& rules) {
  Search search;
  search.filter = call.request.Param("filter").value_or("");
  if (rules.filter_required && search.filter.empty())
    return Failure(call, rules.service, 400, "filter is required");
  search.sort = call.request.Param("sort").value_or("");
  if (search.sort.empty()) search.sort = rules.default_sort;
  return search;
}

std::string LimitError(const PageRules& rules) {
  return "limit must be between " + std::to_string(rules.min_limit) + " and " +
         std::to_string(rules.max_limit);
}

void AddRow(Store& store, const Collection& rows, uint32_t row, const Render& render,
            Envelope* envelope) {
  if (render) {
    envelope->Add(render(row));
  } else {
    envelope->Add(store.records.Text(rows, row));
  }
}

Render IdsOf(const Collection& rows) {
  return [&rows](uint32_t row) { return ToText(Json(rows.Id(row))); };
}

// Where a page by cursor starts, and how many pages came before it.
struct Place {
  size_t start = 0;
  int pages = 0;
};

struct LiveSearch {
  const Collection& rows;
  const Rows& matches;
  std::string_view service;
  const SortKey& key;
  const std::string& request;
};

// The data is live: the place is sought again by the sort value and id of the last row sent.
std::variant<Place, Reply> Resume(Store& store, const Call& call, const LiveSearch& search) {
  const std::string_view after = call.request.Param("after").value_or("");
  if (after.empty()) return Place{};
  if (call.request.Param("offset"))
    return Failure(call, search.service, 400, "offset and after exclude each other");
  const Cursor* cursor = store.cursors.Find(after, store.clock.Now());
  if (cursor == nullptr)
    return Failure(call, search.service, 404, "Search context expired, please start a new search");
  if (cursor->request != search.request)
    return Failure(call, search.service, 400, "after belongs to another filter or sort");
  return Place{Engine::Seek(search.rows, search.matches, search.key, cursor->value, cursor->row),
               cursor->pages};
}

}  // namespace

Reply RecordsByOffset(Store& store, const Call& call, const Collection& rows,
                      const PageRules& rules, const Render& render) {
  const std::optional<int64_t> limit =
      IntParam(call.request, "limit", rules.default_limit, rules.min_limit, rules.max_limit);
  const std::optional<int64_t> offset = IntParam(call.request, "offset", 0, 0, INT32_MAX);
  if (!limit) return Failure(call, rules.service, 400, LimitError(rules));
  if (!offset) return Failure(call, rules.service, 400, "offset must be a positive number");
  if (rules.max_window > 0 && *offset + *limit > rules.max_window) {
    return Failure(call, rules.service, 400,
                   "offset " + std::to_string(*offset) + " and limit " + std::to_string(*limit) +
                       " are invalid; offset + limit must be less than or equal to " +
                       std::to_string(rules.max_window));
  }
  auto search = SearchOf(call, rules);
  if (auto* failure = std::get_if<Reply>(&search)) return std::move(*failure);
  auto& wanted = std::get<Search>(search);
  if (rules.free_text) wanted.free_text = call.request.Param("q").value_or("");
  auto found = store.engine.Run(rows, wanted, store.clock.DataNow());
  if (auto* error = std::get_if<SearchError>(&found))
    return Failure(call, rules.service, error->code, error->message);
  const Rows& matches = *std::get<RowsPtr>(found);
  Envelope envelope(call, rules.service);
  envelope.SetPagination("{\"offset\":" + std::to_string(*offset) +
                         ",\"limit\":" + std::to_string(*limit) +
                         ",\"total\":" + std::to_string(matches.size()) + "}");
  const size_t end = std::min(matches.size(), static_cast<size_t>(*offset + *limit));
  for (auto i = static_cast<size_t>(*offset); i < end; ++i)
    AddRow(store, rows, matches[i], render, &envelope);
  return envelope.Finish();
}

Reply RecordsByAfter(Store& store, const Call& call, const Collection& rows, const PageRules& rules,
                     const Render& render) {
  const std::optional<int64_t> limit =
      IntParam(call.request, "limit", rules.default_limit, rules.min_limit, rules.max_limit);
  if (!limit) return Failure(call, rules.service, 400, LimitError(rules));
  auto search = SearchOf(call, rules);
  if (auto* failure = std::get_if<Reply>(&search)) return std::move(*failure);
  const auto& wanted = std::get<Search>(search);
  auto found = store.engine.Run(rows, wanted, store.clock.DataNow());
  if (auto* error = std::get_if<SearchError>(&found))
    return Failure(call, rules.service, error->code, error->message);
  const Rows& matches = *std::get<RowsPtr>(found);
  const auto key = std::get<SortKey>(ParseSort(wanted.sort, rows.schema()));
  const std::string request = std::string(rows.name()) + "\n" + wanted.filter + "\n" + wanted.sort;
  auto place = Resume(store, call, {rows, matches, rules.service, key, request});
  if (auto* failure = std::get_if<Reply>(&place)) return std::move(*failure);
  const auto [start, pages] = std::get<Place>(place);
  const size_t end = std::min(matches.size(), start + static_cast<size_t>(*limit));
  Envelope envelope(call, rules.service);
  for (size_t i = start; i < end; ++i) AddRow(store, rows, matches[i], render, &envelope);
  std::string pagination = "{";
  if (end < matches.size()) {
    Cursor next;
    next.request = request;
    next.row = matches[end - 1];
    next.value = rows.Get(next.row, key.field);
    next.pages = pages + 1;
    pagination += R"("after":")" + store.cursors.Open(std::move(next), store.clock.Now()) + "\",";
  } else if (rules.empty_after) {
    pagination += R"("after":"",)";
  }
  pagination +=
      "\"limit\":" + std::to_string(*limit) + ",\"total\":" + std::to_string(matches.size()) + "}";
  envelope.SetPagination(std::move(pagination));
  return envelope.Finish();
}

Reply RecordsByIds(Store& store, const Call& call, const Collection& rows,
                   const std::vector<std::string>& ids, const LookupRules& rules,
                   const Render& render) {
  if (ids.empty()) return Failure(call, rules.service, 400, "ids must hold at least one id");
  if (ids.size() > rules.max_ids) {
    return Failure(call, rules.service, 413,
                   "too many ids: " + std::to_string(ids.size()) + ", at most " +
                       std::to_string(rules.max_ids) + " are allowed");
  }
  std::vector<uint32_t> found;
  for (const std::string& id : ids) {
    const std::optional<uint32_t> row = rows.Find(id);
    if (row && rows.Lives(*row)) found.push_back(*row);
  }
  // No service promises the order of the ids, so a client must not count on it.
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  Envelope envelope(call, rules.service);
  for (uint32_t row : found) AddRow(store, rows, row, render, &envelope);
  return envelope.Finish();
}

Reply IdsByOffset(Store& store, const Call& call, const Collection& rows, const PageRules& rules) {
  return RecordsByOffset(store, call, rows, rules, IdsOf(rows));
}

Reply IdsByAfter(Store& store, const Call& call, const Collection& rows, const PageRules& rules) {
  return RecordsByAfter(store, call, rows, rules, IdsOf(rows));
}

std::vector<std::string> IdsOfQuery(const Call& call) {
  std::vector<std::string> ids;
  for (const auto& [name, value] : call.request.query) {
    if (name == "ids" && !value.empty()) ids.push_back(value);
  }
  return ids;
}

std::vector<std::string> IdsOfBody(const Call& call, std::string_view key) {
  const Json body = Json::parse(call.request.body, nullptr, false);
  const auto list = body.is_object() ? body.find(std::string(key)) : body.end();
  std::vector<std::string> ids;
  if (!body.is_object() || list == body.end() || !list->is_array()) return ids;
  for (const Json& id : *list) {
    if (id.is_string()) ids.push_back(id.get<std::string>());
  }
  return ids;
}

}  // namespace falcon::simulator
