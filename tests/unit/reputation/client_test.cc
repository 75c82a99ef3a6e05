// One look-up, from cache to wire.
#include "tests/unit/reputation/client_fixture.h"

namespace falcon::reputation {
namespace {

using absl::StatusCode;
using falcon::testing::FailsWith;
using falcon::testing::IsOk;
using falcon::testing::Response;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(ClientTest, AsksByGetWithTheKeyInItsHeaderAndNowhereElse) {
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

TEST_F(ClientTest, WithoutAKeyNothingIsAsked) {
  Start(false, "");
  EXPECT_FALSE(client_->configured());
  const auto answer = LookUp(DomainOf(1));
  EXPECT_THAT(answer, FailsWith(StatusCode::kFailedPrecondition, "REPUTATION_KEY_MISSING"));
  EXPECT_THAT(std::string(ToStd(answer.status().message())), HasSubstr("VIRUSTOTAL_API_KEY"));
  EXPECT_EQ(sent(), 0U);
}

TEST_F(ClientTest, UrlsAreAskedAboutOnlyWhereTheyAreAllowed) {
  const Indicator url{Kind::kUrl, "http://e.example/?token=1"};
  EXPECT_THAT(LookUp(url), FailsWith(StatusCode::kInvalidArgument, "INDICATOR_INVALID"));
  EXPECT_EQ(sent(), 0U);
  Start(true);
  transport_.Answer("/api/v3/urls/aHR0cDovL2UuZXhhbXBsZS8_dG9rZW49MQ",
                    Response(200, R"({"data":{"type":"url","id":"x","attributes":{}}})"));
  EXPECT_THAT(LookUp(url), IsOk());
}

TEST_F(ClientTest, AQuestionThatComesAgainCostsNothingForAnHour) {
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

TEST_F(ClientTest, UnknownIsKeptForTenMinutes) {
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

TEST_F(ClientTest, FailuresAreNotKept) {
  transport_.Answer("d1", Response(401, "{}"));
  transport_.Answer("d1", Found());
  EXPECT_THAT(LookUp(DomainOf(1)),
              FailsWith(StatusCode::kFailedPrecondition, "REPUTATION_KEY_REFUSED"));
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
}

}  // namespace
}  // namespace falcon::reputation
