// Attempts and pauses.
#include "upstream/call/retry_policy.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace falcon::upstream {
namespace {

absl::Status Failed(std::string_view reason,
                    absl::StatusCode code = absl::StatusCode::kUnavailable) {
  return Error(code, reason, "x");
}

TEST(RetryTest, TransientFailuresGetAllAttempts) {
  const RetryPolicy policy;
  for (const char* reason : {"UPSTREAM_ERROR", "UPSTREAM_CONNECTION", "RATE_LIMITED"}) {
    EXPECT_EQ(AttemptsFor(Failed(reason), policy), 3) << reason;
  }
}

TEST(RetryTest, AnswersThatWillHardlyChangeGetASecondTry) {
  const RetryPolicy policy;
  EXPECT_EQ(AttemptsFor(Failed("UPSTREAM_MALFORMED"), policy), 2);
  EXPECT_EQ(AttemptsFor(Failed("UPSTREAM_STALLED"), policy), 2);
  EXPECT_EQ(AttemptsFor(Failed("UPSTREAM_PROXY"), policy), 2);
}

TEST(RetryTest, RefusalsAreNeverRetried) {
  const RetryPolicy policy;
  for (const char* reason :
       {"UPSTREAM_TLS", "UPSTREAM_AUTH", "UPSTREAM_CREDENTIALS", "FQL_INVALID", "SCOPE_MISSING",
        "NOT_FOUND", "UPSTREAM_TIMEOUT", "QUEUE_FULL", "UPSTREAM_PROXY_AUTH", ""}) {
    EXPECT_EQ(AttemptsFor(Failed(reason), policy), 1) << reason;
  }
  EXPECT_EQ(AttemptsFor(Failed("UPSTREAM_PROXY", absl::StatusCode::kPermissionDenied), policy), 1);
}

TEST(RetryTest, APolicyWithoutRetriesHasNone) {
  RetryPolicy policy;
  policy.max_attempts = 1;
  EXPECT_EQ(AttemptsFor(Failed("UPSTREAM_MALFORMED"), policy), 1);
}

TEST(RetryTest, BackoffDoublesUpToItsCeiling) {
  const RetryPolicy policy;
  const Jitter none = [] { return 1.0; };
  EXPECT_EQ(Backoff(1, policy, none), milliseconds(500));
  EXPECT_EQ(Backoff(2, policy, none), milliseconds(1000));
  EXPECT_EQ(Backoff(3, policy, none), milliseconds(2000));
  EXPECT_EQ(Backoff(1000, policy, none), milliseconds(20'000));
}

TEST(RetryTest, JitterTakesAwayAtMostHalf) {
  const RetryPolicy policy;
  EXPECT_EQ(Backoff(2, policy, [] { return 0.0; }), milliseconds(500));
  const Jitter random = RandomJitter();
  for (int i = 0; i < 1000; ++i) {
    const milliseconds pause = Backoff(2, policy, random);
    EXPECT_GE(pause, milliseconds(500));
    EXPECT_LE(pause, milliseconds(1000));
  }
}

}  // namespace
}  // namespace falcon::upstream
