// Unary RPCs on the loop, with a real server and real clients: thousands of calls, many of them
// cancelled.
#include "rpc/server/unary_call.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <memory>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "base/error.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/gateway.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "runtime/one_shot_event.h"
#include "tests/support/on_loop.h"

namespace falcon::rpc {
namespace {

using testing::OnLoop;

class CountingObserver final : public CallObserver {
 public:
  void Started(std::string_view) override { ++started; }
  void Finished(std::string_view, const absl::Status& status, milliseconds,
                const RpcContext&) override {
    ++finished;
    if (status.code() == absl::StatusCode::kCancelled) ++cancelled;
  }
  void Refused(std::string_view, const absl::Status&) override { ++refused; }
  std::atomic<int> started = 0;
  std::atomic<int> finished = 0;
  std::atomic<int> cancelled = 0;
  std::atomic<int> refused = 0;
};

// Answers GetStatus when the gate opens, with what `status` says then.
class GatedService final : public v1::GatewayService::CallbackService {
 public:
  GatedService(const RpcEnvironment& environment, runtime::OneShotEvent& gate)
      : environment_(environment), gate_(gate) {}
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&GatedService::Wait, this));
  }
  absl::Status status;

 private:
  Task<absl::Status> Wait(RpcContext&, const v1::GetStatusRequest&,
                          v1::GetStatusResponse& response) {
    co_await gate_.Wait();
    response.set_region("us-1");
    co_return status;
  }
  const RpcEnvironment& environment_;
  runtime::OneShotEvent& gate_;
};

struct Pending {
  grpc::ClientContext context;
  v1::GetStatusRequest request;
  v1::GetStatusResponse response;
  grpc::Status status;
};

class UnaryCallTest : public ::testing::Test {
 protected:
  UnaryCallTest() : gate_(loop_.executor()), service_(environment_, gate_) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                   grpc::InsecureChannelCredentials());
    stub_ = v1::GatewayService::NewStub(channel_);
  }
  ~UnaryCallTest() override { server_->Shutdown(); }

  // `done` counts their ends.
  std::vector<std::unique_ptr<Pending>> StartCalls(int count, absl::BlockingCounter& done) {
    std::vector<std::unique_ptr<Pending>> calls;
    for (int i = 0; i < count; ++i) {
      Pending& call = *calls.emplace_back(std::make_unique<Pending>());
      stub_->async()->GetStatus(&call.context, &call.request, &call.response,
                                [&](grpc::Status status) {
                                  call.status = std::move(status);
                                  done.DecrementCount();
                                });
    }
    return calls;
  }
  void OpenGate() {
    OnLoop(loop_, [this] { gate_.Set(); });
  }

  SystemClock clock_;
  CountingObserver observer_;
  runtime::Loop loop_{"loop"};
  RpcEnvironment environment_{loop_, clock_, observer_, CallLimits()};
  runtime::OneShotEvent gate_;
  GatedService service_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::GatewayService::Stub> stub_;
};

TEST_F(UnaryCallTest, EndsEachOfThreeThousandCallsOnceWhenAThirdIsCancelled) {
  constexpr int kCalls = 3000;
  absl::BlockingCounter done(kCalls);
  const auto calls = StartCalls(kCalls, done);
  for (int i = 0; i < kCalls; i += 3) calls[i]->context.TryCancel();
  OpenGate();
  done.Wait();
  int cancelled = 0;
  for (int i = 0; i < kCalls; ++i) {
    if (i % 3 != 0) EXPECT_TRUE(calls[i]->status.ok()) << calls[i]->status.error_message();
    cancelled += calls[i]->status.error_code() == grpc::StatusCode::CANCELLED ? 1 : 0;
  }
  EXPECT_GT(cancelled, 0);
  server_->Shutdown();
  OnLoop(loop_, [] {});
  EXPECT_EQ(observer_.started, observer_.finished);
}

TEST_F(UnaryCallTest, EndsHandlerOnCancellation) {
  absl::BlockingCounter done(1);
  const auto calls = StartCalls(1, done);
  while (observer_.started == 0) std::this_thread::yield();
  calls[0]->context.TryCancel();
  done.Wait();
  while (observer_.cancelled == 0) std::this_thread::yield();
  EXPECT_EQ(observer_.finished, 1);
}

TEST_F(UnaryCallTest, ReportsDeadlineExceeded) {
  Pending call;
  call.context.set_deadline(std::chrono::system_clock::now() + milliseconds(50));
  EXPECT_EQ(stub_->GetStatus(&call.context, call.request, &call.response).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(UnaryCallTest, SendsErrorDetails) {
  service_.status =
      WithMetadata(InvalidField("page_size", "must not be negative"), "trace_id", "t-1");
  OpenGate();
  Pending call;
  const grpc::Status status = stub_->GetStatus(&call.context, call.request, &call.response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad;
  ASSERT_EQ(details.details_size(), 2);
  ASSERT_TRUE(details.details(0).UnpackTo(&info));
  ASSERT_TRUE(details.details(1).UnpackTo(&bad));
  EXPECT_EQ(info.domain(), "falcon-gateway");
  EXPECT_EQ(info.reason(), "INVALID_FIELD");
  EXPECT_EQ(info.metadata().at("trace_id"), "t-1");
  EXPECT_EQ(bad.field_violations(0).field(), "page_size");
}

TEST_F(UnaryCallTest, SendsRetryPushback) {
  service_.status = WithRetryAfter(
      Error(absl::StatusCode::kResourceExhausted, "RATE_LIMITED", "wait"), milliseconds(2500));
  OpenGate();
  Pending call;
  const grpc::Status status = stub_->GetStatus(&call.context, call.request, &call.response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const auto& trailers = call.context.GetServerTrailingMetadata();
  const auto pushback = trailers.find("grpc-retry-pushback-ms");
  ASSERT_NE(pushback, trailers.end());
  EXPECT_EQ(std::string(pushback->second.data(), pushback->second.size()), "2500");
}

TEST_F(UnaryCallTest, RejectsCallsBeyondTheLimitBeforeTheLoop) {
  telemetry::Metrics metrics;
  CallLimiter limiter({.calls = 4, .exports = 1, .bytes = int64_t{1} << 40}, metrics);
  environment_.limiter = &limiter;
  constexpr int kOfOneCaller = 3;
  absl::BlockingCounter done(kOfOneCaller);
  const auto calls = StartCalls(kOfOneCaller, done);
  while (observer_.started < kOfOneCaller) std::this_thread::yield();
  Pending refused;
  const grpc::Status status =
      stub_->GetStatus(&refused.context, refused.request, &refused.response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(refused.context.GetServerTrailingMetadata().count("grpc-retry-pushback-ms"), 1U);
  EXPECT_EQ(observer_.started, kOfOneCaller);
  EXPECT_EQ(observer_.refused, 1);
  OpenGate();
  done.Wait();
  while (limiter.in_use().calls > 0) std::this_thread::yield();
  Pending next;
  EXPECT_TRUE(stub_->GetStatus(&next.context, next.request, &next.response).ok());
  server_->Shutdown();
  EXPECT_EQ(limiter.in_use().bytes, 0);
}

}  // namespace
}  // namespace falcon::rpc
