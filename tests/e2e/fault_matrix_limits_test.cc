// The fault matrix, rows 16, 18, 19, 21, 22 and 53: budgets that are nearly spent or spent, Falcon in
// a burst of failures, and the gateway's own memory.
#include <grpcpp/client_context.h>

#include <deque>
#include <future>
#include <thread>

#include "tests/e2e/calls/detections.h"
#include "tests/e2e/calls/gateway.h"
#include "tests/e2e/calls/hosts.h"
#include "tests/e2e/fault_row.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;

v1::UpstreamStatus Upstream(World& world) { return Ask(world, v1::GetStatusRequest())->upstream(); }

// Refused at once, with the time to come back, for programs and for gRPC itself.
void ExpectRefused(const grpc::Status& status, const std::string& reason,
                   const std::map<std::string, std::string>& trailers) {
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
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
    for (const auto& [name, value] : context.GetServerTrailingMetadata()) {
      trailers[{name.data(), name.size()}] = {value.data(), value.size()};
    }
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

TEST(BudgetFault, Row18_NearItsEndTheBudgetIsPacedAndExportsStandBackFirst) {
  World world({{"--alerts", "50"}});
  world.Fault(Remaining(550));
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  const int64_t paced = Upstream(world).paced();
  for (int i = 0; i < 3; ++i) {
    const Seen seen = ListDetections(world, kGenerous);
    EXPECT_TRUE(seen.status.ok()) << seen.status.error_message();
  }
  EXPECT_GT(Upstream(world).paced(), paced);
  const int calls = world.Calls();
  const ShortExport refused(world, seconds(4));
  ExpectRefused(refused.status, "RATE_LIMITED", refused.trailers);
  EXPECT_EQ(world.Calls(), calls) << "an export asks for none of what is left";
  EXPECT_TRUE(ListDetections(world, kGenerous).status.ok());
}

TEST(BudgetFault, Row19_WithNothingLeftNobodyAsksFalcon) {
  World world({{"--alerts", "50"}});
  world.Fault(Remaining(0));
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  world.ClearFaults();
  world.ResetLedger();
  for (int i = 0; i < 20; ++i) {
    const Seen seen = ListDetections(world, seconds(4));
    ExpectRefused(seen.status, "RATE_LIMITED", seen.trailers);
  }
  EXPECT_EQ(world.Calls(), 0);
  EXPECT_EQ(Upstream(world).shed(), 20);
  EXPECT_EQ(Upstream(world).cooldowns(), 0);
}

TEST(BudgetFault, Row16_A429AndThoseWhomItKeepsOutAreCounted) {
  World world({{"--alerts", "50"}});
  world.Fault(Rule("rate_limited", {{"in_seconds", 60}}));
  const Seen first = ListDetections(world, seconds(4));
  ExpectRefused(first.status, "RATE_LIMITED", first.trailers);
  const v1::UpstreamStatus before = Upstream(world);
  EXPECT_EQ(before.cooldowns(), 1);
  const Seen second = ListHosts(world, seconds(4));
  ExpectRefused(second.status, "RATE_LIMITED", second.trailers);
  EXPECT_EQ(Upstream(world).shed(), before.shed() + 1);
  EXPECT_EQ(Upstream(world).cooldowns(), 1);
}

grpc::Status ListAs(World& world, const std::string& caller, int page_size,
                    std::map<std::string, std::string>& trailers) {
  v1::DetectionService::Stub stub(world.channel());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kGenerous);
  context.AddMetadata("falcon-caller", caller);
  v1::ListDetectionsRequest request;
  request.set_page_size(page_size);
  v1::ListDetectionsResponse response;
  const grpc::Status status = stub.ListDetections(&context, request, &response);
  for (const auto& [name, value] : context.GetServerTrailingMetadata()) {
    trailers[{name.data(), name.size()}] = {value.data(), value.size()};
  }
  return status;
}

TEST(BudgetFault, Row19_ACallerWhoseShareIsSpentIsRefusedAndOthersAreNot) {
  World world({.simulator = {"--alerts", "50"},
               .gateway = {"--max-in-flight=1", "--max-waiting=4"},
               .environment = {}});
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  world.ResetLedger();
  world.Fault(Rule("latency", {{"times", 1}, {"ms", 4000}}));
  std::deque<std::future<grpc::Status>> calls;
  const auto start = [&](const std::string& caller, int page_size) {
    calls.push_back(std::async(std::launch::async, [&world, caller, page_size] {
      std::map<std::string, std::string> trailers;
      return ListAs(world, caller, page_size, trailers);
    }));
  };
  start("greedy", 1);
  WaitUntil([&] { return Upstream(world).in_flight() == 1; });
  // Half of what may wait is one caller's.
  for (const int page_size : {2, 3}) start("greedy", page_size);
  WaitUntil([&] { return Upstream(world).waiting() == 2; });
  std::map<std::string, std::string> trailers;
  const grpc::Status refused = ListAs(world, "greedy", 4, trailers);
  ExpectRefused(refused, "QUEUE_FULL", trailers);
  EXPECT_EQ(Details(refused).info.metadata().at("limit"), "this_caller");
  start("modest", 5);
  for (auto& call : calls) {
    const grpc::Status status = call.get();
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  EXPECT_EQ(world.Calls(), 4);
  trailers.clear();
  EXPECT_TRUE(ListAs(world, "greedy", 4, trailers).ok());
}

TEST(Burst, Row21_RetriesStopAtTheirBudgetAndTheBreakerCounts) {
  constexpr int kCalls = 40;
  World world(
      {.simulator = {"--alerts", "50"}, .gateway = {"--breaker-failures=40"}, .environment = {}});
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  world.ResetLedger();
  world.Fault(Rule("latency", {{"times", 0}, {"ms", 500}}));
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
    EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
    EXPECT_TRUE(Details(answer.status).has_retry);
    spent += Details(answer.status).info.metadata().contains("retry_budget") ? 1 : 0;
  }
  const v1::UpstreamStatus upstream = Upstream(world);
  EXPECT_GT(spent, kCalls / 2);
  EXPECT_GE(upstream.retries_refused(), spent);
  // A fifth of the calls, and three at a time; without a budget it would be twice the calls.
  EXPECT_LT(world.Calls(), kCalls * 3 / 2);
  EXPECT_EQ(upstream.breaker_opened(), 1);
}

// Whatever is down: calls fail at once and ask nothing, until one finds Falcon back.
void ExpectOpenThenOneProbe(World& world, const std::function<void()>& mend) {
  const auto ask = [&] { return ListDetections(world, kGenerous).status; };
  WaitUntil([&] { return Details(ask()).info.reason() == "UPSTREAM_CIRCUIT_OPEN"; });
  EXPECT_GE(Upstream(world).breaker_opened(), 1);
  mend();
  world.ResetLedger();
  const grpc::Status refused = ask();
  if (Upstream(world).breaker_open_for().seconds() > 0) {
    EXPECT_EQ(refused.error_code(), StatusCode::UNAVAILABLE);
    EXPECT_EQ(Details(refused).info.reason(), "UPSTREAM_CIRCUIT_OPEN");
    EXPECT_TRUE(Details(refused).has_retry);
    EXPECT_EQ(world.Calls(), 0);
  }
  int refusals = 0;
  WaitUntil([&] {
    const bool back = ask().ok();
    refusals += back ? 0 : 1;
    return back;
  });
  EXPECT_GT(refusals, 0);
  EXPECT_EQ(world.Calls(), 1) << "of all these, only the probe went out";
  EXPECT_TRUE(ask().ok());
}

WorldOptions ShortBreaker() {
  return {.simulator = {"--alerts", "50"},
          .gateway = {"--breaker-failures=5", "--breaker-seconds=4"},
          .environment = {}};
}

TEST(Breaker, Row22_FiveServerErrorsInARowOpenItAndOneProbeRecovers) {
  World world(ShortBreaker());
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  world.Fault(Rule("status", {{"times", 0}, {"code", 503}}));
  ExpectOpenThenOneProbe(world, [&] { world.ClearFaults(); });
}

TEST(Breaker, Row22_FiveBrokenConnectionsInARowOpenItAndOneProbeRecovers) {
  World world(ShortBreaker());
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  world.Fault(Rule("reset", {{"times", 0}}));
  ExpectOpenThenOneProbe(world, [&] { world.ClearFaults(); });
}

// No program of ours fits into 16 MiB. That it recovers, and that exports go first, is shown where
// memory can be had and given back: tests/unit/rpc/joint_test.cc, tests/unit/run/memory_guard_test.cc.
TEST(Memory, Row53_NearTheLimitAllButTheStatusIsRefusedAndFalconIsNotAsked) {
  World world(
      {.simulator = {"--alerts", "50"}, .gateway = {"--memory-limit-mib=16"}, .environment = {}});
  const Seen list = ListDetections(world, kGenerous);
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
