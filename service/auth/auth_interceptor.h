// AuthInterceptor: puts the bearer token on each upstream request, and answers a refused one with a
// refresh and a replay.
#ifndef FALCON_AUTH_AUTH_INTERCEPTOR_H_
#define FALCON_AUTH_AUTH_INTERCEPTOR_H_

#include "auth/token_source.h"
#include "http/http_transport.h"

namespace falcon::auth {

// Loop thread only. `request.url` is path and query; the token's base URL goes in front. Refused
// means 401, or 429 with `X-Ratelimit-Limit: 15`, Falcon's limit for requests without a valid
// token. Refused again with a token that was asked for after the refusal, or with one that works for
// other operations: FAILED_PRECONDITION (UPSTREAM_AUTH). At most three replays. Redirects on data
// paths: FAILED_PRECONDITION (UPSTREAM_REDIRECT), never followed.
class AuthInterceptor final : public http::HttpTransport {
 public:
  AuthInterceptor(http::HttpTransport& next, TokenSource& tokens) : next_(next), tokens_(tokens) {}

  Task<absl::StatusOr<http::HttpResponse>> Send(http::HttpRequest request) override;

 private:
  http::HttpTransport& next_;
  TokenSource& tokens_;
};

}  // namespace falcon::auth

#endif  // FALCON_AUTH_AUTH_INTERCEPTOR_H_
