// What a client learns of a call that the gateway held back: when to come back, and whose quota it
// was.
#include "rpc/status.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace falcon::rpc {
namespace {

using absl::StatusCode;

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

TEST(StatusTest, WhoIsHeldBackLearnsWhenToComeBack) {
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

TEST(StatusTest, OnlyASpentQuotaIsAQuotaFailure) {
  const auto quota =
      Find<google::rpc::QuotaFailure>(HeldBack(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  ASSERT_TRUE(quota.has_value());
  EXPECT_EQ(quota->violations(0).subject(), "falcon:customer");
  EXPECT_FALSE(
      Find<google::rpc::QuotaFailure>(HeldBack(StatusCode::kResourceExhausted, "QUEUE_FULL"))
          .has_value());
}

TEST(StatusTest, TheBoundThatTurnedACallAwayIsAFact) {
  const absl::Status full =
      WithFact(HeldBack(StatusCode::kResourceExhausted, "QUEUE_FULL"), "limit", "this_caller");
  const auto info = Find<google::rpc::ErrorInfo>(full);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->reason(), "QUEUE_FULL");
  EXPECT_EQ(info->metadata().at("limit"), "this_caller");
}

absl::Status WrongFilter(const std::string& corrected, int violations) {
  std::vector<FieldViolation> all(static_cast<size_t>(violations),
                                  {"filter", std::string(300, 'v')});
  return WithFact(InvalidFields(all, "FQL_INVALID"), "corrected_filter", corrected);
}

TEST(StatusTest, CorrectedFilterComesWholeOrNotAtAll) {
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

TEST(StatusTest, TrailersStayUnderSixKibibytesWithACorrectedFilter) {
  for (size_t bytes = 0; bytes < 8000; bytes += 50) {
    for (const int violations : {1, 4, 20}) {
      const grpc::Status status = ToGrpc(WrongFilter(std::string(bytes, 'x'), violations));
      EXPECT_LE(status.error_message().size() + status.error_details().size() * 4 / 3, 6u << 10);
    }
  }
}

}  // namespace
}  // namespace falcon::rpc
