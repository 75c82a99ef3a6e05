// Falcon is down: attempts stay few, and the first sign of life is seen.
#include <gmock/gmock.h>

#include <list>

#include "tests/unit/falcon/upstream_fixture.h"

namespace falcon::testing {
namespace {

using absl::StatusCode;

class OutageTest : public UpstreamTest {
 protected:
  OutageTest() { timer.AdvanceByItself(); }

  absl::Status Ask() {
    Reading reading(In(seconds(60)));
    return Await(loop, through.Call(UpstreamCall(operation::kQueryDevices), reading)).status();
  }
  size_t Requests() const { return transport.requests().size(); }

  Breaker strict{clock, [] { return 0.5; }};
  Attempts through{{admission, strict, budget, transport, retries, clock, timer},
                   RetryPolicy{},
                   [] { return 1.0; }};
};

TEST_F(OutageTest, FiveFaultsInARowEndTheAsking) {
  transport.Answer("devices", Response(503, "{}"), 1000);
  size_t failed = 0;
  while (strict.stats().opened == 0 && failed < 10) {
    EXPECT_EQ(Ask().code(), absl::StatusCode::kUnavailable);
    ++failed;
  }
  const size_t asked = Requests();
  EXPECT_EQ(asked, 5U);
  for (int i = 0; i < 1000; ++i) {
    const absl::Status refused = Ask();
    EXPECT_THAT(refused, FailsWith(StatusCode::kUnavailable, "UPSTREAM_CIRCUIT_OPEN"));
    EXPECT_TRUE(RetryAfter(refused).has_value());
  }
  EXPECT_EQ(Requests(), asked) << "a thousand offered calls, none sent";
}

TEST_F(OutageTest, OneProbeThatIsAnsweredEndsTheOutage) {
  transport.Answer("devices", Response(503, "{}"), 5);
  transport.Answer("devices", Response(200, kOneId), 10);
  while (strict.stats().opened == 0) EXPECT_FALSE(Ask().ok());
  clock.Advance(seconds(31));
  const size_t asked = Requests();
  EXPECT_THAT(Ask(), IsOk());
  EXPECT_EQ(Requests(), asked + 1);
  EXPECT_THAT(Ask(), IsOk());
}

TEST_F(OutageTest, WhileItLastsNobodyQueuesForAPlace) {
  transport.Answer("devices", Response(503, "{}"), 5);
  while (strict.stats().opened == 0) EXPECT_FALSE(Ask().ok());
  std::list<run::Admission::Place> held;
  for (int i = 0; i < 2; ++i) {
    held.push_back(*Await(loop, admission.Enter({"", Priority::kInteractive, In(seconds(60))})));
  }
  EXPECT_THAT(Ask(), FailsWith(StatusCode::kUnavailable, "UPSTREAM_CIRCUIT_OPEN"));
  OnLoop(loop, [&] { held.clear(); });
}

// A probe that holds the circuit while the budget keeps it back would refuse everybody meanwhile.
TEST_F(OutageTest, TheProbeIsWhoGoesOutFirst) {
  transport.Answer("devices", Response(503, "{}"), 5);
  transport.Answer("devices", Response(200, kOneId), 10);
  while (strict.stats().opened == 0) EXPECT_FALSE(Ask().ok());
  clock.Advance(seconds(31));
  OnLoop(loop, [&] { budget.CoolDown(seconds(10)); });
  Reading first(In(seconds(60)));
  Reading second(In(seconds(60)));
  Running<absl::StatusOr<json::Document>> waits(
      loop, through.Call(UpstreamCall(operation::kQueryDevices), first));
  EXPECT_THAT(Await(loop, through.Call(UpstreamCall(operation::kQueryDevices), second)), IsOk())
      << "not refused before the first had gone out";
  EXPECT_THAT(*waits.Get(), IsOk());
}

TEST_F(OutageTest, RefusalsOfFalconsAreNoOutage) {
  transport.Answer("devices", Response(403, R"({"errors":[{"code":403,"message":"no"}]})"), 100);
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(Ask(), FailsWith(StatusCode::kPermissionDenied, "SCOPE_MISSING"));
  }
  EXPECT_EQ(strict.stats().opened, 0);
}

TEST_F(UpstreamTest, RetriesPastTheBudgetAreNotMade) {
  const auto gate = std::make_shared<run::Event>(loop.executor());
  for (int i = 0; i < 20; ++i) {
    transport.AnswerAfter("devices", Response(503, "{}"), gate);
  }
  run::Admission wide(loop, clock, timer, {.places = 100});
  Attempts through({wide, breaker, budget, transport, retries, clock, timer}, RetryPolicy{},
                   [] { return 1.0; });
  std::vector<Reading> readings(20, Reading(In(seconds(60))));
  std::vector<Running<absl::StatusOr<json::Document>>> calls;
  for (Reading& reading : readings) {
    calls.emplace_back(loop, through.Call(UpstreamCall(operation::kQueryDevices), reading));
  }
  Until([&] { return transport.requests().size() == 20; });
  OnLoop(loop, [&] { gate->Set(); });
  Until([&] { return retries.stats().refused > 0; });
  OnLoop(loop, [&] { EXPECT_LE(retries.stats().granted, 4) << "a fifth of twenty"; });
  for (auto& call : calls) call.Cancel();
  for (auto& call : calls) call.Get();
}

}  // namespace
}  // namespace falcon::testing
