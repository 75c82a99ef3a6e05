// Faults that answer in place of the handler.
#include <algorithm>
#include <string>
#include <utility>

#include "simulator/fault/apply.h"
#include "simulator/fault/bodies.h"

namespace falcon::simulator {
namespace {

bool SameName(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    const auto lower = [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return lower(a) == lower(b);
  });
}

Reply Status(const FaultRule& rule, const FaultContext& context) {
  const int code = static_cast<int>(rule.Int("code", 503));
  Reply reply =
      Failure(context.call, kGatewayService, code, rule.Text("message", ReasonPhrase(code)));
  if (rule.arguments.contains("errors")) {
    Json body = Json::parse(reply.body, nullptr, false);
    body["errors"] = rule.arguments["errors"];
    reply.body = ToText(body);
  }
  if (rule.arguments.contains("body")) reply.body = rule.Text("body", "");
  if (rule.arguments.contains("content_type")) reply.content_type = rule.Text("content_type", "");
  if (const auto headers = rule.arguments.find("headers");
      headers != rule.arguments.end() && headers->is_object()) {
    for (const auto& [name, value] : headers->items())
      SetHeader(&reply, name, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return reply;
}

Reply Html(const FaultRule& rule) {
  Reply reply;
  reply.status = static_cast<int>(rule.Int("code", 502));
  reply.content_type = "text/html; charset=utf-8";
  reply.body = rule.Text(
      "body",
      "<!DOCTYPE html><html><head><title>Sign in to continue</title></head><body><h1>Proxy "
      "authentication</h1><form action=\"/login\"></form></body></html>\n");
  return reply;
}

Reply TooMany(const FaultRule& rule, const FaultContext& context, bool stale_token) {
  Reply reply = Failure(context.call, kGatewayService, 429, "API rate limit exceeded.");
  SetHeader(&reply, "X-Ratelimit-Limit",
            std::to_string(rule.Int("limit", stale_token ? 15 : std::max(context.rate_limit, 1))));
  SetHeader(&reply, "X-Ratelimit-Remaining", "0");
  const bool in_ms =
      rule.arguments.contains("unit") ? rule.Text("unit", "s") == "ms" : context.retry_after_in_ms;
  if (rule.arguments.contains("retry_after")) {
    SetHeader(&reply, "X-Ratelimit-Retryafter", rule.Text("retry_after", ""));
  } else if (rule.Text("no_header", "false") != "true") {
    const Nanos instant =
        context.clock.Shown() + rule.Int("in_seconds", stale_token ? 60 : 1) * kSecond;
    SetHeader(&reply, "X-Ratelimit-Retryafter", RetryAfterText(instant, in_ms));
  }
  return reply;
}

Reply WithBody(std::string body) {
  Reply reply;
  reply.body = std::move(body);
  return reply;
}

Reply Cut(Delivery::Cut cut) {
  Reply reply;
  reply.delivery.cut = cut;
  return reply;
}

Reply Bomb(const FaultRule& rule) {
  Reply reply =
      WithBody(GzipBomb(static_cast<size_t>(std::max<int64_t>(0, rule.Int("bytes", 256 << 20)))));
  SetHeader(&reply, "Content-Encoding", "gzip");
  return reply;
}

Reply Redirect(const FaultRule& rule, const FaultContext& context) {
  Reply reply;
  reply.status = static_cast<int>(rule.Int("code", 308));
  reply.content_type = std::nullopt;
  // A location without a path keeps the path of the call.
  std::string location = rule.Text("location", "http://127.0.0.1:9");
  const size_t host = location.find("://");
  if (host != std::string::npos && location.find('/', host + 3) == std::string::npos)
    location += context.call.request.path;
  SetHeader(&reply, "Location", std::move(location));
  return reply;
}

Reply HeaderStorm(const FaultRule& rule) {
  Reply reply = WithBody(R"({"meta":{},"errors":[],"resources":[]})");
  for (int64_t i = 0; i < std::min<int64_t>(rule.Int("count", 500), 10'000); ++i) {
    reply.headers.emplace_back("X-Storm-" + std::to_string(i),
                               std::string(static_cast<size_t>(rule.Int("size", 100)) % 8192, 'x'));
  }
  return reply;
}

}  // namespace

void SetHeader(Reply* reply, std::string_view name, std::string value) {
  // A value from a rule must not smuggle in further headers.
  std::replace_if(value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
  for (auto& [known, old] : reply->headers) {
    if (!SameName(known, name)) continue;
    old = std::move(value);
    return;
  }
  reply->headers.emplace_back(std::string(name), std::move(value));
}

bool HasHeader(const Reply& reply, std::string_view name) {
  return std::any_of(reply.headers.begin(), reply.headers.end(),
                     [&](const auto& header) { return SameName(header.first, name); });
}

std::string RetryAfterText(Nanos instant, bool in_ms) {
  return std::to_string(in_ms ? instant / kMillisecond : (instant + kSecond - 1) / kSecond);
}

Reply AnswerInstead(const FaultRule& rule, const FaultContext& context) {
  const std::string& kind = rule.kind;
  if (kind == "unauthorized")
    return Failure(context.call, kGatewayService, 401, "access denied, invalid bearer token");
  if (kind == "forbidden")
    return Failure(context.call, kGatewayService, 403, "access denied, authorization failed");
  if (kind == "cursor_expired")
    return Failure(context.call, "detectsapi", 404,
                   "Search context expired, please start a new search");
  if (kind == "redirect") return Redirect(rule, context);
  if (kind == "html") return Html(rule);
  if (kind == "rate_limited") return TooMany(rule, context, false);
  if (kind == "stale_token") return TooMany(rule, context, true);
  if (kind == "reset") return Cut(Delivery::Cut::kReset);
  if (kind == "stall") return Cut(Delivery::Cut::kStall);
  if (kind == "gzip_bomb") return Bomb(rule);
  if (kind == "oversize")
    return WithBody(
        OversizeBody(static_cast<size_t>(std::max<int64_t>(0, rule.Int("bytes", 80 << 20)))));
  if (kind == "deep_json")
    return WithBody(
        DeepBody(static_cast<size_t>(std::clamp<int64_t>(rule.Int("depth", 200), 0, 1'000'000))));
  if (kind == "header_storm") return HeaderStorm(rule);
  return Status(rule, context);
}

}  // namespace falcon::simulator
