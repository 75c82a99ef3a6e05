// The fake collection's workings.
#include "tests/unit/upstream/fake_collection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "base/text.h"
#include "tests/support/fake_transport.h"

namespace falcon::upstream {
namespace {

using testing::Response;

using Json = nlohmann::json;

std::string Decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
    i += 2;
  }
  return out;
}

// The range condition at the end of a filter, in nanoseconds; none: nullopt.
std::optional<int64_t> Bound(const std::string& filter, const char* sign) {
  const size_t at = filter.rfind(sign);
  if (at == std::string::npos) return std::nullopt;
  const size_t from = filter.find('\'', at) + 1;
  const std::string text = filter.substr(from, filter.find('\'', from) - from);
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << text << error;
  return absl::ToUnixNanos(time);
}

std::string InstantOf(int64_t nanoseconds) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", absl::FromUnixNanos(nanoseconds),
                          absl::UTCTimeZone());
}

}  // namespace

std::map<std::string, std::string> FakeCollection::Parameters(
    const http::HttpRequest& request) const {
  std::map<std::string, std::string> parameters;
  if (request.method == http::Method::kPost) {
    const Json body = Json::parse(request.body);
    for (const auto& [key, value] : body.items()) {
      parameters[key] = value.is_string() ? value.get<std::string>() : value.dump();
    }
    return parameters;
  }
  const size_t query = request.url.find('?');
  for (absl::string_view pair : absl::StrSplit(request.url.substr(query + 1), '&')) {
    const std::pair<absl::string_view, absl::string_view> halves =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    parameters[Decoded(ToStd(halves.first))] = Decoded(ToStd(halves.second));
  }
  return parameters;
}

std::vector<FakeCollection::Position> FakeCollection::Matching(const std::string& filter,
                                                               bool descending) const {
  const auto least = Bound(filter, ":>='");
  const auto most = Bound(filter, ":<='");
  std::vector<Position> matching;
  for (const auto& [id, instant] : records) {
    const int64_t key = instant / resolution_;
    if (least.has_value() && key < *least / resolution_) continue;
    if (most.has_value() && key > *most / resolution_) continue;
    matching.push_back({descending ? -key : key, std::hash<std::string>()(StrCat(filter, id)), id});
  }
  std::sort(matching.begin(), matching.end());
  return matching;
}

std::string FakeCollection::Body(const std::vector<Position>& page, size_t total,
                                 const std::string& next) const {
  const bool after = operation_.paging == Paging::kAfter;
  Json answer;
  answer["meta"]["trace_id"] = "t";
  answer["meta"]["pagination"] = {{"total", total}};
  if (!next.empty()) answer["meta"]["pagination"][after ? "after" : "next"] = next;
  answer["errors"] = Json::array();
  answer["resources"] = Json::array();
  for (const Position& at : page) {
    answer["resources"].push_back(
        {{after ? "composite_id" : "device_id", at.id},
         {after ? "created_timestamp" : "first_seen", InstantOf(records.at(at.id))}});
  }
  return answer.dump();
}

std::string FakeCollection::IdsBody(const std::vector<Position>& rows, size_t offset,
                                    size_t limit) const {
  Json answer;
  answer["meta"]["pagination"] = {{"offset", offset}, {"limit", limit}};
  if (knows_total) answer["meta"]["pagination"]["total"] = rows.size();
  answer["resources"] = Json::array();
  for (size_t i = offset; i < rows.size() && i < offset + limit; ++i) {
    answer["resources"].push_back(rows[i].id);
  }
  return answer.dump();
}

// In the order of the records, not of the ids.
http::HttpResponse FakeCollection::Entities(const http::HttpRequest& request) const {
  const auto ids = Json::parse(request.body)["ids"].get<std::set<std::string>>();
  Json answer;
  answer["resources"] = Json::array();
  for (const auto& [id, instant] : records) {
    if (!ids.contains(id)) continue;
    answer["resources"].push_back({{"device_id", id}, {"first_seen", InstantOf(instant)}});
  }
  return Response(200, answer.dump());
}

Task<absl::StatusOr<http::HttpResponse>> FakeCollection::Send(http::HttpRequest request) {
  ++calls;
  if (before_call) before_call();
  if (request.url == operation::kPostDeviceDetails.path) co_return Entities(request);
  last = Parameters(request);
  const std::string filter = last["filter"];
  const std::string sort = last["sort"];
  const int limit = std::stoi(last["limit"]);
  limits.push_back(limit);
  filters.push_back(filter);
  if (limit > max_page_with_body) {
    co_return Error(absl::StatusCode::kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE", "too large");
  }
  std::vector<Position> rows = Matching(filter, sort.ends_with("|desc"));
  if (operation_.paging == Paging::kOffset) {
    const size_t offset = last["offset"].empty() ? 0 : std::stoul(last["offset"]);
    if (offset + limit > static_cast<size_t>(operation_.max_window)) {
      co_return Response(400, R"({"errors":[{"code":400,"message":"offset and limit"}]})");
    }
    co_return Response(200, IdsBody(rows, offset, limit));
  }
  const size_t total = rows.size();
  const std::string cursor = last[operation_.paging == Paging::kAfter ? "after" : "offset"];
  if (!cursor.empty()) {
    const auto found = given_.find(cursor);
    if (all_cursors_dead || found == given_.end() ||
        clock_.WallNow() - found->second.at > seconds(120)) {
      all_cursors_dead = false;
      given_.clear();
      co_return Response(404, R"({"errors":[{"code":404,"message":"search context expired"}]})");
    }
    EXPECT_EQ(found->second.filter, filter) << "a cursor goes with its filter";
    EXPECT_EQ(found->second.sort, sort);
    const Position& from = found->second.position;
    rows.erase(rows.begin(), std::upper_bound(rows.begin(), rows.end(), from));
  }
  std::string next;
  if (rows.size() > static_cast<size_t>(limit)) {
    rows.resize(limit);
    next = StrCat("cursor-", calls);
    given_.insert_or_assign(next, Given{filter, sort, rows.back(), clock_.WallNow()});
  }
  co_return Response(200, Body(rows, total, next));
}

}  // namespace falcon::upstream
