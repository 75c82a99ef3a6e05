// Handlers of the Alerts API.
#include "simulator/api/alerts_api.h"

#include <algorithm>
#include <utility>

#include "simulator/api/aggregates.h"

namespace falcon::simulator {
namespace {

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

}  // namespace

Reply AlertsApi::Queries(const Call& call, bool short_ids) {
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
  auto found = store_.engine.Run(store_.alerts, search, store_.clock.DataNow());
  if (auto* error = std::get_if<SearchError>(&found))
    return Failure(call, kService, error->code, error->message);
  const Rows& rows = *std::get<RowsPtr>(found);
  Envelope envelope(call, kService);
  envelope.SetPagination("{\"offset\":" + std::to_string(*offset) +
                         ",\"limit\":" + std::to_string(*limit) +
                         ",\"total\":" + std::to_string(rows.size()) + "}");
  const size_t end = std::min(rows.size(), static_cast<size_t>(*offset + *limit));
  for (size_t i = static_cast<size_t>(*offset); i < end; ++i) {
    const std::string id = store_.alerts.Id(rows[i]);
    envelope.AddText(short_ids ? std::string_view(id).substr(store_.world.cid().size() + 1)
                               : std::string_view(id));
  }
  return envelope.Finish();
}

Reply AlertsApi::Entities(const Call& call, bool short_ids) {
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
    const std::optional<uint32_t> row = store_.alerts.Find(text);
    if (!row || (!include_hidden && !store_.alerts.Shown(*row))) continue;
    envelope.Add(store_.records.Text(store_.alerts, *row));
  }
  return envelope.Finish();
}

Reply AlertsApi::Combined(const Call& call) {
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
  auto found = store_.engine.Run(store_.alerts, search, store_.clock.DataNow());
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
  const SortKey key = std::get<SortKey>(ParseSort(search.sort, store_.alerts.schema()));
  const size_t start = Engine::Seek(store_.alerts, rows, key, cursor->value, cursor->row);
  return CombinedPage(call, search, rows, start, static_cast<size_t>(limit), cursor->pages);
}

Reply AlertsApi::CombinedPage(const Call& call, const Search& search, const Rows& rows,
                              size_t start, size_t limit, int pages) {
  const size_t end = std::min(rows.size(), start + limit);
  Envelope envelope(call, kService);
  for (size_t i = start; i < end; ++i) envelope.Add(store_.records.Text(store_.alerts, rows[i]));
  std::string pagination = "{";
  if (end < rows.size()) {
    const SortKey key = std::get<SortKey>(ParseSort(search.sort, store_.alerts.schema()));
    Cursor next;
    next.request = RequestKey(search);
    next.row = rows[end - 1];
    next.value = store_.alerts.Get(next.row, key.field);
    next.pages = pages + 1;
    pagination += "\"after\":\"" + store_.cursors.Open(std::move(next), store_.clock.Now()) + "\",";
  }
  pagination +=
      "\"limit\":" + std::to_string(limit) + ",\"total\":" + std::to_string(rows.size()) + "}";
  envelope.SetPagination(std::move(pagination));
  return envelope.Finish();
}

Reply AlertsApi::Aggregates(const Call& call) {
  const Json body = Json::parse(call.request.body, nullptr, false);
  if (!body.is_array() || body.empty())
    return Failure(call, kService, 400, "the body must be a list of aggregate requests");
  const bool include_hidden = IncludeHidden(call.request);
  Envelope envelope(call, kService);
  for (const Json& spec : body) {
    auto result =
        Aggregate(store_.engine, store_.alerts, spec, include_hidden, store_.clock.DataNow());
    if (auto* error = std::get_if<SearchError>(&result))
      return Failure(call, kService, error->code, error->message);
    envelope.Add(ToText(std::get<Json>(result)));
  }
  return envelope.Finish();
}

}  // namespace falcon::simulator
