// Attempts and the pauses between them.
#include "upstream/call/retrying_client.h"

#include <optional>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "upstream/call/chunked_lookup.h"

namespace falcon::upstream {
namespace {

void Report(const json::Envelope& envelope, CallStats& stats) {
  if (!envelope.trace_id.empty()) stats.trace_id = envelope.trace_id;
  for (const json::ApiError& error : envelope.errors) stats.AddError(error);
}

}  // namespace

Task<UpstreamClient::Response> RetryingClient::Call(const UpstreamRequest& request,
                                                    const CallOptions& options, CallStats& stats) {
  CO_RETURN_IF_ERROR(CheckUrl(request));
  RetryBudget& retries = bulkheads_.Of(*request.operation).retries;
  retries.RecordCall();
  std::optional<CircuitBreaker::Permit> permit;
  std::optional<RetryBudget::Token> token;
  for (int attempt = 1;; ++attempt) {
    const int sent = stats.upstream_calls;
    Response response = co_await next_.Attempt(request, options, stats, permit);
    if (attempt > 1) stats_.retries += stats.upstream_calls - sent;
    token.reset();
    if (response.ok()) {
      Report(response->document.envelope(), stats);
      co_return response;
    }
    absl::Status failure = WithMetadata(response.status(), "operation", request.operation->id);
    if (attempt > 1) failure = WithMetadata(std::move(failure), "attempts", StrCat(attempt));
    const absl::StatusOr<milliseconds> pause =
        PauseAfter(failure, attempt, options.deadline, *request.operation);
    if (!pause.ok()) co_return pause.status();
    if (permit.has_value() && !permit->CheckRetry().ok()) co_return failure;
    // A 429 is no fault that more calls would make worse: the rate budget paces them.
    if (Reason(failure) != "RATE_LIMITED") {
      std::optional<RetryBudget::Token> granted = retries.TryAcquire();
      if (!granted) co_return RetryBudget::WithRetryBudgetExhausted(std::move(failure));
      token.emplace(*std::move(granted));
    }
    if (pause->count() > 0) {
      const SteadyTime until = clock_.Now() + *pause;
      co_await timer_.SleepUntil(until);
    }
  }
}

Task<UpstreamClient::Records> RetryingClient::Lookup(const LookupRequest& request,
                                                     const CallOptions& options, CallStats& stats) {
  return FetchInChunks(*this, request, options, stats, stats_.bisections);
}

absl::StatusOr<milliseconds> RetryingClient::PauseAfter(const absl::Status& failure, int attempt,
                                                        Deadline deadline,
                                                        const Operation& operation) {
  const bool limited = Reason(failure) == "RATE_LIMITED";
  const milliseconds backoff = policy_.backoff.After(attempt, jitter_());
  const milliseconds pause = RetryAfter(failure).value_or(backoff);
  if (limited) next_.CoolDown(operation, failure, pause);
  const bool again = attempt < AttemptsFor(failure, policy_) && deadline.Allows(clock_, pause);
  if (!again) return limited ? WithRetryAfter(failure, pause) : failure;
  // The budget makes everybody wait; only what concerns this call alone is slept here.
  return limited ? milliseconds(0) : pause;
}

}  // namespace falcon::upstream
