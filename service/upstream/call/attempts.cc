// One call to Falcon, however many attempts it takes.
#include "upstream/call/attempts.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "upstream/call/parse_response.h"
#include "upstream/operation/request_text.h"

namespace falcon::upstream {
namespace {

// An answer that speaks of a rate limit of the operation's own says so by the fact `budget`.
constexpr std::string_view kOperationBudget = "operation";
// The wire ends an attempt so long before the call's deadline, which would only unwind it: the
// circuit breaker hears how the connection fared.
constexpr milliseconds kWireMargin{10};
// A smaller body is parsed faster than a thread is woken.
constexpr size_t kBigBodyBytes = size_t{64} << 10;

absl::Status CheckUrl(const UpstreamCall& call) {
  const size_t bytes = BuildUrl(call.operation->path, call.query).size();
  if (bytes <= Attempts::kMaxUrlBytes) return absl::OkStatus();
  return InvalidFields(
      {{"filter.fql", StrCat("makes a request URL of ", bytes, " bytes; Falcon takes ",
                             Attempts::kMaxUrlBytes, ": use fewer or shorter conditions")}},
      "URL_TOO_LONG");
}

http::HttpRequest RequestFor(const UpstreamCall& call, Deadline deadline, const Clock& clock) {
  const Operation& operation = *call.operation;
  if (deadline.Left(clock) > 4 * kWireMargin) deadline = Deadline(deadline.at() - kWireMargin);
  if (call.patience.count() > 0) {
    deadline = Deadline(std::min(deadline.at(), Deadline::In(clock, call.patience).at()));
  }
  http::HttpRequest request(operation.method, BuildUrl(operation.path, call.query), deadline);
  request.headers.emplace_back("Accept", "application/json");
  if (operation.method == http::Method::kPost) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = call.body;
  }
  return request;
}

void Keep(const json::Envelope& envelope, Reading& reading) {
  if (!envelope.trace_id.empty()) reading.trace_id = envelope.trace_id;
  for (const json::ApiError& error : envelope.errors) reading.Tell(error);
}

absl::Status TooLate() {
  return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
               "the deadline passed before Falcon was asked");
}

}  // namespace

Task<absl::StatusOr<json::Document>> Attempts::Call(UpstreamCall call, Reading& reading) {
  CO_RETURN_IF_ERROR(CheckUrl(call));
  RetryBudget& retries = means_.bulkheads.Of(*call.operation).retries;
  retries.RecordCall();
  reading.as_of.reset();
  Permit permit;
  std::optional<RetryBudget::Token> retry;
  for (int attempt = 1;; ++attempt) {
    const int64_t calls = reading.upstream_calls;
    absl::StatusOr<json::Document> answer = co_await Attempt(call, reading, permit);
    if (attempt > 1) stats_.retries += reading.upstream_calls - calls;
    retry.reset();
    if (answer.ok()) {
      Keep(answer->envelope(), reading);
      co_return answer;
    }
    absl::Status failure = WithMetadata(answer.status(), "operation", call.operation->id);
    if (attempt > 1) failure = WithMetadata(std::move(failure), "attempts", StrCat(attempt));
    const absl::StatusOr<milliseconds> pause =
        PauseAfter(failure, attempt, reading.deadline, *call.operation);
    if (!pause.ok()) co_return pause.status();
    if (permit.has_value() && !permit->CheckRetry().ok()) co_return failure;
    // A 429 is no fault that more calls would make worse: the rate budget paces them.
    if (Reason(failure) != "RATE_LIMITED") {
      std::optional<RetryBudget::Token> granted = retries.TryAcquire();
      if (!granted) co_return RetryBudget::WithRetryBudgetExhausted(std::move(failure));
      retry.emplace(*std::move(granted));
    }
    reading.as_of.reset();
    if (pause->count() > 0) {
      const SteadyTime until = means_.clock.Now() + *pause;
      co_await means_.timer.SleepUntil(until);
    }
  }
}

void Attempts::CoolDown(milliseconds pause) {
  means_.budget.CoolDown(pause);
  const SteadyTime open_at = means_.budget.open_at();
  const absl::Status closed = means_.budget.Closed();
  means_.admission.ShedUntil(open_at, closed);
  for (const auto& [area, bulkhead] : means_.bulkheads.all()) {
    bulkhead->admission.ShedUntil(open_at, closed);
  }
}

absl::StatusOr<milliseconds> Attempts::PauseAfter(const absl::Status& failure, int attempt,
                                                  Deadline deadline, const Operation& operation) {
  const bool limited = Reason(failure) == "RATE_LIMITED";
  const milliseconds backoff = policy_.backoff.After(attempt, jitter_());
  const milliseconds pause = RetryAfter(failure).value_or(backoff);
  // Only Falcon's own 429: what the budget refuses by itself, it refuses to this call alone.
  auto facts = Metadata(failure);
  const bool of_operation = facts["budget"] == kOperationBudget;
  const bool by_falcon = limited && facts.contains("http_status");
  if (by_falcon && of_operation) means_.budget.CoolDownOperation(operation.id, pause);
  if (by_falcon && !of_operation) CoolDown(pause);
  const bool again =
      attempt < AttemptsFor(failure, policy_) && deadline.Allows(means_.clock, pause);
  if (!again) return limited ? WithRetryAfter(failure, pause) : failure;
  // The budget makes everybody wait; only what concerns this call alone is slept here.
  return limited ? milliseconds(0) : pause;
}

Task<absl::StatusOr<Attempts::Entry>> Attempts::Enter(const Operation& operation,
                                                      const Reading& reading, Permit& permit) {
  if (reading.deadline.Passed(means_.clock)) co_return TooLate();
  Bulkhead& bulkhead = means_.bulkheads.Of(operation);
  CO_RETURN_IF_ERROR(permit ? permit->CheckRetry() : bulkhead.breaker.Check(reading.caller));
  CO_RETURN_IF_ERROR(means_.budget.Check(reading.deadline, reading.priority));
  CO_RETURN_IF_ERROR(co_await means_.budget.WaitForOperation(operation.id, reading.deadline));
  AdmissionRequest visit{reading.caller, reading.priority, reading.deadline};
  ASSIGN_OR_CO_RETURN(AdmissionQueue::Permit place_of_area,
                      co_await bulkhead.admission.Acquire(visit));
  ASSIGN_OR_CO_RETURN(AdmissionQueue::Permit place,
                      co_await means_.admission.Acquire(std::move(visit)));
  if (reading.deadline.Passed(means_.clock)) co_return TooLate();
  ASSIGN_OR_CO_RETURN(const RateBudget::Ticket ticket,
                      co_await means_.budget.Wait(reading.deadline, reading.priority));
  if (permit) {
    CO_RETURN_IF_ERROR(permit->CheckRetry());
  } else {
    ASSIGN_OR_CO_RETURN(CircuitBreaker::Permit granted, bulkhead.breaker.Acquire(reading.caller));
    permit.emplace(std::move(granted));
  }
  co_return Entry{std::move(place_of_area), std::move(place), ticket};
}

Task<absl::StatusOr<json::Document>> Attempts::Attempt(const UpstreamCall& call, Reading& reading,
                                                       Permit& permit) {
  ASSIGN_OR_CO_RETURN(const Entry entry, co_await Enter(*call.operation, reading, permit));
  const SteadyTime deadline = reading.deadline.at();
  absl::StatusOr<json::Document> answer = co_await Exchange(call, reading, entry.ticket);
  permit->Record(answer.status());
  const bool by_margin = answer.status().code() == absl::StatusCode::kDeadlineExceeded &&
                         means_.clock.Now() >= deadline - kWireMargin;
  if (by_margin) co_await means_.timer.SleepUntil(deadline);
  co_return answer;
}

Task<absl::StatusOr<json::Document>> Attempts::Exchange(const UpstreamCall& call, Reading& reading,
                                                        RateBudget::Ticket ticket) {
  http::HttpRequest request = RequestFor(call, reading.deadline, means_.clock);
  reading.as_of = means_.clock.Now();
  ++reading.upstream_calls;
  ++stats_.calls;
  if (reading.on_sent) reading.on_sent();
  ASSIGN_OR_CO_RETURN(http::HttpResponse response,
                      co_await means_.authorized.Send(std::move(request)));
  const bool of_customer = means_.budget.Observe(ticket, response.headers);
  const std::string_view trace_id = http::FindHeader(response.headers, "X-Cs-Traceid");
  if (!trace_id.empty()) reading.trace_id = trace_id;
  absl::StatusOr<json::Document> answer = absl::InternalError("not read");
  const bool big = means_.pool != nullptr && response.body.size() >= kBigBodyBytes;
  std::function<void()> read = [&] {
    answer = ParseResponse(*call.operation, std::move(response), call.continuation,
                           means_.clock.WallNow(), parser_);
  };
  // Not by RunHeavy: a call that is cancelled as its 429 arrives still tells the budget of it.
  if (big) {
    co_await means_.pool->Run(std::move(read));
  } else {
    read();
  }
  if (answer.ok() || of_customer) co_return answer;
  co_return WithMetadata(answer.status(), "budget", kOperationBudget);
}

}  // namespace falcon::upstream
