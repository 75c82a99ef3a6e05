// Streams on the loop, and admission of RPCs, with a real server and real clients.
#include "rpc/server/stream_call.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "base/error.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detections.grpc.pb.h"
#include "falcon_gateway/v1/gateway.grpc.pb.h"
#include "falcon_gateway/v1/vulnerabilities.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "rpc/server/unary_call.h"
#include "tests/support/on_loop.h"

namespace falcon::rpc {
namespace {

using grpc::StatusCode;
using testing::OnLoop;

constexpr int kMessages = 20;

class Counts final : public CallObserver {
 public:
  void Started(std::string_view) override { ++started; }
  void Finished(std::string_view, const absl::Status&, milliseconds, const RpcContext&) override {
    ++finished;
  }
  std::atomic<int> started = 0;
  std::atomic<int> finished = 0;
};

// Streams twenty messages, with a turn of the loop between them.
class Exports final : public v1::DetectionService::CallbackService {
 public:
  explicit Exports(const RpcEnvironment& environment) : environment_(environment) {}
  grpc::ServerWriteReactor<v1::ExportDetectionsResponse>* ExportDetections(
      grpc::CallbackServerContext* context, const v1::ExportDetectionsRequest* request) override {
    return StartServerStream<v1::ExportDetectionsResponse>(
        environment_, context, request,
        [this](RpcContext&, const auto&, MessageStream& stream) { return Write(stream); });
  }
  std::atomic<int> begun = 0;
  std::atomic<int> under_way = 0;

 private:
  struct UnderWay {
    explicit UnderWay(std::atomic<int>& of) : count(of) { ++count; }
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;
    ~UnderWay() { --count; }
    std::atomic<int>& count;
  };
  Task<absl::Status> Write(MessageStream& stream) {
    ++begun;
    const UnderWay here(under_way);
    v1::ExportDetectionsResponse message;
    for (int i = 1; i <= kMessages; ++i) {
      message.set_exported(i);
      absl::Status written = co_await stream.Write(message);
      if (!written.ok()) co_return written;
    }
    co_return absl::OkStatus();
  }
  const RpcEnvironment& environment_;
};

// One method that is guarded, and one that tells of the gateway itself.
class Gateway final : public v1::GatewayService::CallbackService {
 public:
  explicit Gateway(const RpcEnvironment& environment) : environment_(environment) {}
  grpc::ServerUnaryReactor* CheckAccess(grpc::CallbackServerContext* context,
                                        const v1::CheckAccessRequest* request,
                                        v1::CheckAccessResponse* response) override {
    return StartUnary(environment_, context, request, response, Ok);
  }
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusResponse* response) override {
    return StartUnary(environment_, context, request, response, Ok, LoadShedding::kExempt);
  }

 private:
  static Task<absl::Status> Ok(RpcContext&, const google::protobuf::Message&,
                               google::protobuf::Message&) {
    co_return absl::OkStatus();
  }
  const RpcEnvironment& environment_;
};

// A method with one answer that is admitted as an export.
class FullRead final : public v1::VulnerabilityService::CallbackService {
 public:
  explicit FullRead(const RpcEnvironment& environment) : environment_(environment) {}
  grpc::ServerUnaryReactor* AggregateVulnerabilities(
      grpc::CallbackServerContext* context, const v1::AggregateVulnerabilitiesRequest* request,
      v1::AggregateVulnerabilitiesResponse* response) override {
    return StartUnary(
        environment_, context, request, response,
        [this](RpcContext& rpc, const auto&, auto&) { return Wait(rpc); }, LoadShedding::kOn,
        upstream::Priority::kExport);
  }
  std::atomic<milliseconds> time{milliseconds(0)};

 private:
  Task<absl::Status> Wait(RpcContext& rpc) {
    time = rpc.options.deadline.Left(environment_.clock);
    co_return absl::OkStatus();
  }
  const RpcEnvironment& environment_;
};

class StreamCallTest : public ::testing::Test {
 protected:
  StreamCallTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&exports_);
    builder.RegisterService(&gateway_);
    builder.RegisterService(&full_read_);
    server_ = builder.BuildAndStart();
    const auto channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                             grpc::InsecureChannelCredentials());
    detections_ = v1::DetectionService::NewStub(channel);
    status_ = v1::GatewayService::NewStub(channel);
    vulnerabilities_ = v1::VulnerabilityService::NewStub(channel);
  }
  ~StreamCallTest() override { server_->Shutdown(); }

  // Reads a stream and leaves it after `most` messages.
  grpc::Status Read(int most, int& read) {
    grpc::ClientContext context;
    const auto reader = detections_->ExportDetections(&context, v1::ExportDetectionsRequest());
    if (most == 0) context.TryCancel();
    for (v1::ExportDetectionsResponse message; reader->Read(&message);) {
      EXPECT_EQ(message.exported(), ++read) << "each once, in their order";
      if (read == most) context.TryCancel();
    }
    return reader->Finish();
  }
  grpc::Status Export() {
    int read = 0;
    return Read(kMessages + 1, read);
  }
  grpc::Status Count() {
    grpc::ClientContext context;
    v1::AggregateVulnerabilitiesRequest request;
    request.add_fields("status");
    v1::AggregateVulnerabilitiesResponse response;
    return vulnerabilities_->AggregateVulnerabilities(&context, request, &response);
  }
  grpc::Status Check(grpc::ClientContext& context) {
    v1::CheckAccessResponse response;
    return status_->CheckAccess(&context, v1::CheckAccessRequest(), &response);
  }
  grpc::Status Status() {
    grpc::ClientContext context;
    v1::GetStatusResponse response;
    return status_->GetStatus(&context, v1::GetStatusRequest(), &response);
  }

  SystemClock clock_;
  Counts counts_;
  runtime::Loop loop_{"loop"};
  std::atomic<size_t> used_ = 0;
  runtime::MemoryLoadShedder memory_{clock_,
                                     {.limit = 1000, .refresh_interval = milliseconds(0)},
                                     [this] { return used_.load(); },
                                     [] {}};
  RpcEnvironment environment_{loop_, clock_, counts_, CallLimits(), &memory_};
  Exports exports_{environment_};
  Gateway gateway_{environment_};
  FullRead full_read_{environment_};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::DetectionService::Stub> detections_;
  std::unique_ptr<v1::GatewayService::Stub> status_;
  std::unique_ptr<v1::VulnerabilityService::Stub> vulnerabilities_;
};

TEST_F(StreamCallTest, EndsEachStreamOnceWhenReadersLeave) {
  constexpr int kReaders = 8;
  constexpr int kStreams = 60;
  std::atomic<int> whole = 0;
  std::deque<std::thread> readers;
  for (unsigned seed = 0; seed < kReaders; ++seed) {
    readers.emplace_back([&, seed] {
      std::mt19937 dice(seed);
      for (int i = 0; i < kStreams; ++i) {
        const bool stays = dice() % 3 == 0;
        int read = 0;
        const grpc::Status status =
            Read(stays ? kMessages + 1 : static_cast<int>(dice() % kMessages), read);
        if (!stays) continue;
        EXPECT_TRUE(status.ok()) << status.error_message();
        EXPECT_EQ(read, kMessages);
        ++whole;
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(whole, 0);
  server_->Shutdown();
  OnLoop(loop_, [] {});
  EXPECT_EQ(counts_.started, counts_.finished);
  EXPECT_EQ(exports_.under_way, 0);
}

TEST_F(StreamCallTest, RejectsExportsNearTheMemoryLimit) {
  EXPECT_TRUE(Export().ok());
  used_ = 900;
  EXPECT_EQ(Export().error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Count().error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(exports_.begun, 1);
  grpc::ClientContext context;
  EXPECT_TRUE(Check(context).ok());
  used_ = 800;
  EXPECT_TRUE(Export().ok());
}

TEST_F(StreamCallTest, ServesOnlyStatusAtTheMemoryLimit) {
  used_ = 990;
  EXPECT_EQ(Export().error_code(), StatusCode::RESOURCE_EXHAUSTED);
  grpc::ClientContext refused;
  const grpc::Status status = Check(refused);
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  ASSERT_TRUE(details.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "MEMORY_PRESSURE");
  EXPECT_EQ(refused.GetServerTrailingMetadata().count("grpc-retry-pushback-ms"), 1U);
  EXPECT_TRUE(Status().ok());
  used_ = 100;
  grpc::ClientContext recovered;
  EXPECT_TRUE(Check(recovered).ok());
  server_->Shutdown();
  OnLoop(loop_, [this] { EXPECT_EQ(memory_.refused(), 2); });
  EXPECT_EQ(counts_.started, counts_.finished);
}

TEST_F(StreamCallTest, AFullReadHasTheTimeOfAStream) {
  ASSERT_TRUE(Count().ok());
  EXPECT_GT(full_read_.time.load(), environment_.limits.unary_max);
}

TEST_F(StreamCallTest, RejectsOnlyExportsWhileDraining) {
  Drain drain;
  environment_.drain = &drain;
  EXPECT_TRUE(Export().ok());
  testing::OnLoop(loop_, [&] { drain.Begin(); });
  EXPECT_EQ(Export().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Count().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Status().ok());
}

}  // namespace
}  // namespace falcon::rpc
