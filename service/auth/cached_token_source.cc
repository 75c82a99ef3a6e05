// When to request a token, and when not to.
#include "auth/cached_token_source.h"

#include <algorithm>
#include <utility>

#include "auth/cloud.h"
#include "base/error.h"
#include "base/text.h"
#include "base/time.h"

namespace falcon::auth {
namespace {

constexpr double kRefreshAt = 0.85;  // of a token's lifetime, and
constexpr double kRefreshSpread = 0.05;
constexpr Backoff kBackoff(seconds(1), seconds(60));
constexpr seconds kRequestTimeout{30};
// In a row: the first may be a revoked token, the second means that new tokens do not work.
constexpr int kRefusalsBeforeBackoff = 2;

}  // namespace

CachedTokenSource::CachedTokenSource(Deps deps, const OAuthOptions& options)
    : loop_thread_(deps.loop.executor()),
      deps_(std::move(deps)),
      refused_to_operation_(deps_.metrics.AddCounter(
          "falcon_gateway_token_refused_to_operation_total",
          "Refusals of an access token that works for other operations, by operation.")),
      flights_(deps_.loop),
      base_url_(options.base_url) {
  if (!base_url_.empty()) return;
  if (const Cloud* cloud = CloudOfRegion(options.region); cloud != nullptr) {
    region_ = cloud->region;
    base_url_ = cloud->base_url;
  }
}

Task<absl::StatusOr<Token>> CachedTokenSource::Get(Deadline /*deadline*/) {
  loop_thread_.Check();
  Token token;
  if (const Token* valid = ValidToken(); valid != nullptr) {
    const bool due = deps_.clock.Now() >= refresh_at_ && !InBackoff();
    if (due && !flights_.InFlight(kFlight)) deps_.loop.Spawn(RefreshInBackground());
    token = *valid;
  } else if (InBackoff()) {
    const auto rest = std::chrono::ceil<milliseconds>(backoff_until_ - deps_.clock.Now());
    co_return WithRetryAfter(last_failure_, rest);
  } else {
    ASSIGN_OR_CO_RETURN(token, co_await Refresh());
  }
  token.handed_out = deps_.clock.Now();
  co_return token;
}

Task<absl::StatusOr<Token>> CachedTokenSource::Refresh() {
  const std::function<Task<absl::StatusOr<Token>>()> work = [this] { return FetchToken(); };
  co_return co_await flights_.Join(kFlight, work);
}

Task<void> CachedTokenSource::RefreshInBackground() {
  // FetchToken has logged and counted a failure.
  static_cast<void>(co_await Refresh());
}

Task<absl::StatusOr<Token>> CachedTokenSource::FetchToken() {
  ++token_requests_;
  const Deadline deadline = Deadline::In(deps_.clock, kRequestTimeout);
  const absl::StatusOr<Token> token = co_await deps_.source.Get(deadline);
  if (token.ok()) {
    Store(*token);
  } else {
    failures_ = std::min(failures_ + 1, 1'000'000);
    deps_.metrics.TokenRefresh(Reason(token.status()));
    deps_.log.Error("token_request_failed", {{"reason", Reason(token.status())},
                                             {"error", MessageWithUpstreamText(token.status())},
                                             {"consecutive_failures", failures_},
                                             {"old_token_valid", ValidToken() != nullptr}});
    StartBackoff(token.status(), failures_);
  }
  co_return token;
}

void CachedTokenSource::Store(const Token& token) {
  if (failures_ > 0) {
    deps_.log.Info("token_request_recovered", {{"consecutive_failures", failures_}});
  }
  failures_ = 0;
  last_failure_ = absl::OkStatus();
  backoff_until_ = {};
  token_ = token;
  accepted_.clear();
  region_ = token.region;
  base_url_ = token.base_url;
  const std::chrono::duration<double> lifetime = token.expires - token.issued;
  refresh_at_ = token.issued + std::chrono::duration_cast<SteadyTime::duration>(
                                   lifetime * (kRefreshAt + kRefreshSpread * deps_.jitter()));
  deps_.metrics.TokenRefresh("ok");
  deps_.log.Info("token_refreshed", {{"region", token.region},
                                     {"base_url", token.base_url},
                                     {"expires_in_s", static_cast<int64_t>(lifetime.count())}});
}

void CachedTokenSource::StartBackoff(const absl::Status& failure, int failures) {
  const milliseconds pause =
      std::max(kBackoff.After(failures), RetryAfter(failure).value_or(seconds(0)));
  backoff_until_ = deps_.clock.Now() + pause;
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
  const bool lately = deps_.clock.Now() < suspect.refused_at + kBackoff.After(suspect.drops);
  return fresh && lately ? Verdict::kOperationIsBad : Verdict::kTokenIsBad;
}

Refusal CachedTokenSource::Invalidate(const Token& token, std::string_view operation) {
  loop_thread_.Check();
  const SteadyTime now = deps_.clock.Now();
  if (!IsCurrent(token)) return {.replay = true, .at = now};
  const Verdict verdict = Judge(token, operation);
  if (verdict == Verdict::kOperationIsBad) {
    deps_.log.Warning("token_refused_to_operation",
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
  // A token that was requested before the last one was dropped may have been revoked with it.
  const bool fresh = token.issued >= dropped_at_;
  dropped_at_ = deps_.clock.Now();
  token_.reset();
  accepted_.clear();
  deps_.metrics.TokenRefused();
  refusals_ += fresh ? 1 : 0;
  deps_.log.Warning("token_refused", {{"generation", token.generation}, {"in_a_row", refusals_}});
  if (refusals_ < kRefusalsBeforeBackoff) return;
  StartBackoff(
      Error(absl::StatusCode::kFailedPrecondition, "UPSTREAM_AUTH",
            "Falcon refuses access tokens that it has just issued: check that the region fits the "
            "API client, and that the client was not deleted or restricted"),
      refusals_ - kRefusalsBeforeBackoff + 1);
}

void CachedTokenSource::MarkAccepted(const Token& token, std::string_view operation) {
  loop_thread_.Check();
  if (!IsCurrent(token)) return;
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
    status.age = std::chrono::duration_cast<milliseconds>(deps_.clock.Now() - token->issued);
    status.expires_in =
        std::chrono::duration_cast<milliseconds>(token->expires - deps_.clock.Now());
  }
  status.consecutive_failures = failures_;
  status.last_error = MessageWithUpstreamText(last_failure_);
  status.region = region_;
  status.base_url = base_url_;
  status.token_requests = token_requests_;
  return status;
}

}  // namespace falcon::auth
