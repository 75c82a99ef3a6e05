// One area, operation or id that fails takes nothing from the others.
#include <gmock/gmock.h>

#include <atomic>
#include <deque>
#include <future>
#include <thread>

#include "tests/e2e/calls/detections.h"
#include "tests/e2e/calls/gateway.h"
#include "tests/e2e/calls/hosts.h"
#include "tests/e2e/calls/incidents.h"
#include "tests/e2e/fault_row.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;

WorldOptions Areas() {
  return {.simulator = {"--alerts", "50", "--hosts", "50"},
          .gateway = {"--circuit-breaker-min-calls=20", "--no-batching"},
          .environment = {}};
}

std::vector<std::string> HostIds(World& world) {
  std::vector<std::string> ids;
  const auto hosts = Ask(world, Make<v1::ListHostsRequest>("page_size: 50"));
  for (const v1::Host& host : hosts->hosts()) ids.push_back(host.device_id());
  return ids;
}

v1::GetHostRequest Live(const std::string& id) {
  v1::GetHostRequest request;
  request.set_device_id(id);
  request.mutable_read_options()->mutable_max_staleness();
  return request;
}

// Calls of four threads until `done`; how many failed.
int FailuresUntil(World& world, const std::function<bool()>& done) {
  const std::vector<std::string> ids = HostIds(world);
  std::atomic<int> failures = 0;
  std::deque<std::thread> callers;
  for (size_t i = 0; i < 4; ++i) {
    callers.emplace_back([&, i] {
      for (size_t n = i; !done(); n += 4) {
        failures += Ask(world, Live(ids[n % ids.size()])).status.ok() ? 0 : 1;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  return failures;
}

TEST(BulkheadsAreas, FiveServerErrorsFailNoCall) {
  World world(Areas());
  ASSERT_EQ(HostIds(world).size(), 50U);
  world.Fault(Rule("status", {{"path", "/devices"}, {"times", 5}, {"skip", 20}, {"code", 503}}));
  std::atomic<int> calls = 0;
  EXPECT_EQ(FailuresUntil(world, [&] { return ++calls > 200; }), 0);
  EXPECT_EQ(Ask(world, v1::GetStatusRequest())->upstream().breaker_opened(), 0);
}

TEST(BulkheadsAreas, ARestartOfFalconsFailsNoCall) {
  World world(Areas());
  std::atomic<bool> over = false;
  std::future<int> failures = std::async(
      std::launch::async, [&] { return FailuresUntil(world, [&] { return over.load(); }); });
  world.ResetLedger();
  WaitUntil([&] { return world.Calls() > 100; });
  world.KillSimulator();
  world.StartSimulator();
  WaitUntil([&] { return world.Calls() > 100; });
  over = true;
  EXPECT_EQ(failures.get(), 0);
}

TEST(BulkheadsAreas, AnAreaThatHangsLeavesPlacesToTheOthers) {
  World world(Areas());
  const std::vector<std::string> ids = HostIds(world);
  world.Fault(Rule("stall", {{"path", "/alerts"}, {"times", 0}}));
  std::deque<std::future<Answer<v1::ListDetectionsResponse>>> stuck;
  for (int i = 0; i < 60; ++i) {
    stuck.push_back(std::async(std::launch::async, [&world, i] {
      return Ask(world, Make<v1::ListDetectionsRequest>("page_size: " + std::to_string(i + 1)),
                 seconds(3));
    }));
  }
  WaitUntil([&] { return Ask(world, v1::GetStatusRequest())->upstream().in_flight() == 36; });
  for (const std::string& id : ids) EXPECT_TRUE(Ask(world, Live(id), seconds(3)).status.ok());
  for (auto& call : stuck) EXPECT_FALSE(call.get().status.ok());
}

// The upstream hangs up on a URL of 60 KB; the circuit would open for everybody.
TEST(BulkheadsAreas, AFilterTooLongForAUrlIsRefusedByNameAndNotSent) {
  World world(Areas());
  ASSERT_EQ(HostIds(world).size(), 50U);
  world.ResetLedger();
  v1::ListIncidentsRequest request;
  for (int i = 0; i < 400; ++i) {
    request.mutable_filter()->add_tags("tag-" + std::to_string(i) + std::string(20, 'x'));
  }
  const auto answer = Ask(world, request);
  EXPECT_EQ(answer.status.error_code(), StatusCode::INVALID_ARGUMENT);
  const Details details(answer.status);
  ASSERT_GE(details.bad.field_violations_size(), 1) << answer.status.error_message();
  EXPECT_FALSE(details.bad.field_violations(0).field().empty());
  EXPECT_EQ(world.Calls(), 0);
}

TEST(BulkheadsAreas, AnOperationThatIsAlwaysUnauthorizedFailsAlone) {
  World world(Areas());
  const std::vector<std::string> ids = HostIds(world);
  world.ResetLedger();
  world.Fault(Rule("unauthorized", {{"path", "/alerts"}, {"times", 0}}));
  std::atomic<bool> over = false;
  std::future<int> failures = std::async(
      std::launch::async, [&] { return FailuresUntil(world, [&] { return over.load(); }); });
  for (int i = 0; i < 30; ++i) {
    const auto refused = Ask(world, Make<v1::ListDetectionsRequest>("page_size: 1"));
    EXPECT_EQ(refused.reason(), "UPSTREAM_AUTH");
  }
  over = true;
  EXPECT_EQ(failures.get(), 0);
  EXPECT_LE(world.Logins(), 2);
}

TEST(BulkheadsAreas, AnIdThatFalconRefusesFailsItsOwnCallerOnly) {
  World world({.simulator = {"--hosts", "50"}, .gateway = {}, .environment = {}});
  const std::vector<std::string> ids = HostIds(world);
  const std::string bad = "dead" + std::string(28, '0');
  world.Fault(
      Rule("status", {{"path", "/devices/entities"}, {"times", 0}, {"code", 400}, {"asks", bad}}));
  // Holds the lane, so that the others travel together.
  world.Fault(Rule("latency", {{"path", "/devices/entities"}, {"ms", 500}}));
  std::deque<std::future<Answer<v1::GetHostResponse>>> calls;
  const auto ask = [&](const std::string& id) {
    calls.push_back(std::async(std::launch::async, [&world, id] { return Ask(world, Live(id)); }));
  };
  ask(ids[0]);
  WaitUntil([&] { return Ask(world, v1::GetStatusRequest())->upstream().in_flight() == 1; });
  for (size_t i = 1; i < 8; ++i) ask(ids[i]);
  ask(bad);
  for (size_t i = 0; i < 8; ++i) EXPECT_TRUE(calls[i].get().status.ok()) << i;
  EXPECT_EQ(calls[8].get().status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(Ask(world, Live(ids[1])).status.ok()) << "nobody's absence was kept";
}

}  // namespace
}  // namespace falcon::e2e
