// The upstream pipeline against the faults of its surroundings.
#include "upstream/call/attempts.h"

#include <gmock/gmock.h>

#include <deque>

#include "tests/unit/upstream/upstream_fixture.h"

namespace falcon::upstream {

using testing::Await;
using testing::FailsWith;
using testing::IsOk;
using testing::OnLoop;
using testing::Response;
using testing::Running;

namespace {

using absl::StatusCode;
using ::testing::ElementsAre;

constexpr std::string_view kPath = "/devices/queries/devices/v1";

class AttemptsTest : public UpstreamTest {
 protected:
  AttemptsTest() { timer.AdvanceByItself(); }

  void Script(absl::StatusOr<http::HttpResponse> answer, int times = 1) {
    transport.Answer(std::string(kPath), std::move(answer), times);
  }
  http::HttpResponse Limited(std::string_view retry_after) {
    return Response(429, R"({"errors":[{"code":429,"message":"API rate limit exceeded."}]})",
                    {{"X-RateLimit-RetryAfter", std::string(retry_after)}});
  }
  std::string EpochIn(seconds span) const {
    const auto at = clock.WallNow().time_since_epoch() + span;
    return StrCat(std::chrono::duration_cast<seconds>(at).count());
  }
  // The next healthy call succeeds, and every place is free again.
  void ExpectRecovery() {
    for (int i = 0; i < 3; ++i) {
      Script(Response(200, kOneId));
      Reading next(In(seconds(300)));
      EXPECT_THAT(Call(next), IsOk());
      EXPECT_EQ(next.upstream_calls, 1);
    }
    EXPECT_EQ(admission.stats().waiting, 0u);
  }

  Reading reading{In(seconds(60))};
};

absl::Status Broken() {
  return Error(StatusCode::kUnavailable, "UPSTREAM_CONNECTION", "connection reset");
}

TEST_F(AttemptsTest, ACallIsOneExchange) {
  Script(Response(200, kOneId));
  ASSERT_THAT(Call(reading), IsOk());
  EXPECT_EQ(reading.upstream_calls, 1);
  EXPECT_EQ(reading.trace_id, "t-1");
  EXPECT_EQ(attempts.stats().calls, 1);
  EXPECT_EQ(attempts.stats().retries, 0);
  EXPECT_TRUE(timer.slept().empty());
}

TEST_F(AttemptsTest, AGetHasItsParametersInTheUrlPercentEncoded) {
  UpstreamCall call(operation::kQueryDevices);
  call.query = {{"filter", "a:'x y'+b:>=1"}, {"sort", "hostname|desc"}};
  EXPECT_FALSE(Await(loop, attempts.Call(std::move(call), reading)).ok());
  const http::HttpRequest& sent = transport.requests().at(0);
  EXPECT_EQ(sent.url, StrCat(kPath, "?filter=a%3A%27x%20y%27%2Bb%3A%3E%3D1&sort=hostname%7Cdesc"));
  EXPECT_TRUE(sent.body.empty());
  EXPECT_EQ(http::FindHeader(sent.headers, "content-type"), "");
  EXPECT_EQ(sent.deadline.at(), reading.deadline.at() - milliseconds(10));
}

TEST_F(AttemptsTest, APostIsJsonAndMayHaveAQueryToo) {
  UpstreamCall call(operation::kLoginHistory);
  call.query = {{"limit", "7"}};
  call.body = R"({"ids":["a"]})";
  EXPECT_FALSE(Await(loop, attempts.Call(std::move(call), reading)).ok());
  const http::HttpRequest& sent = transport.requests().at(0);
  EXPECT_EQ(sent.method, http::Method::kPost);
  EXPECT_EQ(sent.url, "/devices/combined/devices/login-history/v2?limit=7");
  EXPECT_EQ(sent.body, R"({"ids":["a"]})");
  EXPECT_EQ(http::FindHeader(sent.headers, "content-type"), "application/json");
}

TEST_F(AttemptsTest, ErrorsBesideResourcesAreKeptForTheAnswerUpToAHundred) {
  std::string errors;
  for (int i = 0; i < 150; ++i)
    errors += StrCat(i == 0 ? "" : ",", R"({"code":500,"message":"m"})");
  Script(Response(200, StrCat(R"({"resources":["a"],"errors":[)", errors, "]}")));
  ASSERT_THAT(Call(reading), IsOk());
  EXPECT_EQ(reading.errors.size(), 100u);
  EXPECT_EQ(reading.errors.front().message, "m");
}

// Rows 13, 14, 23, 24, 26: what no retry cures costs one call.
TEST_F(AttemptsTest, RefusalsAreAnsweredByOneCall) {
  for (const int status : {400, 401, 403, 404, 405, 413}) {
    const size_t before = transport.requests().size();
    Script(Response(status, StrCat(R"({"errors":[{"code":)", status, R"(,"message":"no"}]})")));
    Reading one(In(seconds(60)));
    const auto answer = Call(one);
    EXPECT_FALSE(answer.ok());
    EXPECT_EQ(transport.requests().size() - before, 1u) << status;
    EXPECT_FALSE(Metadata(answer.status()).contains("attempts"));
  }
  EXPECT_TRUE(timer.slept().empty());
  ExpectRecovery();
}

// Row 15.
TEST_F(AttemptsTest, A429ThatFitsTheDeadlineIsWaitedOut) {
  Script(Limited(EpochIn(seconds(7))));
  Script(Response(200, kOneId));
  EXPECT_THAT(Call(reading), IsOk());
  EXPECT_EQ(reading.upstream_calls, 2);
  EXPECT_THAT(timer.slept(), ElementsAre(seconds(7)));
  EXPECT_EQ(attempts.stats().retries, 1);
  ExpectRecovery();
}

// Row 16.
TEST_F(AttemptsTest, A429PastTheDeadlineFailsAtOnceAndClosesTheBudgetForOthers) {
  Script(Limited(EpochIn(seconds(90))));
  const auto answer = Call(reading);
  EXPECT_THAT(answer, FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_EQ(RetryAfter(answer.status()), seconds(90));
  EXPECT_TRUE(timer.slept().empty());
  Reading other(In(seconds(60)));
  const auto refused = Call(other);
  EXPECT_THAT(refused, FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_EQ(RetryAfter(refused.status()), seconds(90));
  EXPECT_EQ(other.upstream_calls, 0);
  EXPECT_EQ(transport.requests().size(), 1u);
  clock.Advance(seconds(91));
  ExpectRecovery();
}

// Row 17.
TEST_F(AttemptsTest, A429WithoutAUsableHeaderBacksOff) {
  Script(Limited("garbage"));
  Script(Limited(EpochIn(-seconds(100))));
  Script(Response(200, kOneId));
  EXPECT_THAT(Call(reading), IsOk());
  EXPECT_THAT(timer.slept(), ElementsAre(milliseconds(500), milliseconds(1000)));
  ExpectRecovery();
}

TEST_F(AttemptsTest, A429FarInTheFutureIsClampedToTwoMinutes) {
  Script(Limited("99999999999"));
  const auto answer = Call(reading);
  EXPECT_THAT(answer, FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_EQ(RetryAfter(answer.status()), seconds(120));
}

TEST_F(AttemptsTest, A429ThatStaysEndsAfterThreeAttemptsAndSaysWhenToComeBack) {
  Script(Limited("1"), 3);
  const auto answer = Call(reading);
  EXPECT_THAT(answer, FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_EQ(reading.upstream_calls, 3);
  EXPECT_EQ(Metadata(answer.status()).at("attempts"), "3");
  EXPECT_EQ(RetryAfter(answer.status()), seconds(1));
}

// Row 20.
TEST_F(AttemptsTest, ASingleServerFailureIsRetried) {
  for (const int status : {500, 502, 503, 504}) {
    Script(Response(status, ""));
    Script(Response(200, kOneId));
    Reading one(In(seconds(60)));
    EXPECT_THAT(Call(one), IsOk());
    EXPECT_EQ(one.upstream_calls, 2);
  }
  EXPECT_THAT(timer.slept(), ElementsAre(milliseconds(500), milliseconds(500), milliseconds(500),
                                         milliseconds(500)));
  ExpectRecovery();
}

TEST_F(AttemptsTest, AServerFailureThatStaysEndsAfterThreeAttempts) {
  Script(Response(503, ""), 3);
  const auto answer = Call(reading);
  EXPECT_THAT(answer, FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR"));
  EXPECT_EQ(Metadata(answer.status()).at("attempts"), "3");
  EXPECT_EQ(Metadata(answer.status()).at("operation"), "QueryDevicesByFilter");
  EXPECT_EQ(reading.upstream_calls, 3);
  EXPECT_THAT(timer.slept(), ElementsAre(milliseconds(500), milliseconds(1000)));
  ExpectRecovery();
}

TEST_F(AttemptsTest, APauseThatWouldPassTheDeadlineFailsNowWithTheLastFailure) {
  Reading hurried(In(milliseconds(1200)));
  Script(Response(500, ""), 9);
  const auto answer = Call(hurried);
  EXPECT_THAT(answer, FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR"));
  EXPECT_EQ(hurried.upstream_calls, 2);
  EXPECT_THAT(timer.slept(), ElementsAre(milliseconds(500)));
}

TEST_F(AttemptsTest, RetryAfterOfA503IsWaitedOutByThisCallAlone) {
  Script(Response(503, "<html>busy</html>", {{"Retry-After", "3"}}));
  Script(Response(200, kOneId));
  EXPECT_THAT(Call(reading), IsOk());
  EXPECT_THAT(timer.slept(), ElementsAre(seconds(3)));
  EXPECT_EQ(budget.stats().cooldowns, 0);
}

TEST_F(AttemptsTest, RetryAfterOfA503PastTheDeadlineIsTold) {
  Script(Response(503, "", {{"Retry-After", "90"}}));
  const auto answer = Call(reading);
  EXPECT_THAT(answer, FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR"));
  EXPECT_EQ(RetryAfter(answer.status()), seconds(90));
  EXPECT_EQ(reading.upstream_calls, 1);
}

TEST_F(AttemptsTest, PageWithA429CoolsTheBudgetDown) {
  Script(Response(429, "<html>Too Many Requests</html>", {{"Retry-After", "2"}}));
  Script(Response(200, kOneId));
  EXPECT_THAT(Call(reading), IsOk());
  EXPECT_EQ(budget.stats().cooldowns, 1);
}

// Row 35.
TEST_F(AttemptsTest, AMalformedAnswerIsAskedForOnceMore) {
  Script(Response(200, R"({"resources":["a")"), 2);
  EXPECT_THAT(Call(reading), FailsWith(StatusCode::kUnavailable, "UPSTREAM_MALFORMED"));
  EXPECT_EQ(reading.upstream_calls, 2);
  ExpectRecovery();
}

// Row 37.
TEST_F(AttemptsTest, PageIsAskedForOnceMoreAfterA200AndTwiceAfterA502) {
  Script(Response(200, "<html>"), 2);
  EXPECT_THAT(Call(reading), FailsWith(StatusCode::kUnavailable, "UPSTREAM_PROXY"));
  EXPECT_EQ(reading.upstream_calls, 2);
  Script(Response(502, "<html>"), 3);
  Reading other(In(seconds(60)));
  EXPECT_THAT(Call(other), FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR"));
  EXPECT_EQ(other.upstream_calls, 3);
  ExpectRecovery();
}

// Rows 39 and 40.
TEST_F(AttemptsTest, ABrokenConnectionIsRetried) {
  Script(Broken(), 2);
  Script(Response(200, kOneId));
  EXPECT_THAT(Call(reading), IsOk());
  EXPECT_EQ(reading.upstream_calls, 3);
  ExpectRecovery();
}

// Rows 4, 41, 43, 44.
TEST_F(AttemptsTest, WhatTheWireOrTheTokenRefusesIsNotRetried) {
  const std::pair<StatusCode, const char*> refusals[] = {
      {StatusCode::kFailedPrecondition, "UPSTREAM_TLS"},
      {StatusCode::kFailedPrecondition, "UPSTREAM_AUTH"},
      {StatusCode::kFailedPrecondition, "UPSTREAM_CREDENTIALS"},
      {StatusCode::kFailedPrecondition, "UPSTREAM_PROXY_AUTH"},
      {StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT"},
      {StatusCode::kInternal, "UPSTREAM_PROTOCOL"}};
  for (const auto& [code, reason] : refusals) {
    Script(Error(code, reason, "no"));
    Reading one(In(seconds(60)));
    EXPECT_THAT(Call(one), FailsWith(code, reason));
    EXPECT_EQ(one.upstream_calls, 1) << reason;
  }
  ExpectRecovery();
}

TEST_F(AttemptsTest, APassedDeadlineCostsNoCall) {
  Reading late(In(milliseconds(0)));
  EXPECT_THAT(Call(late), FailsWith(StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED"));
  EXPECT_TRUE(transport.requests().empty());
  ExpectRecovery();
}

TEST_F(AttemptsTest, HeadersOfEveryAnswerFeedTheBudget) {
  Script(Response(404, "", {{"X-Ratelimit-Limit", "6000"}, {"X-Ratelimit-Remaining", "12"}}));
  EXPECT_FALSE(Call(reading).ok());
  EXPECT_EQ(budget.remaining(), 12);
}

TEST_F(AttemptsTest, ACallThatThePaceLeavesNoTimeClosesTheBudgetForNobody) {
  Script(Response(200, kOneId, {{"X-Ratelimit-Limit", "6000"}, {"X-Ratelimit-Remaining", "150"}}));
  ASSERT_THAT(Call(reading), IsOk());
  Reading hasty(In(seconds(1)));
  const auto refused = Call(hasty);
  EXPECT_THAT(refused, FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_GE(RetryAfter(refused.status()), seconds(1));
  EXPECT_EQ(hasty.upstream_calls, 0);
  EXPECT_EQ(budget.cooldown(), milliseconds(0));
  EXPECT_EQ(budget.stats().cooldowns, 0);
}

// Time moves by hand here: what happens meanwhile is the point.
class AttemptsMeanwhileTest : public UpstreamTest {
 protected:
  Reading reading{In(seconds(60))};
  Reading other{In(seconds(60))};
};

TEST_F(AttemptsMeanwhileTest, ACooldownHoldsBackOtherCallersToo) {
  transport.Answer("/", Response(429, "", {{"X-RateLimit-RetryAfter", "5"}}));
  transport.Answer("/", Response(200, kOneId), 2);
  Running<absl::StatusOr<json::Document>> first(
      loop, attempts.Call(UpstreamCall(operation::kQueryDevices), reading));
  Until([&] { return timer.slept().size() == 1; });
  Running<absl::StatusOr<json::Document>> second(
      loop, attempts.Call(UpstreamCall(operation::kQueryDevices), other));
  Until([&] { return budget.stats().waiting == 2; });
  OnLoop(loop, [&] { EXPECT_EQ(transport.requests().size(), 1u); });
  timer.Advance(seconds(5));
  EXPECT_THAT(*first.Get(), IsOk());
  EXPECT_THAT(*second.Get(), IsOk());
  EXPECT_EQ(transport.requests().size(), 3u);
  EXPECT_EQ(other.upstream_calls, 1);
}

TEST_F(AttemptsMeanwhileTest, A429OfAnOperationsOwnBudgetCoolsThatOperationOnly) {
  const http::Headers of_customer = {{"X-Ratelimit-Limit", "6000"},
                                     {"X-Ratelimit-Remaining", "5000"}};
  const http::Headers of_operation = {{"X-Ratelimit-Limit", "100"},
                                      {"X-RateLimit-RetryAfter", "60"}};
  transport.Answer("alerts", Response(200, kOneId, of_customer), 2);
  transport.Answer("devices", Response(429, "", of_operation));
  const auto ask = [&](const Operation& what) {
    Reading its(In(seconds(30)));
    return Await(loop, attempts.Call(UpstreamCall(what), its));
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

TEST_F(AttemptsMeanwhileTest, AUrlThatServersHangUpOnIsNeverSent) {
  UpstreamCall call(operation::kQueryDevices);
  call.query = {{"filter", std::string(Attempts::kMaxUrlBytes, 'a')}};
  const auto answer = Await(loop, attempts.Call(std::move(call), reading));
  EXPECT_THAT(answer, FailsWith(StatusCode::kInvalidArgument, "URL_TOO_LONG"));
  EXPECT_THAT(Violations(answer.status()).at(0).field, "filter.fql");
  EXPECT_TRUE(transport.requests().empty());
}

TEST_F(AttemptsMeanwhileTest, ASlowAreaLeavesPlacesToOthers) {
  Bulkheads own(loop, clock, timer, [] { return 0.5; }, {.admission = {.permits = 4}});
  AdmissionQueue four(loop, clock, timer, {.permits = 4});
  Attempts through({four, own, budget, transport, clock, timer}, RetryPolicy{}, [] { return 1.0; });
  auto never = std::make_shared<runtime::OneShotEvent>(loop.executor());
  std::deque<Reading> readings;
  std::deque<Running<absl::StatusOr<json::Document>>> slow;
  for (int i = 0; i < 20; ++i) {
    transport.AnswerAfter("devices", Response(200, kOneId), never);
    slow.emplace_back(loop, through.Call(UpstreamCall(operation::kQueryDevices),
                                         readings.emplace_back(In(seconds(60)))));
  }
  Until([&] { return transport.requests().size() == 3; });
  transport.Answer("alerts", Response(200, kOneId));

  EXPECT_THAT(Await(loop, through.Call(UpstreamCall(operation::kGetQueriesAlerts), other)), IsOk());

  OnLoop(loop, [&] { never->Set(); });
  for (auto& call : slow) EXPECT_THAT(*call.Get(), IsOk());
}

TEST_F(AttemptsMeanwhileTest, ThePlaceIsGivenBackDuringAPause) {
  AdmissionQueue narrow(loop, clock, timer, {.permits = 1, .max_waiting = 100});
  Attempts one({narrow, bulkheads, budget, transport, clock, timer}, RetryPolicy{},
               [] { return 1.0; });
  transport.Answer("/", Response(500, ""));
  transport.Answer("/", Response(200, kOneId), 2);
  Running<absl::StatusOr<json::Document>> failing(
      loop, one.Call(UpstreamCall(operation::kQueryDevices), reading));
  Until([&] { return timer.slept().size() == 1; });
  EXPECT_THAT(Await(loop, one.Call(UpstreamCall(operation::kQueryDevices), other)), IsOk());
  timer.Advance(milliseconds(500));
  EXPECT_THAT(*failing.Get(), IsOk());
}

TEST_F(AttemptsMeanwhileTest, ABudgetThatClosesWhileACallQueuesHoldsItBack) {
  AdmissionQueue narrow(loop, clock, timer, {.permits = 1, .max_waiting = 100});
  Attempts one({narrow, bulkheads, budget, transport, clock, timer}, RetryPolicy{},
               [] { return 1.0; });
  auto gate = std::make_shared<runtime::OneShotEvent>(loop.executor());
  transport.AnswerAfter("/", Response(429, "", {{"X-RateLimit-RetryAfter", "100"}}), gate);
  Running<absl::StatusOr<json::Document>> first(
      loop, one.Call(UpstreamCall(operation::kQueryDevices), reading));
  Until([&] { return transport.requests().size() == 1; });
  Running<absl::StatusOr<json::Document>> second(
      loop, one.Call(UpstreamCall(operation::kQueryDevices), other));
  Until([&] { return narrow.stats().waiting == 1; });
  OnLoop(loop, [&] { gate->Set(); });
  EXPECT_THAT(*first.Get(), FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_THAT(*second.Get(), FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_EQ(transport.requests().size(), 1u);
}

// Row 16: nobody waits for a place only to learn that there is no call to be had.
TEST_F(AttemptsMeanwhileTest, ABudgetThatClosesTurnsAwayWhomItKeepsPastTheirDeadline) {
  AdmissionQueue narrow(loop, clock, timer, {.permits = 2, .max_waiting = 100});
  Attempts one({narrow, bulkheads, budget, transport, clock, timer}, RetryPolicy{},
               [] { return 1.0; });
  auto gate = std::make_shared<runtime::OneShotEvent>(loop.executor());
  auto never = std::make_shared<runtime::OneShotEvent>(loop.executor());
  transport.AnswerAfter("/", Response(429, "", {{"X-RateLimit-RetryAfter", "90"}}), gate);
  transport.AnswerAfter("/", Response(200, kOneId), never);
  transport.Answer("/", Response(200, kOneId));
  std::deque<Reading> readings;
  std::deque<Running<absl::StatusOr<json::Document>>> calls;
  // Two hold the places, the second for long; the others wait, the last one with time enough.
  for (const int deadline : {60, 300, 60, 80, 300}) {
    Reading& its = readings.emplace_back(In(seconds(deadline)));
    calls.emplace_back(loop, one.Call(UpstreamCall(operation::kQueryDevices), its));
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

// Row 46.
TEST_F(AttemptsMeanwhileTest, ACancelledCallGivesItsPlaceBack) {
  AdmissionQueue narrow(loop, clock, timer, {.permits = 1, .max_waiting = 100});
  Attempts one({narrow, bulkheads, budget, transport, clock, timer}, RetryPolicy{},
               [] { return 1.0; });
  auto never = std::make_shared<runtime::OneShotEvent>(loop.executor());
  transport.AnswerAfter("/", Response(200, kOneId), never);
  transport.Answer("/", Response(200, kOneId));
  Running<absl::StatusOr<json::Document>> stuck(
      loop, one.Call(UpstreamCall(operation::kQueryDevices), reading));
  Until([&] { return transport.requests().size() == 1; });
  stuck.Cancel();
  EXPECT_FALSE(stuck.Get().has_value());
  EXPECT_THAT(Await(loop, one.Call(UpstreamCall(operation::kQueryDevices), other)), IsOk());
}

}  // namespace
}  // namespace falcon::upstream
