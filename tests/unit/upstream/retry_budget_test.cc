// Retries: their budget, the pauses between attempts, and how few there are in an outage.
#include "upstream/call/retry_budget.h"

#include <gmock/gmock.h>

#include <list>
#include <vector>

#include "base/error.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/upstream/upstream_fixture.h"
#include "upstream/call/retrying_client.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;
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

class OutageTest : public UpstreamTest {
 protected:
  OutageTest() { timer.AdvanceByItself(); }

  absl::Status AskHosts() {
    TestCall reading(In(seconds(60)));
    return Await(loop, Ask(through.retrying, operation::kQueryDevices, reading)).status();
  }
  size_t Requests() const { return transport.requests().size(); }

  // Asks until the circuit of the hosts' area has opened.
  void Break() {
    transport.Answer("devices", Response(503, "{}"), 1000);
    while (Opened() == 0) EXPECT_FALSE(AskHosts().ok());
    transport.Forget();
  }
  int64_t Opened() {
    int64_t opened = 0;
    OnLoop(loop, [&] { opened = strict.Of(operation::kQueryDevices).breaker.stats().opened; });
    return opened;
  }

  Bulkheads strict{loop, clock, timer, [] { return 0.5; }, BulkheadOptions()};
  // Pauses between attempts would let the window pass.
  UpstreamChain through{{loop, clock, timer, admission, strict, budget, transport},
                        {.retry = {.max_attempts = 1}}};
};

TEST_F(OutageTest, AnOpenedCircuitEndsTheAsking) {
  Break();
  const size_t asked = Requests();
  for (int i = 0; i < 1000; ++i) {
    const absl::Status rejected = AskHosts();
    EXPECT_THAT(rejected, FailsWith(StatusCode::kUnavailable, "UPSTREAM_CIRCUIT_OPEN"));
    EXPECT_TRUE(RetryAfter(rejected).has_value());
  }
  EXPECT_EQ(Requests(), asked) << "a thousand offered calls, none sent";
}

TEST_F(OutageTest, OneProbeThatIsAnsweredEndsTheOutage) {
  Break();
  transport.Answer("devices", Response(200, kOneId), 10);
  clock.Advance(seconds(1));
  const size_t asked = Requests();
  EXPECT_THAT(AskHosts(), IsOk());
  EXPECT_EQ(Requests(), asked + 1);
  EXPECT_THAT(AskHosts(), IsOk());
}

TEST_F(OutageTest, OneAreaFailingLeavesOthersClosed) {
  Break();
  transport.Answer("alerts", Response(200, kOneId));
  TestCall reading(In(seconds(60)));
  EXPECT_THAT(Await(loop, Ask(through.retrying, operation::kGetQueriesAlerts, reading)), IsOk());
  EXPECT_THAT(AskHosts(), FailsWith(StatusCode::kUnavailable, "UPSTREAM_CIRCUIT_OPEN"));
}

TEST_F(OutageTest, WhileItLastsNobodyQueuesForAPlace) {
  Break();
  std::list<AdmissionQueue::Permit> held;
  for (int i = 0; i < 2; ++i) {
    held.push_back(*Await(loop, admission.Acquire({"", Priority::kInteractive, In(seconds(60))})));
  }
  EXPECT_THAT(AskHosts(), FailsWith(StatusCode::kUnavailable, "UPSTREAM_CIRCUIT_OPEN"));
  OnLoop(loop, [&] { held.clear(); });
}

// A probe that holds the circuit while the budget keeps it back would reject everybody meanwhile.
TEST_F(OutageTest, TheProbeIsWhoGoesOutFirst) {
  Break();
  transport.Answer("devices", Response(200, kOneId), 10);
  clock.Advance(seconds(1));
  OnLoop(loop, [&] { budget.CoolDown(seconds(10)); });
  TestCall first(In(seconds(60)));
  TestCall second(In(seconds(60)));
  Running<Answer> waits(loop, Ask(through.retrying, operation::kQueryDevices, first));
  EXPECT_THAT(Await(loop, Ask(through.retrying, operation::kQueryDevices, second)), IsOk())
      << "not rejected before the first had gone out";
  EXPECT_THAT(*waits.Get(), IsOk());
}

TEST_F(OutageTest, RefusalsOfFalconsAreNoOutage) {
  transport.Answer("devices", Response(403, R"({"errors":[{"code":403,"message":"no"}]})"), 100);
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(AskHosts(), FailsWith(StatusCode::kPermissionDenied, "SCOPE_MISSING"));
  }
  EXPECT_EQ(Opened(), 0);
}

TEST_F(UpstreamTest, RetriesPastTheBudgetAreNotMade) {
  const auto gate = std::make_shared<runtime::OneShotEvent>(loop.executor());
  for (int i = 0; i < 20; ++i) {
    transport.AnswerAfter("devices", Response(503, "{}"), gate);
  }
  AdmissionQueue wide(loop, clock, timer, {.permits = 100});
  UpstreamChain through({loop, clock, timer, wide, bulkheads, budget, transport});
  std::vector<TestCall> readings(20, TestCall(In(seconds(60))));
  std::vector<Running<Answer>> calls;
  for (TestCall& reading : readings) {
    calls.emplace_back(loop, Ask(through.retrying, operation::kQueryDevices, reading));
  }
  Until([&] { return transport.requests().size() == 20; });
  OnLoop(loop, [&] { gate->Set(); });
  const RetryBudget& retries = bulkheads.all().at("devices")->retries;
  Until([&] { return retries.stats().refused > 0; });
  OnLoop(loop, [&] { EXPECT_LE(retries.stats().granted, 4) << "a fifth of twenty"; });
  for (auto& call : calls) call.Cancel();
  for (auto& call : calls) call.Get();
}

}  // namespace
}  // namespace falcon::upstream
