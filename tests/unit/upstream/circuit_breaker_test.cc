// A circuit opens by the rate of failed calls, and closes at the first probe that succeeds.
#include "upstream/call/circuit_breaker.h"

#include <gmock/gmock.h>

#include <optional>
#include <vector>

#include "base/text.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using testing::FailsWith;
using testing::FakeClock;
using testing::IsOk;

absl::Status Http(StatusCode code, std::string_view reason, int status) {
  return WithMetadata(Error(code, reason, "x"), "http_status", StrCat(status));
}
absl::Status Failed() { return Http(StatusCode::kUnavailable, "UPSTREAM_ERROR", 503); }
absl::Status Broken() { return Error(StatusCode::kUnavailable, "UPSTREAM_CONNECTION", "reset"); }
absl::Status Malformed() { return Http(StatusCode::kUnavailable, "UPSTREAM_MALFORMED", 200); }
absl::Status TimedOut() {
  return Error(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT", "the deadline passed");
}
absl::Status Silent() { return WithMetadata(TimedOut(), "received", "nothing"); }

class CircuitBreakerTest : public ::testing::Test {
 protected:
  CircuitBreaker::Permit Begin(const std::string& client = "a") {
    auto permit = breaker.Acquire(client);
    EXPECT_THAT(permit, IsOk());
    return *std::move(permit);
  }
  void Call(const absl::Status& outcome, int times = 1, const std::string& client = "a") {
    for (int i = 0; i < times; ++i) Begin(client).Record(outcome);
  }
  bool Rejects(const std::string& client = "a") { return !breaker.Acquire(client).ok(); }
  bool open() const { return breaker.stats().state == CircuitState::kOpen; }

  FakeClock clock;
  double jitter = 0.5;
  std::vector<CircuitState> changes;
  CircuitBreaker breaker{clock, [this] { return jitter; }, CircuitBreakerOptions(),
                         [this](const CircuitChange& change) { changes.push_back(change.state); }};
};

TEST_F(CircuitBreakerTest, OpensWhenHalfOfAtLeastTwentyCallsFailed) {
  Call(absl::OkStatus(), 10);
  Call(Failed(), 9);
  EXPECT_FALSE(open());

  Call(Broken());

  EXPECT_TRUE(open());
  EXPECT_THAT(changes, ElementsAre(CircuitState::kOpen));
}

TEST_F(CircuitBreakerTest, FewCallsNeverOpenIt) {
  for (int i = 0; i < 100; ++i) {
    Call(Failed());
    clock.Advance(seconds(1));
  }
  EXPECT_FALSE(open());
}

TEST_F(CircuitBreakerTest, FailuresInARowAmongManyCallsDoNotOpenIt) {
  Call(absl::OkStatus(), 1000);
  Call(Failed(), 500);
  EXPECT_FALSE(open());
}

TEST_F(CircuitBreakerTest, ForgetsCallsOutsideTheWindow) {
  Call(absl::OkStatus(), 1000);
  clock.Advance(seconds(10));
  Call(Failed(), 20);
  EXPECT_TRUE(open());
}

TEST_F(CircuitBreakerTest, NeverOpensWithoutAMinimumOfCalls) {
  CircuitBreaker off(clock, [] { return 0.5; }, {.min_calls = 0});
  for (int i = 0; i < 100; ++i) off.Acquire("a")->Record(Failed());
  EXPECT_EQ(off.stats().state, CircuitState::kClosed);
}

TEST_F(CircuitBreakerTest, ARetriedCallCountsOnceByItsLastAttempt) {
  for (int i = 0; i < 100; ++i) {
    CircuitBreaker::Permit saved = Begin();
    saved.Record(Failed());
    saved.Record(Failed());
    saved.Record(absl::OkStatus());
  }
  EXPECT_FALSE(open());
  for (int i = 0; i < 6; ++i) {
    CircuitBreaker::Permit lost = Begin();
    for (int attempt = 0; attempt < 3; ++attempt) lost.Record(Failed());
  }
  EXPECT_FALSE(open()) << "six failures of 106, not 18";
}

TEST_F(CircuitBreakerTest, WhatSaysNothingOfFalconIsNotCounted) {
  Call(Malformed(), 100);
  Call(TimedOut(), 100);
  Call(Error(StatusCode::kCancelled, "CANCELLED", "x"), 100);
  for (int i = 0; i < 100; ++i) Begin();
  Call(Failed(), 19);
  EXPECT_FALSE(open());
}

TEST_F(CircuitBreakerTest, DeadlinesOfSilentConnectionsOpenIt) {
  Call(Silent(), 20);
  EXPECT_TRUE(open());
}

TEST_F(CircuitBreakerTest, ADeadlineDoesNotCountWhenAnotherCallWasAnsweredMeanwhile) {
  std::vector<CircuitBreaker::Permit> slow;
  for (int i = 0; i < 100; ++i) slow.push_back(Begin());
  clock.Advance(seconds(5));
  Call(absl::OkStatus());
  for (CircuitBreaker::Permit& permit : slow) permit.Record(Silent());
  slow.clear();
  EXPECT_FALSE(open());
}

TEST_F(CircuitBreakerTest, WhileOpenCallsFailAtOnceWithTheTimeToTheNextProbe) {
  Call(Failed(), 20);
  clock.Advance(milliseconds(400));
  const absl::Status rejected = breaker.Acquire("a").status();
  EXPECT_THAT(rejected, FailsWith(StatusCode::kUnavailable, "UPSTREAM_CIRCUIT_OPEN"));
  EXPECT_EQ(RetryAfter(rejected), milliseconds(600));
  EXPECT_EQ(breaker.stats().rejected, 1);
}

TEST_F(CircuitBreakerTest, OneProbeGoesEachSecondForAsLongAsItLasts) {
  Call(Failed(), 20);
  std::vector<CircuitBreaker::Permit> hanging;
  for (int second = 1; second <= 100; ++second) {
    clock.Advance(seconds(1));
    hanging.push_back(Begin());
    EXPECT_TRUE(Rejects()) << second;
  }
  hanging.clear();
  EXPECT_TRUE(open());
  EXPECT_EQ(breaker.stats().opened, 1) << "a probe that fails does not open it again";
}

TEST_F(CircuitBreakerTest, TheFirstProbeThatSucceedsClosesIt) {
  for (const absl::Status& answered :
       {absl::OkStatus(), Http(StatusCode::kInvalidArgument, "FQL_INVALID", 400),
        Http(StatusCode::kResourceExhausted, "RATE_LIMITED", 429)}) {
    Call(Failed(), 20);
    clock.Advance(seconds(1));
    Call(answered);
    EXPECT_FALSE(open());
    Call(Failed(), 19);
    EXPECT_FALSE(open()) << "counted anew";
    clock.Advance(seconds(10));
  }
}

TEST_F(CircuitBreakerTest, OutcomesOfCallsFromBeforeAChangeCountForNothing) {
  std::vector<CircuitBreaker::Permit> late;
  for (int i = 0; i < 100; ++i) late.push_back(Begin());
  Call(Failed(), 20);
  late.back().Record(absl::OkStatus());
  late.pop_back();
  EXPECT_TRUE(open());
  clock.Advance(seconds(1));
  Call(absl::OkStatus());
  for (CircuitBreaker::Permit& permit : late) permit.Record(Failed());
  late.clear();
  EXPECT_FALSE(open());
}

TEST_F(CircuitBreakerTest, ACallIsNotRetriedOnceTheCircuitHasOpened) {
  const CircuitBreaker::Permit before = Begin();
  EXPECT_THAT(before.CheckRetry(), IsOk());
  Call(Failed(), 20);
  EXPECT_THAT(before.CheckRetry(), FailsWith(StatusCode::kUnavailable, "UPSTREAM_CIRCUIT_OPEN"));
}

TEST_F(CircuitBreakerTest, TheProbeIsLeftToAnotherClientThanTheOpener) {
  Call(Failed(), 20, "opener");
  EXPECT_TRUE(Rejects("other"));
  clock.Advance(seconds(1));
  EXPECT_TRUE(Rejects("opener"));
  EXPECT_FALSE(Rejects("other"));
}

TEST_F(CircuitBreakerTest, TheOpenerProbesWhenNobodyElseDoes) {
  Call(Failed(), 20, "opener");
  clock.Advance(seconds(1));
  EXPECT_FALSE(Rejects("opener"));
  EXPECT_TRUE(Rejects("other"));
  clock.Advance(seconds(2));
  EXPECT_FALSE(Rejects("opener")) << "the other one went away";
}

TEST_F(CircuitBreakerTest, TheProbeIntervalIsJitteredByATenth) {
  jitter = 0;
  Call(Failed(), 20);
  EXPECT_EQ(breaker.stats().next_probe, clock.Now() + milliseconds(900));
  clock.Advance(milliseconds(900));
  jitter = 1;
  Begin();
  EXPECT_EQ(breaker.stats().next_probe, clock.Now() + milliseconds(1100));
}

TEST_F(CircuitBreakerTest, APermitMayOutliveTheBreaker) {
  std::optional<CircuitBreaker::Permit> permit;
  {
    CircuitBreaker brief(clock, [] { return 0.0; }, CircuitBreakerOptions());
    permit.emplace(*brief.Acquire("a"));
  }
  permit->Record(Failed());
}

TEST(ClassifyOutcome, ReadsTheStatus) {
  const auto classify = ClassifyOutcome;
  EXPECT_EQ(classify(absl::OkStatus()), Outcome::kSuccess);
  EXPECT_EQ(classify(Http(StatusCode::kNotFound, "NOT_FOUND", 404)), Outcome::kSuccess);
  EXPECT_EQ(classify(Http(StatusCode::kPermissionDenied, "SCOPE_MISSING", 403)), Outcome::kSuccess);
  // A request that is too long is its caller's fault.
  EXPECT_EQ(classify(Http(StatusCode::kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE", 414)),
            Outcome::kSuccess);
  // An error inside a 200.
  EXPECT_EQ(classify(Http(StatusCode::kUnavailable, "UPSTREAM_ERROR", 200)), Outcome::kSuccess);
  EXPECT_EQ(classify(Failed()), Outcome::kFailure);
  EXPECT_EQ(classify(Broken()), Outcome::kFailure);
  EXPECT_EQ(classify(Error(StatusCode::kUnavailable, "UPSTREAM_STALLED", "x")), Outcome::kFailure);
  EXPECT_EQ(classify(Silent()), Outcome::kSilence);
  EXPECT_EQ(classify(TimedOut()), Outcome::kUnknown);
  EXPECT_EQ(classify(Http(StatusCode::kUnavailable, "UPSTREAM_PROXY", 200)), Outcome::kUnknown);
  EXPECT_EQ(classify(Http(StatusCode::kPermissionDenied, "UPSTREAM_PROXY", 403)),
            Outcome::kUnknown);
  EXPECT_EQ(classify(Malformed()), Outcome::kUnknown);
  // One failed token request is the outcome of many calls.
  EXPECT_EQ(classify(Http(StatusCode::kUnavailable, "UPSTREAM_TOKEN", 500)), Outcome::kUnknown);
  EXPECT_EQ(classify(Http(StatusCode::kFailedPrecondition, "UPSTREAM_CREDENTIALS", 403)),
            Outcome::kUnknown);
  // Never sent.
  EXPECT_EQ(classify(Error(StatusCode::kResourceExhausted, "RATE_LIMITED", "x")),
            Outcome::kUnknown);
  EXPECT_EQ(classify(Error(StatusCode::kFailedPrecondition, "UPSTREAM_TLS", "x")),
            Outcome::kUnknown);
}

}  // namespace
}  // namespace falcon::upstream
