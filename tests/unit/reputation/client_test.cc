// One look-up, from cache to transport, and what becomes of it when VirusTotal fails.
#include "tests/unit/reputation/client_fixture.h"

namespace falcon::reputation {
namespace {

using absl::StatusCode;
using falcon::testing::FailsWith;
using falcon::testing::IsOk;
using falcon::testing::OnLoop;
using falcon::testing::Response;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(ClientTest, SendsTheKeyOnlyInItsHeader) {
  transport_.Answer("GET https://vt.example/api/v3/domains/d1.example", Found());
  const auto answer = LookUp(DomainOf(1));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(Judge(*answer->report), Verdict::kMalicious);
  EXPECT_EQ(answer->age, seconds(0));
  ASSERT_EQ(sent(), 1U);
  const http::HttpRequest& request = transport_.requests().front();
  EXPECT_EQ(request.method, http::Method::kGet);
  EXPECT_EQ(request.authorization_header, "x-apikey");
  EXPECT_EQ(request.authorization.Reveal(), kKey);
  EXPECT_TRUE(request.body.empty());
  EXPECT_THAT(request.url, Not(HasSubstr(kKey)));
  for (const auto& [name, value] : request.headers) EXPECT_THAT(value, Not(HasSubstr(kKey)));
  EXPECT_EQ(*calls_, 1);
  EXPECT_EQ(client_->calls(), 1);
}

TEST_F(ClientTest, WithoutAKeyNothingIsSent) {
  Start(false, "");
  EXPECT_FALSE(client_->configured());
  const auto answer = LookUp(DomainOf(1));
  EXPECT_THAT(answer, FailsWith(StatusCode::kFailedPrecondition, "REPUTATION_KEY_MISSING"));
  EXPECT_THAT(std::string(ToStd(answer.status().message())), HasSubstr("VIRUSTOTAL_API_KEY"));
  EXPECT_EQ(sent(), 0U);
}

TEST_F(ClientTest, UrlsAreSentOnlyWhereAllowed) {
  const Indicator url{Kind::kUrl, "http://e.example/?token=1"};
  EXPECT_THAT(LookUp(url), FailsWith(StatusCode::kInvalidArgument, "INDICATOR_INVALID"));
  EXPECT_EQ(sent(), 0U);
  Start(true);
  transport_.Answer("/api/v3/urls/aHR0cDovL2UuZXhhbXBsZS8_dG9rZW49MQ",
                    Response(200, R"({"data":{"type":"url","id":"x","attributes":{}}})"));
  EXPECT_THAT(LookUp(url), IsOk());
}

TEST_F(ClientTest, ReportIsCachedForAnHour) {
  transport_.Answer("d1", Found(), 2);
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  clock_.Advance(seconds(3599));
  const auto again = LookUp(DomainOf(1));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->age, seconds(3599));
  EXPECT_EQ(sent(), 1U);
  EXPECT_EQ(*calls_, 1);
  clock_.Advance(seconds(1));
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  EXPECT_EQ(sent(), 2U);
}

TEST_F(ClientTest, UnknownIsCachedForTenMinutes) {
  transport_.Answer("d1", Response(404, kUnknownBody), 2);
  const auto answer = LookUp(DomainOf(1));
  ASSERT_THAT(answer, IsOk());
  EXPECT_FALSE(answer->report->known);
  EXPECT_EQ(Judge(*answer->report), Verdict::kUnknown);
  clock_.Advance(seconds(599));
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  EXPECT_EQ(sent(), 1U);
  clock_.Advance(seconds(1));
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  EXPECT_EQ(sent(), 2U);
}

TEST_F(ClientTest, ErrorsAreNotCached) {
  transport_.Answer("d1", Response(401, "{}"));
  transport_.Answer("d1", Found());
  EXPECT_THAT(LookUp(DomainOf(1)),
              FailsWith(StatusCode::kFailedPrecondition, "REPUTATION_KEY_REFUSED"));
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
}

TEST_F(ClientTest, ServerErrorIsTriedOnceMore) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Response(503, "{}"));
  transport_.Answer("d1", Found());
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  EXPECT_EQ(*calls_, 2);
  transport_.Answer("d2", Response(500, "{}"), 5);
  EXPECT_THAT(LookUp(DomainOf(2)), FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR"));
  EXPECT_EQ(sent(), 4U);
}

TEST_F(ClientTest, BrokenConnectionIsTriedOnceMoreAndTlsErrorIsNot) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Error(StatusCode::kUnavailable, "UPSTREAM_CONNECTION", "reset"));
  transport_.Answer("d1", Found());
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  transport_.Answer("d2", Error(StatusCode::kFailedPrecondition, "UPSTREAM_TLS", "no trust"), 5);
  EXPECT_THAT(LookUp(DomainOf(2)), FailsWith(StatusCode::kFailedPrecondition, "UPSTREAM_TLS"));
  EXPECT_EQ(sent(), 3U);
}

TEST_F(ClientTest, WithoutATurnForARetryTheFirstErrorIsReturned) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Found());
  for (int i = 0; i < 3; ++i) transport_.Answer(StrCat("d10", i), Found());
  for (int i = 0; i < 3; ++i) EXPECT_THAT(LookUp(DomainOf(100 + i)), IsOk());
  transport_.Answer("d5", Response(503, "{}"), 5);
  EXPECT_THAT(LookUp(DomainOf(5)), FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR"));
  EXPECT_EQ(sent(), 4U);
}

TEST_F(ClientTest, RetryAfterOfA429IsHonoured) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Response(429, kQuotaBody, {{"Retry-After", "7"}}));
  transport_.Answer("d1", Found());
  const SteadyTime before = clock_.Now();
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  EXPECT_EQ(clock_.Now() - before, seconds(7));
}

TEST_F(ClientTest, CooldownPastDeadlineFailsLookUpsAtOnce) {
  transport_.Answer("d1", Response(429, kQuotaBody, {{"Retry-After", "50"}}));
  timer_.AdvanceByItself();
  const auto first = LookUp(DomainOf(1));
  EXPECT_THAT(first, FailsWith(StatusCode::kResourceExhausted, "REPUTATION_QUOTA"));
  ASSERT_TRUE(RetryAfter(first.status()).has_value());
  const auto other = LookUp(DomainOf(2));
  EXPECT_THAT(other, FailsWith(StatusCode::kResourceExhausted, "REPUTATION_QUOTA"));
  EXPECT_EQ(Metadata(other.status())["quota"], "cooldown");
  EXPECT_EQ(sent(), 1U);
}

TEST_F(ClientTest, CooldownWithoutAHeaderDoublesFromAMinute) {
  timer_.AdvanceByItself();
  transport_.Answer("GET", Response(429, kQuotaBody), 3);
  transport_.Answer("GET", Found(), 9);
  EXPECT_THAT(LookUp(DomainOf(1), seconds(30)), Not(IsOk()));
  OnLoop(loop_, [&] { EXPECT_GT(client_->quota().cooldown, seconds(60)); });
  const auto second = LookUp(DomainOf(1), seconds(300));
  EXPECT_THAT(second, FailsWith(StatusCode::kResourceExhausted, "REPUTATION_QUOTA"));
  EXPECT_GT(*RetryAfter(second.status()), seconds(180)) << "61, 122, 244";
  EXPECT_THAT(LookUp(DomainOf(1), seconds(300)), IsOk());
}

TEST_F(ClientTest, MalformedBodiesFailOnlyTheirLookUp) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Response(200, std::string(100'000, '{')), 2);
  transport_.Answer("d2", Response(200, "<html>log in: canary-key</html>"), 2);
  transport_.Answer("d3", Found());
  EXPECT_THAT(LookUp(DomainOf(1)), FailsWith(StatusCode::kUnavailable, "UPSTREAM_MALFORMED"));
  EXPECT_THAT(LookUp(DomainOf(2)), FailsWith(StatusCode::kUnavailable, "UPSTREAM_PROXY"));
  EXPECT_THAT(LookUp(DomainOf(3)), IsOk());
}

}  // namespace
}  // namespace falcon::reputation
