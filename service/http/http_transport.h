// HttpTransport: sends an HttpRequest and returns its HttpResponse. Independent of Falcon.
#ifndef FALCON_HTTP_HTTP_TRANSPORT_H_
#define FALCON_HTTP_HTTP_TRANSPORT_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "base/time.h"
#include "runtime/loop.h"

namespace falcon::http {

enum class Method { kGet, kPost };

std::string_view MethodName(Method method);

// Names compare without case. Order is kept.
using Headers = std::vector<std::pair<std::string, std::string>>;

// The first value of `name`, or empty.
std::string_view FindHeader(const Headers& headers, std::string_view name);

struct HttpRequest {
  HttpRequest(Method verb, std::string address, Deadline until)
      : method(verb), url(std::move(address)), deadline(until) {}

  Method method;
  // Absolute; below an AuthInterceptor: path and query, joined to the token's cloud.
  std::string url;
  Headers headers;
  std::string body;      // sent with POST only
  Secret authorization;  // whole value of the header named below; empty: none
  std::string_view authorization_header = "Authorization";  // static
  bool wipe_body = false;  // the body holds a secret: wiped once sent, never kept
  Deadline deadline;
};

struct HttpResponse {
  int status = 0;
  Headers headers;
  // Decompressed. `capacity() >= size() + 64`, so that simdjson parses it in place.
  std::string body;
};

// Percent-encodes everything but unreserved characters (RFC 3986), so that '+' and quotes survive a
// query string.
std::string PercentEncode(std::string_view text);

class HttpTransport {
 public:
  virtual ~HttpTransport() = default;

  // Sends one request. Any status is a response: a 500 is no failure. Loop thread. A cancelled
  // caller is unwound, and its transfer ends within 100 ms. Redirects are returned, not followed. A
  // request is a read: one whose connection is retired as dead before its response began is sent
  // once more. Failures, by code and reason:
  //
  //   UNAVAILABLE          UPSTREAM_CONNECTION      refused, reset, cut, DNS, proxy down: worth a
  //                                                 retry; fact `sent`: "maybe" or "no"
  //   UNAVAILABLE          UPSTREAM_STALLED         a begun answer under 1 KiB/s for 20 s
  //   FAILED_PRECONDITION  UPSTREAM_TLS             certificate or protocol; never retried
  //   FAILED_PRECONDITION  UPSTREAM_PROXY_AUTH      407
  //   DEADLINE_EXCEEDED    UPSTREAM_TIMEOUT         the request's deadline passed; fact `received`:
  //                                                 "nothing" when no byte came over the connection
  //                                                 since the request was sent, or when there was no
  //                                                 connection and no other one received a byte
  //   RESOURCE_EXHAUSTED   UPSTREAM_BODY_TOO_LARGE  more than the body ceiling
  //   INTERNAL             UPSTREAM_PROTOCOL        decompression over the cap, malformed HTTP
  virtual Task<absl::StatusOr<HttpResponse>> Send(HttpRequest request) = 0;
};

}  // namespace falcon::http

#endif  // FALCON_HTTP_HTTP_TRANSPORT_H_
