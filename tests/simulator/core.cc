// The path of a call: faults, rate limit, route, token, scope, handler, headers, ledger.
#include "simulator/core.h"

#include <algorithm>

#include "simulator/base/rng.h"

namespace falcon::simulator {
namespace {

// Of Detects.
constexpr std::string_view kGone405[] = {
    "POST /detects/aggregates/detects/GET/v1",
    "PATCH /detects/entities/detects/v2",
    "POST /detects/entities/summaries/GET/v1",
    "GET /detects/queries/detects/v1",
};
// Of Incidents.
constexpr std::string_view kGone404[] = {
    "GET /incidents/combined/crowdscores/v1",       "POST /incidents/entities/behaviors/GET/v1",
    "POST /incidents/entities/incident-actions/v1", "POST /incidents/entities/incidents/GET/v1",
    "GET /incidents/queries/behaviors/v1",          "GET /incidents/queries/incidents/v1",
};

}  // namespace

Simulator::Core::Core(const Options& options)
    : store(options),
      tokens(options.seed, options.token_lifetime_seconds * kSecond),
      customer_rate(options.rate_limit),
      token_rate(options.token_rate_limit),
      stale_rate(options.stale_token_limit),
      auth_(store, tokens),
      virustotal_(store),
      areas_(MakeAreas(store)) {
  routes_.Add("POST /oauth2/token",
              {Guard::kNone, "", [this](const Call& call) { return auth_.Token(call); }});
  routes_.Add("POST /oauth2/revoke",
              {Guard::kNone, "", [this](const Call& call) { return auth_.Revoke(call); }});
  for (const std::unique_ptr<Area>& area : areas_) area->AddRoutes(&routes_);
  routes_.Add(Guard::kGone405, kGone405);
  routes_.Add(Guard::kGone404, kGone404);
}

std::string Simulator::Core::NextTraceId() {
  constexpr uint64_t kTraceKind = 22;
  return Rng(store.options.seed, kTraceKind, ++calls_).Uuid(1);
}

bool Simulator::Core::Allowed(std::string_view scope) const {
  const auto& denied = store.options.denied_scopes;
  return std::find(denied.begin(), denied.end(), scope) == denied.end();
}

Reply Simulator::Core::Handle(const Request& request) {
  if (request.path.starts_with("/__simulator/")) return Control(request);
  const std::vector<FaultRule> rules = faults.Take(request);
  ApplyCompanions(rules);
  const Call call{request, NextTraceId()};
  const FaultContext context{call, store.clock, store.options.rate_limit,
                             store.options.retry_after_in_ms};
  const auto instead = std::find_if(rules.begin(), rules.end(), [](const FaultRule& rule) {
    return rule.role == FaultRole::kInstead;
  });
  Verdict verdict;
  if (instead != rules.end()) {
    verdict.window = WindowOf(request);
    if (verdict.window != nullptr) verdict.window->Take(store.clock.Now());
    verdict.reply = AnswerInstead(*instead, context);
  } else {
    verdict = Judge(call);
  }
  for (const FaultRule& rule : rules) {
    if (rule.role == FaultRole::kAfter) Distort(rule, context, &verdict.reply);
  }
  AddHeaders(rules, call, verdict.window, &verdict.reply);
  ledger.Record(request, verdict.reply.status, verdict.mutating, store.clock.Now());
  return std::move(verdict.reply);
}

Reply Simulator::Core::Limited(const Call& call, RateWindow& window) {
  Reply reply = Failure(call, kGatewayService, 429, "API rate limit exceeded.");
  const Nanos now = store.clock.Now();
  const Nanos instant = window.RetryAt(now) - now + store.clock.Shown();
  SetHeader(&reply, "X-Ratelimit-Retryafter",
            RetryAfterText(instant, store.options.retry_after_in_ms));
  return reply;
}

std::optional<Reply> Simulator::Core::Missing(const Call& call, const Route* route) {
  const std::string& path = call.request.path;
  const auto gone = [&](Guard guard, std::string_view prefix) {
    return route != nullptr ? route->guard == guard : path.starts_with(prefix);
  };
  if (gone(Guard::kGone404, "/incidents/")) {
    Reply reply;  // without a body
    reply.status = 404;
    return reply;
  }
  if (gone(Guard::kGone405, "/detects/")) {
    return Failure(call, kGatewayService, 405, "method not allowed");
  }
  if (route != nullptr) return std::nullopt;
  if (routes_.KnowsPath(path)) return Failure(call, kGatewayService, 405, "method not allowed");
  return Failure(call, kGatewayService, 404, "404: Page Not Found");
}

RateWindow* Simulator::Core::WindowOf(const Request& request) {
  if (request.path.starts_with(kVirusTotalPath)) return nullptr;
  return request.path.starts_with("/oauth2/") ? &token_rate : &customer_rate;
}

Simulator::Core::Verdict Simulator::Core::Judge(const Call& call) {
  const Request& request = call.request;
  const Nanos now = store.clock.Now();
  const Route* route = routes_.Find(request.method + " " + request.path);
  const Guard guard = route != nullptr ? route->guard : Guard::kNone;
  Verdict verdict;
  verdict.window = WindowOf(request);
  // Whatever is not a known read counts as an attempt to change something.
  verdict.mutating = guard == Guard::kWrite || request.method == "PATCH" ||
                     request.path == "/incidents/entities/incident-actions/v1" ||
                     (route == nullptr && request.method != "GET" && request.method != "HEAD");
  if (request.path.starts_with(kVirusTotalPath)) {
    verdict.reply = virustotal_.Handle(call);
    return verdict;
  }
  if (std::optional<Reply> missing = Missing(call, route)) {
    verdict.reply = std::move(*missing);
    return verdict;
  }
  if (guard != Guard::kNone) {
    const auto bearer = Credential(request.authorization, "Bearer");
    if (!bearer || !tokens.Valid(*bearer, now)) {
      verdict.window = &stale_rate;
      verdict.reply = stale_rate.Take(now) ? Failure(call, kGatewayService, 401,
                                                     "access denied, invalid bearer token")
                                           : Limited(call, stale_rate);
      return verdict;
    }
  }
  if (!verdict.window->Take(now)) {
    verdict.reply = Limited(call, *verdict.window);
  } else if (guard == Guard::kWrite || !Allowed(route->scope)) {
    verdict.reply = Failure(call, kGatewayService, 403, "access denied, authorization failed");
  } else {
    verdict.reply = route->handler(call);
  }
  return verdict;
}

void Simulator::Core::ApplyCompanions(const std::vector<FaultRule>& rules) {
  for (const FaultRule& rule : rules) {
    if (rule.kind == "revoke_tokens") tokens.RevokeAll();
    if (rule.kind == "expire_cursors") store.cursors.ExpireAll();
    if (rule.kind != "mutate") continue;
    const auto count = [&rule](const char* key) {
      return static_cast<uint32_t>(std::clamp<int64_t>(rule.Int(key, 0), 0, 100'000));
    };
    MutateAlerts(count("add"), count("remove"), count("change"));
  }
}

// The limit and what remains of it. Windows that never refuse show steady numbers, so that a client
// that paces itself by them never slows down.
std::pair<int, int> Simulator::Core::ShownRate(RateWindow* window) {
  constexpr int kCustomerLimit = 6000;
  constexpr int kTokenLimit = 300;
  constexpr int kStaleLimit = 15;
  const int usual = window == &stale_rate   ? kStaleLimit
                    : window == &token_rate ? kTokenLimit
                                            : kCustomerLimit;
  if (window->limit() == 0) return {usual, usual - 1};
  const int remaining = window->Remaining(store.clock.Now());
  return window == &stale_rate ? std::pair{kStaleLimit, std::min(remaining, kStaleLimit)}
                               : std::pair{window->limit(), remaining};
}

void Simulator::Core::AddHeaders(const std::vector<FaultRule>& rules, const Call& call,
                                 RateWindow* window, Reply* reply) {
  const auto add = [reply](std::string_view name, std::string value) {
    if (!HasHeader(*reply, name)) reply->headers.emplace_back(std::string(name), std::move(value));
  };
  if (window != nullptr) {
    const auto [limit, remaining] = ShownRate(window);
    add("X-Cs-Traceid", call.trace_id);
    if (!store.options.region.empty()) add("X-Cs-Region", store.options.region);
    add("X-Ratelimit-Limit", std::to_string(limit));
    add("X-Ratelimit-Remaining", std::to_string(remaining));
  }
  reply->delivery.delay += std::chrono::milliseconds(store.options.latency_ms);
  for (const FaultRule& rule : rules) {
    if (rule.kind == "latency")
      reply->delivery.delay +=
          std::chrono::milliseconds(std::max<int64_t>(0, rule.Int("ms", 1000)));
    if (rule.kind == "region") SetHeader(reply, "X-Cs-Region", rule.Text("value", "eu-1"));
    if (rule.kind == "header")
      SetHeader(reply, rule.Text("name", "X-Simulated"), rule.Text("value", "yes"));
    if (rule.kind == "close") reply->delivery.close = true;
    if (rule.kind == "date_skew")
      SetHeader(reply, "Date",
                FormatHttpDate(store.clock.Shown() + rule.Int("seconds", 3600) * kSecond));
    if (rule.kind != "ratelimit_headers") continue;
    if (rule.arguments.contains("limit"))
      SetHeader(reply, "X-Ratelimit-Limit", rule.Text("limit", ""));
    SetHeader(reply, "X-Ratelimit-Remaining", rule.Text("remaining", "5"));
  }
}

}  // namespace falcon::simulator
