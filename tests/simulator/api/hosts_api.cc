// Handlers that search hosts.
#include "simulator/api/hosts_api.h"

#include <algorithm>
#include <utility>

#include "simulator/api/paging.h"
#include "simulator/data/host.h"

namespace falcon::simulator {
namespace {

constexpr std::string_view kService = "device-api";
constexpr std::string_view kDefaultSort = "device_id.asc";
constexpr int64_t kMaxWindow = 10'000;

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

}  // namespace

Reply HostsApi::Queries(const Call& call, bool hidden) {
  PageRules rules;
  rules.service = kService;
  rules.default_sort = kDefaultSort;
  rules.max_limit = 5000;
  rules.max_window = kMaxWindow;
  rules.free_text = false;
  return IdsByOffset(store_, call, Which(hidden), rules);
}

std::variant<HostsApi::Page, Reply> HostsApi::Snapshot(const Call& call,
                                                       const HostCollection& hosts,
                                                       std::string_view kind, const Search& search,
                                                       size_t limit) {
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

Reply HostsApi::Scroll(const Call& call) {
  const std::optional<int64_t> limit = IntParam(call.request, "limit", 100, 1, kMaxWindow);
  if (!limit) return Failure(call, kService, 400, "limit must be between 1 and 10000");
  auto result =
      Snapshot(call, store_.hosts, "scroll", SearchOf(call.request), static_cast<size_t>(*limit));
  if (auto* failure = std::get_if<Reply>(&result)) return std::move(*failure);
  const Page& page = std::get<Page>(result);
  Envelope envelope(call, kService);
  envelope.SetPagination(
      "{\"total\":" + std::to_string(page.rows->size()) + ",\"offset\":\"" + page.next +
      "\",\"expires_at\":" + std::to_string(store_.clock.Shown() + store_.cursors.lifetime()) +
      ",\"limit\":" + std::to_string(*limit) + "}");
  for (size_t i = page.start; i < page.end; ++i) envelope.AddText(store_.hosts.Id((*page.rows)[i]));
  return envelope.Finish();
}

Reply HostsApi::Combined(const Call& call, bool hidden) {
  const std::optional<int64_t> limit = IntParam(call.request, "limit", 100, 1, kMaxWindow);
  if (!limit) return Failure(call, kService, 400, "limit must be between 1 and 10000");
  const HostCollection& hosts = Which(hidden);
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

}  // namespace falcon::simulator
