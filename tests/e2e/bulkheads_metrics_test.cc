// After each fault its counter is found where a monitoring system looks.
#include <gmock/gmock.h>

#include <future>

#include "tests/e2e/calls/detections.h"
#include "tests/e2e/calls/hosts.h"
#include "tests/e2e/scrape.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

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
  EXPECT_EQ(shed.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(first.get().status.ok());
  WaitFor(world, "falcon_gateway_shed_total{bound=\"all_callers\"}");
}

TEST(BulkheadsMetrics, ReadinessWaitsForAFirstTokenAndAsksForItByItself) {
  WorldOptions options = WithMetrics();
  options.simulator = {"--alerts", "50", "--fault", "status path=/oauth2/token times=1 code=503"};
  World world(options);
  EXPECT_EQ(Get(world, "/healthz").status, 200);
  WaitUntil([&] { return Get(world, "/readyz").status == 200; });
  EXPECT_GE(world.Logins(), 2);
  EXPECT_EQ(world.Calls(), 0) << "nobody called";
  world.KillSimulator();
  EXPECT_EQ(Get(world, "/readyz").status, 200) << "a restart would not bring Falcon back";
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
  const std::string text = Get(world, "/metrics").body;
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
