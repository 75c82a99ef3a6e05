// The exposition text, and the fence around labels.
#include "obs/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace falcon::obs {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr RpcName kListHosts = {"unary", "falcon.v1.HostService", "ListHosts"};

TEST(Metrics, CountsRpcsUnderTheNamesThatDashboardsKnow) {
  Metrics metrics;
  metrics.RpcStarted(kListHosts);
  metrics.RpcStarted(kListHosts);
  metrics.RpcHandled(kListHosts, "OK", milliseconds(20));
  metrics.RpcHandled(kListHosts, "NOT_FOUND", milliseconds(2000));
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("# TYPE grpc_server_started_total counter"));
  EXPECT_THAT(text, HasSubstr("grpc_server_started_total{grpc_method=\"ListHosts\","
                              "grpc_service=\"falcon.v1.HostService\",grpc_type=\"unary\"} 2"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handled_total{grpc_code=\"OK\","));
  EXPECT_THAT(text, HasSubstr("grpc_server_handled_total{grpc_code=\"NOT_FOUND\","));
  EXPECT_THAT(text, HasSubstr("grpc_type=\"unary\",le=\"0.025\"} 1"));
  EXPECT_THAT(text, HasSubstr("grpc_type=\"unary\",le=\"+Inf\"} 2"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handling_seconds_sum{"));
}

TEST(Metrics, CountsWhatHappensUpstream) {
  Metrics metrics;
  metrics.UpstreamRequest("QueryDevicesByFilter", 200);
  metrics.UpstreamRequest("QueryDevicesByFilter", 200);
  metrics.UpstreamRequest("QueryDevicesByFilter", 0);
  metrics.UpstreamRetry("UPSTREAM_CONNECTION");
  metrics.TokenRefresh("ok");
  metrics.TokenRefused();
  metrics.DecodeSkipped("QueryDevicesByFilter", 3);
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("falcon_gateway_upstream_requests_total{code=\"200\","
                              "operation=\"QueryDevicesByFilter\"} 2"));
  EXPECT_THAT(text, HasSubstr("{code=\"0\",operation=\"QueryDevicesByFilter\"} 1"));
  EXPECT_THAT(text, HasSubstr("upstream_retries_total{reason=\"UPSTREAM_CONNECTION\"} 1"));
  EXPECT_THAT(text, HasSubstr("falcon_gateway_token_refresh_total{result=\"ok\"} 1"));
  EXPECT_THAT(text, HasSubstr("falcon_gateway_token_refused_total 1"));
  EXPECT_THAT(text, HasSubstr("decode_skipped_values_total{operation=\"QueryDevicesByFilter\"} 3"));
  EXPECT_THAT(text, HasSubstr("falcon_gateway_build_info{version="));
}

TEST(Metrics, ALabelShowsTwoHundredValuesAndThenOther) {
  Metrics metrics;
  for (int i = 0; i < 1000; ++i) metrics.UpstreamRetry("reason_" + std::to_string(i));
  metrics.UpstreamRetry("reason_7");
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("{reason=\"reason_7\"} 2"));
  EXPECT_THAT(text, HasSubstr("{reason=\"reason_199\"} 1"));
  EXPECT_THAT(text, HasSubstr("{reason=\"other\"} 800"));
  EXPECT_THAT(text, Not(HasSubstr("reason_200")));
}

TEST(Metrics, CountersAreNamedByWhoeverCounts) {
  Metrics metrics;
  const CounterFamily shed = metrics.AddCounter("falcon_gateway_shed_total", "Calls turned away.");
  shed.Add({{"reason", "QUEUE_FULL"}});
  metrics.AddCounter("falcon_gateway_shed_total", "Calls turned away.")
      .Add({{"reason", "QUEUE_FULL"}}, 2);
  EXPECT_THAT(metrics.Text(), HasSubstr("falcon_gateway_shed_total{reason=\"QUEUE_FULL\"} 3\n"));
}

TEST(Metrics, GaugesShowTheLastValue) {
  Metrics metrics;
  const GaugeFamily open = metrics.AddGauge("falcon_gateway_exports_open", "Exports under way.");
  open.Set(4);
  open.Set(3);
  EXPECT_THAT(metrics.Text(), HasSubstr("falcon_gateway_exports_open 3\n"));
}

}  // namespace
}  // namespace falcon::obs
