// TokenSource: where access tokens come from, and who hears that one was refused.
#ifndef FALCON_AUTH_TOKEN_SOURCE_H_
#define FALCON_AUTH_TOKEN_SOURCE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "base/time.h"
#include "runtime/loop.h"

namespace falcon::auth {

struct Token {
  Secret value;
  SteadyTime issued;  // when it was requested
  SteadyTime expires;
  std::string base_url;     // of the cloud that accepts it: "https://api.us-2.crowdstrike.com"
  std::string region;       // "us-2"; empty when unknown
  uint64_t generation = 0;  // counts issued tokens; tells a token from its successor
  SteadyTime handed_out{};  // when Get returned it
};

// What becomes of a call whose token Falcon refused.
struct Refusal {
  bool replay;  // with the token that Get returns now; false: only this operation is refused
  SteadyTime at;
};

// Loop thread only.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // A token that is valid now. Errors: see OAuthTokenSource.
  virtual Task<absl::StatusOr<Token>> Get(Deadline deadline) = 0;
  // Falcon refused `token` for `operation` (a path). Get does not return that token again, unless
  // it works for other operations.
  virtual Refusal Invalidate(const Token& token, std::string_view operation) = 0;
  // Falcon accepted `token` for `operation`, whatever else it answered.
  virtual void MarkAccepted(const Token& /*token*/, std::string_view /*operation*/) {}
};

}  // namespace falcon::auth

#endif  // FALCON_AUTH_TOKEN_SOURCE_H_
