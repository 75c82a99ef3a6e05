// Calls by descriptor against a real gRPC server in this process.
#include "gateway.h"

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <future>

#include "error_of.h"
#include "fake_gateway.h"
#include "messages.h"
#include "test_catalog.h"

namespace falcon::client {
namespace {

using google::protobuf::Message;
using std::chrono::milliseconds;

class Invoke : public ::testing::Test {
 protected:
  std::unique_ptr<Message> Request(const Method& method, const std::string& text) {
    return FromText(*catalog_, *method.descriptor->input_type(), text);
  }

  const std::unique_ptr<Catalog> catalog_ = RealCatalog();
  FakeGateway gateway_;
  Invoker invoker_{grpc::CreateChannel(gateway_.address(), grpc::InsecureChannelCredentials()),
                   *catalog_};
  const Method& get_ = MethodOf(*catalog_, "hosts", "get");
  const Method& export_ = MethodOf(*catalog_, "detections", "export");
};

TEST_F(Invoke, UnaryCallCarriesRequestAndResponse) {
  gateway_.get_host = [](const v1::GetHostRequest& request, v1::GetHostResponse& response) {
    response.mutable_host()->set_hostname(request.hostname() + "!");
    return grpc::Status::OK;
  };
  const Answer answer = invoker_.Unary(get_, *Request(get_, "hostname: 'A'"), {});
  ASSERT_FALSE(answer.failure) << answer.failure->message;
  EXPECT_EQ(TextField(MessageAt(*answer.message, *get_.shape.records, -1), "hostname"), "A!");
}

TEST_F(Invoke, FailureCarriesItsDetails) {
  gateway_.get_host = [](const v1::GetHostRequest&, v1::GetHostResponse&) {
    google::rpc::BadRequest bad;
    bad.add_field_violations()->set_field("device_id");
    return ErrorOf(grpc::StatusCode::INVALID_ARGUMENT, "no", "INVALID_ID", {{"trace_id", "t"}},
                   bad);
  };
  const Answer answer = invoker_.Unary(get_, *Request(get_, ""), {});
  ASSERT_TRUE(answer.failure);
  EXPECT_EQ(answer.failure->code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(answer.failure->reason, "INVALID_ID");
  ASSERT_EQ(answer.failure->violations.size(), 1u);
  EXPECT_EQ(answer.failure->violations[0].field, "device_id");
}

TEST_F(Invoke, DeadlineEndsTheCall) {
  std::promise<void> gate;  // the gateway answers when the caller has given up
  gateway_.get_host = [&gate](const v1::GetHostRequest&, v1::GetHostResponse&) {
    gate.get_future().wait();
    return grpc::Status::OK;
  };
  CallSettings settings;
  settings.timeout = milliseconds(20);
  const Answer answer = invoker_.Unary(get_, *Request(get_, ""), settings);
  gate.set_value();
  ASSERT_TRUE(answer.failure);
  EXPECT_EQ(answer.failure->code, grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(Invoke, StreamDeliversMessagesInOrderThenItsFailure) {
  gateway_.export_detections = [](const auto&, const auto& write, const auto&) {
    for (int i = 1; i <= 3; ++i) {
      v1::ExportDetectionsResponse batch;
      batch.set_exported(i);
      write(batch);
    }
    return ErrorOf(grpc::StatusCode::UNAVAILABLE, "gone", "UPSTREAM_ERROR");
  };
  std::vector<int64_t> seen;
  const auto failure =
      invoker_.Stream(export_, *Request(export_, ""), {}, [&](const Message& batch) {
        seen.push_back(*NumberField(batch, "exported"));
        return true;
      });
  EXPECT_EQ(seen, (std::vector<int64_t>{1, 2, 3}));
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->reason, "UPSTREAM_ERROR");
}

TEST_F(Invoke, ReaderThatStopsEndsTheStreamWithoutFailure) {
  std::atomic<bool> seen_cancel = false;
  gateway_.export_detections = [&](const auto&, const auto& write, const auto& cancelled) {
    while (!cancelled() && write(v1::ExportDetectionsResponse())) {
    }
    seen_cancel = true;
    return grpc::Status::OK;
  };
  int seen = 0;
  const auto failure = invoker_.Stream(export_, *Request(export_, ""), {},
                                       [&](const Message&) { return ++seen < 2; });
  EXPECT_FALSE(failure);
  EXPECT_EQ(seen, 2);
  while (!seen_cancel) std::this_thread::yield();
}

TEST_F(Invoke, StopCancelsTheCall) {
  std::stop_source stop;
  gateway_.export_detections = [&](const auto&, const auto& write, const auto& cancelled) {
    write(v1::ExportDetectionsResponse());
    while (!cancelled()) std::this_thread::yield();
    return grpc::Status::CANCELLED;
  };
  CallSettings settings;
  settings.stop = stop.get_token();
  const auto failure =
      invoker_.Stream(export_, *Request(export_, ""), settings, [&](const Message&) {
        stop.request_stop();
        return true;
      });
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, grpc::StatusCode::CANCELLED);
}

}  // namespace
}  // namespace falcon::client
