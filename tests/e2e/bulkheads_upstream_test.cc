// A failing area, operation, id or connection upstream takes nothing from the others.
#include <gmock/gmock.h>

#include <atomic>
#include <deque>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/calls.h"
#include "tests/e2e/fault_case.h"
#include "tests/support/nghttpx.h"
#include "tests/support/relay.h"

namespace falcon::e2e {
namespace {

WorldOptions Areas() {
  return {.simulator = {"--alerts", "50", "--hosts", "50"},
          .gateway = {"--circuit-breaker-min-calls=20", "--no-batching"}};
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
  EXPECT_THAT(answer, StatusIs(StatusCode::INVALID_ARGUMENT));
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
    EXPECT_THAT(refused, HasReason("UPSTREAM_AUTH"));
  }
  over = true;
  EXPECT_EQ(failures.get(), 0);
  EXPECT_LE(world.Logins(), 2);
}

TEST(BulkheadsAreas, AnIdThatFalconRefusesFailsItsOwnCallerOnly) {
  World world({.simulator = {"--hosts", "50"}});
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

using ::testing::HasSubstr;
using testing::Nghttpx;
using testing::Relay;

// A simulator behind a relay that can lose its connections, and the gateway before that.
class DeadUpstreamConnection : public ::testing::Test {
 protected:
  int SimulatorPort() const {
    const std::string url = upstream_.simulator_url();
    return std::stoi(url.substr(url.rfind(':') + 1));
  }
  void StartGateway(const Relay& relay) {
    gateway_ = std::make_unique<World>(
        WorldOptions{.ca_file = upstream_.folder() + "/ca.pem",
                     .simulator_url = "https://127.0.0.1:" + std::to_string(relay.port())});
  }
  grpc::StatusCode ListHosts(milliseconds deadline) {
    // A page size of its own: identical requests would share one call.
    const auto request = Make<v1::ListHostsRequest>("page_size: " + std::to_string(++page_size_));
    return Ask(*gateway_, request, deadline).status.error_code();
  }

  void ExpectRecoveryWithinOneCall(Relay& relay) {
    StartGateway(relay);
    ASSERT_EQ(ListHosts(kGenerous), StatusCode::OK);
    relay.LoseConnections();
    EXPECT_EQ(ListHosts(milliseconds(2500)), StatusCode::DEADLINE_EXCEEDED);
    EXPECT_EQ(ListHosts(milliseconds(5000)), StatusCode::OK);
    EXPECT_THAT(gateway_->gateway_program().Log(), HasSubstr("upstream_connection_retired"));
  }

  World upstream_{{.simulator = {"--hosts", "50"}, .start_gateway = false}};
  std::unique_ptr<World> gateway_;

 private:
  int page_size_ = 0;
};

TEST_F(DeadUpstreamConnection, Http1RecoversWithinOneCall) {
  Relay relay(SimulatorPort());
  ExpectRecoveryWithinOneCall(relay);
}

TEST_F(DeadUpstreamConnection, Http2RecoversWithinOneCall) {
  const Nghttpx front(SimulatorPort(), /*server_tls=*/true,
                      {upstream_.folder() + "/key.pem", upstream_.folder() + "/cert.pem"});
  Relay relay(front.socket());
  ExpectRecoveryWithinOneCall(relay);
}

TEST_F(DeadUpstreamConnection, Http2FailsOnlyTheCallThatWaitsWhenAllCallsMeetIt) {
  const Nghttpx front(SimulatorPort(), /*server_tls=*/true,
                      {upstream_.folder() + "/key.pem", upstream_.folder() + "/cert.pem"});
  Relay relay(front.socket());
  StartGateway(relay);
  ASSERT_EQ(ListHosts(kGenerous), StatusCode::OK);
  relay.LoseConnections();
  std::vector<std::thread> callers;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 5; ++i) {
    const int size = 40 + i;
    callers.emplace_back([&, size] {
      const auto request = Make<v1::ListHostsRequest>("page_size: " + std::to_string(size));
      const grpc::Status status = Ask(*gateway_, request, kGenerous).status;
      EXPECT_THAT(status, IsOk());
      if (status.ok()) ++answered;
    });
  }
  EXPECT_EQ(ListHosts(milliseconds(5000)), StatusCode::DEADLINE_EXCEEDED);
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, 5);
}

}  // namespace
}  // namespace falcon::e2e
