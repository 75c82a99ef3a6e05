// A log that nobody reads or that no disk takes stops no call, and each fault has its metric.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <future>
#include <sstream>

#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

using ::testing::HasSubstr;

struct Descriptor {
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
  int fd = -1;
};

// What may be read from `fd` now.
std::string ReadAvailable(int fd) {
  std::string text;
  std::array<char, 65536> buffer;
  for (ssize_t n; (n = read(fd, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<size_t>(n));
  }
  return text;
}

TEST(BulkheadsLog, ReaderThatStallsStopsNoCallAndGetsWholeLinesLater) {
  Descriptor held;  // outlives the gateway, so that its log has a reader to the end
  WorldOptions options;
  options.simulator = {"--alerts", "50"};
  options.gateway = {"--log-level=debug"};
  options.start_gateway = false;
  World world(options);
  const std::string path = world.folder() + "/gateway.log";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const int reader = open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  held.fd = reader;
  ASSERT_GT(fcntl(reader, F_SETPIPE_SZ, 4096), 0);
  world.StartGateway();

  // Each writes a line of some 200 bytes.
  constexpr int kCalls = 200;
  for (int i = 0; i < kCalls; ++i) {
    ASSERT_TRUE(Ask(world, v1::GetStatusRequest(), seconds(60)).status.ok()) << i;
  }
  EXPECT_EQ(Health(world), "SERVING");

  std::string text;
  WaitUntil([&] {
    text += ReadAvailable(reader);
    std::istringstream lines(text);
    int finished = 0;
    for (std::string line; std::getline(lines, line);) {
      finished += line.find("rpc_finished") != std::string::npos ? 1 : 0;
    }
    return finished >= kCalls;
  });
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_FALSE(Json::parse(line, nullptr, /*allow_exceptions=*/false).is_discarded()) << line;
  }

  // Told to stop while the reader stalls, it ends: the end of the world waits for that.
  while (write(reader, "x", 1) == 1) {
  }
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Ask(world, v1::GetStatusRequest()).status.ok());
}

// A file size limit refuses writes as a full disk does, and can be lifted again.
void SetFileLimit(World& world, rlim_t bytes) {
  rlimit limit{};
  ASSERT_EQ(prlimit(world.gateway_program().pid(), RLIMIT_FSIZE, nullptr, &limit), 0);
  limit.rlim_cur = bytes;
  ASSERT_EQ(prlimit(world.gateway_program().pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
}

TEST(BulkheadsLog, DiskThatWasFullGetsTheLogAgainWithTheCountOfTheLost) {
  signal(SIGXFSZ, SIG_IGN);  // inherited: with a full disk there is no signal either
  WorldOptions options;
  options.simulator = {"--alerts", "50"};
  options.gateway = {"--log-level=debug", "--metrics-listen=0"};
  World world(options);
  ASSERT_TRUE(Ask(world, v1::GetStatusRequest()).status.ok());
  WaitUntil(
      [&] { return world.gateway_program().Log().find("rpc_finished") != std::string::npos; });

  SetFileLimit(world, std::filesystem::file_size(world.folder() + "/gateway.log") + 10);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Ask(world, v1::GetStatusRequest()).status.ok());
  WaitUntil([&] { return Metric(world, "falcon_gateway_log_lines_dropped_total") >= 20; });
  SetFileLimit(world, RLIM_INFINITY);
  EXPECT_TRUE(Ask(world, v1::ListDetectionsRequest()).status.ok());

  WaitUntil(
      [&] { return world.gateway_program().Log().find("ListDetections") != std::string::npos; });
  EXPECT_THAT(world.gateway_program().Log(),
              HasSubstr(R"("level":"warning","event":"log_lines_dropped","count":2)"));
}

TEST(BulkheadsLog, FrozenFalconHasALine) {
  World world({{"--alerts", "50"}});
  world.Fault(Rule("stall", {{"times", 0}}));
  EXPECT_EQ(Ask(world, v1::ListDetectionsRequest(), milliseconds(300)).status.error_code(),
            StatusCode::DEADLINE_EXCEEDED);
  WaitUntil([&] {
    return world.gateway_program().Log().find(
               R"("event":"rpc_failed","method":"/falcon_gateway.v1.DetectionService/ListDetections",)"
               R"("grpc_code":"DEADLINE_EXCEEDED")") != std::string::npos;
  });
}

WorldOptions WithMetrics(std::vector<std::string> gateway = {}) {
  WorldOptions options;
  options.simulator = {"--alerts", "50"};
  options.gateway = std::move(gateway);
  options.gateway.push_back("--metrics-listen=0");
  return options;
}

// Counters of other parts appear with the next heartbeat.
void WaitFor(World& world, const std::string& series, double least = 1) {
  SCOPED_TRACE(series);
  WaitUntil([&] { return Metric(world, series) >= least; });
}

const std::string kListDetections =
    R"({grpc_code="OK",grpc_method="ListDetections",)"
    R"(grpc_service="falcon_gateway.v1.DetectionService",grpc_type="unary"})";

TEST(BulkheadsMetrics, EachFaultHasItsCounter) {
  World world(WithMetrics());
  world.Fault(Rule("status", {{"code", 503}, {"times", 1}}));
  EXPECT_TRUE(Ask(world, v1::ListDetectionsRequest()).status.ok());
  WaitFor(world, "falcon_gateway_upstream_responses_total{code=\"503\"}");
  WaitFor(world, "falcon_gateway_upstream_retries_total");
  EXPECT_EQ(Metric(world, "grpc_server_handled_total" + kListDetections), 1);

  world.Control("POST", "/__simulator/revoke_tokens");
  EXPECT_TRUE(Ask(world, v1::ListDetectionsRequest()).status.ok());
  EXPECT_EQ(Metric(world, "falcon_gateway_token_refused_total"), 1);
  EXPECT_GE(Metric(world, "falcon_gateway_token_refresh_total{result=\"ok\"}"), 2);

  world.Fault(Rule("wrong_types"));
  EXPECT_TRUE(Ask(world, v1::ListDetectionsRequest()).status.ok());
  EXPECT_GE(Metric(world, R"(falcon_gateway_skipped_values_total{grpc_method="ListDetections",)"
                          R"(grpc_service="falcon_gateway.v1.DetectionService"})"),
            1);

  world.Fault(Rule("rate_limited", {{"in_seconds", 1}}));
  EXPECT_TRUE(Ask(world, v1::ListDetectionsRequest()).status.ok());
  WaitFor(world, "falcon_gateway_rate_limit_cooldowns_total");
  EXPECT_GE(Metric(world, "falcon_gateway_upstream_responses_total{code=\"429\"}"), 1);
}

TEST(BulkheadsMetrics, ShedCallIsCountedByItsBound) {
  World world(WithMetrics({"--max-in-flight=1", "--max-waiting=0"}));
  world.Fault(Rule("latency", {{"ms", 1500}}));
  auto first =
      std::async(std::launch::async, [&] { return Ask(world, v1::ListDetectionsRequest()); });
  WaitFor(world, "falcon_gateway_upstream_in_flight");
  const auto shed = Ask(world, v1::ListHostsRequest());
  EXPECT_THAT(shed, StatusIs(StatusCode::RESOURCE_EXHAUSTED));
  EXPECT_TRUE(first.get().status.ok());
  WaitFor(world, "falcon_gateway_shed_total{bound=\"all_callers\"}");
}

TEST(BulkheadsMetrics, ReadinessWaitsForAFirstTokenAndAsksForItByItself) {
  WorldOptions options = WithMetrics();
  options.simulator = {"--alerts", "50", "--fault", "status path=/oauth2/token times=1 code=503"};
  World world(options);
  EXPECT_EQ(GetEndpoint(world, "/healthz").status, 200);
  WaitUntil([&] { return GetEndpoint(world, "/readyz").status == 200; });
  EXPECT_GE(world.Logins(), 2);
  EXPECT_EQ(world.Calls(), 0) << "nobody called";
  world.KillSimulator();
  EXPECT_EQ(GetEndpoint(world, "/readyz").status, 200) << "a restart would not bring Falcon back";
}

TEST(BulkheadsMetrics, WithoutTheFlagNobodyListensAndNoTokenIsFetched) {
  World world({{"--alerts", "50"}});
  EXPECT_TRUE(Ask(world, v1::ListDetectionsRequest()).status.ok());
  EXPECT_EQ(world.gateway_program().Log().find("metrics_served"), std::string::npos);
}

TEST(BulkheadsMetrics, PrometheusAcceptsTheText) {
  World world(WithMetrics());
  EXPECT_TRUE(Ask(world, v1::ListDetectionsRequest()).status.ok());
  WaitFor(world, "falcon_gateway_token_valid");
  const std::string text = GetEndpoint(world, "/metrics").body;
  const Outcome checked = RunToEnd("/usr/bin/promtool", {"check", "metrics"}, {}, text);
  EXPECT_EQ(checked.status, 0) << checked.out << checked.err << text;
  for (const char* name : {"grpc_server_started_total", "grpc_server_msg_received_total",
                           "grpc_server_msg_sent_total", "grpc_server_handling_seconds_bucket",
                           "falcon_gateway_build_info", "falcon_gateway_circuit_opened_total",
                           "falcon_gateway_log_lines_dropped_total", "process_open_fds"}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + name));
  }
}

}  // namespace
}  // namespace falcon::e2e
