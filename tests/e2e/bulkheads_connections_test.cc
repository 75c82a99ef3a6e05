// Upstream connections that die silently: the call that met one ends at its deadline, the next one
// is answered.
#include <gmock/gmock.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/calls/hosts.h"
#include "tests/support/nghttpx.h"
#include "tests/support/relay.h"

namespace falcon::e2e {
namespace {

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
    ASSERT_EQ(ListHosts(kGenerous), grpc::StatusCode::OK);
    relay.LoseConnections();
    EXPECT_EQ(ListHosts(milliseconds(2500)), grpc::StatusCode::DEADLINE_EXCEEDED);
    EXPECT_EQ(ListHosts(milliseconds(5000)), grpc::StatusCode::OK);
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
  ASSERT_EQ(ListHosts(kGenerous), grpc::StatusCode::OK);
  relay.LoseConnections();
  std::vector<std::thread> callers;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 5; ++i) {
    const int size = 40 + i;
    callers.emplace_back([&, size] {
      const auto request = Make<v1::ListHostsRequest>("page_size: " + std::to_string(size));
      const grpc::Status status = Ask(*gateway_, request, kGenerous).status;
      EXPECT_TRUE(status.ok()) << status.error_message();
      if (status.ok()) ++answered;
    });
  }
  EXPECT_EQ(ListHosts(milliseconds(5000)), grpc::StatusCode::DEADLINE_EXCEEDED);
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, 5);
}

}  // namespace
}  // namespace falcon::e2e
