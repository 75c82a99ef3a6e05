// CachedTokenSource: one log-in for everybody, renewed ahead of its end, and not tried over and
// over when it fails.
#ifndef FALCON_AUTH_CACHED_TOKEN_SOURCE_H_
#define FALCON_AUTH_CACHED_TOKEN_SOURCE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "auth/oauth_token_source.h"
#include "auth/token_source.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "run/loop.h"
#include "run/single_flight.h"

namespace falcon::auth {

// A snapshot for people. Never the token.
struct TokenStatus {
  bool valid = false;  // one is held and has not expired
  std::optional<milliseconds> age;
  std::optional<milliseconds> expires_in;
  int consecutive_failures = 0;  // log-ins that failed since the last one that worked
  std::string last_error;        // empty when the last log-in worked
  std::string region;            // empty: not known (yet)
  std::string base_url;
  int64_t logins = 0;  // that were tried
};

struct CacheOptions {
  // As in LoginOptions: what status() tells until a first token says better.
  std::string region;
  std::string base_url;
  milliseconds login_timeout{30'000};
};

// Loop thread only. Time is the steady clock's: a wall clock that jumps changes nothing.
//  - A token is renewed in the background by the first Get after a jittered 85 to 90 % of its life,
//  and served meanwhile.
//  - Whoever needs a new one shares one log-in, which has its own deadline and outlives its
//  waiters; each waiter's deadline
//    ends its wait by cancellation.
//  - A log-in that failed is not repeated for 1, 2, 4 .. 60 s (or for as long as Falcon asked): a
//  token still valid is served
//    on; without one the same failure is answered at once, with the rest of the wait as
//    retry-after.
//  - Tokens refused twice in a row count as failed log-ins: FAILED_PRECONDITION (UPSTREAM_AUTH).
class CachedTokenSource final : public TokenSource {
 public:
  // References outlive the source; it outlives the loop's last task. `jitter`: see
  // OAuthTokenSource.
  CachedTokenSource(TokenSource& login, CacheOptions options, run::Loop& loop, const Clock& clock,
                    Jitter jitter, obs::Log& log, obs::Metrics& metrics);

  Task<absl::StatusOr<Token>> Get(Deadline deadline) override;
  void Refused(uint64_t generation) override;
  void Accepted(uint64_t generation) override;

  TokenStatus status() const;

 private:
  static constexpr const char* kFlight = "login";

  // Null: none is held that has not expired.
  const Token* ValidToken() const {
    return token_.has_value() && clock_.Now() < token_->expires ? &*token_ : nullptr;
  }
  bool Held() const { return clock_.Now() < held_until_; }
  void RenewInBackground();
  Task<void> Renew();
  Task<absl::StatusOr<Token>> LogIn();
  void Keep(const Token& token);
  // No log-in until the pause after so many failures in a row is over.
  void Hold(const absl::Status& failure, int failures);

  TokenSource& login_;
  const CacheOptions options_;
  run::Loop& loop_;
  const Clock& clock_;
  const Jitter jitter_;
  obs::Log& log_;
  obs::Metrics& metrics_;
  run::SingleFlight<absl::StatusOr<Token>> flights_;

  std::optional<Token> token_;
  SteadyTime renew_at_;
  SteadyTime held_until_;
  absl::Status last_failure_;
  int failures_ = 0;  // log-ins in a row
  int refusals_ = 0;  // tokens in a row
  int64_t logins_ = 0;
  std::string region_;
  std::string base_url_;
};

}  // namespace falcon::auth

#endif  // FALCON_AUTH_CACHED_TOKEN_SOURCE_H_
