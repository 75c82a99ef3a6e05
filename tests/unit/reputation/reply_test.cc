// Every status that VirusTotal may answer with.
#include "reputation/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "tests/support/fake_transport.h"
#include "tests/support/status_matchers.h"

namespace falcon::reputation {
namespace {

using absl::StatusCode;
using falcon::testing::FailsWith;
using falcon::testing::IsOk;
using falcon::testing::Response;
using ::testing::HasSubstr;
using ::testing::Not;

const Indicator kDomain{Kind::kDomain, "evil.example"};
constexpr WallTime kNow{std::chrono::seconds(1'780'000'000)};
constexpr char kGood[] =
    R"({"data":{"type":"domain","id":"evil.example","attributes":{"reputation":1}}})";

std::string ErrorBody(const std::string& code) {
  return R"({"error":{"code":")" + code + R"(","message":"the key is canary-key"}})";
}

absl::StatusOr<Report> Read(int status, const std::string& body, http::Headers headers = {}) {
  return ReadReply(kDomain, Response(status, body, std::move(headers)), kNow);
}

TEST(Reply, EachStatusHasItsFailure) {
  struct Row {
    int status;
    std::string code;
    StatusCode failure;
    std::string reason;
  };
  const std::vector<Row> rows = {
      {400, "BadRequestError", StatusCode::kInvalidArgument, "REPUTATION_REFUSED"},
      {400, "InvalidArgumentError", StatusCode::kInvalidArgument, "REPUTATION_REFUSED"},
      {400, "NotAvailableYet", StatusCode::kUnavailable, "UPSTREAM_ERROR"},
      {401, "AuthenticationRequiredError", StatusCode::kFailedPrecondition,
       "REPUTATION_KEY_REFUSED"},
      {401, "WrongCredentialsError", StatusCode::kFailedPrecondition, "REPUTATION_KEY_REFUSED"},
      {401, "UserNotActiveError", StatusCode::kFailedPrecondition, "REPUTATION_KEY_REFUSED"},
      {403, "ForbiddenError", StatusCode::kFailedPrecondition, "REPUTATION_KEY_REFUSED"},
      {404, "SomethingElse", StatusCode::kUnavailable, "UPSTREAM_MALFORMED"},
      {409, "AlreadyExistsError", StatusCode::kInvalidArgument, "REPUTATION_REFUSED"},
      {424, "FailedDependencyError", StatusCode::kUnavailable, "UPSTREAM_ERROR"},
      {429, "QuotaExceededError", StatusCode::kResourceExhausted, "REPUTATION_QUOTA"},
      {429, "TooManyRequestsError", StatusCode::kResourceExhausted, "REPUTATION_QUOTA"},
      {500, "", StatusCode::kUnavailable, "UPSTREAM_ERROR"},
      {503, "TransientError", StatusCode::kUnavailable, "UPSTREAM_ERROR"},
      {504, "DeadlineExceededError", StatusCode::kUnavailable, "UPSTREAM_ERROR"},
      {302, "", StatusCode::kInternal, "UPSTREAM_PROTOCOL"},
      {204, "", StatusCode::kInternal, "UPSTREAM_PROTOCOL"},
  };
  for (const Row& row : rows) {
    const auto report = Read(row.status, ErrorBody(row.code));
    EXPECT_THAT(report, FailsWith(row.failure, row.reason)) << row.status << row.code;
    EXPECT_EQ(Metadata(report.status())["http_status"], StrCat(row.status));
    EXPECT_THAT(report.status().ToString(), Not(HasSubstr("canary"))) << "text is not passed on";
  }
}

TEST(Reply, KeyThatIsRefusedNamesTheSetting) {
  const absl::Status refused = Read(401, ErrorBody("WrongCredentialsError")).status();
  EXPECT_THAT(std::string(ToStd(refused.message())), HasSubstr("VIRUSTOTAL_API_KEY"));
  EXPECT_THAT(std::string(ToStd(refused.message())), HasSubstr("--virustotal-api-key-file"));
  EXPECT_EQ(Metadata(refused)["virustotal_code"], "WrongCredentialsError");
}

TEST(Reply, UnknownIsAReportThatKnowsNothing) {
  const auto report = Read(404, ErrorBody("NotFoundError"));
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->known);
  EXPECT_EQ(Judge(*report), Verdict::kUnknown);
}

TEST(Reply, OfSomebodyElseIsNeverUnknown) {
  for (const char* body : {"", "{}", "not found", R"({"error":"NotFoundError"})",
                           R"({"error":{"code":404}})", R"({"errors":[{"code":404}]})"}) {
    EXPECT_THAT(Read(404, body), FailsWith(StatusCode::kUnavailable, "UPSTREAM_MALFORMED")) << body;
  }
  for (const int status : {200, 404, 429, 503}) {
    EXPECT_THAT(Read(status, "<html>Log in</html>"),
                FailsWith(StatusCode::kUnavailable, "UPSTREAM_PROXY"));
    EXPECT_THAT(Read(status, kGood, {{"Content-Type", "text/html; charset=utf-8"}}),
                FailsWith(StatusCode::kUnavailable, "UPSTREAM_PROXY"));
  }
}

TEST(Reply, HostileErrorBodiesAreSurvived) {
  for (const std::string& body : {std::string(200'000, '['), std::string("\xff\xfe"),
                                  R"({"error":[{"code":"QuotaExceededError"}]})" + std::string()}) {
    EXPECT_THAT(Read(503, body), FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR"));
  }
}

TEST(RetryAfterDelay, ReadsSecondsAndDatesAndNothingElse) {
  struct Row {
    std::string text;
    std::optional<milliseconds> delay;
  };
  const std::vector<Row> rows = {
      {"17", seconds(17)},
      {"0", std::nullopt},
      {"-5", std::nullopt},
      {"soon", std::nullopt},
      {"", std::nullopt},
      {"17x", std::nullopt},
      {"99999999999999999999", std::nullopt},
      {"999999999", std::chrono::hours(24)},
      {"Thu, 28 May 2026 20:27:00 GMT", seconds(20)},
      {"Thu, 28 May 2026 20:26:00 GMT", std::nullopt},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(RetryAfterDelay({{"retry-after", row.text}}, kNow), row.delay) << row.text;
  }
  EXPECT_EQ(RetryAfterDelay({{"Retry-After", "Thu, 28 May 2026 20:27:00 GMT"},
                             {"Date", "Thu, 28 May 2026 20:26:50 GMT"}},
                            kNow),
            seconds(10))
      << "by the server's own clock";
  EXPECT_EQ(RetryAfterDelay({}, kNow), std::nullopt);
}

TEST(Reply, QuotaSaysWhenToComeBackWhereTheHeaderDoes) {
  const std::string body = ErrorBody("QuotaExceededError");
  EXPECT_EQ(RetryAfter(Read(429, body, {{"Retry-After", "9"}}).status()), seconds(9));
  EXPECT_EQ(RetryAfter(Read(429, body).status()), std::nullopt);
}

}  // namespace
}  // namespace falcon::reputation
