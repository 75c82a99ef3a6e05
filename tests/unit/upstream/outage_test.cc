// Falcon is down: attempts stay few, and the first sign of life is seen.
#include <gmock/gmock.h>

#include <list>

#include "tests/unit/upstream/upstream_fixture.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;

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
