// Metrics: the exposition text, bounds of labels, and the server.
#include "telemetry/metrics.h"

#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <vector>

#include "telemetry/metrics_server.h"
#include "tests/support/status_matchers.h"

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

using Tcp = boost::asio::ip::tcp;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class MetricsServerTest : public ::testing::Test {
 protected:
  void Serve(MetricsServerOptions options = {}) {
    options.listen = "127.0.0.1:0";
    MetricsPages pages;
    pages.metrics = [] { return std::string("up 1\n"); };
    pages.not_ready = [this] { return std::string(ready_ ? "" : "no access token was had yet"); };
    auto server = MetricsServer::Listen(options, pages);
    ASSERT_THAT(server.status(), testing::IsOk());
    server_ = *std::move(server);
  }
  Tcp::socket Connect() {
    const std::string address = server_->address();
    const auto port = static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    Tcp::socket socket(context_);
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    return socket;
  }
  static void Send(Tcp::socket& socket, const std::string& text) {
    boost::system::error_code error;  // a server that closes early is seen by what it answers
    boost::asio::write(socket, boost::asio::buffer(text), error);
  }
  // Until the server closes.
  static std::string Read(Tcp::socket& socket) {
    std::string text;
    boost::system::error_code error;
    boost::asio::read(socket, boost::asio::dynamic_buffer(text), error);
    return text;
  }
  std::string Ask(const std::string& request_line) {
    Tcp::socket socket = Connect();
    Send(socket, request_line + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return Read(socket);
  }

  std::atomic<bool> ready_ = false;
  boost::asio::io_context context_;
  std::unique_ptr<MetricsServer> server_;
};

TEST_F(MetricsServerTest, ServesMetricsInTheTextFormat) {
  Serve();
  const std::string answer = Ask("GET /metrics?x=y");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nup 1\n"));
}

TEST_F(MetricsServerTest, ReadinessNamesItsReason) {
  Serve();
  EXPECT_THAT(Ask("GET /readyz"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(Ask("GET /readyz"), EndsWith("no access token was had yet\n"));
  EXPECT_THAT(Ask("GET /healthz"), StartsWith("HTTP/1.1 200 ")) << "the process lives";
  ready_ = true;
  EXPECT_THAT(Ask("GET /readyz"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(MetricsServerTest, OtherPathsAndMethodsAreRefused) {
  Serve();
  EXPECT_THAT(Ask("GET /"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Ask("GET /metrics/"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Ask("DELETE /metrics"), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(Ask("HEAD /metrics"), EndsWith("\r\n\r\n"));
}

TEST_F(MetricsServerTest, LongHeadIsNotRead) {
  Serve();
  EXPECT_THAT(Ask("GET /" + std::string(100'000, 'a')), Not(HasSubstr("200 OK")));
  EXPECT_THAT(Ask("GET /healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(MetricsServerTest, SilentConnectionIsClosed) {
  Serve({.timeout = seconds(1)});
  Tcp::socket silent = Connect();
  EXPECT_EQ(Read(silent), "");
}

TEST_F(MetricsServerTest, ConnectionsAboveTheMaximumAreClosedAtOnce) {
  Serve({.max_connections = 2, .timeout = seconds(300)});
  Tcp::socket first = Connect();
  Tcp::socket second = Connect();
  Tcp::socket third = Connect();
  EXPECT_EQ(Read(third), "");
  Send(first, "GET /healthz HTTP/1.1\r\n\r\n");
  EXPECT_THAT(Read(first), StartsWith("HTTP/1.1 200 "));
}

TEST_F(MetricsServerTest, AddressThatIsTakenIsAnError) {
  Serve();
  MetricsServerOptions options;
  options.listen = server_->address();
  const auto taken = MetricsServer::Listen(options, {});
  EXPECT_THAT(std::string(taken.status().message()), HasSubstr("--metrics-listen"));
}

TEST(ProcessMetrics, ReportsTheValuesOfProc) {
  Metrics metrics;
  UpdateProcessMetrics(metrics);
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("\nprocess_cpu_seconds_total "));
  for (const char* name :
       {"process_resident_memory_bytes", "process_virtual_memory_bytes", "process_open_fds",
        "process_max_fds", "process_threads", "process_start_time_seconds"}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + name + " "));
    EXPECT_THAT(text, Not(HasSubstr(std::string("\n") + name + " 0\n")));
  }
}

}  // namespace
}  // namespace falcon::telemetry
