// Failures: what goes in comes out, and functions return early.
#include "base/error.h"

#include <gmock/gmock.h>

#include <memory>

#include "tests/support/status_matchers.h"

namespace falcon {
namespace {

using absl::StatusCode;
using falcon::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Error, CarriesCodeReasonAndMessage) {
  const absl::Status status = Error(StatusCode::kUnavailable, "UPSTREAM_ERROR", "try again");
  EXPECT_THAT(status, FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR"));
  EXPECT_EQ(status.message(), "try again");
}

TEST(Error, CarriesFactsAndKeepsTheLastOfAKey) {
  absl::Status status = Error(StatusCode::kInternal, "R", "m");
  status = WithMetadata(status, "trace_id", "abc");
  status = WithMetadata(status, "http_status", "500");
  status = WithMetadata(status, "http_status", "503");
  EXPECT_THAT(Metadata(status), ElementsAre(Pair("http_status", "503"), Pair("trace_id", "abc")));
  EXPECT_EQ(Reason(status), "R");
}

TEST(Error, CarriesTheDelayBeforeARetry) {
  const absl::Status status = Error(StatusCode::kUnavailable, "R", "m");
  EXPECT_EQ(RetryAfter(status), std::nullopt);
  EXPECT_EQ(RetryAfter(WithRetryAfter(status, std::chrono::milliseconds(1500))),
            std::chrono::milliseconds(1500));
}

TEST(Error, CarriesViolationsInTheirOrder) {
  std::vector<FieldViolation> violations;
  for (int i = 0; i < 12; ++i) {
    violations.push_back({"field_" + std::to_string(i), "wrong:\nsee line two"});
  }
  const absl::Status status = InvalidFields(violations, "BAD");
  EXPECT_THAT(status, FailsWith(StatusCode::kInvalidArgument, "BAD"));
  EXPECT_EQ(Violations(status), violations);
}

TEST(Error, NamesTheFieldInTheMessage) {
  const absl::Status status = InvalidField("page_size", "must not be negative");
  EXPECT_THAT(status, FailsWith(StatusCode::kInvalidArgument, "INVALID_FIELD"));
  EXPECT_EQ(status.message(), "page_size: must not be negative");
}

TEST(Error, LeavesOkAsItIs) {
  EXPECT_EQ(WithMetadata(absl::OkStatus(), "a", "b"), absl::OkStatus());
  EXPECT_EQ(WithRetryAfter(absl::OkStatus(), std::chrono::milliseconds(1)), absl::OkStatus());
}

TEST(Error, FindsNothingInAPlainStatus) {
  const absl::Status plain = absl::InternalError("plain");
  EXPECT_EQ(Reason(plain), "");
  EXPECT_THAT(Metadata(plain), IsEmpty());
  EXPECT_THAT(Violations(plain), IsEmpty());
  EXPECT_EQ(RetryAfter(plain), std::nullopt);
}

absl::Status Check(bool good) { return good ? absl::OkStatus() : absl::InternalError("bad"); }

absl::StatusOr<std::unique_ptr<int>> Make(bool good) {
  if (!good) return absl::NotFoundError("none");
  return std::make_unique<int>(7);
}

absl::StatusOr<int> Sum(bool first, bool second) {
  RETURN_IF_ERROR(Check(first));
  ASSIGN_OR_RETURN(const std::unique_ptr<int> made, Make(second));
  ASSIGN_OR_RETURN(std::unique_ptr<int> again, Make(second));
  return *made + *again;
}

TEST(StatusMacros, ReturnTheFirstFailureAndElseTheValue) {
  EXPECT_EQ(Sum(false, true).status(), absl::InternalError("bad"));
  EXPECT_EQ(Sum(true, false).status(), absl::NotFoundError("none"));
  EXPECT_EQ(*Sum(true, true), 14);
}

TEST(StatusMacros, EvaluateTheirExpressionOnce) {
  int calls = 0;
  const auto count = [&]() -> absl::Status {
    ++calls;
    return absl::OkStatus();
  };
  const auto run = [&]() -> absl::Status {
    RETURN_IF_ERROR(count());
    return absl::OkStatus();
  };
  EXPECT_EQ(run(), absl::OkStatus());
  EXPECT_EQ(calls, 1);
}

TEST(StatusMacros, MayStandInABranchWithoutBraces) {
  const auto run = [](bool look) -> absl::Status {
    if (look)
      RETURN_IF_ERROR(Check(false));
    else
      return absl::CancelledError("else");
    return absl::OkStatus();
  };
  EXPECT_EQ(run(true), absl::InternalError("bad"));
  EXPECT_EQ(run(false), absl::CancelledError("else"));
}

}  // namespace
}  // namespace falcon
