// RetryingClient and CallGuard against the faults of their surroundings.
#include <gmock/gmock.h>

#include <deque>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/unit/upstream/upstream_fixture.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;

constexpr std::string_view kPath = "/devices/queries/devices/v1";

using Reply = absl::StatusOr<http::HttpResponse>;

Reply Limited(std::string_view retry_after) {
  return Response(429, R"({"errors":[{"code":429,"message":"API rate limit exceeded."}]})",
                  {{"X-RateLimit-RetryAfter", std::string(retry_after)}});
}

Reply Broken(StatusCode code = StatusCode::kUnavailable,
             std::string_view reason = "UPSTREAM_CONNECTION") {
  return Error(code, reason, "connection reset");
}

class RetryingClientTest : public UpstreamTest {
 protected:
  RetryingClientTest() { timer.AdvanceByItself(); }

  void Script(Reply reply, int times = 1) {
    transport.Answer(std::string(kPath), std::move(reply), times);
  }
  // The next healthy call succeeds, and every permit is free again.
  void ExpectRecovery() {
    for (int i = 0; i < 3; ++i) {
      Script(Response(200, kOneId));
      TestCall next(In(seconds(300)));
      EXPECT_THAT(Call(next), IsOk());
      EXPECT_EQ(next.upstream_calls, 1);
    }
    EXPECT_EQ(admission.stats().waiting, 0u);
  }

  TestCall reading{In(seconds(60))};
};

// A call that meets `replies` and then, if they are retried, a healthy one.
struct RetryCase {
  std::string name;
  std::vector<Reply> replies;
  StatusCode code = StatusCode::kOk;
  std::string reason = "";
  int calls = 1;
  std::vector<milliseconds> slept = {};
  std::optional<milliseconds> retry_after = std::nullopt;
  int64_t cooldowns = 0;
  milliseconds deadline = seconds(60);
};

class RetryingClientCases : public RetryingClientTest,
                            public ::testing::WithParamInterface<RetryCase> {};

TEST_P(RetryingClientCases, SendsAndPausesAsTheFailureIsWorth) {
  const RetryCase& expected = GetParam();
  for (const Reply& reply : expected.replies) Script(reply);
  if (expected.code == StatusCode::kOk) Script(Response(200, kOneId));
  TestCall call(In(expected.deadline));

  const Answer answer = Call(call);

  EXPECT_EQ(answer.status().code(), expected.code);
  EXPECT_EQ(Reason(answer.status()), expected.reason);
  EXPECT_EQ(call.upstream_calls, expected.calls);
  EXPECT_EQ(chain.guard.calls(), expected.calls);
  EXPECT_EQ(chain.retrying.stats().retries, expected.calls - 1);
  EXPECT_EQ(timer.slept(), expected.slept);
  EXPECT_EQ(RetryAfter(answer.status()), expected.retry_after);
  EXPECT_EQ(budget.stats().cooldowns, expected.cooldowns);
  auto metadata = Metadata(answer.status());
  const bool retried = !answer.ok() && expected.calls > 1;
  EXPECT_EQ(metadata["attempts"], retried ? StrCat(expected.calls) : "");
  EXPECT_EQ(metadata["operation"], answer.ok() ? "" : "QueryDevicesByFilter");
  clock.Advance(seconds(121));
  transport.Forget();
  ExpectRecovery();
}

constexpr milliseconds kHalf{500};
constexpr milliseconds kOne{1000};

// clang-format off
std::vector<RetryCase> RetryCases() {
  using enum StatusCode;
  const Reply page = Response(200, "<html>"), torn = Response(200, R"({"resources":["a")");
  const Reply down = Response(503, ""), proxy = Response(502, "<html>"), failed = Response(500, "");
  std::vector<RetryCase> cases = {
      {.name = "HealthyCall", .replies = {}},
      {.name = "LimitWithinDeadline", .replies = {Limited("7")}, .calls = 2, .slept = {seconds(7)}, .cooldowns = 1},
      {.name = "LimitPastDeadline", .replies = {Limited("90")}, .code = kResourceExhausted,
       .reason = "RATE_LIMITED", .retry_after = seconds(90), .cooldowns = 1},
      {.name = "LimitWithoutUsableHeader", .replies = {Limited("garbage"), Limited("")}, .calls = 3,
       .slept = {kHalf, kOne}, .cooldowns = 2},
      {.name = "LimitFarInTheFuture", .replies = {Limited("99999999999")}, .code = kResourceExhausted,
       .reason = "RATE_LIMITED", .retry_after = seconds(120), .cooldowns = 1},
      {.name = "LimitThatStays", .replies = {Limited("1"), Limited("1"), Limited("1")}, .code = kResourceExhausted,
       .reason = "RATE_LIMITED", .calls = 3, .slept = {kOne, kOne}, .retry_after = seconds(1), .cooldowns = 3},
      {.name = "PageWithLimit", .replies = {Response(429, "<html>", {{"Retry-After", "2"}})},
       .calls = 2, .slept = {seconds(2)}, .cooldowns = 1},
      {.name = "FailureThatStays", .replies = {down, down, down}, .code = kUnavailable,
       .reason = "UPSTREAM_ERROR", .calls = 3, .slept = {kHalf, kOne}},
      {.name = "PausePastDeadline", .replies = {failed, failed}, .code = kUnavailable,
       .reason = "UPSTREAM_ERROR", .calls = 2, .slept = {kHalf}, .deadline = milliseconds(1200)},
      {.name = "UnavailableWithinDeadline", .replies = {Response(503, "<html>", {{"Retry-After", "3"}})},
       .calls = 2, .slept = {seconds(3)}},
      {.name = "UnavailablePastDeadline", .replies = {Response(503, "", {{"Retry-After", "90"}})},
       .code = kUnavailable, .reason = "UPSTREAM_ERROR", .retry_after = seconds(90)},
      {.name = "MalformedTwice", .replies = {torn, torn}, .code = kUnavailable,
       .reason = "UPSTREAM_MALFORMED", .calls = 2, .slept = {kHalf}},
      {.name = "PageTwice", .replies = {page, page}, .code = kUnavailable, .reason = "UPSTREAM_PROXY",
       .calls = 2, .slept = {kHalf}},
      {.name = "PageWith502", .replies = {proxy, proxy, proxy}, .code = kUnavailable,
       .reason = "UPSTREAM_ERROR", .calls = 3, .slept = {kHalf, kOne}},
      {.name = "BrokenConnection", .replies = {Broken(), Broken()}, .calls = 3, .slept = {kHalf, kOne}},
  };
  for (const int status : {500, 502, 503, 504}) {
    cases.push_back({.name = StrCat("Single", status), .replies = {Response(status, "")}, .calls = 2, .slept = {kHalf}});
  }
  for (const auto& [code, reason] : std::initializer_list<std::pair<StatusCode, const char*>>{
           {kFailedPrecondition, "UPSTREAM_TLS"}, {kFailedPrecondition, "UPSTREAM_AUTH"},
           {kFailedPrecondition, "UPSTREAM_CREDENTIALS"}, {kFailedPrecondition, "UPSTREAM_PROXY_AUTH"},
           {kDeadlineExceeded, "UPSTREAM_TIMEOUT"}, {kInternal, "UPSTREAM_PROTOCOL"}}) {
    cases.push_back({.name = reason, .replies = {Broken(code, reason)}, .code = code, .reason = reason});
  }
  for (const auto& [status, code, reason] : std::initializer_list<std::tuple<int, StatusCode, const char*>>{
           {400, kInvalidArgument, "FQL_INVALID"}, {401, kFailedPrecondition, "UPSTREAM_AUTH"},
           {403, kPermissionDenied, "SCOPE_MISSING"}, {404, kNotFound, "NOT_FOUND"},
           {405, kUnimplemented, "ENDPOINT_RETIRED"}, {413, kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE"}}) {
    const std::string body = StrCat(R"({"errors":[{"code":)", status, R"(,"message":"no"}]})");
    cases.push_back({.name = StrCat("Refusal", status), .replies = {Response(status, body)}, .code = code, .reason = reason});
  }
  return cases;
}
// clang-format on

INSTANTIATE_TEST_SUITE_P(Failures, RetryingClientCases, ::testing::ValuesIn(RetryCases()),
                         [](const auto& info) { return info.param.name; });

TEST_F(RetryingClientTest, LimitPastADeadlineClosesTheBudgetForOthers) {
  Script(Limited("90"));
  EXPECT_FALSE(Call(reading).ok());
  TestCall other(In(seconds(60)));

  const Answer refused = Call(other);

  EXPECT_THAT(refused, FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_EQ(RetryAfter(refused.status()), seconds(90));
  EXPECT_EQ(other.upstream_calls, 0);
  EXPECT_EQ(transport.requests().size(), 1u);
}

TEST_F(RetryingClientTest, ResponseNamesItsTrace) {
  Script(Response(200, kOneId));
  ASSERT_THAT(Call(reading), IsOk());
  EXPECT_EQ(reading.trace_id, "t-1");
}

TEST_F(RetryingClientTest, AGetHasItsParametersInTheUrlPercentEncoded) {
  UpstreamRequest call(operation::kQueryDevices);
  call.query = {{"filter", "a:'x y'+b:>=1"}, {"sort", "hostname|desc"}};
  EXPECT_FALSE(Await(loop, Ask(chain.retrying, std::move(call), reading)).ok());
  const http::HttpRequest& sent = transport.requests().at(0);
  EXPECT_EQ(sent.url, StrCat(kPath, "?filter=a%3A%27x%20y%27%2Bb%3A%3E%3D1&sort=hostname%7Cdesc"));
  EXPECT_TRUE(sent.body.empty());
  EXPECT_EQ(http::FindHeader(sent.headers, "content-type"), "");
  EXPECT_EQ(sent.deadline.at(), reading.deadline.at() - milliseconds(10));
}

TEST_F(RetryingClientTest, APostIsJsonAndMayHaveAQueryToo) {
  UpstreamRequest call(operation::kLoginHistory);
  call.query = {{"limit", "7"}};
  call.body = R"({"ids":["a"]})";
  EXPECT_FALSE(Await(loop, Ask(chain.retrying, std::move(call), reading)).ok());
  const http::HttpRequest& sent = transport.requests().at(0);
  EXPECT_EQ(sent.method, http::Method::kPost);
  EXPECT_EQ(sent.url, "/devices/combined/devices/login-history/v2?limit=7");
  EXPECT_EQ(sent.body, R"({"ids":["a"]})");
  EXPECT_EQ(http::FindHeader(sent.headers, "content-type"), "application/json");
}

TEST_F(RetryingClientTest, ErrorsBesideResourcesAreKeptForTheAnswerUpToAHundred) {
  std::string errors;
  for (int i = 0; i < 150; ++i)
    errors += StrCat(i == 0 ? "" : ",", R"({"code":500,"message":"m"})");
  Script(Response(200, StrCat(R"({"resources":["a"],"errors":[)", errors, "]}")));
  ASSERT_THAT(Call(reading), IsOk());
  EXPECT_EQ(reading.errors.size(), 100u);
  EXPECT_EQ(reading.errors.front().message, "m");
}

TEST_F(RetryingClientTest, APassedDeadlineCostsNoCall) {
  TestCall late(In(milliseconds(0)));
  EXPECT_THAT(Call(late), FailsWith(StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED"));
  EXPECT_TRUE(transport.requests().empty());
  ExpectRecovery();
}

TEST_F(RetryingClientTest, HeadersOfEveryAnswerFeedTheBudget) {
  Script(Response(404, "", {{"X-Ratelimit-Limit", "6000"}, {"X-Ratelimit-Remaining", "12"}}));
  EXPECT_FALSE(Call(reading).ok());
  EXPECT_EQ(budget.remaining(), 12);
}

TEST_F(RetryingClientTest, ACallThatThePaceLeavesNoTimeClosesTheBudgetForNobody) {
  Script(Response(200, kOneId, {{"X-Ratelimit-Limit", "6000"}, {"X-Ratelimit-Remaining", "150"}}));
  ASSERT_THAT(Call(reading), IsOk());
  TestCall hasty(In(seconds(1)));
  const auto refused = Call(hasty);
  EXPECT_THAT(refused, FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_GE(RetryAfter(refused.status()), seconds(1));
  EXPECT_EQ(hasty.upstream_calls, 0);
  EXPECT_EQ(budget.cooldown(), milliseconds(0));
  EXPECT_EQ(budget.stats().cooldowns, 0);
}

// Time moves by hand here: what happens meanwhile is the point.
class RetryingClientMeanwhileTest : public UpstreamTest {
 protected:
  TestCall reading{In(seconds(60))};
  TestCall other{In(seconds(60))};
};

TEST_F(RetryingClientMeanwhileTest, ACooldownHoldsBackOtherCallersToo) {
  transport.Answer("/", Response(429, "", {{"X-RateLimit-RetryAfter", "5"}}));
  transport.Answer("/", Response(200, kOneId), 2);
  Running<Answer> first(loop, Ask(chain.retrying, operation::kQueryDevices, reading));
  Until([&] { return timer.slept().size() == 1; });
  Running<Answer> second(loop, Ask(chain.retrying, operation::kQueryDevices, other));
  Until([&] { return budget.stats().waiting == 2; });
  OnLoop(loop, [&] { EXPECT_EQ(transport.requests().size(), 1u); });
  timer.Advance(seconds(5));
  EXPECT_THAT(*first.Get(), IsOk());
  EXPECT_THAT(*second.Get(), IsOk());
  EXPECT_EQ(transport.requests().size(), 3u);
  EXPECT_EQ(other.upstream_calls, 1);
}

TEST_F(RetryingClientMeanwhileTest, A429OfAnOperationsOwnBudgetCoolsThatOperationOnly) {
  const http::Headers of_customer = {{"X-Ratelimit-Limit", "6000"},
                                     {"X-Ratelimit-Remaining", "5000"}};
  const http::Headers of_operation = {{"X-Ratelimit-Limit", "100"},
                                      {"X-RateLimit-RetryAfter", "60"}};
  transport.Answer("alerts", Response(200, kOneId, of_customer), 2);
  transport.Answer("devices", Response(429, "", of_operation));
  const auto ask = [&](const Operation& what) {
    TestCall its(In(seconds(30)));
    return Await(loop, Ask(chain.retrying, what, its));
  };
  EXPECT_THAT(ask(operation::kGetQueriesAlerts), IsOk());

  EXPECT_THAT(ask(operation::kQueryDevices),
              FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));

  EXPECT_THAT(ask(operation::kGetQueriesAlerts), IsOk());
  const auto cooling = ask(operation::kQueryDevices);
  EXPECT_THAT(cooling, FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_EQ(RetryAfter(cooling.status()), seconds(60));
  EXPECT_EQ(transport.requests().size(), 3U) << "the last was not sent";
}

TEST_F(RetryingClientMeanwhileTest, LimitOfTheTokenEndpointHoldsUpNoOtherOperation) {
  const absl::Status limited = WithMetadata(
      WithRetryAfter(Error(StatusCode::kUnavailable, "RATE_LIMITED", "by address"), seconds(60)),
      "http_status", "429");
  transport.Answer("devices", limited);
  transport.Answer("alerts", Response(200, kOneId));
  TestCall first(In(seconds(30)));
  TestCall second(In(seconds(30)));

  const auto failed = Await(loop, Ask(chain.retrying, operation::kQueryDevices, first));

  EXPECT_THAT(failed, FailsWith(StatusCode::kUnavailable, "RATE_LIMITED"));
  EXPECT_EQ(RetryAfter(failed.status()), seconds(60));
  EXPECT_THAT(Await(loop, Ask(chain.retrying, operation::kGetQueriesAlerts, second)), IsOk());
  EXPECT_EQ(budget.stats().cooldowns, 0);
}

TEST_F(RetryingClientMeanwhileTest, AUrlThatServersHangUpOnIsNeverSent) {
  UpstreamRequest call(operation::kQueryDevices);
  call.query = {{"filter", std::string(kMaxUrlBytes, 'a')}};
  const auto answer = Await(loop, Ask(chain.retrying, std::move(call), reading));
  EXPECT_THAT(answer, FailsWith(StatusCode::kInvalidArgument, "URL_TOO_LONG"));
  EXPECT_THAT(Violations(answer.status()).at(0).field, "filter.fql");
  EXPECT_TRUE(transport.requests().empty());
}

TEST_F(RetryingClientMeanwhileTest, ASlowAreaLeavesPlacesToOthers) {
  Bulkheads own(loop, clock, timer, [] { return 0.5; }, {.admission = {.permits = 4}});
  AdmissionQueue four(loop, clock, timer, {.permits = 4});
  UpstreamChain through({loop, clock, timer, four, own, budget, transport});
  auto never = std::make_shared<runtime::OneShotEvent>(loop.executor());
  std::deque<TestCall> readings;
  std::deque<Running<Answer>> slow;
  for (int i = 0; i < 20; ++i) {
    transport.AnswerAfter("devices", Response(200, kOneId), never);
    slow.emplace_back(loop, Ask(through.retrying, operation::kQueryDevices,
                                readings.emplace_back(In(seconds(60)))));
  }
  Until([&] { return transport.requests().size() == 3; });
  transport.Answer("alerts", Response(200, kOneId));

  EXPECT_THAT(Await(loop, Ask(through.retrying, operation::kGetQueriesAlerts, other)), IsOk());

  OnLoop(loop, [&] { never->Set(); });
  for (auto& call : slow) EXPECT_THAT(*call.Get(), IsOk());
}

TEST_F(RetryingClientMeanwhileTest, ThePlaceIsGivenBackDuringAPause) {
  AdmissionQueue narrow(loop, clock, timer, {.permits = 1, .max_waiting = 100});
  UpstreamChain one({loop, clock, timer, narrow, bulkheads, budget, transport});
  transport.Answer("/", Response(500, ""));
  transport.Answer("/", Response(200, kOneId), 2);
  Running<Answer> failing(loop, Ask(one.retrying, operation::kQueryDevices, reading));
  Until([&] { return timer.slept().size() == 1; });
  EXPECT_THAT(Await(loop, Ask(one.retrying, operation::kQueryDevices, other)), IsOk());
  timer.Advance(milliseconds(500));
  EXPECT_THAT(*failing.Get(), IsOk());
}

TEST_F(RetryingClientMeanwhileTest, ABudgetThatClosesWhileACallQueuesHoldsItBack) {
  AdmissionQueue narrow(loop, clock, timer, {.permits = 1, .max_waiting = 100});
  UpstreamChain one({loop, clock, timer, narrow, bulkheads, budget, transport});
  auto gate = std::make_shared<runtime::OneShotEvent>(loop.executor());
  transport.AnswerAfter("/", Response(429, "", {{"X-RateLimit-RetryAfter", "100"}}), gate);
  Running<Answer> first(loop, Ask(one.retrying, operation::kQueryDevices, reading));
  Until([&] { return transport.requests().size() == 1; });
  Running<Answer> second(loop, Ask(one.retrying, operation::kQueryDevices, other));
  Until([&] { return narrow.stats().waiting == 1; });
  OnLoop(loop, [&] { gate->Set(); });
  EXPECT_THAT(*first.Get(), FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_THAT(*second.Get(), FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_EQ(transport.requests().size(), 1u);
}

TEST_F(RetryingClientMeanwhileTest, ABudgetThatClosesTurnsAwayWhomItKeepsPastTheirDeadline) {
  AdmissionQueue narrow(loop, clock, timer, {.permits = 2, .max_waiting = 100});
  UpstreamChain one({loop, clock, timer, narrow, bulkheads, budget, transport});
  auto gate = std::make_shared<runtime::OneShotEvent>(loop.executor());
  auto never = std::make_shared<runtime::OneShotEvent>(loop.executor());
  transport.AnswerAfter("/", Response(429, "", {{"X-RateLimit-RetryAfter", "90"}}), gate);
  transport.AnswerAfter("/", Response(200, kOneId), never);
  transport.Answer("/", Response(200, kOneId));
  std::deque<TestCall> readings;
  std::deque<Running<Answer>> calls;
  // Two hold the places, the second for long; the others wait, the last one with time enough.
  for (const int deadline : {60, 300, 60, 80, 300}) {
    TestCall& its = readings.emplace_back(In(seconds(deadline)));
    calls.emplace_back(loop, Ask(one.retrying, operation::kQueryDevices, its));
  }
  Until([&] { return transport.requests().size() == 2 && narrow.stats().waiting == 3; });
  OnLoop(loop, [&] { gate->Set(); });
  for (const int refused : {0, 2, 3}) {
    const auto answer = *calls[refused].Get();
    EXPECT_THAT(answer, FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED")) << refused;
    EXPECT_EQ(RetryAfter(answer.status()), seconds(90)) << refused;
  }
  OnLoop(loop, [&] { EXPECT_EQ(transport.requests().size(), 2u); });
  Until([&] { return budget.stats().waiting == 1; });
  timer.Advance(seconds(90));
  EXPECT_THAT(*calls[4].Get(), IsOk());
  OnLoop(loop, [&] { never->Set(); });
  EXPECT_THAT(*calls[1].Get(), IsOk());
}

TEST_F(RetryingClientMeanwhileTest, ACancelledCallGivesItsPlaceBack) {
  AdmissionQueue narrow(loop, clock, timer, {.permits = 1, .max_waiting = 100});
  UpstreamChain one({loop, clock, timer, narrow, bulkheads, budget, transport});
  auto never = std::make_shared<runtime::OneShotEvent>(loop.executor());
  transport.AnswerAfter("/", Response(200, kOneId), never);
  transport.Answer("/", Response(200, kOneId));
  Running<Answer> stuck(loop, Ask(one.retrying, operation::kQueryDevices, reading));
  Until([&] { return transport.requests().size() == 1; });
  stuck.Cancel();
  EXPECT_FALSE(stuck.Get().has_value());
  EXPECT_THAT(Await(loop, Ask(one.retrying, operation::kQueryDevices, other)), IsOk());
}

}  // namespace
}  // namespace falcon::upstream
