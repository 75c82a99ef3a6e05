// A fake Falcon of numbered rows that answers every operation of the table, with the quirks that
// users report.
#ifndef FALCON_TESTS_UNIT_GATEWAY_ROWS_OF_FALCON_H_
#define FALCON_TESTS_UNIT_GATEWAY_ROWS_OF_FALCON_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "base/text.h"
#include "tests/support/fake_transport.h"
#include "upstream/operation/operation.h"
#include "upstream/operation/upstream_request.h"

namespace falcon::testing {

enum class Total { kAbsent, kZero, kSmall, kHonest, kLarge };

struct Quirks {
  int rows = 3;
  int rows_an_instant = 1;
  Total total = Total::kHonest;
  int cap = 100'000;              // maximum rows of a page; reported in `meta`
  bool cursor_after_all = false;  // the last page names a next one
  int lost_cursor = -1;           // this page names no next one
  int dead_cursor = -1;           // this call with a cursor is answered 404
  bool next_page_header = true;
  size_t text_bytes = 0;     // of a long text in each record
  int slow_above = 100'000;  // pages with more rows time out
};

// Used on the loop thread; set up by the test while no call is in flight. Row N has the id N in
// hexadecimal digits. Timestamps follow the order of the rows.
class RowsOfFalcon final : public http::HttpTransport {
 public:
  using Json = nlohmann::json;

  Quirks quirks;
  // Answers every call of this operation instead.
  const upstream::Operation* foreign = nullptr;
  http::HttpResponse foreign_answer;

  std::set<const upstream::Operation*> used;
  std::vector<int> limits;  // of the pages that were asked for

  void Begin(Quirks with) {
    quirks = with;
    pages_ = cursors_ = 0;
    limits.clear();
  }

  static std::string IdOf(int row) { return absl::StrFormat("%032x", row); }

  Task<absl::StatusOr<http::HttpResponse>> Send(http::HttpRequest request) override {
    co_return Answer(request);
  }

 private:
  static constexpr int64_t kStart = 1'767'225'600;  // 2026-01-01

  absl::StatusOr<http::HttpResponse> Answer(const http::HttpRequest& request) {
    const size_t query = std::min(request.url.find('?'), request.url.size());
    const upstream::Operation* operation = Find(request.method, request.url.substr(0, query));
    if (operation == nullptr) return Response(404, "404 page not found");
    used.insert(operation);
    if (operation == foreign) return foreign_answer;
    const Json body = Json::parse(request.body, nullptr, false);
    const auto parameters = upstream::ParseQuery(
        query < request.url.size() ? std::string_view(request.url).substr(query + 1) : "");
    if (upstream::AnswersOf(*operation) == upstream::Answers::kAggregates) return Aggregate();
    if (operation->max_ids > 0) return Entities(*operation, parameters, body);
    std::map<std::string, std::string> asked(parameters.begin(), parameters.end());
    if (body.is_object()) {
      for (const auto& [key, value] : body.items()) {
        asked[key] = value.is_string() ? value.get<std::string>() : value.dump();
      }
    }
    return Page(*operation, asked);
  }

  static const upstream::Operation* Find(http::Method method, const std::string& path) {
    for (const upstream::Operation* operation : upstream::Operations()) {
      if (operation->method == method && operation->path == path) return operation;
    }
    return nullptr;
  }

  static http::HttpResponse Whole(Json resources, Json pagination = Json::object()) {
    const Json answer = {{"meta", {{"trace_id", "t"}, {"pagination", std::move(pagination)}}},
                         {"errors", Json::array()},
                         {"resources", std::move(resources)}};
    return Response(200, answer.dump());
  }

  static http::HttpResponse Aggregate() {
    return Whole(Json::parse(
        R"([{"name":"n","buckets":[{"label":"a","count":2}],"device_count":2,"sum_other_doc_count":0}])"));
  }

  int64_t InstantOf(int row) const { return kStart + row / quirks.rows_an_instant; }
  static std::string Text(int64_t instant) {
    const std::time_t time = instant;
    std::tm parts{};
    gmtime_r(&time, &parts);
    return absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                           parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  }

  Json Record(const std::string& id) const {
    const auto row = static_cast<int>(std::strtol(id.c_str(), nullptr, 16));
    Json record = {{"hostname", "X1"}, {"published_date", InstantOf(row)}};
    for (const char* key : {"id", "device_id", "composite_id", "process_id"}) record[key] = id;
    for (const char* key : {"created_timestamp", "created_on", "created_at", "first_seen",
                            "first_seen_timestamp", "login_timestamp"}) {
      record[key] = Text(InstantOf(row));
    }
    record["evidence"]["alerts"]["records"] = Json::array({{{"selector", {{"id", "a"}}}}});
    if (quirks.text_bytes > 0) record["description"] = std::string(quirks.text_bytes, 'x');
    return record;
  }

  http::HttpResponse Entities(const upstream::Operation& operation,
                              const std::vector<std::pair<std::string, std::string>>& parameters,
                              const Json& body) const {
    Json resources = Json::array();
    for (const auto& [name, value] : parameters) {
      if (name == operation.ids_key) resources.push_back(Record(value));
    }
    if (body.is_object() && body.contains(std::string(operation.ids_key))) {
      for (const Json& id : body[std::string(operation.ids_key)]) {
        resources.push_back(Record(id.get<std::string>()));
      }
    }
    return Whole(std::move(resources));
  }

  // The whole seconds of a timestamp in FQL.
  static int64_t Seconds(const std::string& text) {
    std::tm parts{};
    const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    return end == nullptr ? std::strtoll(text.c_str(), nullptr, 10) : timegm(&parts);
  }

  std::vector<int> Matching(const std::string& filter, const std::string& sort) const {
    std::vector<int> rows;
    if (filter.find(":null") != std::string::npos) return rows;
    static const std::regex kRange(R"((\w+):(>=|<=)'?([0-9][0-9TZ:.\-]*)'?)");
    for (int row = 0; row < quirks.rows; ++row) {
      bool in = true;
      for (std::sregex_iterator at(filter.begin(), filter.end(), kRange), end; at != end; ++at) {
        const int64_t bound = Seconds((*at)[3]);
        in &= (*at)[2] == ">=" ? InstantOf(row) >= bound : InstantOf(row) <= bound;
      }
      if (in) rows.push_back(row);
    }
    if (sort.find("desc") != std::string::npos) std::reverse(rows.begin(), rows.end());
    return rows;
  }

  Json Pagination(size_t matching, int64_t offset, int64_t limit) const {
    Json pagination = {{"offset", offset}, {"limit", limit}};
    const auto honest = static_cast<int64_t>(matching);
    switch (quirks.total) {
      case Total::kAbsent:
        break;
      case Total::kZero:
        pagination["total"] = 0;
        break;
      case Total::kSmall:
        pagination["total"] = honest / 3;
        break;
      case Total::kHonest:
        pagination["total"] = honest;
        break;
      case Total::kLarge:
        pagination["total"] = honest + 7;
        break;
    }
    return pagination;
  }

  absl::StatusOr<http::HttpResponse> Page(const upstream::Operation& operation,
                                          std::map<std::string, std::string> asked) {
    const std::string place =
        operation.paging == upstream::Paging::kAfter ? asked["after"] : asked["offset"];
    const bool cursor = !place.empty() && place.front() == 'p';
    if (cursor && cursors_++ == quirks.dead_cursor) {
      return Response(404, R"({"meta":{},"errors":[{"code":404,"message":"cursor expired"}]})");
    }
    const int64_t offset = std::strtoll(place.c_str() + (cursor ? 1 : 0), nullptr, 10);
    const int64_t wanted = std::max<int64_t>(1, std::strtoll(asked["limit"].c_str(), nullptr, 10));
    limits.push_back(static_cast<int>(wanted));
    if (wanted > quirks.slow_above) {
      return Error(absl::StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT", "too slow");
    }
    const int64_t limit = std::min<int64_t>(wanted, quirks.cap);
    const std::vector<int> rows = Matching(asked["filter"], asked["sort"]);
    const auto all = static_cast<int64_t>(rows.size());
    Json resources = Json::array();
    const int64_t end = std::min(all, offset + limit);
    for (int64_t i = offset; i < end; ++i) {
      const std::string id = IdOf(rows[static_cast<size_t>(i)]);
      resources.push_back(upstream::AnswersOf(operation) == upstream::Answers::kIds ? Json(id)
                                                                                    : Record(id));
    }
    Json pagination = Pagination(rows.size(), offset, limit);
    const bool lost = pages_++ == quirks.lost_cursor;
    const bool names_next = !lost && (end < all || quirks.cursor_after_all);
    if (operation.paging == upstream::Paging::kAfter)
      pagination["after"] = names_next ? StrCat("p", end) : "";
    if (operation.paging == upstream::Paging::kNext)
      pagination["next"] = names_next ? StrCat("p", end) : "";
    http::HttpResponse answer = Whole(std::move(resources), std::move(pagination));
    if (operation.paging == upstream::Paging::kNextPage && quirks.next_page_header && end < all) {
      asked["offset"] = StrCat("p", end);
      answer.headers.emplace_back("Next-Page",
                                  upstream::BuildUrl(operation.path, {asked.begin(), asked.end()}));
    }
    return answer;
  }

  int pages_ = 0;
  int cursors_ = 0;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_UNIT_GATEWAY_ROWS_OF_FALCON_H_
