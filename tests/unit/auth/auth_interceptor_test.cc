// What the interceptor puts on a request, and what it does with each kind of answer.
#include "tests/unit/auth/auth_stack.h"

namespace falcon::auth {
namespace {

using testing::FailsWith;
using testing::IsOk;
using testing::Response;

class AuthInterceptorTest : public AuthStack {};

TEST_F(AuthInterceptorTest, PutsCloudAndBearerOnARequestAndKeepsTheRest) {
  Start();
  transport_.Answer("POST https://api.crowdstrike.com/oauth2/token", Granted());
  transport_.Answer("POST https://api.crowdstrike.com/devices/entities", Response(200, "{}"));
  http::HttpRequest request(http::Method::kPost, "/devices/entities", Soon());
  request.headers = {{"Accept", "application/json"}};
  request.body = R"({"ids":["a"]})";
  const Deadline deadline = request.deadline;
  const auto response = testing::Await(loop_, interceptor_->Send(std::move(request)));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 200);
  const http::HttpRequest& sent = transport_.requests().back();
  EXPECT_EQ(sent.authorization.Reveal(), "Bearer canary-token-one");
  EXPECT_EQ(sent.body, R"({"ids":["a"]})");
  EXPECT_EQ(http::FindHeader(sent.headers, "accept"), "application/json");
  EXPECT_EQ(sent.deadline.at(), deadline.at());
}

TEST_F(AuthInterceptorTest, SendsNothingWithoutAToken) {
  Start();
  transport_.Answer("POST", Refusal(403, "denied"));
  EXPECT_THAT(Send(), FailsWith(absl::StatusCode::kFailedPrecondition, "UPSTREAM_CREDENTIALS"));
  EXPECT_EQ(DataCalls(), 0);
}

TEST_F(AuthInterceptorTest, ReplaysA429OfTheAnonymousLimitButNoOther) {
  Start();
  transport_.Answer("POST", Granted("one"));
  transport_.Answer("POST", Granted("two"));
  transport_.Answer("GET", Refusal(429, "slow down", {{"X-Ratelimit-Limit", "15"}}));
  transport_.Answer("GET", Response(200, "{}"));
  transport_.Answer("GET", Refusal(429, "slow down", {{"X-Ratelimit-Limit", "6000"}}));
  EXPECT_EQ(Send()->status, 200);
  EXPECT_EQ(Logins(), 2);
  EXPECT_EQ(Send()->status, 429);
  EXPECT_EQ(Logins(), 2);
}

TEST_F(AuthInterceptorTest, NamesWhereARedirectPointsToAndSendsNothingThere) {
  Start();
  transport_.Answer("POST", Granted());
  transport_.Answer("GET", Response(301, "", {{"Location", "https://api.us-2.crowdstrike.com/x"}}));
  const auto response = Send();
  EXPECT_THAT(response, FailsWith(absl::StatusCode::kFailedPrecondition, "UPSTREAM_REDIRECT"));
  EXPECT_THAT(std::string(response.status().message()),
              ::testing::HasSubstr("https://api.us-2.crowdstrike.com/x"));
  EXPECT_EQ(DataCalls(), 1);
}

TEST_F(AuthInterceptorTest, PassesFailuresOfTheWireOnAsTheyAre) {
  Start();
  transport_.Answer("POST", Granted());
  transport_.Answer(
      "GET", Error(absl::StatusCode::kUnavailable, "UPSTREAM_CONNECTION", "connection reset"));
  EXPECT_THAT(Send(), FailsWith(absl::StatusCode::kUnavailable, "UPSTREAM_CONNECTION"));
  EXPECT_EQ(DataCalls(), 1);
}

TEST_F(AuthInterceptorTest, UsesTheTokensOwnCloudForTheReplay) {
  Start(InRegion("auto"));
  transport_.Answer("POST https://api.crowdstrike.com/", Granted());
  transport_.Answer("GET https://api.crowdstrike.com/", Refusal(401, "invalid bearer token"));
  transport_.Answer("POST https://api.crowdstrike.com/", Moved(kUs2));
  transport_.Answer("POST https://api.us-2.crowdstrike.com/", Granted("two", "us-2"));
  transport_.Answer("GET https://api.us-2.crowdstrike.com/", Response(200, "{}"));
  EXPECT_EQ(Send()->status, 200);
}

// Revoked together with the one before it: the renewal was under way.
TEST_F(AuthInterceptorTest, ReplaysAgainWhenTheNextTokenWasAskedForBeforeTheRefusal) {
  Start();
  transport_.Answer("POST", Granted("one"));
  const auto token = Get();
  clock_.Advance(seconds(1700));
  const auto renewed = Gate();
  transport_.AnswerAfter("POST", Granted("two"), renewed);
  const auto refused = Gate();
  transport_.AnswerAfter("GET", Refusal(401, "revoked"), refused);
  auto call = StartSending();
  Settle();
  clock_.Advance(seconds(1));
  transport_.Answer("GET", Refusal(401, "revoked"));
  transport_.Answer("POST", Granted("three"));
  transport_.Answer("GET", Response(200, "{}"));
  Open(refused);
  Open(renewed);
  const auto answer = call.Get();
  ASSERT_TRUE(answer.has_value());
  ASSERT_THAT(*answer, IsOk());
  EXPECT_EQ((*answer)->status, 200);
  EXPECT_EQ(DataCalls(), 3);
}

TEST_F(AuthInterceptorTest, TheReplayDoesNotOutliveItsCaller) {
  Start();
  transport_.Answer("POST", Granted());
  const auto gate = Gate();
  transport_.AnswerAfter("GET", Refusal(401, "expired"), gate);
  auto caller = StartSending();
  Settle();
  caller.Cancel();
  EXPECT_EQ(caller.Get(), std::nullopt);
  Open(gate);
  EXPECT_EQ(Logins(), 1);
  EXPECT_EQ(DataCalls(), 1);
}

}  // namespace
}  // namespace falcon::auth
