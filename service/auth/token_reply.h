// What the token endpoint answered: a grant, or a failure that says what to do.
#ifndef FALCON_AUTH_TOKEN_REPLY_H_
#define FALCON_AUTH_TOKEN_REPLY_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "auth/credentials.h"
#include "base/secret.h"
#include "base/time.h"
#include "http/http_transport.h"

namespace falcon::auth {

struct Grant {
  Secret token;
  seconds life;
};

// The grant in the body of a 200 or 201. UNAVAILABLE (UPSTREAM_TOKEN_MALFORMED) without a token
// that fits a header, or without an `expires_in` above zero. Wipes the body.
absl::StatusOr<Grant> ReadGrant(http::HttpResponse& response);

// The status of the first error in a 200 or 201 that holds no token but errors; 0: it holds none.
int ErrorInstead(const http::HttpResponse& response);

// What an answer without a grant means that is no redirect; see OAuthTokenSource. `status`: its
// own, or that of an error in it. `region`: the one that was asked, or empty.
absl::Status RefusedGrant(const http::HttpResponse& response, int status,
                          const Credentials& credentials, std::string_view region, WallTime now);

// What it means that there was no answer.
absl::Status NoAnswer(const absl::Status& failure);

// The failure with http_status and trace_id.
absl::Status WithAnswer(absl::Status failure, const http::HttpResponse& response);

}  // namespace falcon::auth

#endif  // FALCON_AUTH_TOKEN_REPLY_H_
