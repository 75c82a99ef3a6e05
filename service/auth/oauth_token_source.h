// OAuthTokenSource: requests a token from Falcon by OAuth2 client credentials, once for each Get.
#ifndef FALCON_AUTH_OAUTH_TOKEN_SOURCE_H_
#define FALCON_AUTH_OAUTH_TOKEN_SOURCE_H_

#include <string>
#include <vector>

#include "auth/token_source.h"
#include "base/secret.h"
#include "base/time.h"
#include "http/http_transport.h"
#include "runtime/loop.h"
#include "runtime/thread_affinity.h"

namespace falcon::auth {

struct Credentials {
  std::string client_id;  // of an API client; not secret, yet never logged
  Secret client_secret;
  std::string member_cid;  // Flight Control: the child customer to act for; empty: one's own
};

struct OAuthOptions {
  std::string region = "us-1";  // as ParseRegion returns it; "auto": start at us-1, follow Falcon
  std::string base_url;         // as ParseBaseUrl returns it; when set, `region` is ignored
  // For tests and simulators: HOST:PORT that a base URL on loopback may redirect to.
  std::vector<std::string> loopback_redirects;
  int max_attempts = 3;
  Backoff backoff{milliseconds(500), seconds(20)};
  milliseconds attempt_timeout{10'000};
};

// Loop thread only.
//
// The secret is sent to the configured cloud, or by one 307 or 308 redirect to a known Falcon host
// over https, and nowhere else. No error holds the client's id, its secret or a token.
//
//   FAILED_PRECONDITION  UPSTREAM_CREDENTIALS      Falcon refuses them (400, 401, 403, or such a
//                                                  code in the body); says what to check
//   FAILED_PRECONDITION  UPSTREAM_PROXY            the same from an HTML page: a proxy or firewall
//   FAILED_PRECONDITION  UPSTREAM_REGION           the client lives in another region
//   FAILED_PRECONDITION  UPSTREAM_REDIRECT         to where the secret must not go, or a second one
//   FAILED_PRECONDITION  UPSTREAM_TLS,             as the transport says
//                        UPSTREAM_PROXY_AUTH
//   FAILED_PRECONDITION  UPSTREAM_TOKEN            any other 4xx: probably not a Falcon address
//   UNAVAILABLE          RATE_LIMITED              429, with retry-after where the response has it
//   UNAVAILABLE          UPSTREAM_TOKEN            5xx or broken connections, after `max_attempts`
//                                                  within the deadline
//   UNAVAILABLE          UPSTREAM_TOKEN_MALFORMED  no usable token or `expires_in`
//
// Metadata where known: http_status, trace_id.
class OAuthTokenSource final : public TokenSource {
 public:
  // References outlive the source.
  OAuthTokenSource(Credentials credentials, OAuthOptions options, http::HttpTransport& transport,
                   const Clock& clock, runtime::Timer& timer, Jitter jitter);

  Task<absl::StatusOr<Token>> Get(Deadline deadline) override;
  Refusal Invalidate(const Token& /*token*/, std::string_view /*operation*/) override {
    return {.replay = true, .at = clock_.Now()};
  }

 private:
  Task<absl::StatusOr<Token>> FetchToken(Deadline deadline);
  std::string FirstUrl() const;
  http::HttpRequest TokenRequest(const std::string& base_url, Deadline deadline) const;
  // The cloud that a response from `url` points to; empty: none.
  absl::StatusOr<std::string> NextHop(const std::string& url,
                                      const http::HttpResponse& response) const;
  absl::StatusOr<std::string> RedirectTarget(const std::string& url,
                                             const http::HttpResponse& response) const;
  absl::StatusOr<Token> Read(const std::string& url, http::HttpResponse& response,
                             SteadyTime requested);

  [[no_unique_address]] runtime::ThreadAffinity loop_thread_;
  const Credentials credentials_;
  const OAuthOptions options_;
  http::HttpTransport& transport_;
  const Clock& clock_;
  runtime::Timer& timer_;
  const Jitter jitter_;
  std::string learned_url_;  // where the last token came from; the next request starts there
  uint64_t tokens_issued_ = 0;
};

}  // namespace falcon::auth

#endif  // FALCON_AUTH_OAUTH_TOKEN_SOURCE_H_
