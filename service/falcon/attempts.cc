// One call to Falcon, however many attempts it takes.
#include "falcon/attempts.h"

#include <optional>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "falcon/reply.h"
#include "falcon/request_text.h"

namespace falcon {
namespace {

wire::HttpRequest RequestFor(const UpstreamCall& call, Deadline deadline) {
  const Operation& operation = *call.operation;
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

Attempts::Attempts(wire::HttpTransport& authorized, run::Admission& admission, RateBudget& budget,
                   const Clock& clock, run::Timer& timer, RetryPolicy policy, Jitter jitter)
    : authorized_(authorized),
      admission_(admission),
      budget_(budget),
      clock_(clock),
      timer_(timer),
      policy_(policy),
      jitter_(std::move(jitter)) {}

Task<absl::StatusOr<json::Document>> Attempts::Call(UpstreamCall call, Reading& reading) {
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<json::Document> answer = co_await Attempt(call, reading);
    if (answer.ok()) {
      Keep(answer->envelope(), reading);
      co_return answer;
    }
    absl::Status failure = WithFact(answer.status(), "operation", call.operation->id);
    if (attempt > 1) failure = WithFact(std::move(failure), "attempts", Cat(attempt));
    const absl::StatusOr<milliseconds> pause = PauseAfter(failure, attempt, reading.deadline);
    if (!pause.ok()) co_return pause.status();
    if (pause->count() > 0) {
      const SteadyTime until = clock_.Now() + *pause;
      co_await timer_.SleepUntil(until);
    }
    ++stats_.retries;
  }
}

absl::StatusOr<milliseconds> Attempts::PauseAfter(const absl::Status& failure, int attempt,
                                                  Deadline deadline) {
  const bool limited = Reason(failure) == "RATE_LIMITED";
  const milliseconds backoff = Backoff(attempt, policy_, jitter_);
  const milliseconds pause = limited ? RetryAfter(failure).value_or(backoff) : backoff;
  if (limited) budget_.CoolDown(pause);
  const bool again = attempt < AttemptsFor(failure, policy_) && deadline.Allows(clock_, pause);
  if (!again) return limited ? WithRetryAfter(failure, pause) : failure;
  // The budget makes everybody wait; only what concerns this call alone is slept here.
  return limited ? milliseconds(0) : pause;
}

Task<absl::StatusOr<Attempts::Entry>> Attempts::Enter(const Reading& reading) {
  if (reading.deadline.Passed(clock_)) co_return TooLate();
  CO_RETURN_IF_ERROR(budget_.Check(reading.deadline, reading.priority));
  run::Visit visit{reading.caller, reading.priority, reading.deadline};
  ASSIGN_OR_CO_RETURN(run::Admission::Place place, co_await admission_.Enter(std::move(visit)));
  if (reading.deadline.Passed(clock_)) co_return TooLate();
  ASSIGN_OR_CO_RETURN(const RateBudget::Ticket ticket,
                      co_await budget_.Wait(reading.deadline, reading.priority));
  co_return Entry{std::move(place), ticket};
}

Task<absl::StatusOr<json::Document>> Attempts::Attempt(const UpstreamCall& call, Reading& reading) {
  ASSIGN_OR_CO_RETURN(const Entry entry, co_await Enter(reading));
  wire::HttpRequest request = RequestFor(call, reading.deadline);
  ++reading.upstream_calls;
  ++stats_.calls;
  ASSIGN_OR_CO_RETURN(wire::HttpResponse response, co_await authorized_.Send(std::move(request)));
  budget_.Observe(entry.ticket, response.headers);
  const std::string_view trace_id = wire::FindHeader(response.headers, "X-Cs-Traceid");
  if (!trace_id.empty()) reading.trace_id = trace_id;
  co_return ReadReply(*call.operation, std::move(response), call.continuation, clock_.WallNow(),
                      parser_);
}

}  // namespace falcon
