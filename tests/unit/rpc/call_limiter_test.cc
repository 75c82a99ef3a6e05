// What may be in flight, of one caller and in all.
#include "rpc/server/call_limiter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"
#include "tests/support/status_matchers.h"

namespace falcon::rpc {
namespace {

using ::falcon::testing::FailsWith;
using ::testing::HasSubstr;

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

}  // namespace
}  // namespace falcon::rpc
