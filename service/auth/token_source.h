// Where access tokens come from.
#ifndef FALCON_AUTH_TOKEN_SOURCE_H_
#define FALCON_AUTH_TOKEN_SOURCE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "base/time.h"
#include "run/task.h"

namespace falcon::auth {

struct Token {
  Secret value;
  SteadyTime issued;
  SteadyTime expires;
  // The cloud that issued it and accepts it, such as "https://api.us-2.crowdstrike.com".
  std::string base_url;
  std::string region;       // "us-2"; empty when unknown
  uint64_t generation = 0;  // counts log-ins; tells a refused token from its successor
};

// Loop thread only.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // A token that is valid now. Failures: see OAuthTokenSource.
  virtual Task<absl::StatusOr<Token>> Get(Deadline deadline) = 0;
  // Falcon refused the token of this generation: do not hand it out again. A later one is kept.
  virtual void Refused(uint64_t generation) = 0;
  // Falcon took the token of this generation, whatever else it answered.
  virtual void Accepted(uint64_t /*generation*/) {}
};

}  // namespace falcon::auth

#endif  // FALCON_AUTH_TOKEN_SOURCE_H_
