// The fault matrix, rows 30 and 39 to 47: networks, certificates, proxies, clocks and callers. Each
// needs a world of its own.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <thread>

#include "tests/e2e/calls/detections.h"
#include "tests/e2e/calls/gateway.h"
#include "tests/e2e/fault_row.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;

void ExpectFailure(const Seen& seen, StatusCode code, const std::string& reason) {
  EXPECT_EQ(seen.status.error_code(), code) << seen.status.error_message();
  EXPECT_EQ(Details(seen.status).info.reason(), reason) << seen.status.error_message();
  ExpectNoSecret(seen.status.error_message() + seen.status.error_details());
}

int64_t UpstreamCalls(World& world) { return Ask(world, v1::GetStatusRequest())->upstream_calls(); }

TEST(Window, Row30_TextSearchInAnOrderThatCannotBeSoughtEndsAtTenThousandRows) {
  World world;
  auto request = Make<v1::ListDetectionsRequest>(
      "filter { query: 'e' } page_size: 1000 order_by: 'severity' read_mask { paths: "
      "'composite_id' }");
  for (int page = 0; page < 10; ++page) {
    const auto answer = Ask(world, request);
    ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
    ASSERT_EQ(answer->detections_size(), 1000);
    request.set_page_token(answer->next_page_token());
  }
  world.ResetLedger();
  const auto past = Ask(world, request);
  EXPECT_EQ(past.status.error_code(), StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(past.reason(), "OFFSET_WINDOW");
  EXPECT_EQ(world.Calls(), 0);
  // By time, the window is passed by the sort value.
  request = Make<v1::ListDetectionsRequest>(
      "filter { query: 'e' } page_size: 1000 read_mask { paths: 'composite_id' }");
  std::set<std::string> ids;
  for (int page = 0; page < 11; ++page) {
    const auto answer = Ask(world, request);
    ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
    for (const auto& one : answer->detections()) ids.insert(one.composite_id());
    request.set_page_token(answer->next_page_token());
  }
  EXPECT_GT(ids.size(), 10'000U);
}

TEST(Connection, Row39_RefusedLogInIsUnavailableUntilFalconIsBack) {
  World world({{"--alerts", "50"}});
  world.KillSimulator();
  ExpectFailure(ListDetections(world, kGenerous), StatusCode::UNAVAILABLE, "UPSTREAM_TOKEN");
  world.StartSimulator();
  WaitUntil([&] { return ListDetections(world, kGenerous).status.ok(); });
}

TEST(Connection, Row39_RefusedDataCallIsUnavailableUntilFalconIsBack) {
  World world({{"--alerts", "50"}});
  ASSERT_TRUE(ListDetections(world, kGenerous).status.ok());
  const int64_t before = UpstreamCalls(world);
  world.KillSimulator();
  ExpectFailure(ListDetections(world, kGenerous), StatusCode::UNAVAILABLE, "UPSTREAM_CONNECTION");
  EXPECT_EQ(UpstreamCalls(world) - before, 3);
  world.StartSimulator();
  EXPECT_TRUE(ListDetections(world, kGenerous).status.ok());
}

TEST(Dns, Row42_NameThatDoesNotResolveIsUnavailable) {
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

TEST(Tls, Row43_ExpiredCertificateFails) {
  ExpectTlsFails({{"--alerts", "50", "--tls-flaw", "expired"}});
}

TEST(Tls, Row43_CertificateOfAnotherHostFails) {
  ExpectTlsFails({{"--alerts", "50", "--tls-flaw", "wrong-host"}});
}

TEST(Tls, Row43_UnknownAuthorityFails) {
  WorldOptions other;
  other.start_gateway = false;
  const World stranger(other);
  WorldOptions options{{"--alerts", "50"}};
  options.ca_file = stranger.folder() + "/ca.pem";
  ExpectTlsFails(options);
}

// A proxy that answers every CONNECT with the same bytes.
class Proxy {
 public:
  explicit Proxy(std::string answer) : answer_(std::move(answer)) {
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(socket_, raw, size), 0);
    EXPECT_EQ(listen(socket_, 16), 0);
    getsockname(socket_, raw, &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~Proxy() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  std::string Url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  void Serve() {
    for (int peer; (peer = accept(socket_, nullptr, nullptr)) >= 0; close(peer)) {
      char request[4096];
      if (read(peer, request, sizeof(request)) <= 0) continue;
      [[maybe_unused]] const ssize_t sent = write(peer, answer_.data(), answer_.size());
    }
  }

  const std::string answer_;
  int socket_ = -1;
  int port_ = 0;
  std::thread thread_;
};

WorldOptions Behind(const std::string& proxy) {
  WorldOptions options{{"--alerts", "50"}};
  options.environment["https_proxy"] = proxy;
  return options;
}

TEST(ProxyFault, Row44_DeadProxyIsUnavailable) {
  World world(Behind("http://127.0.0.1:1"));
  ExpectFailure(ListDetections(world, kGenerous), StatusCode::UNAVAILABLE, "UPSTREAM_TOKEN");
  EXPECT_EQ(world.Logins(), 0);
}

TEST(ProxyFault, Row44_ProxyThatWantsCredentialsIsThePreconditionThatFailed) {
  const Proxy proxy("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
  World world(Behind(proxy.Url()));
  ExpectFailure(ListDetections(world, kGenerous), StatusCode::FAILED_PRECONDITION,
                "UPSTREAM_PROXY_AUTH");
  EXPECT_EQ(world.Logins(), 0);
}

TEST(ProxyFault, Row44_ProxyThatRefusesTheTunnelIsUnavailable) {
  const Proxy proxy("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
  World world(Behind(proxy.Url()));
  ExpectFailure(ListDetections(world, kGenerous), StatusCode::UNAVAILABLE, "UPSTREAM_TOKEN");
  EXPECT_EQ(world.Logins(), 0);
}

class ClockFault : public testing::TestWithParam<int> {};

TEST_P(ClockFault, Row45_WallClocksThatDifferByAnHourDoNotMatter) {
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

INSTANTIATE_TEST_SUITE_P(HourAheadAndBehind, ClockFault, testing::Values(3600, -3600));

// With one place upstream, the next call proves that the place of the one that left is free.
TEST(Caller, Row46_CallerThatLeavesFreesItsPlaceUpstream) {
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
  EXPECT_EQ(status.error_code(), StatusCode::CANCELLED);
  EXPECT_TRUE(ListDetections(world, kGenerous).status.ok());
}

TEST(Caller, Row46_CallerWhoseTimeIsUpFreesItsPlaceUpstream) {
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
  const auto tell = [&told](const Seen& seen) {
    told += seen.status.error_message() + seen.status.error_details();
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
