// All services that read Falcon behind a real server, over RowsOfFalcon, called by descriptors.
#ifndef FALCON_TESTS_UNIT_GATEWAY_SERVED_GATEWAY_H_
#define FALCON_TESTS_UNIT_GATEWAY_SERVED_GATEWAY_H_

#include <google/protobuf/text_format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/gateway.h"
#include "rpc/services/services.h"
#include "tests/support/method_requests.h"
#include "tests/support/upstream_chain.h"
#include "tests/unit/client/test_catalog.h"
#include "tests/unit/gateway/rows_of_falcon.h"

namespace falcon::testing {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

class StartObserver final : public rpc::CallObserver {
 public:
  void Started(std::string_view) override { ++started; }
  void Finished(std::string_view, const absl::Status&, milliseconds,
                const rpc::RpcContext&) override {}
  std::atomic<int> started = 0;  // calls that the loop has seen
};

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    for (rpc::NewService* make : rpc::kServices) {
      // These depend on more than Falcon.
      if (make == rpc::NewGatewayService || make == rpc::NewReputationService) continue;
      builder.RegisterService(services_.emplace_back(make(environment_, deps_)).get());
    }
    server_ = builder.BuildAndStart();
    // A default channel: no message above 4 MiB.
    invoker_ = std::make_unique<client::Invoker>(
        grpc::CreateChannel(StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials()),
        *catalog_);
  }
  ~GatewayTest() override { server_->Shutdown(); }

  // The methods that read Falcon.
  std::vector<const client::Method*> Methods() const {
    std::vector<const client::Method*> methods;
    for (const client::Noun& noun : catalog_->nouns()) {
      for (const client::Method& method : noun.methods) {
        const std::string& service = method.descriptor->service()->name();
        const bool reads = method.descriptor->file()->package() == "falcon_gateway.v1" &&
                           service != "GatewayService" && service != "ReputationService";
        if (reads) methods.push_back(&method);
      }
    }
    return methods;
  }

  std::unique_ptr<Message> Request(const client::Method& method, const std::string& text) const {
    auto request = catalog_->NewMessage(*method.descriptor->input_type());
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, request.get())) << text;
    return request;
  }

  // The smallest request that the method accepts.
  std::unique_ptr<Message> RequestFor(const client::Method& method) const {
    return MethodRequests(*catalog_, kRecordIds, kRecordIds.at("DiscoveredHost")).For(method);
  }

  // Passes each message of the response to `on_message`. Returns the failure, if there is one.
  std::optional<client::Failure> Call(const client::Method& method, const Message& request,
                                      const std::function<void(const Message&)>& on_message) {
    const client::CallSettings settings{
        .timeout = std::chrono::seconds(60), .stop = {}, .metadata = {}};
    if (method.descriptor->server_streaming()) {
      return invoker_->Stream(method, request, settings, [&](const Message& message) {
        on_message(message);
        return true;
      });
    }
    client::Answer answer = invoker_->Unary(method, request, settings);
    if (!answer.failure) on_message(*answer.message);
    return answer.failure;
  }

  RowsOfFalcon falcon_;
  StartObserver observer_;

 private:
  SystemClock clock_;
  runtime::LoopTimer timer_;
  runtime::Loop loop_{"falcon-test"};
  upstream::AdmissionQueue admission_{loop_, clock_, timer_, {.permits = 4, .max_waiting = 100}};
  upstream::RateBudget budget_{clock_, timer_};
  runtime::CpuPool pool_{loop_, 2};
  // Consecutive faults must not open the circuit.
  upstream::Bulkheads bulkheads_{
      loop_, clock_, timer_, [] { return 0.5; }, {.circuit_breaker = {.min_calls = 0}}};
  UpstreamChain chain_{
      {loop_, clock_, timer_, admission_, bulkheads_, budget_, falcon_, &pool_},
      {.retry = {.max_attempts = 2, .backoff = {milliseconds(1), milliseconds(1)}}}};
  upstream::PageTokens tokens_{Secret(std::string(32, 'k')), "tenant"};
  rpc::RpcEnvironment environment_{
      .loop = loop_, .clock = clock_, .observer = observer_, .limits = {}, .pool = &pool_};
  rpc::ServiceDeps deps_{chain_.cached, tokens_, clock_, timer_, &pool_};
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;
  const client::Catalog* const catalog_ = client::RealCatalog();
  std::unique_ptr<client::Invoker> invoker_;
};

// The response's first field if it is a list, or else null.
inline const FieldDescriptor* RowsField(const client::Method& method) {
  const FieldDescriptor* first = method.descriptor->output_type()->field(0);
  return first->is_repeated() ? first : nullptr;
}

// The ids of the rows that `message` holds.
inline std::vector<std::string> IdsIn(const Message& message) {
  const FieldDescriptor* rows = message.GetDescriptor()->field(0);
  const auto& reflection = *message.GetReflection();
  std::vector<std::string> ids;
  for (int i = 0; i < reflection.FieldSize(message, rows); ++i) {
    if (rows->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      ids.push_back(reflection.GetRepeatedString(message, rows, i));
      continue;
    }
    const Message& row = reflection.GetRepeatedMessage(message, rows, i);
    for (const char* name : {"composite_id", "id", "device_id"}) {
      const FieldDescriptor* field = row.GetDescriptor()->FindFieldByName(name);
      if (field == nullptr) continue;
      ids.push_back(row.GetReflection()->GetString(row, field));
      break;
    }
  }
  return ids;
}

}  // namespace falcon::testing

#endif  // FALCON_TESTS_UNIT_GATEWAY_SERVED_GATEWAY_H_
