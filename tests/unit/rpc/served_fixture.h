// A service of ours behind a real server, over a scripted Falcon.
#ifndef FALCON_TESTS_UNIT_RPC_SERVED_FIXTURE_H_
#define FALCON_TESTS_UNIT_RPC_SERVED_FIXTURE_H_

#include <grpcpp/create_channel.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "rpc/services/services.h"
#include "runtime/loop.h"
#include "tests/support/fake_transport.h"
#include "tests/support/upstream_chain.h"

namespace falcon::rpc {

inline ::testing::AssertionResult Ok(const grpc::Status& status) {
  if (status.ok()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << status.error_message();
}

class SilentObserver final : public CallObserver {
 public:
  void Started(std::string_view) override {}
  void Finished(std::string_view, const absl::Status&, milliseconds, const RpcContext&) override {}
};

// New: makes the service. Api: its generated class.
template <NewService* New, class Api>
class ServedTest : public ::testing::Test {
 protected:
  ServedTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(service.get());
    server = builder.BuildAndStart();
    stub = Api::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                            grpc::InsecureChannelCredentials()));
  }
  ~ServedTest() override { server->Shutdown(); }

  // The next call of `path` is answered with `body`; before the call that makes it.
  void Script(std::string path, std::string_view body) {
    transport.Answer(std::move(path), testing::Response(200, body));
  }
  // URL of Falcon's call `index`, when nothing is under way.
  std::string Url(size_t index) const {
    return index < transport.requests().size() ? transport.requests()[index].url : "no such call";
  }

  SystemClock clock;
  SilentObserver observer;
  runtime::LoopTimer timer;
  runtime::Loop loop{"falcon-test"};
  testing::FakeTransport transport;
  upstream::AdmissionQueue admission{loop, clock, timer, {.permits = 2, .max_waiting = 100}};
  upstream::RateBudget budget{clock, timer};
  // Faults in a row are what tests are made of.
  upstream::Bulkheads bulkheads{
      loop, clock, timer, [] { return 0.5; }, {.circuit_breaker = {.min_calls = 0}}};
  testing::UpstreamChain chain{{loop, clock, timer, admission, bulkheads, budget, transport}};
  upstream::PageTokens tokens{Secret(std::string(32, 'k')), "tenant"};
  RpcEnvironment environment{loop, clock, observer, CallLimits()};
  ServiceDeps deps{chain.cached, tokens, clock, timer};
  std::unique_ptr<grpc::Service> service = New(environment, deps);
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<typename Api::Stub> stub;
};

}  // namespace falcon::rpc

#endif  // FALCON_TESTS_UNIT_RPC_SERVED_FIXTURE_H_
