// Attempts and the pauses between them; chunks of IDs, split where Falcon refuses one.
#include "upstream/call/retrying_client.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace falcon::upstream {
namespace {

using Ids = std::span<const std::string>;

constexpr int kBadRequest = 400;
constexpr int kUnavailable = 503;
// Of a look-up, to find the IDs that Falcon refuses.
constexpr int kMaxExtraCalls = 16;

// Some of the IDs to look up, by one call.
struct Chunk {
  Ids ids;
  bool whole = false;       // all of the look-up's
  bool part = false;        // of a chunk that Falcon refused
  bool first_half = false;  // of it; the other half is next
  bool refused = false;     // it holds an ID that Falcon refuses, as is known without a call
};

// The first chunk is the last.
std::vector<Chunk> ChunksOf(const LookupRequest& request) {
  std::vector<Chunk> chunks;
  for (Ids rest = request.ids; !rest.empty();) {
    const size_t count = IdsPerCall(request.key, rest);
    chunks.push_back({.ids = rest.first(count), .whole = count == request.ids.size()});
    rest = rest.subspan(count);
  }
  std::reverse(chunks.begin(), chunks.end());
  return chunks;
}

void Split(const Chunk& chunk, std::vector<Chunk>& todo) {
  const size_t half = (chunk.ids.size() + 1) / 2;
  const bool part = chunk.part;
  todo.push_back({.ids = chunk.ids.subspan(half), .part = part});
  todo.push_back({.ids = chunk.ids.first(half), .part = part, .first_half = part});
}

// Whether Falcon refuses the call for what it asks: of several IDs, any may be to blame.
bool RefusesIds(const absl::Status& status) {
  return status.code() == absl::StatusCode::kNotFound ||
         status.code() == absl::StatusCode::kInvalidArgument;
}

// `id`, looked up alone, was refused. Without an error, it is absent.
void Refuse(const std::string& id, const absl::Status& status, LookupResult& result) {
  if (status.code() == absl::StatusCode::kNotFound) return;
  result.errors.emplace(id, json::ApiError{kBadRequest, std::string(ToStd(status.message())), id});
}

void LeaveOut(Ids ids, LookupResult& result) {
  for (const std::string& id : ids) {
    result.errors.emplace(
        id,
        json::ApiError{kUnavailable,
                       StrCat("not looked up: Falcon refuses one of the ids of this look-up, and ",
                              kMaxExtraCalls, " calls did not tell which; ask for fewer ids"),
                       id});
  }
}

void Report(const json::Envelope& envelope, CallStats& stats) {
  if (!envelope.trace_id.empty()) stats.trace_id = envelope.trace_id;
  for (const json::ApiError& error : envelope.errors) stats.AddError(error);
}

}  // namespace

int AttemptsFor(const absl::Status& failure, const RetryPolicy& policy) {
  const std::string reason = Reason(failure);
  if (reason == "UPSTREAM_ERROR" || reason == "UPSTREAM_CONNECTION" || reason == "RATE_LIMITED") {
    return policy.max_attempts;
  }
  const int twice = std::min(2, policy.max_attempts);
  if (reason == "UPSTREAM_MALFORMED" || reason == "UPSTREAM_STALLED") return twice;
  // A page with a 403 is no accident.
  const bool page = reason == "UPSTREAM_PROXY";
  return page && failure.code() == absl::StatusCode::kUnavailable ? twice : 1;
}

Task<UpstreamClient::Response> RetryingClient::Call(const UpstreamRequest& request,
                                                    const CallOptions& options, CallStats& stats) {
  affinity_.Check();
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

absl::StatusOr<milliseconds> RetryingClient::PauseAfter(absl::Status& failure, int attempt,
                                                        Deadline deadline,
                                                        const Operation& operation) {
  const bool limited = Reason(failure) == "RATE_LIMITED";
  const milliseconds backoff = policy_.backoff.After(attempt, jitter_());
  const milliseconds pause = RetryAfter(failure).value_or(backoff);
  // A 429 of the token endpoint counts requests from this address: it is UNAVAILABLE, and tells
  // nothing of the customer's budget.
  const bool of_budget = limited && failure.code() == absl::StatusCode::kResourceExhausted;
  if (of_budget) next_.CoolDown(operation, failure, pause);
  // Whatever ends the call after this: its caller learns when to come again.
  if (limited) failure = WithRetryAfter(failure, pause);
  const bool again = attempt < AttemptsFor(failure, policy_) && deadline.Allows(clock_, pause);
  if (!again) return failure;
  // The budget makes everybody wait; only what concerns this call alone is slept here.
  return of_budget ? milliseconds(0) : pause;
}

Task<UpstreamClient::Records> RetryingClient::Lookup(const LookupRequest& request,
                                                     const CallOptions& options, CallStats& stats) {
  std::vector<Chunk> todo = ChunksOf(request);
  size_t max_ids = std::numeric_limits<size_t>::max();  // a call, as far as Falcon took more
  int extra_calls = 0;
  LookupResult result;
  while (!todo.empty()) {
    Chunk chunk = todo.back();
    todo.pop_back();
    if ((chunk.refused && chunk.ids.size() > 1) || chunk.ids.size() > max_ids) {
      Split(chunk, todo);
      continue;
    }
    if (chunk.part && ++extra_calls > kMaxExtraCalls) {
      LeaveOut(chunk.ids, result);
      continue;
    }
    const std::vector<std::string> some(chunk.ids.begin(),
                                        chunk.whole ? chunk.ids.begin() : chunk.ids.end());
    UpstreamRequest call(*request.key.operation);
    call.query = request.key.query;
    call.ids = chunk.whole ? &request.ids : &some;
    const Response response = co_await Call(call, options, stats);
    if (chunk.whole) chunk.ids = request.ids;
    const bool too_large = Reason(response.status()) == "UPSTREAM_BODY_TOO_LARGE";
    const bool refused = RefusesIds(response.status());
    if ((too_large || refused) && chunk.ids.size() > 1) {
      if (too_large) max_ids = (chunk.ids.size() + 1) / 2;
      if (refused && !chunk.part) ++stats_.bisections;
      Split({.ids = chunk.ids, .part = refused}, todo);
      continue;
    }
    const bool alone = request.ids.size() == 1;
    if (refused && (!alone || response.status().code() == absl::StatusCode::kNotFound)) {
      result.as_of = std::min(result.as_of, stats.last_sent.value_or(result.as_of));
      Refuse(chunk.ids.front(), response.status(), result);
      continue;
    }
    if (!response.ok()) co_return response.status();
    result.as_of = std::min(result.as_of, response->as_of);
    CO_RETURN_IF_ERROR(result.Add(response->document, request.key.id_key, chunk.ids));
    if (chunk.first_half) todo.back().refused = true;
  }
  co_return std::make_shared<const LookupResult>(std::move(result));
}

}  // namespace falcon::upstream
