// The fault matrix: budgets that are nearly spent or spent, Falcon
// in a burst of failures, and the gateway's own memory.
#include <grpcpp/client_context.h>

#include <deque>
#include <future>
#include <thread>

#include "tests/e2e/calls.h"
#include "tests/e2e/fault_case.h"

namespace falcon::e2e {
namespace {

v1::UpstreamStatus Upstream(World& world) { return Ask(world, v1::GetStatusRequest())->upstream(); }

// Refused at once, with the time to come back, for programs and for gRPC itself.
void ExpectRefused(const grpc::Status& status, const std::string& reason,
                   const std::map<std::string, std::string>& trailers) {
  EXPECT_THAT(status, StatusIs(StatusCode::RESOURCE_EXHAUSTED));
  EXPECT_EQ(Details(status).info.reason(), reason);
  EXPECT_TRUE(Details(status).has_retry);
  ASSERT_TRUE(trailers.contains("grpc-retry-pushback-ms"));
  EXPECT_GT(std::stoll(trailers.at("grpc-retry-pushback-ms")), 0);
}

// An export of detections that has so much time.
struct ShortExport {
  ShortExport(World& world, milliseconds deadline) {
    v1::DetectionService::Stub stub(world.channel());
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + deadline);
    const auto reader = stub.ExportDetections(&context, v1::ExportDetectionsRequest());
    for (v1::ExportDetectionsResponse batch; reader->Read(&batch);) records += 1;
    status = reader->Finish();
    trailers = Trailers(context);
  }
  grpc::Status status;
  std::map<std::string, std::string> trailers;
  int records = 0;
};

// What is left of Falcon's minute, as each of its answers says.
Json Remaining(int calls) {
  return Rule("ratelimit_headers",
              {{"path", ""}, {"times", 0}, {"limit", 6000}, {"remaining", calls}});
}

TEST(BudgetFault, BudgetNearItsEndIsPacedAndRefusesExportsFirst) {
  World world({{"--alerts", "50"}});
  const auto live =
      Make<v1::ListDetectionsRequest>("page_size: 5 read_options { max_staleness {} }");
  world.Fault(Remaining(200));
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  const int64_t paced = Upstream(world).paced();
  // The pace leaves three quarters of a second between two calls; a slow machine asks once more.
  WaitUntil([&] {
    const auto answer = Ask(world, live);
    EXPECT_THAT(answer, IsOk());
    return Upstream(world).paced() > paced;
  });
  const int calls = world.Calls();
  const ShortExport refused(world, seconds(4));
  ExpectRefused(refused.status, "RATE_LIMITED", refused.trailers);
  EXPECT_EQ(world.Calls(), calls) << "an export asks for none of what is left";
  EXPECT_TRUE(Ask(world, live).status.ok());
}

TEST(BudgetFault, SpentBudgetRefusesExportsAndServesInteractiveCalls) {
  World world({{"--alerts", "50"}});
  world.Fault(Remaining(0));
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  world.ClearFaults();
  world.ResetLedger();
  for (int i = 0; i < 20; ++i) {
    const ShortExport refused(world, seconds(4));
    ExpectRefused(refused.status, "RATE_LIMITED", refused.trailers);
  }
  EXPECT_EQ(world.Calls(), 0);
  EXPECT_EQ(Upstream(world).shed(), 20);
  EXPECT_EQ(Upstream(world).cooldowns(), 0);
  EXPECT_TRUE(ListDetections(world, seconds(4)).status.ok()) << "only a 429 says no";
}

TEST(BudgetFault, Http429AndTheCallsThatItShedsAreCounted) {
  World world({{"--alerts", "50"}});
  world.Fault(Rule("rate_limited", {{"in_seconds", 60}}));
  const Observed first = ListDetections(world, seconds(4));
  ExpectRefused(first.status, "RATE_LIMITED", first.trailers);
  const v1::UpstreamStatus before = Upstream(world);
  EXPECT_EQ(before.cooldowns(), 1);
  const Observed second = ListHosts(world, seconds(4));
  ExpectRefused(second.status, "RATE_LIMITED", second.trailers);
  EXPECT_EQ(Upstream(world).shed(), before.shed() + 1);
  EXPECT_EQ(Upstream(world).cooldowns(), 1);
}

// A list that a caller waits for elsewhere.
class Listing {
 public:
  Listing(World& world, const std::string& caller, int page_size) {
    context_.set_deadline(std::chrono::system_clock::now() + kGenerous);
    context_.AddMetadata("falcon-caller", caller);
    status_ = std::async(std::launch::async, [this, &world, page_size] {
      v1::ListDetectionsRequest request;
      request.set_page_size(page_size);
      v1::ListDetectionsResponse response;
      return v1::DetectionService::Stub(world.channel())
          .ListDetections(&context_, request, &response);
    });
  }
  void Cancel() { context_.TryCancel(); }
  grpc::Status Get() { return status_.get(); }
  std::map<std::string, std::string> trailers() const { return Trailers(context_); }

 private:
  grpc::ClientContext context_;
  std::future<grpc::Status> status_;
};

TEST(BudgetFault, CallerWithASpentShareIsRefusedAndOthersAreServed) {
  World world(
      {.simulator = {"--alerts", "200"}, .gateway = {"--max-in-flight=1", "--max-waiting=4"}});
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  world.ResetLedger();
  // Holds the one place until its caller leaves: fast enough not to count as stalled.
  world.Fault(Rule("trickle", {{"times", 1}, {"bytes_per_second", 4000}}));
  Listing held(world, "greedy", 200);
  WaitUntil([&] { return Upstream(world).in_flight() == 1; });
  // Half of what may wait is one caller's.
  std::deque<Listing> waiting;
  for (const int page_size : {2, 3}) waiting.emplace_back(world, "greedy", page_size);
  WaitUntil([&] { return Upstream(world).waiting() == 2; });
  Listing refused(world, "greedy", 4);
  const grpc::Status full = refused.Get();
  ExpectRefused(full, "QUEUE_FULL", refused.trailers());
  EXPECT_THAT(full, HasFact("limit", "this_caller"));
  waiting.emplace_back(world, "modest", 5);
  WaitUntil([&] { return Upstream(world).waiting() == 3; });
  held.Cancel();
  EXPECT_EQ(held.Get().error_code(), StatusCode::CANCELLED);
  for (Listing& one : waiting) {
    const grpc::Status status = one.Get();
    EXPECT_THAT(status, IsOk());
  }
  EXPECT_EQ(world.Calls(), 4);
  EXPECT_TRUE(Listing(world, "greedy", 4).Get().ok());
}

TEST(Burst, RetriesStopAtTheirBudget) {
  constexpr int kCalls = 40;
  // A circuit would stop the retries before their budget does.
  World world({.simulator = {"--alerts", "50"}});
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  world.ResetLedger();
  world.Fault(Rule("latency", {{"times", 0}, {"ms", 1000}}));
  world.Fault(Rule("status", {{"times", 0}, {"code", 503}}));
  std::deque<std::future<Answer<v1::ListDetectionsResponse>>> calls;
  for (int i = 0; i < kCalls; ++i) {
    calls.push_back(std::async(std::launch::async, [&world, i] {
      v1::ListDetectionsRequest request;
      request.set_page_size(1 + i);
      return Ask(world, request);
    }));
  }
  int spent = 0;
  for (auto& call : calls) {
    const auto answer = call.get();
    EXPECT_THAT(answer, StatusIs(StatusCode::UNAVAILABLE));
    EXPECT_TRUE(Details(answer.status).has_retry);
    spent += Details(answer.status).info.metadata().contains("retry_budget") ? 1 : 0;
  }
  const v1::UpstreamStatus upstream = Upstream(world);
  EXPECT_GT(spent, kCalls / 2);
  EXPECT_EQ(upstream.retries_refused(), spent);
  EXPECT_EQ(world.Calls(), kCalls + upstream.retried());
  // A fifth of the calls, and three at a time; without a budget each call would be three.
  EXPECT_LT(world.Calls(), 2 * kCalls);
  EXPECT_EQ(upstream.breaker_opened(), 0);
}

// Whatever is down: calls to its area fail at once, other areas answer, and a probe finds it back.
void ExpectOpenThenOneProbe(const Json& fault) {
  World world({.simulator = {"--alerts", "50"}, .gateway = {"--circuit-breaker-min-calls=5"}});
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  world.Fault(fault);
  const auto ask = [&] { return ListDetections(world, kGenerous).status; };
  WaitUntil([&] { return Details(ask()).info.reason() == "UPSTREAM_CIRCUIT_OPEN"; });
  EXPECT_TRUE(Details(ask()).has_retry);
  EXPECT_TRUE(ListHosts(world, kGenerous).status.ok());
  const v1::UpstreamStatus upstream = Upstream(world);
  ASSERT_EQ(upstream.areas_size(), 2);
  EXPECT_EQ(upstream.areas(0).name(), "alerts");
  EXPECT_EQ(upstream.areas(0).circuit_opened(), 1);
  EXPECT_EQ(upstream.areas(1).name(), "devices");
  EXPECT_FALSE(upstream.areas(1).circuit_open());
  world.ClearFaults();
  world.ResetLedger();
  WaitUntil([&] { return ask().ok(); });
  EXPECT_EQ(world.Calls(), 1) << "of all these, only the probe went out";
  EXPECT_TRUE(ask().ok());
}

TEST(CircuitBreaker, ServerErrorsOfAnAreaOpenItsCircuitAndOneProbeRecovers) {
  ExpectOpenThenOneProbe(Rule("status", {{"times", 0}, {"code", 503}, {"path", "/alerts/"}}));
}

TEST(CircuitBreaker, BrokenConnectionsOfAnAreaOpenItsCircuitAndOneProbeRecovers) {
  ExpectOpenThenOneProbe(Rule("reset", {{"times", 0}, {"path", "/alerts/"}}));
}

// No program of ours fits into 16 MiB. That it recovers, and that exports go first, is shown where
// memory can be had and given back: tests/unit/rpc/stream_call_test.cc and
// tests/unit/runtime/memory_load_shedder_test.cc.
TEST(Memory, NearTheLimitAllButTheStatusIsRefusedAndFalconIsNotAsked) {
  World world({.simulator = {"--alerts", "50"}, .gateway = {"--memory-limit-mib=16"}});
  const Observed list = ListDetections(world, kGenerous);
  ExpectRefused(list.status, "MEMORY_PRESSURE", list.trailers);
  const ShortExport refused(world, kGenerous);
  ExpectRefused(refused.status, "MEMORY_PRESSURE", refused.trailers);
  EXPECT_EQ(refused.records, 0);
  EXPECT_EQ(world.Calls(), 0);
  EXPECT_EQ(world.Logins(), 0);
  const auto status = Ask(world, v1::GetStatusRequest());
  ASSERT_TRUE(status.status.ok());
  EXPECT_EQ(status->upstream().refused_for_memory(), 2);
}

}  // namespace
}  // namespace falcon::e2e
