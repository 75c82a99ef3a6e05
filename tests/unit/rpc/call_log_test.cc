// Which failures are told, how often, and what is counted.
#include "rpc/server/call_log.h"

#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "base/error.h"
#include "tests/support/fake_clock.h"

namespace falcon::rpc {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kListHosts = "/falcon_gateway.v1.HostService/ListHosts";

size_t Count(const std::string& text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class CallLogTest : public ::testing::Test {
 protected:
  std::string Text() const { return out_.str(); }
  RpcContext NewCall() const {
    return RpcContext(Deadline::In(clock_, seconds(5)), upstream::Priority::kInteractive);
  }
  void Finish(const absl::Status& status) {
    calls_.Finished(kListHosts, status, milliseconds(3), NewCall());
  }

  testing::FakeClock clock_;
  std::ostringstream out_;
  telemetry::Log log_{telemetry::Level::kInfo, clock_, out_};
  telemetry::Metrics metrics_;
  CallLog calls_{clock_, log_, metrics_};
};

TEST_F(CallLogTest, WarnsOfFailuresNotCausedByCallers) {
  for (const StatusCode code :
       {StatusCode::kUnknown, StatusCode::kDeadlineExceeded, StatusCode::kResourceExhausted,
        StatusCode::kFailedPrecondition, StatusCode::kUnimplemented, StatusCode::kInternal,
        StatusCode::kUnavailable, StatusCode::kDataLoss}) {
    Finish(Error(code, "WHY", "x"));
    EXPECT_THAT(Text(), HasSubstr("\"grpc_code\":\"" + absl::StatusCodeToString(code) + "\""));
  }
  Finish(WithMetadata(Error(StatusCode::kPermissionDenied, "WHY", "x"), "http_status", "403"));
  EXPECT_EQ(Count(Text(), R"("level":"warning","event":"rpc_failed")"), 9u);
}

TEST_F(CallLogTest, DoesNotWarnOfFailuresCausedByCallers) {
  for (const StatusCode code :
       {StatusCode::kCancelled, StatusCode::kInvalidArgument, StatusCode::kNotFound,
        StatusCode::kPermissionDenied, StatusCode::kAborted, StatusCode::kOutOfRange,
        StatusCode::kUnauthenticated}) {
    Finish(Error(code, "WHY", "x"));
  }
  Finish(absl::OkStatus());
  EXPECT_EQ(Text(), "");
}

TEST_F(CallLogTest, SuppressesAndCountsRepeatedFailures) {
  const absl::Status failure = Error(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT", "x");
  for (int i = 0; i < 1'531; ++i) Finish(failure);
  Finish(Error(StatusCode::kUnavailable, "OTHER", "x"));
  EXPECT_EQ(Count(Text(), "rpc_failed"), 6u) << "five of one kind, one of another";
  calls_.Flush();
  EXPECT_THAT(Text(), Not(HasSubstr("suppressed")));

  clock_.Advance(seconds(10));
  calls_.Flush();

  EXPECT_THAT(Text(), HasSubstr(R"("event":"rpc_failures_suppressed","method":")" +
                                std::string(kListHosts) +
                                R"(","grpc_code":"DEADLINE_EXCEEDED","reason":"UPSTREAM_TIMEOUT",)"
                                R"("count":1526,"window_s":10)"));
}

TEST_F(CallLogTest, CountsMessagesAndSkippedValues) {
  RpcContext call = NewCall();
  call.report.skipped_values = 2;
  call.BeginNextMessage();
  call.report.skipped_records = 1;
  call.messages_sent = 2;
  calls_.Started("/falcon_gateway.v1.HostService/ExportHosts");
  calls_.Finished("/falcon_gateway.v1.HostService/ExportHosts", absl::OkStatus(), seconds(1), call);
  const std::string text = metrics_.Text();
  EXPECT_THAT(text, HasSubstr("falcon_gateway_skipped_values_total{grpc_method=\"ExportHosts\","
                              "grpc_service=\"falcon_gateway.v1.HostService\"} 3"));
  EXPECT_THAT(text, HasSubstr("grpc_server_msg_sent_total{grpc_method=\"ExportHosts\","
                              "grpc_service=\"falcon_gateway.v1.HostService\","
                              "grpc_type=\"server_stream\"} 2"));
}

TEST_F(CallLogTest, LogsMessagesOfGrpcAndProtobuf) {
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);  // as gRPC does when it starts
  LibraryLogs libraries(clock_, log_);
  for (int i = 0; i < 8; ++i) gpr_log(GPR_ERROR, "no more %s\n\x1b[2J", "descriptors");
  GOOGLE_LOG(ERROR) << "not UTF-8";
  EXPECT_EQ(Count(Text(), R"("event":"library_message","library":"grpc","place":"call_log_test)"),
            5u);
  EXPECT_THAT(Text(), HasSubstr(R"("message":"no more descriptors\\u{000A}\\u{001B}[2J")"));
  EXPECT_THAT(Text(), HasSubstr(R"("library":"protobuf")"));
  clock_.Advance(seconds(10));
  libraries.Flush();
  EXPECT_THAT(Text(), HasSubstr(R"("event":"library_messages_suppressed","library":"grpc")"));
}

}  // namespace
}  // namespace falcon::rpc
