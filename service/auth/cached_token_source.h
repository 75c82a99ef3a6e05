// CachedTokenSource: one log-in for everybody, renewed ahead of its end, and not tried over and
// over when it fails.
#ifndef FALCON_AUTH_CACHED_TOKEN_SOURCE_H_
#define FALCON_AUTH_CACHED_TOKEN_SOURCE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "auth/oauth_token_source.h"
#include "auth/token_source.h"
#include "runtime/loop.h"
#include "runtime/single_flight.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

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
//  - A refused token is kept, and the operation alone fails, where another operation was accepted
//  with it after this one had been refused; or where this one is refused a fresh token too, for
//  1, 2, 4 .. 60 s.
//  - Tokens refused twice in a row count as failed log-ins: FAILED_PRECONDITION (UPSTREAM_AUTH).
class CachedTokenSource final : public TokenSource {
 public:
  // References outlive the source; it outlives the loop's last task. `jitter`: see
  // OAuthTokenSource.
  CachedTokenSource(TokenSource& login, CacheOptions options, runtime::Loop& loop,
                    const Clock& clock, Jitter jitter, telemetry::Log& log,
                    telemetry::Metrics& metrics);

  Task<absl::StatusOr<Token>> Get(Deadline deadline) override;
  Refusal Refused(const Token& token, std::string_view operation) override;
  void Accepted(const Token& token, std::string_view operation) override;

  TokenStatus status() const;

 private:
  static constexpr const char* kFlight = "login";

  // Null: none is held that has not expired.
  const Token* ValidToken() const {
    return token_.has_value() && clock_.Now() < token_->expires ? &*token_ : nullptr;
  }
  bool Held() const { return clock_.Now() < held_until_; }
  Token HandOut(Token token) const;
  void RenewInBackground();
  Task<void> Renew();
  Task<absl::StatusOr<Token>> LogIn();
  void Keep(const Token& token);
  bool Current(const Token& token) const {
    return token_.has_value() && token_->generation == token.generation;
  }
  // What a refusal of the current token is blamed on. kTryAgain: another operation used it well
  // since the call got it, so a replay with the same token tells more.
  enum class Verdict { kTokenIsBad, kOperationIsBad, kTryAgain };
  Verdict Judge(const Token& token, std::string_view operation) const;
  // When the call that Falcon accepted last from another operation got the current token.
  SteadyTime LastAcceptedOfOthers(std::string_view operation) const;
  void Drop(const Token& token);
  // No log-in until the pause after so many failures in a row is over.
  void Hold(const absl::Status& failure, int failures);

  TokenSource& login_;
  const CacheOptions options_;
  runtime::Loop& loop_;
  const Clock& clock_;
  const Jitter jitter_;
  telemetry::Log& log_;
  telemetry::Metrics& metrics_;
  const telemetry::CounterFamily refused_to_operation_;
  runtime::SingleFlight<absl::StatusOr<Token>> flights_;

  // Of an operation that was refused and not accepted since.
  struct Suspect {
    int drops = 0;  // tokens dropped for it in a row
    SteadyTime refused_at;
  };

  std::optional<Token> token_;
  // When the latest accepted call of each operation with `token_` got it.
  std::map<std::string, SteadyTime, std::less<>> accepted_;
  std::map<std::string, Suspect, std::less<>> suspects_;
  SteadyTime dropped_at_;
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
