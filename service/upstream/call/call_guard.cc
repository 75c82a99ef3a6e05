// Who may go, and when; one exchange.
#include "upstream/call/call_guard.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/error.h"
#include "upstream/call/parse_response.h"

namespace falcon::upstream {
namespace {

constexpr const char* kBudget = "budget";
constexpr std::string_view kOperationBudget = "operation";
// The wire ends an attempt so long before the call's deadline, which would only unwind it: the
// circuit breaker hears how the connection fared.
constexpr milliseconds kWireMargin{10};
// A smaller body is parsed faster than a thread is woken.
constexpr size_t kBigBodyBytes = size_t{64} << 10;

http::HttpRequest ToHttp(const UpstreamRequest& request, Deadline deadline, const Clock& clock) {
  if (deadline.Left(clock) > 4 * kWireMargin) deadline = Deadline(deadline.at() - kWireMargin);
  if (request.attempt_timeout.count() > 0) {
    deadline = Deadline(std::min(deadline.at(), Deadline::In(clock, request.attempt_timeout).at()));
  }
  http::HttpRequest http(request.operation->method, Url(request), deadline);
  http.headers.emplace_back("Accept", "application/json");
  if (request.operation->method == http::Method::kPost) {
    http.headers.emplace_back("Content-Type", "application/json");
    http.body = Body(request);
  }
  return http;
}

absl::Status TooLate() {
  return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
               "the deadline passed before Falcon was asked");
}

}  // namespace

Task<UpstreamClient::Response> CallGuard::Attempt(const UpstreamRequest& request,
                                                  const CallOptions& options, CallStats& stats,
                                                  std::optional<CircuitBreaker::Permit>& permit) {
  affinity_.Check();
  ASSIGN_OR_CO_RETURN(const Turn turn, co_await Acquire(*request.operation, options, permit));
  const SteadyTime deadline = options.deadline.at();
  const SteadyTime sent = clock_.Now();
  absl::StatusOr<json::Document> document = co_await Exchange(request, options, stats, turn.ticket);
  permit->Record(document.status());
  if (document.ok()) co_return UpstreamResponse{*std::move(document), sent};
  const bool by_margin = document.status().code() == absl::StatusCode::kDeadlineExceeded &&
                         clock_.Now() >= deadline - kWireMargin;
  if (by_margin) co_await timer_.SleepUntil(deadline);
  co_return document.status();
}

Task<absl::StatusOr<CallGuard::Turn>> CallGuard::Acquire(
    const Operation& operation, const CallOptions& options,
    std::optional<CircuitBreaker::Permit>& permit) {
  if (options.deadline.Passed(clock_)) co_return TooLate();
  Bulkhead& bulkhead = bulkheads_.Of(operation);
  CO_RETURN_IF_ERROR(permit ? permit->CheckRetry() : bulkhead.breaker.Check(options.client_id));
  CO_RETURN_IF_ERROR(budget_.Check(options.deadline, options.priority));
  CO_RETURN_IF_ERROR(co_await budget_.WaitForOperation(operation.id, options.deadline));
  AdmissionRequest visit{options.client_id, options.priority, options.deadline};
  ASSIGN_OR_CO_RETURN(AdmissionQueue::Permit place_of_area,
                      co_await bulkhead.admission.Acquire(visit));
  ASSIGN_OR_CO_RETURN(AdmissionQueue::Permit place, co_await admission_.Acquire(std::move(visit)));
  if (options.deadline.Passed(clock_)) co_return TooLate();
  if (options.send_claim != nullptr) CO_RETURN_IF_ERROR(options.send_claim->Check(options));
  ASSIGN_OR_CO_RETURN(const RateBudget::Ticket ticket,
                      co_await budget_.Wait(options.deadline, options.priority));
  if (options.send_claim != nullptr) CO_RETURN_IF_ERROR(options.send_claim->Take(options));
  if (permit) {
    CO_RETURN_IF_ERROR(permit->CheckRetry());
  } else {
    ASSIGN_OR_CO_RETURN(CircuitBreaker::Permit granted,
                        bulkhead.breaker.Acquire(options.client_id));
    permit.emplace(std::move(granted));
  }
  co_return Turn{std::move(place_of_area), std::move(place), ticket};
}

Task<absl::StatusOr<json::Document>> CallGuard::Exchange(const UpstreamRequest& request,
                                                         const CallOptions& options,
                                                         CallStats& stats,
                                                         RateBudget::Ticket ticket) {
  http::HttpRequest http = ToHttp(request, options.deadline, clock_);
  stats.AddAttempt(clock_.Now());
  ++calls_;
  ASSIGN_OR_CO_RETURN(http::HttpResponse response, co_await next_.Send(std::move(http)));
  const bool of_customer = budget_.Observe(ticket, response.headers);
  const std::string_view trace_id = http::FindHeader(response.headers, "X-Cs-Traceid");
  if (!trace_id.empty()) stats.trace_id = trace_id;
  absl::StatusOr<json::Document> document = absl::InternalError("not read");
  const bool big = pool_ != nullptr && response.body.size() >= kBigBodyBytes;
  std::function<void()> parse = [&] {
    document = ParseResponse(*request.operation, std::move(response), request.continuation,
                             clock_.WallNow(), parser_);
  };
  // Not by RunHeavy: a call that is cancelled as its 429 arrives still tells the budget of it.
  if (big) {
    co_await pool_->Run(std::move(parse));
  } else {
    parse();
  }
  if (document.ok() || of_customer) co_return document;
  co_return WithMetadata(document.status(), kBudget, kOperationBudget);
}

void CallGuard::CoolDown(const Operation& operation, const absl::Status& failure,
                         milliseconds pause) {
  auto facts = Metadata(failure);
  // Only Falcon's own 429: what the budget refuses by itself, it refuses to one call alone.
  if (!facts.contains("http_status")) return;
  if (facts[kBudget] == kOperationBudget) return budget_.CoolDownOperation(operation.id, pause);
  budget_.CoolDown(pause);
  const SteadyTime open_at = budget_.open_at();
  const absl::Status closed = budget_.Closed();
  admission_.ShedUntil(open_at, closed);
  for (const auto& [area, bulkhead] : bulkheads_.all()) {
    bulkhead->admission.ShedUntil(open_at, closed);
  }
}

}  // namespace falcon::upstream
