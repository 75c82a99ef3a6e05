// Where access tokens come from.
#ifndef FALCON_AUTH_TOKEN_SOURCE_H_
#define FALCON_AUTH_TOKEN_SOURCE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "base/time.h"
#include "runtime/task.h"

namespace falcon::auth {

struct Token {
  Secret value;
  SteadyTime issued;
  SteadyTime expires;
  // The cloud that issued it and accepts it, such as "https://api.us-2.crowdstrike.com".
  std::string base_url;
  std::string region;       // "us-2"; empty when unknown
  uint64_t generation = 0;  // counts log-ins; tells a refused token from its successor
  SteadyTime handed_out{};  // when Get returned it
};

// What becomes of a call whose token Falcon refused.
struct Refusal {
  bool replay;  // with the token that Get brings now; else the operation alone is refused
  SteadyTime at;
};

// Loop thread only.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // A token that is valid now. Failures: see OAuthTokenSource.
  virtual Task<absl::StatusOr<Token>> Get(Deadline deadline) = 0;
  // Falcon refused `token` to `operation`, a path. A token that works for other operations is kept;
  // else it is not handed out again.
  virtual Refusal Refused(const Token& token, std::string_view operation) = 0;
  // Falcon took `token` from `operation`, whatever else it answered.
  virtual void Accepted(const Token& /*token*/, std::string_view /*operation*/) {}
};

}  // namespace falcon::auth

#endif  // FALCON_AUTH_TOKEN_SOURCE_H_
