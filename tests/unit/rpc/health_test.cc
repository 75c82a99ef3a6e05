// Health as a supervisor asks for it, of a server whose loop stalls.
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <future>
#include <sstream>
#include <string>
#include <thread>

#include "grpc/health/v1/health.grpc.pb.h"
#include "rpc/server.h"
#include "run/heartbeat.h"
#include "tests/support/status_matchers.h"

namespace falcon::rpc {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

class HealthTest : public ::testing::Test {
 protected:
  HealthTest() {
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    auto server = Server::Start(options, {}, connections_, log_, metrics_);
    EXPECT_THAT(server.status(), testing::IsOk());
    server_ = *std::move(server);
    stub_ = grpc::health::v1::Health::NewStub(grpc::CreateChannel(
        "127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials()));
  }

  HealthCheckResponse::ServingStatus Check() {
    grpc::ClientContext context;
    HealthCheckResponse response;
    EXPECT_TRUE(stub_->Check(&context, HealthCheckRequest(), &response).ok());
    return response.status();
  }

  SystemClock clock_;
  std::ostringstream text_;
  obs::Log log_{obs::Level::kOff, clock_, text_};
  obs::Metrics metrics_;
  ConnectionTable connections_{100, 100, metrics_};
  std::unique_ptr<Server> server_;
  std::unique_ptr<grpc::health::v1::Health::Stub> stub_;
  run::Loop loop_{"test"};
};

TEST_F(HealthTest, FollowsTheHeartbeatOfTheLoop) {
  run::Heartbeat::Callbacks callbacks;
  callbacks.on_change = [this](bool beats) { server_->SetServing(beats); };
  const run::Heartbeat heartbeat(
      loop_, {.interval = milliseconds(1), .late_after = milliseconds(20)}, callbacks);
  EXPECT_EQ(Check(), HealthCheckResponse::SERVING);

  std::promise<void> gate;
  loop_.Post([open = gate.get_future().share()] { open.wait(); });
  while (Check() != HealthCheckResponse::NOT_SERVING) std::this_thread::yield();

  gate.set_value();
  while (Check() != HealthCheckResponse::SERVING) std::this_thread::yield();
}

}  // namespace
}  // namespace falcon::rpc
