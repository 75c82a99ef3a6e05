// Early return on failure.
#include <gtest/gtest.h>

#include <memory>

#include "base/error.h"

namespace falcon {
namespace {

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
