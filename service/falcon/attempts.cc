// One call to Falcon, however many attempts it takes.
#include "falcon/attempts.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "falcon/reply.h"
#include "falcon/request_text.h"

namespace falcon {
namespace {

wire::HttpRequest RequestFor(const UpstreamCall& call, Deadline deadline, const Clock& clock) {
  const Operation& operation = *call.operation;
  if (call.patience.count() > 0) {
    deadline = Deadline(std::min(deadline.at(), Deadline::In(clock, call.patience).at()));
  }
  wire::HttpRequest request(operation.method, UrlFor(operation.path, call.query), deadline);
  request.headers.emplace_back("Accept", "application/json");
  if (operation.method == wire::Method::kPost) {
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
  means_.retries.Offered();
  reading.as_of.reset();
  std::optional<RetryBudget::Retry> retry;
  for (int attempt = 1;; ++attempt) {
    const int64_t calls = reading.upstream_calls;
    absl::StatusOr<json::Document> answer = co_await Attempt(call, reading);
    if (attempt > 1) stats_.retries += reading.upstream_calls - calls;
    retry.reset();
    if (answer.ok()) {
      Keep(answer->envelope(), reading);
      co_return answer;
    }
    absl::Status failure = WithFact(answer.status(), "operation", call.operation->id);
    if (attempt > 1) failure = WithFact(std::move(failure), "attempts", Cat(attempt));
    const absl::StatusOr<milliseconds> pause = PauseAfter(failure, attempt, reading.deadline);
    if (!pause.ok()) co_return pause.status();
    // A 429 is no fault that more calls would make worse: the rate budget paces them.
    if (Reason(failure) != "RATE_LIMITED") {
      std::optional<RetryBudget::Retry> granted = means_.retries.TryAcquire();
      if (!granted) co_return RetryBudget::Spent(std::move(failure));
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
  means_.admission.TurnAway(means_.budget.open_at(), means_.budget.Closed());
}

absl::StatusOr<milliseconds> Attempts::PauseAfter(const absl::Status& failure, int attempt,
                                                  Deadline deadline) {
  const bool limited = Reason(failure) == "RATE_LIMITED";
  const milliseconds backoff = Backoff(attempt, policy_, jitter_);
  const milliseconds pause = RetryAfter(failure).value_or(backoff);
  // Only Falcon's own 429: what the budget refuses by itself, it refuses to this call alone.
  const bool by_falcon = limited && Facts(failure).contains("http_status");
  if (by_falcon) CoolDown(pause);
  const bool again =
      attempt < AttemptsFor(failure, policy_) && deadline.Allows(means_.clock, pause);
  if (!again) return limited ? WithRetryAfter(failure, pause) : failure;
  // The budget makes everybody wait; only what concerns this call alone is slept here.
  return limited ? milliseconds(0) : pause;
}

Task<absl::StatusOr<Attempts::Entry>> Attempts::Enter(const Reading& reading) {
  if (reading.deadline.Passed(means_.clock)) co_return TooLate();
  CO_RETURN_IF_ERROR(means_.breaker.Check());
  CO_RETURN_IF_ERROR(means_.budget.Check(reading.deadline, reading.priority));
  run::Visit visit{reading.caller, reading.priority, reading.deadline};
  ASSIGN_OR_CO_RETURN(run::Admission::Place place,
                      co_await means_.admission.Enter(std::move(visit)));
  if (reading.deadline.Passed(means_.clock)) co_return TooLate();
  ASSIGN_OR_CO_RETURN(const RateBudget::Ticket ticket,
                      co_await means_.budget.Wait(reading.deadline, reading.priority));
  ASSIGN_OR_CO_RETURN(Breaker::Pass pass, means_.breaker.Enter());
  co_return Entry{std::move(place), std::move(pass), ticket};
}

Task<absl::StatusOr<json::Document>> Attempts::Attempt(const UpstreamCall& call, Reading& reading) {
  ASSIGN_OR_CO_RETURN(Entry entry, co_await Enter(reading));
  absl::StatusOr<json::Document> answer = co_await Exchange(call, reading, entry.ticket);
  entry.pass.Conclude(answer.status());
  co_return answer;
}

Task<absl::StatusOr<json::Document>> Attempts::Exchange(const UpstreamCall& call, Reading& reading,
                                                        RateBudget::Ticket ticket) {
  wire::HttpRequest request = RequestFor(call, reading.deadline, means_.clock);
  reading.as_of = means_.clock.Now();
  ++reading.upstream_calls;
  ++stats_.calls;
  if (reading.on_sent) reading.on_sent();
  ASSIGN_OR_CO_RETURN(wire::HttpResponse response,
                      co_await means_.authorized.Send(std::move(request)));
  means_.budget.Observe(ticket, response.headers);
  const std::string_view trace_id = wire::FindHeader(response.headers, "X-Cs-Traceid");
  if (!trace_id.empty()) reading.trace_id = trace_id;
  co_return ReadReply(*call.operation, std::move(response), call.continuation,
                      means_.clock.WallNow(), parser_);
}

}  // namespace falcon
