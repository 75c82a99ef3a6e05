// Parsing and choosing of fault rules.
#include "simulator/fault/rule.h"

#include <algorithm>
#include <array>
#include <utility>

namespace falcon::simulator {
namespace {

struct Kind {
  std::string_view name;
  FaultRole role;
};

using enum FaultRole;

constexpr auto kKinds = std::to_array<Kind>({
    // Companions.
    {"latency", kCompanion},
    {"region", kCompanion},
    {"date_skew", kCompanion},
    {"mutate", kCompanion},
    {"revoke_tokens", kCompanion},
    {"expire_cursors", kCompanion},
    {"header", kCompanion},
    {"ratelimit_headers", kCompanion},
    {"close", kCompanion},
    // Instead of the handler.
    {"status", kInstead},
    {"unauthorized", kInstead},
    {"forbidden", kInstead},
    {"redirect", kInstead},
    {"html", kInstead},
    {"rate_limited", kInstead},
    {"stale_token", kInstead},
    {"reset", kInstead},
    {"stall", kInstead},
    {"gzip_bomb", kInstead},
    {"oversize", kInstead},
    {"deep_json", kInstead},
    {"cursor_expired", kInstead},
    {"header_storm", kInstead},
    // After the handler.
    {"reset_mid_body", kAfter},
    {"truncate", kAfter},
    {"stall_mid_body", kAfter},
    {"trickle", kAfter},
    {"malformed_json", kAfter},
    {"content_type", kAfter},
    {"gzip", kAfter},
    {"duplicate_keys", kAfter},
    {"bad_utf8", kAfter},
    {"wrong_types", kAfter},
    {"huge_numbers", kAfter},
    {"partial_errors", kAfter},
    {"errors_only", kAfter},
    {"repeated_cursor", kAfter},
    {"empty_page", kAfter},
    {"shrinking_total", kAfter},
    {"token_malformed", kAfter},
    {"token_without_expires", kAfter},
    {"token_expires_in", kAfter},
    {"null_resources", kAfter},
});

std::string KnownKinds() {
  std::string names;
  for (const Kind& kind : kKinds) names.append(names.empty() ? "" : ", ").append(kind.name);
  return names;
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
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                 [&](const Kind& known) { return known.name == rule.kind; });
  if (kind == kKinds.end()) return "unknown fault kind '" + rule.kind + "'; known: " + KnownKinds();
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
