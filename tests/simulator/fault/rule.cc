// Parsing and choosing of fault rules.
#include <algorithm>
#include <utility>

#include "simulator/fault/fault.h"

namespace falcon::simulator {
namespace {

constexpr std::string_view kCompanions[] = {
    "latency",        "region", "date_skew",         "mutate", "revoke_tokens",
    "expire_cursors", "header", "ratelimit_headers", "close"};

struct Kind {
  std::string_view name;
  FaultRole role;
};

std::vector<Kind> KnownKinds() {
  std::vector<Kind> kinds;
  for (const std::string_view name : kCompanions) kinds.push_back({name, FaultRole::kCompanion});
  for (const std::string_view name : InsteadKinds()) kinds.push_back({name, FaultRole::kInstead});
  for (const std::string_view name : AfterKinds()) kinds.push_back({name, FaultRole::kAfter});
  return kinds;
}

}  // namespace

bool FaultRule::Fits(const Request& request) const {
  return (method.empty() || method == request.method) && request.path.starts_with(path) &&
         request.body.find(asks) != std::string::npos;
}

int64_t FaultRule::Int(const char* key, int64_t fallback) const {
  const auto found = arguments.find(key);
  if (found == arguments.end() || !found->is_number()) return fallback;
  return found->is_number_float() ? static_cast<int64_t>(found->get<double>())
                                  : found->get<int64_t>();
}

std::string FaultRule::Text(const char* key, std::string_view fallback) const {
  const auto found = arguments.find(key);
  if (found == arguments.end() || found->is_null()) return std::string(fallback);
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::variant<FaultRule, std::string> ParseFault(const Json& json) {
  if (!json.is_object()) return "a fault rule must be a JSON object";
  FaultRule rule;
  rule.arguments = json;
  rule.kind = rule.Text("kind", "");
  const std::vector<Kind> kinds = KnownKinds();
  const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                 [&](const Kind& known) { return known.name == rule.kind; });
  if (kind == kinds.end()) {
    std::string error = "unknown fault kind '" + rule.kind + "'; known: ";
    for (const Kind& known : kinds) {
      error.append(known.name == kinds.front().name ? "" : ", ").append(known.name);
    }
    return error;
  }
  rule.role = kind->role;
  rule.path = rule.Text("path", rule.kind.starts_with("token_") ? "/oauth2/token" : "");
  rule.method = rule.Text("method", "");
  rule.asks = rule.Text("asks", "");
  rule.times = rule.Int("times", 1);
  rule.skip = rule.Int("skip", 0);
  rule.every = rule.Int("every", 1);
  if (rule.times < 0 || rule.skip < 0 || rule.every < 1)
    return "times and skip must not be negative, every at least 1";
  return rule;
}

std::variant<FaultRule, std::string> ParseFaultText(std::string_view text) {
  if (text.starts_with('{')) return ParseFault(Json::parse(text, nullptr, false));
  Json json = Json::object();
  size_t at = 0;
  while (at < text.size()) {
    std::string word;
    bool quoted = false;
    bool had_quotes = false;
    for (; at < text.size() && (quoted || text[at] != ' '); ++at) {
      if (text[at] == '"') {
        quoted = !quoted;
        had_quotes = true;
      } else {
        word.push_back(text[at]);
      }
    }
    ++at;
    if (word.empty()) continue;
    const size_t equals = word.find('=');
    if (equals == std::string::npos) {
      json["kind"] = word;
      continue;
    }
    const std::string value = word.substr(equals + 1);
    Json parsed = had_quotes ? Json(value) : Json::parse(value, nullptr, false);
    json[word.substr(0, equals)] = parsed.is_discarded() ? Json(value) : std::move(parsed);
  }
  return ParseFault(json);
}

std::vector<FaultRule> Faults::Take(const Request& request) {
  std::vector<FaultRule> taken;
  bool main_taken = false;
  for (FaultRule& rule : rules_) {
    if (rule.Spent() || !rule.Fits(request)) continue;
    if (rule.role != FaultRole::kCompanion && main_taken)
      continue;  // it waits its turn, and counts nothing
    const int64_t number = rule.seen++;
    if (number < rule.skip || (number - rule.skip) % rule.every != 0) continue;
    ++rule.struck;
    main_taken |= rule.role != FaultRole::kCompanion;
    taken.push_back(rule);
  }
  return taken;
}

Json Faults::ToJson() const {
  Json list = Json::array();
  for (const FaultRule& rule : rules_) {
    list.push_back({{"rule", rule.arguments},
                    {"seen", rule.seen},
                    {"struck", rule.struck},
                    {"spent", rule.Spent()}});
  }
  return list;
}

}  // namespace falcon::simulator
