// Calls by descriptor against a real gRPC server in this process, and their errors.
#include "gateway.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>

#include <future>

#include "cli/environment.h"
#include "failure.h"
#include "fake_gateway.h"
#include "messages.h"
#include "render/failure_text.h"
#include "test_catalog.h"

namespace falcon::client {
namespace {

using google::protobuf::Message;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

class Invoke : public ::testing::Test {
 protected:
  std::unique_ptr<Message> Request(const Method& method, const std::string& text) {
    return FromText(*catalog_, *method.descriptor->input_type(), text);
  }

  const Catalog* const catalog_ = RealCatalog();
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
  gateway_.get_host = [open = gate.get_future().share()](const v1::GetHostRequest&,
                                                         v1::GetHostResponse&) {
    open.wait();
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

const Style kPlain{};

TEST(Failure, ReadsEveryDetail) {
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field("filter");
  violation->set_description("Unknown field 'severty' at 0; nearest: severity.");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(2);
  retry.mutable_retry_delay()->set_nanos(500'000'000);
  google::rpc::QuotaFailure quota;
  quota.add_violations()->set_subject("falcon:customer");
  const Failure failure = FailureFrom(
      ErrorOf(grpc::StatusCode::RESOURCE_EXHAUSTED, "Budget spent.", "RATE_BUDGET_EXHAUSTED",
              {{"trace_id", "t-1"}, {"required_scopes", "Alerts:read"}}, bad, retry, quota));
  EXPECT_EQ(failure.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(failure.message, "Budget spent.");
  EXPECT_EQ(failure.reason, "RATE_BUDGET_EXHAUSTED");
  EXPECT_EQ(failure.Fact("trace_id"), "t-1");
  EXPECT_EQ(failure.Fact("required_scopes"), "Alerts:read");
  EXPECT_EQ(failure.Fact("absent"), "");
  ASSERT_EQ(failure.violations.size(), 1u);
  EXPECT_EQ(failure.violations[0].field, "filter");
  EXPECT_EQ(failure.retry_delay, std::chrono::milliseconds(2500));
  ASSERT_EQ(failure.quotas.size(), 1u);
  EXPECT_TRUE(failure.MayPass());
}

TEST(Failure, KeepsTheStatusWhenDetailsAreUnreadable) {
  const Failure failure =
      FailureFrom(grpc::Status(grpc::StatusCode::INTERNAL, "broken", "\xff\xff not a proto"));
  EXPECT_EQ(failure.message, "broken");
  EXPECT_EQ(failure.reason, "");
  EXPECT_FALSE(failure.MayPass());
}

TEST(FailureText, NamesFieldsAndTraceId) {
  Failure failure;
  failure.code = grpc::StatusCode::INVALID_ARGUMENT;
  failure.message = "The request is not valid.";
  failure.reason = "INVALID_FILTER";
  failure.violations = {{"filter", "unknown"}, {"page_size", "below 0"}};
  failure.metadata = {{"trace_id", "abc"}};
  EXPECT_EQ(FailureText(failure, "127.0.0.1:1", kPlain),
            "error: The request is not valid. (INVALID_FILTER)\n"
            "  filter: unknown\n"
            "  page_size: below 0\n"
            "  Falcon trace id, for CrowdStrike support: abc\n");
}

TEST(FailureText, PrintsALoneViolationOnce) {
  Failure failure;
  failure.code = grpc::StatusCode::INVALID_ARGUMENT;
  failure.message = "filter: unknown field";
  failure.violations = {{"filter", "unknown field"}};
  EXPECT_EQ(FailureText(failure, "", kPlain), "error: filter: unknown field (INVALID_ARGUMENT)\n");
}

TEST(FailureText, AdvisesOnTheNextStep) {
  struct Case {
    grpc::StatusCode code;
    std::map<std::string, std::string> metadata;
    std::optional<std::chrono::milliseconds> retry_delay;
    const char* advice;
  };
  using grpc::StatusCode;
  const Case cases[] = {
      {StatusCode::PERMISSION_DENIED, {{"required_scopes", "Hosts:read"}}, {}, "Hosts:read"},
      {StatusCode::RESOURCE_EXHAUSTED, {}, std::chrono::seconds(12), "Try again in 12 s."},
      {StatusCode::RESOURCE_EXHAUSTED, {}, {}, "share Falcon's rate limit"},
      {StatusCode::INVALID_ARGUMENT,
       {{"corrected_filter", "severity:>60+status:'new'"}},
       {},
       "Try --fql 'severity:>60+status:'\\''new'\\'''\n"},
      {StatusCode::UNAVAILABLE, {}, {}, "running at 10.0.0.1:7"},
      {StatusCode::DEADLINE_EXCEEDED, {}, {}, "--timeout"},
      {StatusCode::UNIMPLEMENTED, {}, {}, "older than fgctl"}};
  for (const Case& one : cases) {
    Failure failure;
    failure.code = one.code;
    failure.metadata = one.metadata;
    failure.retry_delay = one.retry_delay;

    EXPECT_THAT(FailureText(failure, "10.0.0.1:7", kPlain), HasSubstr(one.advice));
  }
}

TEST(FailureText, TellsAProxyFromAGatewayThatIsDown) {
  struct Case {
    grpc::StatusCode code;
    const char* message;
    int status;
    bool may_pass;
  };
  for (const Case& one :
       {Case{grpc::StatusCode::UNAVAILABLE, "Received http2 header with status: 503", 503, true},
        Case{grpc::StatusCode::UNIMPLEMENTED, "Received http2 header with status: 404", 404, true},
        Case{grpc::StatusCode::UNKNOWN, "unexpected HTTP status code received from server: 500 (x)",
             500, true},
        Case{grpc::StatusCode::PERMISSION_DENIED, "Received http2 header with status: 403", 403,
             false}}) {
    Failure failure;
    failure.code = one.code;
    failure.message = one.message;
    EXPECT_EQ(failure.ProxyStatus(), one.status);
    EXPECT_EQ(failure.MayPass(), one.may_pass) << one.message;
    const std::string text = FailureText(failure, "10.0.0.1:7", kPlain);
    EXPECT_THAT(text, HasSubstr("HTTP " + std::to_string(one.status)));
    EXPECT_EQ(text.find("Try again.") != std::string::npos, one.may_pass) << text;
    EXPECT_THAT(text, Not(HasSubstr("Is a gateway running")));
    failure.reason = "UPSTREAM_ERROR";
    EXPECT_FALSE(failure.ProxyStatus().has_value()) << "the gateway itself says so";
  }
}

TEST(FailureText, EscapesEveryPart) {
  Failure failure;
  failure.message = "evil\x1b[2J";
  failure.violations = {{"f\n", "\xe2\x80\xae"}};
  failure.metadata = {{"trace_id", "\x1b]0;x\x07"}};
  EXPECT_THAT(FailureText(failure, "", kPlain), Not(HasSubstr("\x1b")));
}

TEST(ExitCode, FollowsTheStatus) {
  using grpc::StatusCode;
  const std::map<ExitCode, std::vector<StatusCode>> cases = {
      {kExitOk, {StatusCode::OK}},
      {kExitFailed,
       {StatusCode::INTERNAL, StatusCode::UNKNOWN, StatusCode::DATA_LOSS, StatusCode::UNIMPLEMENTED,
        StatusCode::CANCELLED}},
      {kExitUsage, {StatusCode::INVALID_ARGUMENT, StatusCode::OUT_OF_RANGE}},
      {kExitNotFound, {StatusCode::NOT_FOUND}},
      {kExitNotAllowed,
       {StatusCode::PERMISSION_DENIED, StatusCode::FAILED_PRECONDITION,
        StatusCode::UNAUTHENTICATED}},
      {kExitTryAgain,
       {StatusCode::UNAVAILABLE, StatusCode::DEADLINE_EXCEEDED, StatusCode::RESOURCE_EXHAUSTED,
        StatusCode::ABORTED}}};
  for (const auto& [exit_code, codes] : cases) {
    for (const StatusCode code : codes) EXPECT_EQ(ExitCodeOf(code), exit_code) << CodeName(code);
  }
}

}  // namespace
}  // namespace falcon::client
