// One look-up, from cache to transport.
#include "reputation/client.h"

#include <functional>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"
#include "reputation/report.h"

namespace falcon::reputation {
namespace {

constexpr milliseconds kRetryPause{500};
// After a 429 without Retry-After: from the next minute to about an hour.
constexpr Backoff kQuotaBackoff(seconds(61), seconds(61) * 64);

// Whether time ran out, which says nothing about the value.
bool EndedByTime(const absl::Status& status) {
  const std::string reason = Reason(status);
  return reason == "REPUTATION_QUOTA" || reason == "UPSTREAM_TIMEOUT" ||
         reason == "DEADLINE_EXCEEDED";
}

}  // namespace

// Counts its owner among the waiters of a flight, or as its runner, also while it unwinds.
class Client::Part {
 public:
  Part(std::shared_ptr<FlightBook> book, const std::string& key, int Flight::* role)
      : book_(std::move(book)), at_(book_->try_emplace(key).first), role_(role) {
    ++(flight().*role_);
  }
  ~Part() {
    --(flight().*role_);
    if (flight().waiters + flight().running == 0) book_->erase(at_);
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  Flight& flight() const { return at_->second; }

 private:
  std::shared_ptr<FlightBook> book_;
  FlightBook::iterator at_;
  int Flight::* role_;
};

Client::Client(ClientOptions options, http::HttpTransport& wire, runtime::Loop& loop,
               const Clock& clock, runtime::Timer& timer)
    : loop_thread_(loop.executor()),
      options_(std::move(options)),
      wire_(wire),
      clock_(clock),
      timer_(timer),
      quota_(options_.quota, clock, timer),
      cache_(options_.cache, clock),
      flights_(loop) {}

absl::Status Client::Ready() const {
  if (configured()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "REPUTATION_KEY_MISSING",
               "the gateway has no VirusTotal key: start it with VIRUSTOTAL_API_KEY in its "
               "environment or with --virustotal-api-key-file");
}

absl::Status Client::Allowed(const Indicator& indicator) const {
  RETURN_IF_ERROR(Ready());
  if (indicator.kind != Kind::kUrl || options_.urls) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "INDICATOR_INVALID",
               "URLs are not looked up, since they may hold secrets; --virustotal-urls of the "
               "gateway allows it. Ask for the URL's domain instead");
}

Task<absl::StatusOr<Answer>> Client::LookUp(Indicator indicator, LookUpTerms terms) {
  loop_thread_.Check();
  CO_RETURN_IF_ERROR(Allowed(indicator));
  const std::string key = StrCat(KindName(indicator.kind), ":", indicator.value);
  const Deadline deadline = terms.deadline;
  while (true) {
    CachedReport cached = cache_.Find(key, terms.not_before);
    if (cached.report != nullptr) co_return Answer{std::move(cached.report), cached.age};
    const bool joined = flights_.InFlight(key);
    const Part waiter(book_, key, &Flight::waiters);
    if (joined && waiter.flight().at >= deadline.at()) {
      co_return quota_.TooLate(waiter.flight().at);
    }
    const SteadyTime until = joined ? waiter.flight().until : deadline.at();
    std::function<Task<Outcome>()> work = [=, this] { return Run(key, indicator, terms); };
    std::optional<Outcome> outcome;
    if (joined) {
      outcome = co_await flights_.JoinUntil(key, std::move(work), deadline.at(), timer_);
    } else {
      outcome = co_await flights_.Join(key, std::move(work));  // `deadline` is the flight's own
    }
    if (!outcome.has_value()) co_return OutOfTime(waiter.flight().at);
    if (outcome->ok()) co_return Answer{**outcome, milliseconds(0)};
    // The caller that started it had less time: this one may have enough for a flight of its own.
    const bool too_short = EndedByTime(outcome->status()) && deadline.at() > until;
    if (!too_short) co_return outcome->status();
  }
}

absl::Status Client::OutOfTime(SteadyTime turn) const {
  if (turn > clock_.Now()) return quota_.TooLate(turn);
  return Error(absl::StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT",
               "the deadline passed before VirusTotal answered");
}

Task<Client::Outcome> Client::Run(std::string key, Indicator indicator, LookUpTerms terms) {
  const Deadline deadline = terms.deadline;
  const Part runner(book_, key, &Flight::running);
  runner.flight().until = deadline.at();
  absl::StatusOr<Report> report = co_await Attempt(runner.flight(), indicator, terms);
  const absl::Status first = report.status();
  if (!first.ok() && AgainAfter(first)) {
    const SteadyTime until = clock_.Now() + kRetryPause;
    if (until < deadline.at()) co_await timer_.SleepUntil(until);
    report = co_await Attempt(runner.flight(), indicator, terms);
    AgainAfter(report.status());
  }
  if (!report.ok()) {
    // Why a second try was needed says more than that it came too late.
    const bool quota = Reason(first) == "REPUTATION_QUOTA";
    const bool late = EndedByTime(report.status()) && !quota && !first.ok();
    co_return WithPause(late ? first : report.status());
  }
  refusals_ = 0;
  auto kept = std::make_shared<const Report>(*std::move(report));
  cache_.Put(key, kept);
  co_return kept;
}

Task<absl::StatusOr<Report>> Client::Attempt(Flight& flight, const Indicator& indicator,
                                             const LookUpTerms& terms) {
  ASSIGN_OR_CO_RETURN(Quota::Turn turn, co_await TakeTurn(flight, terms));
  turn.Spend();
  ++*terms.calls;
  ++calls_;
  http::HttpRequest request = RequestFor(indicator, terms.deadline);
  ASSIGN_OR_CO_RETURN(const http::HttpResponse response, co_await wire_.Send(std::move(request)));
  co_return ReadReply(indicator, response, clock_.WallNow());
}

Task<absl::StatusOr<Quota::Turn>> Client::TakeTurn(Flight& flight, const LookUpTerms& terms) {
  while (true) {
    ASSIGN_OR_CO_RETURN(Quota::Turn turn, quota_.Reserve(terms.caller, terms.deadline));
    flight.at = turn.at();
    const bool open = co_await quota_.Await(turn);
    if (flight.waiters == 0) {
      co_return Error(absl::StatusCode::kCancelled, "CANCELLED",
                      "the last waiter left the look-up");
    }
    if (open) co_return turn;
  }
}

absl::Status Client::WithPause(const absl::Status& failure) const {
  const bool bare = Reason(failure) == "REPUTATION_QUOTA" && !RetryAfter(failure).has_value();
  return bare ? WithRetryAfter(failure, quota_.state().cooldown) : failure;
}

http::HttpRequest Client::RequestFor(const Indicator& indicator, Deadline deadline) const {
  http::HttpRequest request(ReadOf(indicator.kind).method,
                            StrCat(options_.base_url, PathOf(indicator)), deadline);
  request.headers.emplace_back("Accept", "application/json");
  request.authorization_header = "x-apikey";
  request.authorization = options_.api_key;
  return request;
}

bool Client::AgainAfter(const absl::Status& failure) {
  const std::string reason = Reason(failure);
  if (reason == "REPUTATION_QUOTA") {
    // Without http_status it is the Quota's error for a turn past the deadline.
    if (!Metadata(failure).contains("http_status")) return false;
    quota_.CoolDown(RetryAfter(failure).value_or(kQuotaBackoff.After(++refusals_)));
    return true;
  }
  return reason == "UPSTREAM_ERROR" || reason == "UPSTREAM_CONNECTION" ||
         reason == "UPSTREAM_MALFORMED" || reason == "UPSTREAM_STALLED";
}

}  // namespace falcon::reputation
