// CachedTokenSource: one token for all callers, refreshed before it expires, with a backoff when
// requests for it fail.
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
#include "runtime/thread_affinity.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace falcon::auth {

// A snapshot for operators. It never holds the token.
struct TokenStatus {
  bool valid = false;  // a token is cached and has not expired
  std::optional<milliseconds> age;
  std::optional<milliseconds> expires_in;
  int consecutive_failures = 0;  // token requests that failed since the last one that worked
  std::string last_error;        // empty when the last token request worked
  std::string region;            // empty: not known (yet)
  std::string base_url;
  int64_t token_requests = 0;
};

// Loop thread only. Uses the steady clock: a wall clock that jumps changes nothing.
//
//   refresh         the first Get after a jittered 85 to 90 % of the token's lifetime starts it in
//                   the background; the old token is served meanwhile
//   single flight   all waiters share one token request; it has a deadline of its own, and goes on
//                   when its waiters are cancelled
//   backoff         after a failed request, no other one for 1, 2, 4 .. 60 s, or for as long as
//                   Falcon asks; a valid token is still served, without one the same error is
//                   returned at once, with the rest of the wait as retry-after
//   refused token   dropped, unless another operation was accepted with it after the refusal, or
//                   the operation is refused a fresh token too, within 1, 2, 4 .. 60 s; then only
//                   the operation fails
//   two in a row    refused tokens count as failed requests: FAILED_PRECONDITION (UPSTREAM_AUTH)
class CachedTokenSource final : public TokenSource {
 public:
  struct Deps {
    TokenSource& source;
    runtime::Loop& loop;
    const Clock& clock;
    Jitter jitter;
    telemetry::Log& log;
    telemetry::Metrics& metrics;
  };

  // What `deps` refers to outlives this source, which outlives the loop's last task. status()
  // reports the region or base URL of `options` until the first token says better.
  CachedTokenSource(Deps deps, const OAuthOptions& options);

  Task<absl::StatusOr<Token>> Get(Deadline deadline) override;
  Refusal Invalidate(const Token& token, std::string_view operation) override;
  void MarkAccepted(const Token& token, std::string_view operation) override;

  TokenStatus status() const;

 private:
  static constexpr const char* kFlight = "token";

  // Null: no token is cached that has not expired.
  const Token* ValidToken() const {
    return token_.has_value() && deps_.clock.Now() < token_->expires ? &*token_ : nullptr;
  }
  bool InBackoff() const { return deps_.clock.Now() < backoff_until_; }
  bool IsCurrent(const Token& token) const {
    return token_.has_value() && token_->generation == token.generation;
  }
  Task<absl::StatusOr<Token>> Refresh();
  Task<void> RefreshInBackground();
  Task<absl::StatusOr<Token>> FetchToken();
  void Store(const Token& token);
  void StartBackoff(const absl::Status& failure, int failures);
  // What a refusal of the current token is blamed on. kTryAgain: another operation used the token
  // successfully since the call got it, so a replay with the same token tells more.
  enum class Verdict { kTokenIsBad, kOperationIsBad, kTryAgain };
  Verdict Judge(const Token& token, std::string_view operation) const;
  // When the latest call that Falcon accepted from another operation got the current token.
  SteadyTime LastAcceptedOfOthers(std::string_view operation) const;
  void Drop(const Token& token);

  // An operation that was refused and not accepted since.
  struct Suspect {
    int drops = 0;  // tokens dropped for it in a row
    SteadyTime refused_at;
  };

  [[no_unique_address]] runtime::ThreadAffinity loop_thread_;
  const Deps deps_;
  const telemetry::CounterFamily refused_to_operation_;
  runtime::SingleFlight<absl::StatusOr<Token>> flights_;

  std::optional<Token> token_;
  // When the latest accepted call of each operation with `token_` got it.
  std::map<std::string, SteadyTime, std::less<>> accepted_;
  std::map<std::string, Suspect, std::less<>> suspects_;
  SteadyTime dropped_at_;
  SteadyTime refresh_at_;
  SteadyTime backoff_until_;
  absl::Status last_failure_;
  int failures_ = 0;  // token requests in a row
  int refusals_ = 0;  // tokens in a row
  int64_t token_requests_ = 0;
  std::string region_;
  std::string base_url_;
};

}  // namespace falcon::auth

#endif  // FALCON_AUTH_CACHED_TOKEN_SOURCE_H_
