// Health as a supervisor asks for it, of a server whose loop stalls.
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <future>
#include <sstream>
#include <string>
#include <thread>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/hosts.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "rpc/server/server.h"
#include "runtime/watchdog.h"
#include "tests/support/status_matchers.h"

namespace falcon::rpc {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr char kHosts[] = "falcon_gateway.v1.HostService";

class HealthTest : public ::testing::Test {
 protected:
  HealthTest() {
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    auto server = Server::Start(options, {&hosts_}, connections_, log_, metrics_);
    EXPECT_THAT(server.status(), testing::IsOk());
    server_ = *std::move(server);
    stub_ = grpc::health::v1::Health::NewStub(grpc::CreateChannel(
        "127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials()));
  }

  // SERVICE_UNKNOWN for NOT_FOUND.
  HealthCheckResponse::ServingStatus Check(const std::string& service = {}) {
    grpc::ClientContext context;
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    const grpc::Status status = stub_->Check(&context, request, &response);
    if (status.error_code() == grpc::NOT_FOUND) return HealthCheckResponse::SERVICE_UNKNOWN;
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.status();
  }

  SystemClock clock_;
  std::ostringstream text_;
  telemetry::Log log_{telemetry::Level::kOff, clock_, text_};
  telemetry::Metrics metrics_;
  ConnectionTable connections_{100, 100, metrics_};
  v1::HostService::CallbackService hosts_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<grpc::health::v1::Health::Stub> stub_;
  runtime::Loop loop_{"test"};
};

TEST_F(HealthTest, FollowsTheHeartbeatOfTheLoop) {
  runtime::Heartbeat::Callbacks callbacks;
  callbacks.on_change = [this](bool beats) { server_->SetServing(beats); };
  const runtime::Heartbeat heartbeat(
      loop_, {.interval = milliseconds(1), .late_after = milliseconds(20)}, callbacks);
  EXPECT_EQ(Check(), HealthCheckResponse::SERVING);

  std::promise<void> gate;
  loop_.Post([open = gate.get_future().share()] { open.wait(); });
  while (Check() != HealthCheckResponse::NOT_SERVING) std::this_thread::yield();

  gate.set_value();
  while (Check() != HealthCheckResponse::SERVING) std::this_thread::yield();
}

TEST_F(HealthTest, ReportsStateOfServerForEachService) {
  for (const char* service : {"", kHosts, "grpc.health.v1.Health"}) {
    EXPECT_EQ(Check(service), HealthCheckResponse::SERVING) << service;
    server_->SetServing(false);
    EXPECT_EQ(Check(service), HealthCheckResponse::NOT_SERVING) << service;
    server_->SetServing(true);
  }
}

TEST_F(HealthTest, ReportsNotServingWhileDraining) {
  DrainPlan plan;
  plan.grace = std::chrono::hours(1);
  auto state = HealthCheckResponse::UNKNOWN;
  plan.on_closed = [&] { state = Check(kHosts); };
  EXPECT_EQ(Check(kHosts), HealthCheckResponse::SERVING);
  server_->Drain(plan);
  EXPECT_EQ(state, HealthCheckResponse::NOT_SERVING);
}

TEST_F(HealthTest, ReportsUnknownForServicesNotServed) {
  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service("falcon_gateway.v1.GatewayService");
  const auto watch = stub_->Watch(&context, request);
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  server_->SetServing(false);
  server_->SetServing(true);
  EXPECT_EQ(Check(request.service()), HealthCheckResponse::SERVICE_UNKNOWN);
  context.TryCancel();
}

}  // namespace
}  // namespace falcon::rpc
