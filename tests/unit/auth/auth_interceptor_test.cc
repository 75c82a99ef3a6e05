// What the interceptor puts on a request, and what it does with each kind of answer.
#include <deque>

#include "tests/unit/auth/auth_stack.h"

namespace falcon::auth {
namespace {

using std::chrono::hours;
using testing::FailsWith;
using testing::IsOk;
using testing::Response;

class AuthInterceptorTest : public AuthStack {
 protected:
  void StartWithAToken() {
    Start();
    transport_.Answer("POST", Granted("warm"));
    transport_.Answer("GET", Response(200, "{}"));
    ASSERT_THAT(Send(), IsOk());
  }
};

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
  EXPECT_EQ(TokenRequests(), 2);
  EXPECT_EQ(Send()->status, 429);
  EXPECT_EQ(TokenRequests(), 2);
}

TEST_F(AuthInterceptorTest, NamesTheTargetOfARedirectAndSendsNothingThere) {
  StartWithAToken();
  for (const int status : {301, 302, 303, 307, 308}) {
    transport_.Answer("GET", Response(status, "", {{"Location", "https://evil.example/x"}}));
    EXPECT_THAT(Send(), FailsWith(absl::StatusCode::kFailedPrecondition, "UPSTREAM_REDIRECT",
                                  ::testing::HasSubstr("https://evil.example/x")));
  }
  EXPECT_EQ(Count("evil.example"), 0);
}

TEST_F(AuthInterceptorTest, ReturnsTransportErrorsUnchanged) {
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
TEST_F(AuthInterceptorTest, ReplaysAgainWhenTheNextTokenWasRequestedBeforeTheRefusal) {
  Start();
  transport_.Answer("POST", Granted("one"));
  const auto token = Get();
  clock_.Advance(seconds(1700));
  const auto renewed = HoldBack("POST", Granted("two"));
  const auto refused = HoldBack("GET", Refusal(401, "revoked"));
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

TEST_F(AuthInterceptorTest, CancelledCallIsNotReplayed) {
  Start();
  transport_.Answer("POST", Granted());
  const auto gate = HoldBack("GET", Refusal(401, "expired"));
  auto caller = StartSending();
  Settle();
  caller.Cancel();
  EXPECT_EQ(caller.Get(), std::nullopt);
  Open(gate);
  EXPECT_EQ(TokenRequests(), 1);
  EXPECT_EQ(DataCalls(), 1);
}

TEST_F(AuthInterceptorTest, RefreshesATokenThatExpiredBeforeTheCall) {
  StartWithAToken();
  clock_.Advance(hours(2));
  transport_.Answer("POST", Granted("new"));
  transport_.Answer("GET", Response(200, "{}"));
  EXPECT_EQ(Send()->status, 200);
  EXPECT_EQ(TokenRequests(), 2);
  EXPECT_EQ(DataCalls(), 2);
  EXPECT_EQ(transport_.requests().back().authorization.Reveal(), "Bearer canary-token-new");
}

TEST_F(AuthInterceptorTest, RefreshesAndReplaysOnceAfterA401) {
  StartWithAToken();
  transport_.Answer("GET", Refusal(401, "access denied, invalid bearer token"));
  transport_.Answer("POST", Granted("new"));
  transport_.Answer("GET", Response(200, "{}"));
  EXPECT_EQ(Send()->status, 200);
  EXPECT_EQ(TokenRequests(), 2);
  EXPECT_EQ(DataCalls(), 3);
}

TEST_F(AuthInterceptorTest, ManyCallsWithARevokedTokenShareOneTokenRequest) {
  constexpr int kCalls = 100;
  StartWithAToken();
  const auto gate = Gate();
  for (int i = 0; i < kCalls; ++i) transport_.AnswerAfter("GET", Refusal(401, "revoked"), gate);
  transport_.Answer("GET", Response(200, "{}"), kCalls);
  const auto login_gate = HoldBack("POST", Granted("new"));
  std::deque<testing::Running<absl::StatusOr<http::HttpResponse>>> calls;
  for (int i = 0; i < kCalls; ++i) calls.push_back(StartSending());
  Settle();
  Open(gate);
  Open(login_gate);
  for (auto& call : calls) EXPECT_EQ((*call.Get())->status, 200);
  EXPECT_EQ(TokenRequests(), 2);
  EXPECT_EQ(DataCalls(), 1 + 2 * kCalls);
}

TEST_F(AuthInterceptorTest, LateRefusalOfTheOldTokenKeepsTheNewOne) {
  StartWithAToken();
  const auto slow = HoldBack("GET", Refusal(401, "revoked"));
  transport_.Answer("GET", Refusal(401, "revoked"));
  transport_.Answer("GET", Response(200, "{}"), 2);
  transport_.Answer("POST", Granted("new"));
  auto straggler = StartSending();
  Settle();
  EXPECT_EQ(Send()->status, 200);
  Open(slow);
  EXPECT_EQ((*straggler.Get())->status, 200);
  EXPECT_EQ(TokenRequests(), 2);
}

TEST_F(AuthInterceptorTest, OperationThatIsRefusedAFreshTokenFailsWithoutFurtherTokenRequests) {
  StartWithAToken();
  transport_.Answer("GET", Refusal(401, "access denied", {{"X-Cs-Traceid", "trace-4"}}), 3);
  transport_.Answer("POST", Granted("new"));
  const auto response = Send();
  EXPECT_THAT(response, FailsWith(absl::StatusCode::kFailedPrecondition, "UPSTREAM_AUTH"));
  EXPECT_EQ(Metadata(response.status())["trace_id"], "trace-4");
  EXPECT_EQ(DataCalls(), 3);
  EXPECT_THAT(Send(), FailsWith(absl::StatusCode::kFailedPrecondition, "UPSTREAM_AUTH"));
  EXPECT_EQ(TokenRequests(), 2);
  EXPECT_EQ(DataCalls(), 4);
}

TEST_F(AuthInterceptorTest, Returns403AndKeepsTheToken) {
  StartWithAToken();
  transport_.Answer("GET", Refusal(403, "access denied, authorization failed"), 2);
  EXPECT_EQ(Send()->status, 403);
  EXPECT_EQ(Send()->status, 403);
  EXPECT_EQ(TokenRequests(), 1);
  EXPECT_EQ(TokenRequests(), 1);
}

TEST_F(AuthInterceptorTest, WallClockThatJumpsChangesNothing) {
  StartWithAToken();
  transport_.Answer("GET", Response(200, "{}"), 4);
  for (const auto jump : {hours(1), hours(-2), hours(24 * 365), hours(-24 * 365)}) {
    clock_.JumpWall(jump);
    EXPECT_EQ(Send()->status, 200);
    Settle();
  }
  EXPECT_EQ(TokenRequests(), 1);
}

TEST_F(AuthInterceptorTest, SkewedDateDoesNotChangeTheRetryAfterOfA429) {
  Start();
  // Falcon's clock and ours are months apart; it asks for ten seconds of its own.
  transport_.Answer("POST", Refusal(429, "slow down",
                                    {{"Date", "Wed, 21 Oct 2026 07:28:00 GMT"},
                                     {"X-RateLimit-RetryAfter", "1792567690"}}));
  EXPECT_EQ(RetryAfter(Send().status()), seconds(10));
}

}  // namespace
}  // namespace falcon::auth
