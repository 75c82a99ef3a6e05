// Faults that answer in place of the handler, with bodies that test how a client reads: compressed,
// huge, deep.
#include <zlib.h>

#include <algorithm>
#include <string>
#include <utility>

#include "simulator/fault/fault.h"

namespace falcon::simulator {
namespace {

constexpr std::string_view kOpen =
    R"({"meta":{"query_time":0.01,"trace_id":"00000000-0000-4000-8000-000000000000"},"errors":[],"resources":[)";
constexpr std::string_view kClose = "]}";

// By zlib's streaming interface, so that a bomb costs little memory here.
class Deflater {
 public:
  Deflater() {
    ok_ = deflateInit2(&stream_, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) ==
          Z_OK;
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void Put(std::string_view text, bool last) {
    // zlib's interface predates const; it does not write here.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    char buffer[16384];
    int result = ok_ ? Z_OK : Z_STREAM_END;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer);
      stream_.avail_out = sizeof buffer;
      if (result != Z_STREAM_END) result = deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
      packed_.append(buffer, sizeof buffer - stream_.avail_out);
    } while (result != Z_STREAM_END && (stream_.avail_out == 0 || (last && result == Z_OK)));
  }
  std::string Take() { return std::move(packed_); }

 private:
  z_stream stream_{};
  bool ok_ = false;
  std::string packed_;
};

// A gzip stream of an envelope that unpacks to about `unpacked_bytes`.
std::string GzipBomb(size_t unpacked_bytes) {
  Deflater deflater;
  deflater.Put(kOpen, false);
  const std::string blanks(1 << 20, ' ');
  for (size_t put = 0; put < unpacked_bytes; put += blanks.size()) deflater.Put(blanks, false);
  deflater.Put(kClose, true);
  return deflater.Take();
}

// A valid envelope of about `bytes`.
std::string OversizeBody(size_t bytes) {
  constexpr size_t kMax = size_t{1} << 30;
  std::string body;
  body.reserve(std::min(bytes, kMax) + 256);
  body.append(kOpen).append("\"").append(std::min(bytes, kMax), 'x').append("\"").append(kClose);
  return body;
}

// A valid envelope whose one resource nests `depth` objects.
std::string DeepBody(size_t depth) {
  std::string body(kOpen);
  for (size_t i = 0; i < depth; ++i) body += R"({"a":)";
  body += "1";
  body.append(depth, '}');
  return body.append(kClose);
}

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

Reply Html(const FaultRule& rule, const FaultContext&) {
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

size_t Size(const FaultRule& rule, const char* key, int64_t fallback) {
  return static_cast<size_t>(std::max<int64_t>(0, rule.Int(key, fallback)));
}

Reply Cut(Delivery::Cut cut) {
  Reply reply;
  reply.delivery.cut = cut;
  return reply;
}

Reply Bomb(const FaultRule& rule, const FaultContext&) {
  Reply reply = WithBody(GzipBomb(Size(rule, "bytes", 256 << 20)));
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

Reply HeaderStorm(const FaultRule& rule, const FaultContext&) {
  Reply reply = WithBody(R"({"meta":{},"errors":[],"resources":[]})");
  for (int64_t i = 0; i < std::min<int64_t>(rule.Int("count", 500), 10'000); ++i) {
    reply.headers.emplace_back("X-Storm-" + std::to_string(i),
                               std::string(static_cast<size_t>(rule.Int("size", 100)) % 8192, 'x'));
  }
  return reply;
}

struct InsteadKind {
  std::string_view name;
  Reply (*answer)(const FaultRule&, const FaultContext&);
};

constexpr InsteadKind kKinds[] = {
    {"status", Status},
    {"unauthorized",
     [](const FaultRule&, const FaultContext& context) {
       return Failure(context.call, kGatewayService, 401, "access denied, invalid bearer token");
     }},
    {"forbidden",
     [](const FaultRule&, const FaultContext& context) {
       return Failure(context.call, kGatewayService, 403, "access denied, authorization failed");
     }},
    {"redirect", Redirect},
    {"html", Html},
    {"rate_limited", [](const FaultRule& rule,
                        const FaultContext& context) { return TooMany(rule, context, false); }},
    {"stale_token", [](const FaultRule& rule,
                       const FaultContext& context) { return TooMany(rule, context, true); }},
    {"reset", [](const FaultRule&, const FaultContext&) { return Cut(Delivery::Cut::kReset); }},
    {"stall", [](const FaultRule&, const FaultContext&) { return Cut(Delivery::Cut::kStall); }},
    {"gzip_bomb", Bomb},
    {"oversize",
     [](const FaultRule& rule, const FaultContext&) {
       return WithBody(OversizeBody(Size(rule, "bytes", 80 << 20)));
     }},
    {"deep_json",
     [](const FaultRule& rule, const FaultContext&) {
       return WithBody(DeepBody(std::min<size_t>(Size(rule, "depth", 200), 1'000'000)));
     }},
    {"cursor_expired",
     [](const FaultRule&, const FaultContext& context) {
       return Failure(context.call, "detectsapi", 404,
                      "Search context expired, please start a new search");
     }},
    {"header_storm", HeaderStorm},
};

}  // namespace

std::string Gzip(std::string_view text) {
  Deflater deflater;
  deflater.Put(text, true);
  return deflater.Take();
}

void SetHeader(Reply* reply, std::string_view name, std::string value) {
  // A value from a rule must not add further headers.
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
  for (const InsteadKind& kind : kKinds) {
    if (kind.name == rule.kind) return kind.answer(rule, context);
  }
  return Status(rule, context);
}

std::vector<std::string_view> InsteadKinds() {
  std::vector<std::string_view> names;
  for (const InsteadKind& kind : kKinds) names.push_back(kind.name);
  return names;
}

}  // namespace falcon::simulator
