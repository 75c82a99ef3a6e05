// Retries: their budget, and the pauses between attempts.
#include "upstream/call/retry_budget.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"
#include "tests/support/fake_clock.h"
#include "upstream/call/retry_policy.h"

namespace falcon::upstream {
namespace {

using testing::FakeClock;

class RetryBudgetTest : public ::testing::Test {
 protected:
  void Offer(int calls) {
    for (int i = 0; i < calls; ++i) budget.RecordCall();
  }
  // How many of `tries` retries are granted; they stay in flight.
  int Granted(int tries) {
    const size_t before = held.size();
    for (int i = 0; i < tries; ++i) {
      if (auto retry = budget.TryAcquire()) held.push_back(*std::move(retry));
    }
    return static_cast<int>(held.size() - before);
  }

  FakeClock clock;
  RetryBudget budget{clock};
  std::vector<RetryBudget::Token> held;
};

TEST_F(RetryBudgetTest, ThreeAtATimeAreAlwaysAllowed) {
  EXPECT_EQ(Granted(10), 3);
  held.pop_back();
  EXPECT_EQ(Granted(10), 1);
  EXPECT_EQ(budget.stats().in_flight, 3u);
}

TEST_F(RetryBudgetTest, ARetryInFiveCallsIsAllowed) {
  Offer(100);
  EXPECT_EQ(Granted(100), 20);
  EXPECT_EQ(budget.stats().granted, 20);
  EXPECT_EQ(budget.stats().refused, 80);
}

TEST_F(RetryBudgetTest, RetriesThatAreOverCountAsLongAsTheCallsDo) {
  Offer(100);
  EXPECT_EQ(Granted(20), 20);
  held.clear();
  EXPECT_EQ(Granted(10), 3);
}

TEST_F(RetryBudgetTest, CallsAndRetriesAreForgottenAfterTenSeconds) {
  Offer(100);
  clock.Advance(seconds(9));
  EXPECT_EQ(Granted(100), 20);
  clock.Advance(seconds(1));
  EXPECT_EQ(Granted(100), 0);
  Offer(200);
  // 20 of the 40 are spent, a second ago.
  EXPECT_EQ(Granted(100), 20);
}

TEST_F(RetryBudgetTest, ALongSilenceLeavesNothingOver) {
  Offer(1'000);
  clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(Granted(10), 3);
}

TEST_F(RetryBudgetTest, AnOutageAddsAFifthToTheLoad) {
  // The retries that are always allowed hang.
  EXPECT_EQ(Granted(3), 3);
  int retries = 0;
  for (int i = 0; i < 6'000; ++i) {
    clock.Advance(milliseconds(10));
    budget.RecordCall();
    if (budget.TryAcquire().has_value()) ++retries;
  }
  EXPECT_LE(retries, 1'200);
  EXPECT_GE(retries, 1'100);
}

TEST_F(RetryBudgetTest, ARetryMayOutliveTheBudget) {
  std::optional<RetryBudget::Token> retry;
  {
    RetryBudget brief(clock);
    retry.emplace(*brief.TryAcquire());
  }
  EXPECT_TRUE(retry.has_value());
}

TEST_F(RetryBudgetTest, AFailureSaysThatTheBudgetIsSpent) {
  const absl::Status failure = Error(absl::StatusCode::kUnavailable, "UPSTREAM_ERROR", "500");
  EXPECT_EQ(Metadata(RetryBudget::WithRetryBudgetExhausted(failure))["retry_budget"], "spent");
  EXPECT_EQ(Reason(RetryBudget::WithRetryBudgetExhausted(failure)), "UPSTREAM_ERROR");
}

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
