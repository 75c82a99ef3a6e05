// OAuthTokenSource: logs in at Falcon with an API client's id and secret, once for each Get.
#ifndef FALCON_AUTH_OAUTH_TOKEN_SOURCE_H_
#define FALCON_AUTH_OAUTH_TOKEN_SOURCE_H_

#include <functional>
#include <string>
#include <vector>

#include "auth/cloud.h"
#include "auth/credentials.h"
#include "auth/token_source.h"
#include "base/backoff.h"
#include "http/http_transport.h"
#include "runtime/timer.h"

namespace falcon::auth {

// 1.0 is the whole of a span, 0.0 the least of it.
using Jitter = std::function<double()>;

struct LoginOptions {
  std::string region =
      "us-1";            // as ParseRegion gives it; "auto": us-1 is asked, and its word followed
  std::string base_url;  // as ParseBaseUrl gives it; not empty: the region does not count
  // For tests and simulators: "127.0.0.1:8081", where a base URL on loopback may redirect to.
  std::vector<std::string> loopback_redirects;
  int max_attempts = 3;
  Backoff backoff{milliseconds(500), milliseconds(20'000)};
  milliseconds attempt_timeout{10'000};
};

// Loop thread only. The secret leaves for the configured cloud, or by one 307 or 308 for a known
// Falcon host over https, and for nothing else. No failure holds the client's id, its secret or a
// token:
//   FAILED_PRECONDITION UPSTREAM_CREDENTIALS      Falcon says no (400, 401, 403, or such a code
//                                                 beside no token): the message says what to check
//   FAILED_PRECONDITION UPSTREAM_PROXY            a page says so: a proxy or firewall before Falcon
//   FAILED_PRECONDITION UPSTREAM_REGION           the client lives in another region than the
//                                                 configured one
//   FAILED_PRECONDITION UPSTREAM_REDIRECT         to where the secret must not go, or twice
//   FAILED_PRECONDITION UPSTREAM_TLS, UPSTREAM_PROXY_AUTH   as the transport says
//   FAILED_PRECONDITION UPSTREAM_TOKEN            any other 4xx: probably not a Falcon address
//   UNAVAILABLE         RATE_LIMITED              429, with retry-after where the answer said
//   UNAVAILABLE         UPSTREAM_TOKEN            5xx or broken connections, after `max_attempts`
//                                                 within the deadline
//   UNAVAILABLE         UPSTREAM_TOKEN_MALFORMED  an answer without a usable token or without
//                                                 `expires_in`
// Facts where known: http_status, trace_id.
class OAuthTokenSource final : public TokenSource {
 public:
  // References outlive the source.
  OAuthTokenSource(Credentials credentials, LoginOptions options, http::HttpTransport& transport,
                   const Clock& clock, runtime::Timer& timer, Jitter jitter);

  Task<absl::StatusOr<Token>> Get(Deadline deadline) override;
  Refusal Refused(const Token& /*token*/, std::string_view /*operation*/) override {
    return {.replay = true, .at = clock_.Now()};
  }

 private:
  Task<absl::StatusOr<Token>> LogIn(Deadline deadline);
  std::string FirstUrl() const;
  http::HttpRequest TokenRequest(const std::string& base_url, Deadline deadline) const;
  // The other cloud that an answer from `url` points to; empty: none.
  absl::StatusOr<std::string> Elsewhere(const std::string& url,
                                        const http::HttpResponse& response) const;
  absl::StatusOr<std::string> RedirectTarget(const std::string& url,
                                             const http::HttpResponse& response) const;
  absl::StatusOr<Token> Read(const std::string& url, http::HttpResponse& response,
                             SteadyTime asked);

  const Credentials credentials_;
  const LoginOptions options_;
  http::HttpTransport& transport_;
  const Clock& clock_;
  runtime::Timer& timer_;
  const Jitter jitter_;
  std::string learned_url_;  // where the last log-in ended up; asked first by the next
  uint64_t logins_ = 0;
};

}  // namespace falcon::auth

#endif  // FALCON_AUTH_OAUTH_TOKEN_SOURCE_H_
