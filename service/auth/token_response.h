// Reads responses of the token endpoint: a token, or an error that says what to do.
#ifndef FALCON_AUTH_TOKEN_RESPONSE_H_
#define FALCON_AUTH_TOKEN_RESPONSE_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "auth/oauth_token_source.h"
#include "http/http_transport.h"

namespace falcon::auth {

struct TokenResponse {
  Secret token;
  seconds lifetime;
};

// Reads the body of a 200 or 201 and wipes it. UNAVAILABLE (UPSTREAM_TOKEN_MALFORMED) without a
// token that fits a header, or without an `expires_in` above zero.
absl::StatusOr<TokenResponse> ParseTokenResponse(http::HttpResponse& response);

// The status of the first error in a 200 or 201 without a token; 0: there is none.
int ErrorCodeInBody(const http::HttpResponse& response);

// The error for a response without a token that is no redirect; see OAuthTokenSource. `status` is
// the response's own or ErrorCodeInBody; `region` is the one that was asked, or empty.
absl::Status TokenErrorFrom(const http::HttpResponse& response, int status,
                            const Credentials& credentials, std::string_view region, WallTime now);

// The error when there was no response.
absl::Status UnreachableError(const absl::Status& failure);

// `failure` with http_status and trace_id. For data responses, too.
absl::Status WithHttpMetadata(absl::Status failure, const http::HttpResponse& response);

}  // namespace falcon::auth

#endif  // FALCON_AUTH_TOKEN_RESPONSE_H_
