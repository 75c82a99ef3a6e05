// The checks, cheapest and most general first; who is not allowed in learns nothing more.
#include "mcp/transport/http_request.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <charconv>
#include <iterator>

#include "base/text.h"
#include "mcp/protocol/reply.h"

namespace falcon::mcp {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view kPath = "/mcp";

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

// A media type or range without its parameters, in lower case.
std::string MediaType(std::string_view value) {
  return Lower(Trimmed(value.substr(0, value.find(';'))));
}

// The host of host[:port], in lower case, without the brackets of an IPv6 address. Empty: it is
// none.
std::string HostOf(std::string_view authority) {
  std::string_view host = authority;
  std::string_view port;
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == std::string_view::npos) return {};
    port = host.substr(end + 1);
    host = host.substr(1, end - 1);
  } else if (const size_t colon = host.find(':'); colon != std::string_view::npos) {
    port = host.substr(colon);
    host = host.substr(0, colon);
  }
  const bool digits = port.find_first_not_of("0123456789", 1) == std::string_view::npos;
  if (!port.empty() && (port[0] != ':' || !digits)) return {};
  return Lower(host);
}

bool IsLoopback(const std::string& host) {
  if (host == "localhost") return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  return !error && address.is_loopback();
}

std::string Digest(std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

// Two of one kind could mean one thing to us and another to a proxy before us.
std::optional<HttpRefusal> ValidateRepeated(const HttpHead& head) {
  for (const char* name : {"Host", "Origin", "Authorization", "Content-Type",
                           "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"}) {
    if (head.count(name) > 1) {
      return HttpRefusal{400, std::string("The header ") + name + " may come once only.", {}};
    }
  }
  return std::nullopt;
}

// Host and path of a target that is written with both.
struct Target {
  std::string_view authority;
  std::string_view path;
};

Target SplitTarget(std::string_view target) {
  Target parts{{}, target.substr(0, target.find('?'))};
  const size_t scheme = parts.path.find("://");
  if (parts.path.starts_with('/') || scheme == std::string_view::npos) return parts;
  parts.authority = parts.path.substr(scheme + 3);
  const size_t slash = parts.authority.find('/');
  parts.path = slash == std::string_view::npos ? "/" : parts.authority.substr(slash);
  parts.authority = parts.authority.substr(0, slash);
  return parts;
}

std::optional<HttpRefusal> ValidateContent(const HttpHead& head) {
  if (MediaType(View(head[http::field::content_type])) != "application/json") {
    return HttpRefusal{415, "The Content-Type must be application/json.", {}};
  }
  const Accepted accepted = ReadAccept(head);
  if (accepted.json || accepted.events) return std::nullopt;
  return HttpRefusal{406, "Accept must name application/json and text/event-stream.", {}};
}

std::string Head(int status, bool keep_alive, std::string_view headers) {
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  std::string out = "HTTP/1.1 " + std::to_string(status) + " ";
  out.append(reason.data(), reason.size()).append("\r\nCache-Control: no-store\r\n");
  if (!keep_alive) out.append("Connection: close\r\n");
  return out.append(headers);
}

std::string Chunk(std::string_view bytes) {
  char size[16];
  const auto end = std::to_chars(std::begin(size), std::end(size), bytes.size(), 16).ptr;
  std::string out(std::begin(size), end);
  return out.append("\r\n").append(bytes).append("\r\n");
}

}  // namespace

Accepted ReadAccept(const HttpHead& head) {
  Accepted accepted;
  const auto [begin, end] = head.equal_range(http::field::accept);
  if (begin == end) accepted.json = true;
  for (auto field = begin; field != end; ++field) {
    std::string_view ranges = View(field->value());
    while (!ranges.empty()) {
      const size_t comma = std::min(ranges.find(','), ranges.size());
      const std::string range = MediaType(ranges.substr(0, comma));
      const bool any = range == "*/*";
      accepted.json |= any || range == "application/json" || range == "application/*";
      accepted.events |= any || range == "text/event-stream" || range == "text/*";
      ranges.remove_prefix(std::min(comma + 1, ranges.size()));
    }
  }
  return accepted;
}

bool IsHealthCheck(const HttpHead& head) {
  const bool reads = head.method() == http::verb::get || head.method() == http::verb::head;
  return reads && SplitTarget(View(head.target())).path == "/healthz";
}

RequestValidator::RequestValidator(const HttpOptions& options) {
  if (!options.token.empty()) token_digest_ = Digest(options.token);
  for (const std::string& host : options.allowed_hosts) allowed_hosts_.push_back(HostOf(host));
}

std::optional<HttpRefusal> RequestValidator::Validate(const HttpHead& head,
                                                      const std::string& own_address) const {
  if (auto refusal = ValidateRepeated(head)) return refusal;
  const Target target = SplitTarget(View(head.target()));
  if (head.count(http::field::host) == 0) return HttpRefusal{400, "The Host is missing.", {}};
  if (!IsOurs(View(head[http::field::host]), own_address) ||
      (!target.authority.empty() && !IsOurs(target.authority, own_address))) {
    return HttpRefusal{403, "The Host is not one that this server answers for.", {}};
  }
  if (auto refusal = ValidateOrigin(head, own_address)) return refusal;
  if (target.path != kPath) return HttpRefusal{404, "MCP is served at /mcp only.", {}};
  if (auto refusal = ValidateToken(head)) return refusal;
  if (head.method() != http::verb::post) {
    return HttpRefusal{405, "Messages are sent by POST.", "Allow: POST\r\n"};
  }
  return ValidateContent(head);
}

std::optional<HttpRefusal> RequestValidator::ValidateOrigin(const HttpHead& head,
                                                            const std::string& own_address) const {
  if (head.count(http::field::origin) == 0) return std::nullopt;
  std::string_view origin = View(head[http::field::origin]);
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme) && IsOurs(origin.substr(scheme.size()), own_address)) {
      return std::nullopt;
    }
  }
  return HttpRefusal{403, "Pages of this Origin may not use this server.", {}};
}

std::optional<HttpRefusal> RequestValidator::ValidateToken(const HttpHead& head) const {
  constexpr std::string_view kScheme = "bearer ";
  if (token_digest_.empty()) return std::nullopt;
  const std::string_view shown = View(head[http::field::authorization]);
  if (Lower(shown.substr(0, kScheme.size())) != kScheme) {
    return HttpRefusal{401, "Show the token: Authorization: Bearer TOKEN.",
                       "WWW-Authenticate: Bearer\r\n"};
  }
  const std::string digest = Digest(Trimmed(shown.substr(kScheme.size())));
  if (CRYPTO_memcmp(digest.data(), token_digest_.data(), digest.size()) == 0) return std::nullopt;
  return HttpRefusal{401, "The token is wrong.",
                     "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n"};
}

bool RequestValidator::IsOurs(std::string_view authority, const std::string& own_address) const {
  const std::string host = HostOf(authority);
  if (host.empty()) return false;
  return IsLoopback(host) || host == own_address ||
         std::ranges::find(allowed_hosts_, host) != allowed_hosts_.end();
}

std::string JsonReply(int status, std::string_view json, bool keep_alive,
                      std::string_view headers) {
  std::string out = Head(status, keep_alive, headers);
  if (!json.empty()) out.append("Content-Type: application/json\r\n");
  out.append("Content-Length: ").append(std::to_string(json.size())).append("\r\n\r\n");
  return out.append(json);
}

std::string RefusalReply(const HttpRefusal& refusal, bool keep_alive) {
  const int code = refusal.status == kBusy ? kBusy : kInvalidRequest;
  return JsonReply(refusal.status, ErrorReply("null", {code, refusal.why}), keep_alive,
                   refusal.headers);
}

std::string OpenJsonHead() {
  return Head(200, /*keep_alive=*/false, "Content-Type: application/json\r\n\r\n");
}

std::string StreamHead(const ReplyTerms& terms) {
  return Head(200, terms.keep_alive,
              std::string("Content-Type: text/event-stream\r\nX-Accel-Buffering: no\r\n") +
                  (terms.chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n"));
}

std::string StreamEvent(std::string_view json, bool chunked) {
  std::string event = "event: message\ndata: ";
  event.append(json).append("\n\n");
  return chunked ? Chunk(event) : event;
}

std::string StreamComment(bool chunked) { return chunked ? Chunk(":\n\n") : ":\n\n"; }

std::string StreamEnd(bool chunked) { return chunked ? "0\r\n\r\n" : ""; }

}  // namespace falcon::mcp
