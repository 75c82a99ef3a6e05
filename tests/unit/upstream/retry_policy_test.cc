// Attempts and pauses.
#include <gtest/gtest.h>

#include "base/error.h"
#include "upstream/call/retrying_client.h"

namespace falcon::upstream {
namespace {

absl::Status Failed(std::string_view reason,
                    absl::StatusCode code = absl::StatusCode::kUnavailable) {
  return Error(code, reason, "x");
}

TEST(RetryPolicyTest, TransientFailuresGetAllAttempts) {
  const RetryPolicy policy;
  for (const char* reason : {"UPSTREAM_ERROR", "UPSTREAM_CONNECTION", "RATE_LIMITED"}) {
    EXPECT_EQ(AttemptsFor(Failed(reason), policy), 3) << reason;
  }
}

TEST(RetryPolicyTest, AnswersThatWillHardlyChangeGetASecondTry) {
  const RetryPolicy policy;
  EXPECT_EQ(AttemptsFor(Failed("UPSTREAM_MALFORMED"), policy), 2);
  EXPECT_EQ(AttemptsFor(Failed("UPSTREAM_STALLED"), policy), 2);
  EXPECT_EQ(AttemptsFor(Failed("UPSTREAM_PROXY"), policy), 2);
}

TEST(RetryPolicyTest, RefusalsAreNeverRetried) {
  const RetryPolicy policy;
  for (const char* reason :
       {"UPSTREAM_TLS", "UPSTREAM_AUTH", "UPSTREAM_CREDENTIALS", "FQL_INVALID", "SCOPE_MISSING",
        "NOT_FOUND", "UPSTREAM_TIMEOUT", "QUEUE_FULL", "UPSTREAM_PROXY_AUTH", ""}) {
    EXPECT_EQ(AttemptsFor(Failed(reason), policy), 1) << reason;
  }
  EXPECT_EQ(AttemptsFor(Failed("UPSTREAM_PROXY", absl::StatusCode::kPermissionDenied), policy), 1);
}

TEST(RetryPolicyTest, APolicyWithoutRetriesHasNone) {
  RetryPolicy policy;
  policy.max_attempts = 1;
  EXPECT_EQ(AttemptsFor(Failed("UPSTREAM_MALFORMED"), policy), 1);
}

}  // namespace
}  // namespace falcon::upstream
