// Handlers of intel indicators.
#include "simulator/api/intel_indicators_api.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "simulator/api/paging.h"

namespace falcon::simulator {
namespace {

constexpr std::string_view kService = "msa-api";
constexpr std::string_view kDefaultSort = "published_date|desc";
constexpr std::string_view kNextToken = "next_token";
constexpr int64_t kWall = 50'000;
constexpr size_t kMaxIds = 5000;

bool Flag(const Call& call, std::string_view name, std::string_view fallback) {
  return call.request.Param(name).value_or(fallback) == "true";
}

std::string Encoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '_' || c == '.';
    if (plain) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
  }
  return out;
}

// Path and query of this call, but at the place of `token`.
std::string NextPage(const Call& call, const std::string& token) {
  std::string next = call.request.path + "?";
  for (const auto& [name, value] : call.request.query) {
    if (name != "offset" && name != kNextToken) next += name + "=" + Encoded(value) + "&";
  }
  return next + std::string(kNextToken) + "=" + Encoded(token);
}

Search SearchOf(const Call& call) {
  Search search;
  search.filter = call.request.Param("filter").value_or("");
  search.sort = call.request.Param("sort").value_or("");
  if (search.sort.empty()) search.sort = kDefaultSort;
  search.free_text = call.request.Param("q").value_or("");
  search.include_hidden = Flag(call, "include_deleted", "false");
  return search;
}

}  // namespace

Json IntelIndicatorsApi::Record(uint32_t row) const {
  Json record = store_.intel_indicators.Record(row);
  record["relations"] = store_.intel_indicators.At(row).Relations();
  return record;
}

Reply IntelIndicatorsApi::Page(const Call& call, bool records) {
  const std::optional<int64_t> limit = IntParam(call.request, "limit", 10, 1, 10'000);
  const std::optional<int64_t> offset = IntParam(call.request, "offset", 0, 0, INT32_MAX);
  if (!limit) return Failure(call, kService, 400, "limit must be between 1 and 10000");
  if (!offset) return Failure(call, kService, 400, "offset must be a positive number");
  if (*offset + *limit >= kWall) {
    return Failure(call, kService, 400,
                   "the sum of limit and offset params must be less than 50000");
  }
  const Search search = SearchOf(call);
  auto found = store_.engine.Run(store_.intel_indicators, search, store_.clock.DataNow());
  if (auto* error = std::get_if<SearchError>(&found))
    return Failure(call, kService, error->code, error->message);
  const Rows& rows = *std::get<RowsPtr>(found);
  auto place = Resume(call, search, static_cast<size_t>(*offset));
  if (auto* failure = std::get_if<Reply>(&place)) return std::move(*failure);
  auto& next = std::get<Cursor>(place);
  const size_t start = std::min(next.position, rows.size());
  next.position = std::min(rows.size(), start + static_cast<size_t>(*limit));
  ++next.pages;
  Envelope envelope(call, kService);
  for (size_t i = start; i < next.position; ++i) Add(call, rows[i], records, &envelope);
  envelope.SetPagination("{\"offset\":" + std::to_string(*offset) +
                         ",\"limit\":" + std::to_string(*limit) +
                         ",\"total\":" + std::to_string(rows.size()) + "}");
  Reply reply = envelope.Finish();
  if (next.position < rows.size()) {
    reply.headers.emplace_back(
        "Next-Page", NextPage(call, store_.cursors.Open(std::move(next), store_.clock.Now())));
  }
  return reply;
}

std::variant<Cursor, Reply> IntelIndicatorsApi::Resume(const Call& call, const Search& search,
                                                       size_t offset) {
  Cursor place;
  place.position = offset;
  place.request = call.request.path + "\n" + search.filter + "\n" + search.sort + "\n" +
                  search.free_text + (search.include_hidden ? "\n1" : "\n0");
  const auto token = call.request.Param(kNextToken);
  if (!token) return place;
  const Cursor* cursor = store_.cursors.Find(*token, store_.clock.Now());
  if (cursor == nullptr)
    return Failure(call, kService, 404, "Search context expired, please start a new search");
  if (cursor->request != place.request)
    return Failure(call, kService, 400, "the next page belongs to another search");
  return *cursor;
}

void IntelIndicatorsApi::Add(const Call& call, uint32_t row, bool records, Envelope* envelope) {
  if (!records) {
    envelope->AddText(store_.intel_indicators.Id(row));
  } else if (Flag(call, "include_relations", "true")) {
    envelope->Add(ToText(Record(row)));
  } else {
    envelope->Add(store_.records.Text(store_.intel_indicators, row));
  }
}

Reply IntelIndicatorsApi::Entities(const Call& call) {
  return RecordsByIds(store_, call, store_.intel_indicators, kService, IdsOfBody(call), kMaxIds,
                      [this](const Collection&, uint32_t row) { return Record(row); });
}

}  // namespace falcon::simulator
