// When to log in, and when to leave it.
#include "auth/cached_token_source.h"

#include <algorithm>
#include <utility>

#include "base/backoff.h"
#include "base/error.h"
#include "base/status.h"
#include "base/text.h"

namespace falcon::auth {
namespace {

constexpr double kRenewAt = 0.85;  // of a token's life, and
constexpr double kRenewSpread = 0.05;
constexpr Backoff kBackoff(seconds(1), seconds(60));
// In a row: the first may be a token that was revoked, the next is a log-in that does not work.
constexpr int kRefusalsThatHold = 2;

}  // namespace

CachedTokenSource::CachedTokenSource(TokenSource& login, CacheOptions options, runtime::Loop& loop,
                                     const Clock& clock, Jitter jitter, telemetry::Log& log,
                                     telemetry::Metrics& metrics)
    : login_(login),
      options_(std::move(options)),
      loop_(loop),
      clock_(clock),
      jitter_(std::move(jitter)),
      log_(log),
      metrics_(metrics),
      refused_to_operation_(metrics.AddCounter(
          "falcon_gateway_token_refused_to_operation_total",
          "Refusals of an access token that works for other operations, by operation.")),
      flights_(loop),
      base_url_(options_.base_url) {
  if (!base_url_.empty()) return;
  if (const Cloud* cloud = CloudOfRegion(options_.region); cloud != nullptr) {
    region_ = cloud->region;
    base_url_ = cloud->base_url;
  }
}

Task<absl::StatusOr<Token>> CachedTokenSource::Get(Deadline /*deadline*/) {
  if (const Token* token = ValidToken(); token != nullptr) {
    if (clock_.Now() >= renew_at_ && !Held()) RenewInBackground();
    co_return HandOut(*token);
  }
  if (Held()) {
    const auto rest = std::chrono::ceil<milliseconds>(held_until_ - clock_.Now());
    co_return WithRetryAfter(last_failure_, rest);
  }
  const std::function<Task<absl::StatusOr<Token>>()> work = [this] { return LogIn(); };
  ASSIGN_OR_CO_RETURN(const Token token, co_await flights_.Join(kFlight, work));
  co_return HandOut(token);
}

Token CachedTokenSource::HandOut(Token token) const {
  token.handed_out = clock_.Now();
  return token;
}

void CachedTokenSource::RenewInBackground() {
  if (flights_.InFlight(kFlight)) return;
  loop_.Spawn(Renew());
}

Task<void> CachedTokenSource::Renew() {
  const std::function<Task<absl::StatusOr<Token>>()> work = [this] { return LogIn(); };
  // LogIn has told the log and the metrics already.
  static_cast<void>(co_await flights_.Join(kFlight, work));
}

Task<absl::StatusOr<Token>> CachedTokenSource::LogIn() {
  ++logins_;
  const Deadline deadline = Deadline::In(clock_, options_.login_timeout);
  const absl::StatusOr<Token> token = co_await login_.Get(deadline);
  if (token.ok()) {
    Keep(*token);
  } else {
    failures_ = std::min(failures_ + 1, 1'000'000);
    metrics_.TokenRefresh(Reason(token.status()));
    log_.Error("login_failed", {{"reason", Reason(token.status())},
                                {"error", MessageWithUpstreamText(token.status())},
                                {"consecutive_failures", failures_},
                                {"old_token_valid", ValidToken() != nullptr}});
    Hold(token.status(), failures_);
  }
  co_return token;
}

void CachedTokenSource::Keep(const Token& token) {
  if (failures_ > 0) log_.Info("login_recovered", {{"consecutive_failures", failures_}});
  failures_ = 0;
  last_failure_ = absl::OkStatus();
  held_until_ = {};
  token_ = token;
  accepted_.clear();
  region_ = token.region;
  base_url_ = token.base_url;
  const std::chrono::duration<double> life = token.expires - token.issued;
  renew_at_ = token.issued + std::chrono::duration_cast<SteadyTime::duration>(
                                 life * (kRenewAt + kRenewSpread * jitter_()));
  metrics_.TokenRefresh("ok");
  log_.Info("logged_in", {{"region", token.region},
                          {"base_url", token.base_url},
                          {"expires_in_s", static_cast<int64_t>(life.count())}});
}

void CachedTokenSource::Hold(const absl::Status& failure, int failures) {
  const milliseconds pause =
      std::max(kBackoff.After(failures), RetryAfter(failure).value_or(seconds(0)));
  held_until_ = clock_.Now() + pause;
  last_failure_ = failure;
}

SteadyTime CachedTokenSource::LastAcceptedOfOthers(std::string_view operation) const {
  SteadyTime last = SteadyTime::min();
  for (const auto& [name, handed_out] : accepted_) {
    if (name != operation) last = std::max(last, handed_out);
  }
  return last;
}

CachedTokenSource::Verdict CachedTokenSource::Judge(const Token& token,
                                                    std::string_view operation) const {
  const SteadyTime others = LastAcceptedOfOthers(operation);
  const auto found = suspects_.find(operation);
  if (found == suspects_.end()) {
    return others > token.handed_out ? Verdict::kTryAgain : Verdict::kTokenIsBad;
  }
  const Suspect& suspect = found->second;
  if (others > suspect.refused_at) return Verdict::kOperationIsBad;
  const bool fresh = token.issued >= suspect.refused_at;
  const bool lately = clock_.Now() < suspect.refused_at + kBackoff.After(suspect.drops);
  return fresh && lately ? Verdict::kOperationIsBad : Verdict::kTokenIsBad;
}

Refusal CachedTokenSource::Refused(const Token& token, std::string_view operation) {
  const SteadyTime now = clock_.Now();
  if (!Current(token)) return {.replay = true, .at = now};
  const Verdict verdict = Judge(token, operation);
  if (verdict == Verdict::kOperationIsBad) {
    log_.Warning("token_refused_to_operation",
                 {{"operation", operation}, {"generation", token.generation}});
    refused_to_operation_.Add({{"operation", operation}});
    return {.replay = false, .at = now};
  }
  Suspect& suspect = suspects_[std::string(operation)];
  suspect.refused_at = now;
  if (verdict == Verdict::kTokenIsBad) {
    ++suspect.drops;
    Drop(token);
  }
  return {.replay = true, .at = now};
}

void CachedTokenSource::Drop(const Token& token) {
  // One that was asked for before the last was dropped may have been revoked with it.
  const bool fresh = token.issued >= dropped_at_;
  dropped_at_ = clock_.Now();
  token_.reset();
  accepted_.clear();
  metrics_.TokenRefused();
  refusals_ += fresh ? 1 : 0;
  log_.Warning("token_refused", {{"generation", token.generation}, {"in_a_row", refusals_}});
  if (refusals_ < kRefusalsThatHold) return;
  Hold(Error(absl::StatusCode::kFailedPrecondition, "UPSTREAM_AUTH",
             "Falcon refuses access tokens that it has just issued: check that the region fits the "
             "API client, and that the client was not deleted or restricted"),
       refusals_ - kRefusalsThatHold + 1);
}

void CachedTokenSource::Accepted(const Token& token, std::string_view operation) {
  if (!Current(token)) return;
  refusals_ = 0;
  if (!suspects_.empty()) suspects_.erase(std::string(operation));
  auto accepted = accepted_.find(operation);
  if (accepted == accepted_.end()) accepted = accepted_.emplace(operation, token.handed_out).first;
  accepted->second = std::max(accepted->second, token.handed_out);
}

TokenStatus CachedTokenSource::status() const {
  TokenStatus status;
  if (const Token* token = ValidToken(); token != nullptr) {
    status.valid = true;
    status.age = std::chrono::duration_cast<milliseconds>(clock_.Now() - token->issued);
    status.expires_in = std::chrono::duration_cast<milliseconds>(token->expires - clock_.Now());
  }
  status.consecutive_failures = failures_;
  status.last_error = MessageWithUpstreamText(last_failure_);
  status.region = region_;
  status.base_url = base_url_;
  status.logins = logins_;
  return status;
}

}  // namespace falcon::auth
