// Open after five faults in a row, and closed again by the first sign of life.
#include "falcon/breaker.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace falcon::testing {
namespace {

using absl::StatusCode;

absl::Status Http(StatusCode code, std::string_view reason, int status) {
  return WithFact(Error(code, reason, "x"), "http_status", Cat(status));
}
absl::Status Fault() { return Http(StatusCode::kUnavailable, "UPSTREAM_ERROR", 503); }
absl::Status Broken() { return Error(StatusCode::kUnavailable, "UPSTREAM_CONNECTION", "reset"); }
absl::Status Refused() { return Http(StatusCode::kInvalidArgument, "FQL_INVALID", 400); }
absl::Status Limited() { return Http(StatusCode::kResourceExhausted, "RATE_LIMITED", 429); }
absl::Status Malformed() { return Http(StatusCode::kUnavailable, "UPSTREAM_MALFORMED", 200); }

class BreakerTest : public ::testing::Test {
 protected:
  Breaker::Pass Begin() {
    auto pass = breaker.Enter();
    EXPECT_THAT(pass, IsOk());
    return *std::move(pass);
  }
  void Attempt(const absl::Status& outcome, int times = 1) {
    for (int i = 0; i < times; ++i) Begin().Conclude(outcome);
  }
  // The retry-after of a call that is refused.
  milliseconds TimeLeft() {
    const absl::Status refused = breaker.Enter().status();
    EXPECT_THAT(refused, FailsWith(StatusCode::kUnavailable, "UPSTREAM_CIRCUIT_OPEN"));
    return RetryAfter(refused).value_or(milliseconds(-1));
  }
  BreakerState state() const { return breaker.stats().state; }

  FakeClock clock;
  double jitter = 0.5;
  Breaker breaker{clock, [this] { return jitter; }};
};

TEST_F(BreakerTest, OpensAfterFiveFaultsInARow) {
  Attempt(Fault(), 2);
  Attempt(Broken(), 2);
  EXPECT_EQ(state(), BreakerState::kClosed);
  Attempt(Fault());
  EXPECT_EQ(state(), BreakerState::kOpen);
  EXPECT_EQ(TimeLeft(), seconds(30));
  clock.Advance(seconds(12));
  EXPECT_EQ(TimeLeft(), seconds(18));
  EXPECT_EQ(breaker.stats().opened, 1);
  EXPECT_EQ(breaker.stats().refused, 2);
  EXPECT_EQ(breaker.stats().until, clock.Now() + seconds(18));
}

TEST_F(BreakerTest, AnAnswerInBetweenBeginsTheCountAnew) {
  for (const absl::Status& alive : {absl::OkStatus(), Refused(), Limited()}) {
    Attempt(Fault(), 4);
    Attempt(alive);
  }
  Attempt(Fault(), 4);
  EXPECT_EQ(state(), BreakerState::kClosed);
}

TEST_F(BreakerTest, WhatSaysNothingOfFalconNeitherCountsNorBeginsTheCountAnew) {
  Attempt(Fault(), 4);
  Attempt(Malformed(), 9);
  Attempt(Error(StatusCode::kCancelled, "CANCELLED", "x"), 9);
  Begin();
  EXPECT_EQ(state(), BreakerState::kClosed);
  Attempt(Fault());
  EXPECT_EQ(state(), BreakerState::kOpen);
}

TEST_F(BreakerTest, OneProbeGoesWhenTheTimeIsOver) {
  Attempt(Fault(), 5);
  clock.Advance(seconds(30));
  EXPECT_EQ(state(), BreakerState::kHalfOpen);
  Breaker::Pass probe = Begin();
  EXPECT_GT(TimeLeft(), milliseconds(0));
  probe.Conclude(absl::OkStatus());
  EXPECT_EQ(state(), BreakerState::kClosed);
  Attempt(Fault(), 4);
  EXPECT_EQ(state(), BreakerState::kClosed);
}

TEST_F(BreakerTest, AnyAnswerToTheProbeCloses) {
  for (const absl::Status& alive : {Refused(), Limited()}) {
    Attempt(Fault(), 5);
    clock.Advance(seconds(30));
    Attempt(alive);
    EXPECT_EQ(state(), BreakerState::kClosed);
  }
}

TEST_F(BreakerTest, AFailedProbeDoublesTheTimeUpToFiveMinutes) {
  Attempt(Fault(), 5);
  clock.Advance(seconds(30));
  for (const int expected : {60, 120, 240, 300, 300}) {
    Attempt(Fault());
    EXPECT_EQ(TimeLeft(), seconds(expected));
    clock.Advance(seconds(expected));
  }
  EXPECT_EQ(breaker.stats().opened, 6);
  Attempt(absl::OkStatus());
  Attempt(Fault(), 5);
  EXPECT_EQ(TimeLeft(), seconds(30));
}

TEST_F(BreakerTest, AProbeThatTellsNothingGivesItsPlaceBack) {
  Attempt(Fault(), 5);
  clock.Advance(seconds(30));
  {
    const Breaker::Pass cancelled = Begin();
  }
  Attempt(Malformed());
  Attempt(Error(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT", "x"));
  EXPECT_EQ(state(), BreakerState::kHalfOpen);
  Attempt(absl::OkStatus());
  EXPECT_EQ(state(), BreakerState::kClosed);
}

TEST_F(BreakerTest, ALateFaultFromBeforeTheOpeningDoesNotDoubleIt) {
  Breaker::Pass late = Begin(), later = Begin(), latest = Begin();
  Attempt(Fault(), 5);
  late.Conclude(Fault());
  EXPECT_EQ(TimeLeft(), seconds(30));
  clock.Advance(seconds(30));
  Breaker::Pass probe = Begin();
  later.Conclude(Fault());
  EXPECT_EQ(state(), BreakerState::kHalfOpen);
  probe.Conclude(absl::OkStatus());
  Attempt(Fault(), 4);
  latest.Conclude(Fault());
  EXPECT_EQ(state(), BreakerState::kClosed);
}

TEST_F(BreakerTest, ALateSignOfLifeCloses) {
  Breaker::Pass late = Begin();
  Attempt(Fault(), 5);
  late.Conclude(absl::OkStatus());
  EXPECT_EQ(state(), BreakerState::kClosed);
}

TEST_F(BreakerTest, TheTimeIsATenthMoreOrLess) {
  jitter = 0;
  Attempt(Fault(), 5);
  EXPECT_EQ(TimeLeft(), seconds(27));
  clock.Advance(seconds(27));
  jitter = 1;
  Attempt(Fault());
  EXPECT_EQ(TimeLeft(), seconds(66));
}

TEST_F(BreakerTest, APassMayOutliveTheBreaker) {
  std::optional<Breaker::Pass> pass;
  {
    Breaker brief(clock, [] { return 0.0; });
    pass.emplace(*brief.Enter());
  }
  pass->Conclude(Fault());
}

TEST(HealthTest, IsReadFromTheOutcome) {
  EXPECT_EQ(HealthBy(absl::OkStatus()), Health::kAlive);
  EXPECT_EQ(HealthBy(Http(StatusCode::kNotFound, "NOT_FOUND", 404)), Health::kAlive);
  EXPECT_EQ(HealthBy(Http(StatusCode::kPermissionDenied, "SCOPE_MISSING", 403)), Health::kAlive);
  // An error inside a 200.
  EXPECT_EQ(HealthBy(Http(StatusCode::kUnavailable, "UPSTREAM_ERROR", 200)), Health::kAlive);
  EXPECT_EQ(HealthBy(Fault()), Health::kFaulty);
  EXPECT_EQ(HealthBy(Broken()), Health::kFaulty);
  EXPECT_EQ(HealthBy(Error(StatusCode::kUnavailable, "UPSTREAM_STALLED", "x")), Health::kFaulty);
  EXPECT_EQ(HealthBy(Http(StatusCode::kUnavailable, "UPSTREAM_PROXY", 200)), Health::kUnknown);
  EXPECT_EQ(HealthBy(Http(StatusCode::kPermissionDenied, "UPSTREAM_PROXY", 403)), Health::kUnknown);
  EXPECT_EQ(HealthBy(Malformed()), Health::kUnknown);
  // One failed log-in is the outcome of many calls.
  EXPECT_EQ(HealthBy(Http(StatusCode::kUnavailable, "UPSTREAM_TOKEN", 500)), Health::kUnknown);
  EXPECT_EQ(HealthBy(Http(StatusCode::kUnavailable, "RATE_LIMITED", 429)), Health::kUnknown);
  EXPECT_EQ(HealthBy(Http(StatusCode::kFailedPrecondition, "UPSTREAM_CREDENTIALS", 403)),
            Health::kUnknown);
  // Never sent.
  EXPECT_EQ(HealthBy(Error(StatusCode::kResourceExhausted, "RATE_LIMITED", "x")), Health::kUnknown);
  EXPECT_EQ(HealthBy(Error(StatusCode::kResourceExhausted, "QUEUE_FULL", "x")), Health::kUnknown);
  EXPECT_EQ(HealthBy(Error(StatusCode::kFailedPrecondition, "UPSTREAM_TLS", "x")),
            Health::kUnknown);
}

}  // namespace
}  // namespace falcon::testing
