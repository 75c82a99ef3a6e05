// Errors as programs read them and as people do.
#include "failure.h"

#include <gmock/gmock.h>

#include "cli/environment.h"
#include "error_of.h"
#include "render/failure_text.h"

namespace falcon::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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

TEST(Failure, WithoutReadableDetailsIsStillAFailure) {
  const Failure failure =
      FailureFrom(grpc::Status(grpc::StatusCode::INTERNAL, "broken", "\xff\xff not a proto"));
  EXPECT_EQ(failure.message, "broken");
  EXPECT_EQ(failure.reason, "");
  EXPECT_FALSE(failure.MayPass());
}

TEST(Failure, TextNamesFieldsNextStepAndTrace) {
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

TEST(Failure, TextDoesNotSayALoneViolationTwice) {
  Failure failure;
  failure.code = grpc::StatusCode::INVALID_ARGUMENT;
  failure.message = "filter: unknown field";
  failure.violations = {{"filter", "unknown field"}};
  EXPECT_EQ(FailureText(failure, "", kPlain), "error: filter: unknown field (INVALID_ARGUMENT)\n");
}

TEST(Failure, TextSaysWhichScopeToGrantAndWhenToRetry) {
  Failure denied;
  denied.code = grpc::StatusCode::PERMISSION_DENIED;
  denied.metadata = {{"required_scopes", "Hosts:read"}};
  EXPECT_THAT(FailureText(denied, "", kPlain), HasSubstr("console: Hosts:read"));
  Failure busy;
  busy.code = grpc::StatusCode::RESOURCE_EXHAUSTED;
  busy.retry_delay = std::chrono::milliseconds(12'000);
  EXPECT_THAT(FailureText(busy, "", kPlain), HasSubstr("Try again in 12 s."));
}

TEST(Failure, TextRepeatsTheCorrectionOfTheFilter) {
  Failure wrong;
  wrong.code = grpc::StatusCode::INVALID_ARGUMENT;
  wrong.metadata = {{"corrected_filter", "severity:>60+status:'new'"}};
  EXPECT_THAT(FailureText(wrong, "", kPlain),
              HasSubstr("Try --fql 'severity:>60+status:'\\''new'\\'''\n"));
}

TEST(Failure, TextAdvisesOnAnAddressWhereNobodyListens) {
  Failure failure;
  failure.code = grpc::StatusCode::UNAVAILABLE;
  EXPECT_THAT(FailureText(failure, "10.0.0.1:7", kPlain), HasSubstr("running at 10.0.0.1:7"));
}

TEST(Failure, AProxyInTheGatewaysPlaceIsNoDeadGateway) {
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

TEST(Failure, TextCannotSteerTheTerminal) {
  Failure failure;
  failure.message = "evil\x1b[2J";
  failure.violations = {{"f\n", "\xe2\x80\xae"}};
  failure.metadata = {{"trace_id", "\x1b]0;x\x07"}};
  EXPECT_THAT(FailureText(failure, "", kPlain), Not(HasSubstr("\x1b")));
}

TEST(ExitCode, FollowsTheStatus) {
  using grpc::StatusCode;
  EXPECT_EQ(ExitCodeOf(StatusCode::OK), 0);
  for (const auto code : {StatusCode::INTERNAL, StatusCode::UNKNOWN, StatusCode::DATA_LOSS,
                          StatusCode::UNIMPLEMENTED, StatusCode::CANCELLED}) {
    EXPECT_EQ(ExitCodeOf(code), 1) << CodeName(code);
  }
  EXPECT_EQ(ExitCodeOf(StatusCode::INVALID_ARGUMENT), 2);
  EXPECT_EQ(ExitCodeOf(StatusCode::OUT_OF_RANGE), 2);
  EXPECT_EQ(ExitCodeOf(StatusCode::NOT_FOUND), 3);
  for (const auto code : {StatusCode::PERMISSION_DENIED, StatusCode::FAILED_PRECONDITION,
                          StatusCode::UNAUTHENTICATED}) {
    EXPECT_EQ(ExitCodeOf(code), 4) << CodeName(code);
  }
  for (const auto code : {StatusCode::UNAVAILABLE, StatusCode::DEADLINE_EXCEEDED,
                          StatusCode::RESOURCE_EXHAUSTED, StatusCode::ABORTED}) {
    EXPECT_EQ(ExitCodeOf(code), 5) << CodeName(code);
  }
}

}  // namespace
}  // namespace falcon::client
