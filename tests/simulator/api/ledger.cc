// Counting and listing of calls.
#include "simulator/api/ledger.h"

#include <utility>

namespace falcon::simulator {
namespace {

constexpr size_t kRecent = 500;
constexpr size_t kMaxText = 400;
constexpr size_t kMaxBody = 4096;
// A client with random paths must not grow the table without end.
constexpr size_t kMaxPaths = 2000;

}  // namespace

void Ledger::Record(const Request& request, int status, bool mutating, Nanos now) {
  ++total_;
  if (mutating) ++mutating_;
  std::string key = request.method + " " + request.path.substr(0, kMaxText);
  if (counts_.size() < kMaxPaths || counts_.contains(key)) ++counts_[key];
  ++statuses_[status];
  if (recent_.size() >= kRecent) recent_.pop_front();
  Line line{now, status, mutating, std::move(key), "", ""};
  for (const auto& [name, value] : request.query) {
    if (line.query.size() > kMaxText) break;
    line.query.append(line.query.empty() ? "" : "&")
        .append(name)
        .append("=")
        .append(value.substr(0, kMaxText));
  }
  if (!request.path.starts_with("/oauth2/")) line.body = request.body.substr(0, kMaxBody);
  recent_.push_back(std::move(line));
}

void Ledger::Reset() { *this = Ledger(); }

uint64_t Ledger::Count(std::string_view method_and_path) const {
  const auto found = counts_.find(method_and_path);
  return found == counts_.end() ? 0 : found->second;
}

Json Ledger::ToJson() const {
  Json statuses = Json::object();
  for (const auto& [status, count] : statuses_) statuses[std::to_string(status)] = count;
  Json recent = Json::array();
  for (const Line& line : recent_) {
    recent.push_back({{"at", FormatTime(line.at, 3)},
                      {"call", line.method_and_path},
                      {"status", line.status},
                      {"mutating", line.mutating},
                      {"query", line.query},
                      {"body", line.body}});
  }
  return {{"total", total_},
          {"mutating", mutating_},
          {"counts", counts_},
          {"statuses", statuses},
          {"recent", recent}};
}

}  // namespace falcon::simulator
