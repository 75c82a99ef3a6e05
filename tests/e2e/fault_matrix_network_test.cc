// The fault matrix: networks, certificates, proxies, clocks and callers. Each
// needs a world of its own.

#include <fstream>
#include <set>
#include <thread>

#include "tests/e2e/calls.h"
#include "tests/e2e/fault_case.h"
#include "tests/support/loopback_server.h"

namespace falcon::e2e {
namespace {

using falcon::testing::LoopbackServer;
using falcon::testing::Reply;
using falcon::testing::SeenRequest;

void ExpectFailure(const Observed& observed, StatusCode code, const std::string& reason) {
  EXPECT_THAT(observed, StatusIs(code));
  EXPECT_THAT(observed, HasReason(reason));
  ExpectNoSecret(observed.status.error_message() + observed.status.error_details());
}

int64_t UpstreamCalls(World& world) { return Ask(world, v1::GetStatusRequest())->upstream_calls(); }

TEST(Window, TextSearchInAnOrderThatCannotBeSoughtEndsAtTenThousandRows) {
  World world;
  auto request = Make<v1::ListDetectionsRequest>(
      "filter { query: 'e' } page_size: 1000 order_by: 'severity' read_mask { paths: "
      "'composite_id' }");
  for (int page = 0; page < 10; ++page) {
    const auto answer = Ask(world, request);
    ASSERT_THAT(answer, IsOk());
    ASSERT_EQ(answer->detections_size(), 1000);
    request.set_page_token(answer->next_page_token());
  }
  world.ResetLedger();
  const auto past = Ask(world, request);
  EXPECT_THAT(past, StatusIs(StatusCode::OUT_OF_RANGE));
  EXPECT_THAT(past, HasReason("OFFSET_WINDOW"));
  EXPECT_EQ(world.Calls(), 0);
  // By time, the window is passed by the sort value.
  request = Make<v1::ListDetectionsRequest>(
      "filter { query: 'e' } page_size: 1000 read_mask { paths: 'composite_id' }");
  std::set<std::string> ids;
  for (int page = 0; page < 11; ++page) {
    const auto answer = Ask(world, request);
    ASSERT_THAT(answer, IsOk());
    for (const auto& one : answer->detections()) ids.insert(one.composite_id());
    request.set_page_token(answer->next_page_token());
  }
  EXPECT_GT(ids.size(), 10'000U);
}

TEST(Connection, RefusedTokenRequestIsUnavailableUntilFalconIsBack) {
  World world({{"--alerts", "50"}});
  world.KillSimulator();
  ExpectFailure(ListDetections(world, kGenerous), StatusCode::UNAVAILABLE, "UPSTREAM_TOKEN");
  world.StartSimulator();
  WaitUntil([&] { return ListDetections(world, kGenerous).status.ok(); });
}

TEST(Connection, RefusedDataCallIsUnavailableUntilFalconIsBack) {
  World world({{"--alerts", "50"}});
  ASSERT_TRUE(ListDetections(world, kGenerous).status.ok());
  const int64_t before = UpstreamCalls(world);
  world.KillSimulator();
  ExpectFailure(ListDetections(world, kGenerous), StatusCode::UNAVAILABLE, "UPSTREAM_CONNECTION");
  EXPECT_EQ(UpstreamCalls(world) - before, 3);
  world.StartSimulator();
  EXPECT_TRUE(ListDetections(world, kGenerous).status.ok());
}

TEST(Dns, NameThatDoesNotResolveIsUnavailable) {
  WorldOptions options{{"--alerts", "50"}};
  options.environment["FALCON_BASE_URL"] = "https://no-such-host.invalid";
  World world(options);
  ExpectFailure(ListDetections(world, kGenerous), StatusCode::UNAVAILABLE, "UPSTREAM_TOKEN");
}

// TLS is never tried again, and never without its checks.
void ExpectTlsFails(const WorldOptions& options) {
  World world(options);
  ExpectFailure(ListDetections(world, kGenerous), StatusCode::FAILED_PRECONDITION, "UPSTREAM_TLS");
  EXPECT_EQ(world.Calls(), 0);
  EXPECT_EQ(world.Logins(), 0);
}

TEST(Tls, ExpiredCertificateFails) {
  ExpectTlsFails({{"--alerts", "50", "--tls-flaw", "expired"}});
}

TEST(Tls, CertificateOfAnotherHostFails) {
  ExpectTlsFails({{"--alerts", "50", "--tls-flaw", "wrong-host"}});
}

TEST(Tls, UnknownAuthorityFails) {
  WorldOptions other;
  other.start_gateway = false;
  const World stranger(other);
  WorldOptions options{{"--alerts", "50"}};
  options.ca_file = stranger.folder() + "/ca.pem";
  ExpectTlsFails(options);
}

WorldOptions Behind(const std::string& proxy) {
  WorldOptions options{{"--alerts", "50"}};
  options.environment["https_proxy"] = proxy;
  return options;
}

void ExpectProxyFails(const std::string& proxy, StatusCode code, const std::string& reason) {
  World world(Behind(proxy));
  ExpectFailure(ListDetections(world, kGenerous), code, reason);
  EXPECT_EQ(world.Logins(), 0);
}

// A proxy that answers every CONNECT with `http_status`.
void ExpectProxyFails(int http_status, StatusCode code, const std::string& reason) {
  const LoopbackServer proxy([&](const SeenRequest&) { return Reply(http_status, ""); });
  ExpectProxyFails("http://127.0.0.1:" + std::to_string(proxy.port()), code, reason);
}

TEST(ProxyFault, DeadProxyIsUnavailable) {
  ExpectProxyFails("http://127.0.0.1:1", StatusCode::UNAVAILABLE, "UPSTREAM_TOKEN");
}

TEST(ProxyFault, ProxyThatWantsCredentialsIsAFailedPrecondition) {
  ExpectProxyFails(407, StatusCode::FAILED_PRECONDITION, "UPSTREAM_PROXY_AUTH");
}

TEST(ProxyFault, ProxyThatRefusesTheTunnelIsUnavailable) {
  ExpectProxyFails(503, StatusCode::UNAVAILABLE, "UPSTREAM_TOKEN");
}

class ClockFault : public ::testing::TestWithParam<int> {};

TEST_P(ClockFault, WallClocksThatDifferByAnHourDoNotMatter) {
  World world({{"--alerts", "50"}});
  ASSERT_TRUE(ListDetections(world, kGenerous).status.ok());
  world.ResetLedger();
  world.Control("POST", "/__simulator/clock", Json({{"skew_seconds", GetParam()}}).dump());
  EXPECT_TRUE(ListDetections(world, kGenerous).status.ok());
  EXPECT_TRUE(ListHosts(world, kGenerous).status.ok());
  EXPECT_EQ(world.Logins(), 0);
  // The instant of a 429 is judged against the answer's own date: a second, not an hour.
  world.Fault(Rule("rate_limited", {{"in_seconds", 1}}));
  EXPECT_TRUE(ListDetections(world, seconds(30)).status.ok());
}

INSTANTIATE_TEST_SUITE_P(HourAheadAndBehind, ClockFault, ::testing::Values(3600, -3600));

// With one place upstream, the next call proves that the place of the one that left is free.
TEST(Caller, CallerThatLeavesFreesItsPlaceUpstream) {
  World world({{"--alerts", "50"}, {"--max-in-flight=1"}});
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  world.ResetLedger();
  world.Fault(Rule("stall"));
  grpc::ClientContext context;
  grpc::Status status;
  std::thread caller([&] {
    v1::ListDetectionsResponse response;
    status = v1::DetectionService::Stub(world.channel()).ListDetections(&context, {}, &response);
  });
  WaitUntil([&] { return world.Calls() == 1; });
  context.TryCancel();
  caller.join();
  EXPECT_THAT(status, StatusIs(StatusCode::CANCELLED));
  EXPECT_TRUE(ListDetections(world, kGenerous).status.ok());
}

TEST(Caller, CallerWhoseTimeIsUpFreesItsPlaceUpstream) {
  World world({{"--alerts", "50"}, {"--max-in-flight=1"}});
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  world.Fault(Rule("stall"));
  EXPECT_EQ(ListDetections(world, seconds(1)).status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(ListDetections(world, kGenerous).status.ok());
}

TEST(Canary, SecretAndTokenAppearNowhere) {
  World world({{"--alerts", "50"}, {"--log-level=debug"}});
  world.Fault(Rule(
      "status",
      {{"path", "/oauth2/token"}, {"code", 401}, {"message", std::string("no ") + kClientSecret}}));
  std::string told;
  const auto tell = [&told](const Observed& observed) {
    told += observed.status.error_message() + observed.status.error_details();
  };
  tell(ListDetections(world, kGenerous));
  WaitUntil([&] { return ListDetections(world, kGenerous).status.ok(); });
  for (const char* kind : {"unauthorized", "stale_token", "forbidden", "html", "reset",
                           "malformed_json", "redirect", "header_storm", "gzip_bomb"}) {
    world.Fault(Rule(kind));
    tell(ListDetections(world, kGenerous));
    world.ClearFaults();
  }
  told += Ask(world, v1::GetStatusRequest())->DebugString();
  ExpectNoSecret(told);
  EXPECT_NE(world.gateway_program().Log().find("\"rpc_finished\""), std::string::npos)
      << "debug lines";
  ExpectNoSecret(world.gateway_program().Log());
  const std::string process = "/proc/" + std::to_string(world.gateway_program().pid());
  for (const char* file : {"/cmdline", "/environ"}) {
    std::ifstream in(process + file);
    ExpectNoSecret({std::istreambuf_iterator<char>(in), {}});
  }
}

}  // namespace
}  // namespace falcon::e2e
