// The exposition text, and the fence around labels.
#include "telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace falcon::telemetry {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr RpcName kListHosts = {"unary", "falcon_gateway.v1.HostService", "ListHosts"};

TEST(Metrics, CountsRpcsUnderTheNamesThatDashboardsKnow) {
  Metrics metrics;
  metrics.RpcStarted(kListHosts);
  metrics.RpcStarted(kListHosts);
  metrics.RpcHandled(kListHosts, "OK", milliseconds(20), 1);
  metrics.RpcHandled(kListHosts, "NOT_FOUND", milliseconds(2000), 0);
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("# TYPE grpc_server_started_total counter"));
  EXPECT_THAT(text,
              HasSubstr("grpc_server_started_total{grpc_method=\"ListHosts\","
                        "grpc_service=\"falcon_gateway.v1.HostService\",grpc_type=\"unary\"} 2"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handled_total{grpc_code=\"OK\","));
  EXPECT_THAT(text, HasSubstr("grpc_server_handled_total{grpc_code=\"NOT_FOUND\","));
  EXPECT_THAT(text, HasSubstr("grpc_type=\"unary\",le=\"0.025\"} 1"));
  EXPECT_THAT(text, HasSubstr("grpc_type=\"unary\",le=\"+Inf\"} 2"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handling_seconds_sum{"));
  EXPECT_THAT(text,
              HasSubstr("grpc_server_msg_sent_total{grpc_method=\"ListHosts\","
                        "grpc_service=\"falcon_gateway.v1.HostService\",grpc_type=\"unary\"} 1"));
}

TEST(Metrics, CountsTokenRequestsAndRefusedTokens) {
  Metrics metrics;
  metrics.TokenRefresh("ok");
  metrics.TokenRefused();
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("falcon_gateway_token_refresh_total{result=\"ok\"} 1"));
  EXPECT_THAT(text, HasSubstr("falcon_gateway_token_refused_total 1"));
  EXPECT_THAT(text, HasSubstr("falcon_gateway_build_info{version="));
}

TEST(Metrics, LabelShowsTwoHundredValuesAndThenOther) {
  Metrics metrics;
  const CounterFamily retries = metrics.AddCounter("retries_total", "Retries.");
  for (int i = 0; i < 1000; ++i) retries.Add({{"reason", "reason_" + std::to_string(i)}});
  retries.Add({{"reason", "reason_7"}});
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("{reason=\"reason_7\"} 2"));
  EXPECT_THAT(text, HasSubstr("{reason=\"reason_199\"} 1"));
  EXPECT_THAT(text, HasSubstr("{reason=\"other\"} 800"));
  EXPECT_THAT(text, Not(HasSubstr("reason_200")));
}

TEST(Metrics, CountersOfOneNameAreOneFamily) {
  Metrics metrics;
  const CounterFamily shed = metrics.AddCounter("falcon_gateway_shed_total", "Calls turned away.");
  shed.Add({{"reason", "QUEUE_FULL"}});
  metrics.AddCounter("falcon_gateway_shed_total", "Calls turned away.")
      .Add({{"reason", "QUEUE_FULL"}}, 2);
  EXPECT_THAT(metrics.Text(), HasSubstr("falcon_gateway_shed_total{reason=\"QUEUE_FULL\"} 3\n"));
}

TEST(Metrics, CounterRaisedToASmallerTotalStays) {
  Metrics metrics;
  const CounterFamily opened = metrics.AddCounter("opened_total", "Times opened.");
  opened.RaiseTo(4);
  opened.RaiseTo(7);
  opened.RaiseTo(5);
  EXPECT_THAT(metrics.Text(), HasSubstr("opened_total 7\n"));
}

TEST(Metrics, GaugesShowTheLastValue) {
  Metrics metrics;
  const GaugeFamily open = metrics.AddGauge("falcon_gateway_exports_open", "Exports under way.");
  open.Set(4);
  open.Set(3);
  EXPECT_THAT(metrics.Text(), HasSubstr("falcon_gateway_exports_open 3\n"));
}

}  // namespace
}  // namespace falcon::telemetry
