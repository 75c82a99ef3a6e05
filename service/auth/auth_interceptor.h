// AuthInterceptor: puts the bearer token on each upstream request; refreshes a refused token and
// replays the request.
#ifndef FALCON_AUTH_AUTH_INTERCEPTOR_H_
#define FALCON_AUTH_AUTH_INTERCEPTOR_H_

#include "auth/token_source.h"
#include "http/http_transport.h"
#include "runtime/thread_affinity.h"

namespace falcon::auth {

// Loop thread only. `request.url` is path and query; the token's base URL is put in front.
//
// A token is refused by 401, or by 429 with `X-Ratelimit-Limit: 15`, Falcon's limit for requests
// without a valid token. At most three replays.
//
//   FAILED_PRECONDITION  UPSTREAM_AUTH      refused with a token that was requested after the first
//                                           refusal, or with one that works for other operations
//   FAILED_PRECONDITION  UPSTREAM_REDIRECT  a redirect of a data request; it is never followed
class AuthInterceptor final : public http::HttpTransport {
 public:
  AuthInterceptor(http::HttpTransport& next, TokenSource& tokens) : next_(next), tokens_(tokens) {}

  Task<absl::StatusOr<http::HttpResponse>> Send(http::HttpRequest request) override;

 private:
  [[no_unique_address]] runtime::ThreadAffinity loop_thread_;
  http::HttpTransport& next_;
  TokenSource& tokens_;
};

}  // namespace falcon::auth

#endif  // FALCON_AUTH_AUTH_INTERCEPTOR_H_
