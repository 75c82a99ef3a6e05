// Calls in flight: limits of one caller and of all, what is logged and counted, and what clients
// learn.
#include "rpc/server/call_limiter.h"

#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "rpc/server/call_log.h"
#include "rpc/server/status.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace falcon::rpc {
namespace {

using absl::StatusCode;
using ::falcon::testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kExhausted = absl::StatusCode::kResourceExhausted;

class CallLimiterTest : public ::testing::Test {
 protected:
  // Takes calls of `caller` until one is refused: how many were taken, and why no more.
  int Fill(const std::string& caller, upstream::Priority priority, int64_t bytes,
           absl::Status& refusal) {
    for (int taken = 0;; ++taken) {
      absl::StatusOr<CallLimiter::Permit> permit = limiter_.Acquire(caller, priority, bytes);
      if (!permit.ok()) {
        refusal = permit.status();
        return taken;
      }
      permits_.push_back(*std::move(permit));
    }
  }

  telemetry::Metrics metrics_;
  CallLimiter limiter_{{.calls = 8, .exports = 4, .bytes = 1000}, metrics_};
  std::vector<CallLimiter::Permit> permits_;
};

TEST_F(CallLimiterTest, LeavesAQuarterToOtherCallers) {
  absl::Status refusal;
  EXPECT_EQ(Fill("a", upstream::Priority::kInteractive, 1, refusal), 6);
  EXPECT_THAT(refusal, FailsWith(kExhausted, "CALL_LIMIT"));
  EXPECT_EQ(Metadata(refusal)["scope"], "caller");
  EXPECT_TRUE(RetryAfter(refusal).has_value());
  EXPECT_EQ(Fill("b", upstream::Priority::kInteractive, 1, refusal), 2);
  EXPECT_EQ(Metadata(refusal)["scope"], "gateway");
}

TEST_F(CallLimiterTest, BoundsExportsAndBytesSeparately) {
  absl::Status refusal;
  EXPECT_EQ(Fill("a", upstream::Priority::kExport, 1, refusal), 3);
  EXPECT_THAT(refusal, FailsWith(kExhausted, "EXPORT_LIMIT"));
  EXPECT_EQ(Fill("b", upstream::Priority::kInteractive, 300, refusal), 2);
  EXPECT_THAT(refusal, FailsWith(kExhausted, "BYTE_LIMIT"));
}

TEST_F(CallLimiterTest, ReleasesPermitsAndShrunkBytes) {
  absl::Status refusal;
  EXPECT_EQ(Fill("a", upstream::Priority::kInteractive, 750, refusal), 1);
  permits_.front().ShrinkTo(50);
  EXPECT_EQ(limiter_.in_use().bytes, 50);
  EXPECT_EQ(Fill("a", upstream::Priority::kInteractive, 700, refusal), 1);
  permits_.clear();
  const CallBounds left = limiter_.in_use();
  EXPECT_EQ(left.calls, 0);
  EXPECT_EQ(left.exports, 0);
  EXPECT_EQ(left.bytes, 0);
}

TEST_F(CallLimiterTest, ReleasesMovedPermitOnce) {
  {
    CallLimiter::Permit first = *limiter_.Acquire("a", upstream::Priority::kExport, 10);
    const CallLimiter::Permit second = std::move(first);
    EXPECT_EQ(limiter_.in_use().calls, 1);
  }
  EXPECT_EQ(limiter_.in_use().calls, 0);
}

TEST_F(CallLimiterTest, CountsRefusalsByReason) {
  absl::Status refusal;
  Fill("a", upstream::Priority::kExport, 1, refusal);
  EXPECT_THAT(
      metrics_.Text(),
      HasSubstr("falcon_gateway_calls_capped_total{reason=\"EXPORT_LIMIT\",scope=\"caller\"} 1"));
}

TEST(CallBounds, FollowTheMemoryLimit) {
  const CallBounds small = CallBoundsFor(size_t{160} << 20);
  const CallBounds usual = CallBoundsFor(size_t{512} << 20);
  EXPECT_EQ(small.bytes, 80 << 20);
  EXPECT_EQ(usual.bytes, 256 << 20);
  EXPECT_LT(small.calls, usual.calls);
  EXPECT_LT(small.exports, usual.exports);
  EXPECT_GT(CallBoundsFor(0).calls, usual.calls);
}

TEST(ExpectedBytes, GrowWithRequestedRecordsUpToTheLargestResponse) {
  const RequestSize one{.bytes = 100, .visited = 1, .records = 1};
  const RequestSize many{.bytes = 100, .visited = 1, .records = 5000};
  EXPECT_LT(ExpectedBytes(one, upstream::Priority::kInteractive), 64 << 10);
  EXPECT_GT(ExpectedBytes(many, upstream::Priority::kInteractive), 8 << 20);
  EXPECT_LT(ExpectedBytes(many, upstream::Priority::kInteractive), 17 << 20);
}

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
  EXPECT_EQ(
      Count(Text(), R"("event":"library_message","library":"grpc","place":"call_limiter_test)"),
      5u);
  EXPECT_THAT(Text(), HasSubstr(R"("message":"no more descriptors\\u{000A}\\u{001B}[2J")"));
  EXPECT_THAT(Text(), HasSubstr(R"("library":"protobuf")"));
  clock_.Advance(seconds(10));
  libraries.Flush();
  EXPECT_THAT(Text(), HasSubstr(R"("event":"library_messages_suppressed","library":"grpc")"));
}

// Whether protobuf takes `text` as a string field.
bool IsProtoText(const std::string& text) {
  google::rpc::ErrorInfo info;
  info.set_reason(text);
  google::rpc::ErrorInfo copy;
  return copy.ParseFromString(info.SerializeAsString());
}

template <class Detail>
std::optional<Detail> Find(const absl::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(ToGrpc(status).error_details()));
  Detail found;
  for (const auto& detail : details.details()) {
    if (detail.UnpackTo(&found)) return found;
  }
  return std::nullopt;
}

absl::Status HeldBack(StatusCode code, std::string_view reason) {
  return WithRetryAfter(Error(code, reason, "later"), milliseconds(2500));
}

TEST(StatusTest, ReportsRetryDelay) {
  for (const absl::Status& status : {HeldBack(StatusCode::kResourceExhausted, "RATE_LIMITED"),
                                     HeldBack(StatusCode::kResourceExhausted, "QUEUE_FULL"),
                                     HeldBack(StatusCode::kResourceExhausted, "QUEUE_TIMEOUT"),
                                     HeldBack(StatusCode::kUnavailable, "UPSTREAM_CIRCUIT_OPEN")}) {
    const auto retry = Find<google::rpc::RetryInfo>(status);
    ASSERT_TRUE(retry.has_value()) << status;
    EXPECT_EQ(retry->retry_delay().seconds(), 2);
    EXPECT_EQ(retry->retry_delay().nanos(), 500'000'000);
    EXPECT_EQ(RetryPushback(status), 2500);
  }
}

TEST(StatusTest, ReportsQuotaFailureOnlyForSpentQuota) {
  const auto quota =
      Find<google::rpc::QuotaFailure>(HeldBack(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  ASSERT_TRUE(quota.has_value());
  EXPECT_EQ(quota->violations(0).subject(), "falcon:customer");
  EXPECT_FALSE(
      Find<google::rpc::QuotaFailure>(HeldBack(StatusCode::kResourceExhausted, "QUEUE_FULL"))
          .has_value());
}

// All that ToGrpc puts text into: with `text` in each, every byte can be read.
void ExpectReadable(const std::string& text) {
  absl::Status status = InvalidFields({{StrCat("names[", text, "]"), text}, {"filter", text}});
  status = WithRetryAfter(WithMetadata(std::move(status), "detail", text), milliseconds(1));
  status = WithMetadata(std::move(status), "other", StrCat("x", text));
  for (const absl::Status& one : {status, Error(StatusCode::kNotFound, "NOT_FOUND", text)}) {
    const grpc::Status sent = ToGrpc(one);
    google::rpc::Status details;
    ASSERT_TRUE(details.ParseFromString(sent.error_details())) << text.size();
    EXPECT_TRUE(IsProtoText(sent.error_message())) << text.size();
    EXPECT_TRUE(sent.error_message().starts_with(Utf8Prefix(details.message(), 250)));
    EXPECT_TRUE(Find<google::rpc::ErrorInfo>(one).has_value()) << text.size();
    EXPECT_EQ(Find<google::rpc::BadRequest>(one).has_value(),
              one.code() == StatusCode::kInvalidArgument);
  }
}

TEST(StatusTest, TruncatesTextAtCharacterBoundaries) {
  for (const std::string_view character :
       {"\xC3\xBC", "\xE4\xB8\xAD", "\xF0\x9F\x98\x80", "\xE2\x80\xAE", "\x80", "\xF0\x9F"}) {
    for (size_t before = 0; before < 5; ++before) {
      for (const size_t bytes : {60, 120, 128, 240, 254, 256, 260, 1020, 1024, 5000}) {
        std::string text(before, 'a');
        while (text.size() < bytes) text.append(character);
        ExpectReadable(text);
      }
    }
  }
}

TEST(StatusTest, EncodesAnyBytesAsValidText) {
  std::mt19937 random(7);
  for (int turn = 0; turn < 200; ++turn) {
    std::string text(random() % 1200, '\0');
    for (char& c : text) c = static_cast<char>(random());
    ExpectReadable(text);
  }
}

TEST(StatusTest, ReportsExceededLimitAsMetadata) {
  const absl::Status full =
      WithMetadata(HeldBack(StatusCode::kResourceExhausted, "QUEUE_FULL"), "limit", "this_caller");
  const auto info = Find<google::rpc::ErrorInfo>(full);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->reason(), "QUEUE_FULL");
  EXPECT_EQ(info->metadata().at("limit"), "this_caller");
}

absl::Status WrongFilter(const std::string& corrected, int violations) {
  std::vector<FieldViolation> all(static_cast<size_t>(violations),
                                  {"filter", std::string(300, 'v')});
  return WithMetadata(InvalidFields(all, "FQL_INVALID"), "corrected_filter", corrected);
}

TEST(StatusTest, SendsCorrectedFilterWholeOrNotAtAll) {
  const std::string long_filter = "hostname:'" + std::string(500, 'x') + "'";
  const auto whole = Find<google::rpc::ErrorInfo>(WrongFilter(long_filter, 1));
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->metadata().at("corrected_filter"), long_filter);

  for (const std::string& unfit : {std::string(8000, 'x'), std::string("a:'\u202E'")}) {
    const auto info = Find<google::rpc::ErrorInfo>(WrongFilter(unfit, 1));
    ASSERT_TRUE(info.has_value());
    EXPECT_FALSE(info->metadata().contains("corrected_filter"));
  }
}

TEST(StatusTest, LimitsTrailersToSixKibibytes) {
  for (size_t bytes = 0; bytes < 8000; bytes += 50) {
    for (const int violations : {1, 4, 20}) {
      const grpc::Status status = ToGrpc(WrongFilter(std::string(bytes, 'x'), violations));
      EXPECT_LE(status.error_message().size() + status.error_details().size() * 4 / 3, 6u << 10);
    }
  }
}

}  // namespace
}  // namespace falcon::rpc
