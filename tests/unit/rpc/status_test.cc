// What a client learns of a call that the gateway held back: when to come back, and whose quota it
// was.
#include "rpc/server/status.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace falcon::rpc {
namespace {

using absl::StatusCode;

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
