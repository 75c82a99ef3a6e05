// Reads the tab-separated table, and compares requests with it by names, types and bounds.
#include "tests/support/falcon_requests.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/numbers.h"
#include "base/text.h"

namespace falcon::testing {
namespace {

using Json = nlohmann::json;

std::optional<int64_t> Number(const std::string& text) {
  int64_t number = 0;
  return absl::SimpleAtoi(text, &number) ? std::optional(number) : std::nullopt;
}

void Take(const std::vector<std::string>& columns, std::map<std::string, FalconRead>& reads) {
  FalconRead& read = reads[StrCat(columns[1], " ", columns[2])];
  read.operation = columns[0];
  read.method = columns[1];
  read.path = columns[2];
  std::string name = columns[3];
  if (name == "-") return;
  const bool in_list = name.starts_with("[].");
  read.body_is_list |= in_list;
  if (in_list) name.erase(0, 3);
  (columns[4] == "query" ? read.query : read.body)[name] = {columns[5], columns[6] == "required",
                                                            Number(columns[7]), Number(columns[8])};
}

class Judge {
 public:
  Judge(const RequestParameters& known, std::string_view where) : known_(known), where_(where) {}

  void Name(const std::string& name) {
    seen_.insert({name, true});
    if (!known_.contains(name)) PrintError(StrCat("takes no ", name));
  }
  void Bound(const std::string& name, int64_t value) {
    const auto found = known_.find(name);
    if (found == known_.end()) return;
    const RequestParameter& parameter = found->second;
    const bool low = parameter.minimum.has_value() && value < *parameter.minimum;
    const bool high = parameter.maximum.has_value() && value > *parameter.maximum;
    if (low || high) PrintError(StrCat("takes no ", name, " of ", value));
  }
  std::vector<std::string> Finish() {
    for (const auto& [name, parameter] : known_) {
      if (parameter.required && !seen_.contains(name)) PrintError(StrCat("needs ", name));
    }
    return std::move(complaints_);
  }

 private:
  void PrintError(std::string what) { complaints_.push_back(StrCat(where_, " ", what)); }

  const RequestParameters& known_;
  std::string where_;
  std::map<std::string, bool> seen_;
  std::vector<std::string> complaints_;
};

std::vector<std::string> QueryComplaints(
    const FalconRead& read, const std::vector<std::pair<std::string, std::string>>& query) {
  Judge judge(read.query, "query");
  int64_t ids = 0;
  int64_t offset = 0;
  int64_t limit = 0;
  for (const auto& [name, value] : query) {
    judge.Name(name);
    if (name == "ids") ++ids;
    if (name == "offset") offset = Number(value).value_or(0);
    if (name == "limit") limit = Number(value).value_or(-1);
  }
  if (ids > 0) judge.Bound("ids", ids);
  if (limit != 0) judge.Bound("limit", limit);
  judge.Bound("offset", offset + limit);
  return judge.Finish();
}

std::vector<std::string> ObjectComplaints(const FalconRead& read, const Json& object) {
  Judge judge(read.body, "body");
  for (const auto& [name, value] : object.items()) {
    judge.Name(name);
    if (value.is_array()) judge.Bound(name, static_cast<int64_t>(value.size()));
    if (value.is_number_integer()) judge.Bound(name, value.get<int64_t>());
  }
  return judge.Finish();
}

std::vector<std::string> BodyComplaints(const FalconRead& read, const std::string& text) {
  if (read.body.empty()) return {};
  const bool list = text.starts_with('[');
  if (list != read.body_is_list) {
    return {read.body_is_list ? "body must be a list" : "body must be one object"};
  }
  const Json body = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (body.is_discarded()) return {};
  if (!list) return ObjectComplaints(read, body);
  std::vector<std::string> all;
  for (const Json& element : body) {
    for (std::string& one : ObjectComplaints(read, element)) all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

std::map<std::string, FalconRead> LoadFalconReads(const std::string& file) {
  std::map<std::string, FalconRead> reads;
  std::ifstream in(file);
  EXPECT_TRUE(in.is_open()) << file;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    std::vector<std::string> columns(9);
    std::stringstream cells(line);
    for (std::string& column : columns) std::getline(cells, column, '\t');
    Take(columns, reads);
  }
  return reads;
}

std::vector<std::string> Complaints(const FalconRead& read,
                                    const std::vector<std::pair<std::string, std::string>>& query,
                                    const std::string& body) {
  std::vector<std::string> all = QueryComplaints(read, query);
  for (std::string& one : BodyComplaints(read, body)) all.push_back(std::move(one));
  return all;
}

}  // namespace falcon::testing
