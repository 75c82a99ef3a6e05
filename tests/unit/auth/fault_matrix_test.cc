// Rows 1 to 14 and 45 of the fault matrix, through the whole stack: what the caller sees, what
// Falcon was asked, and that the next healthy call works.
#include <deque>

#include "tests/unit/auth/auth_stack.h"

namespace falcon::auth {
namespace {

using std::chrono::hours;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::Response;

constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;
constexpr int kAlways = 1'000'000;

class FaultMatrix : public AuthStack {
 protected:
  void ExpectRecovery(seconds wait) {
    clock_.Advance(wait);
    transport_.Answer("POST", Granted("recovered"), kAlways);
    transport_.Answer("GET", Response(200, "{}"), kAlways);
    const auto response = Send();
    ASSERT_THAT(response, IsOk());
    EXPECT_EQ(response->status, 200);
  }
  void Warm() {
    transport_.Answer("POST", Granted("warm"));
    transport_.Answer("GET", Response(200, "{}"));
    ASSERT_THAT(Send(), IsOk());
  }
};

TEST_F(FaultMatrix, Row1ATokenThatExpiredBeforeTheCallIsRenewedFirst) {
  Start();
  Warm();
  clock_.Advance(hours(2));
  transport_.Answer("POST", Granted("new"));
  transport_.Answer("GET", Response(200, "{}"));
  EXPECT_EQ(Send()->status, 200);
  EXPECT_EQ(Logins(), 2);
  EXPECT_EQ(DataCalls(), 2);
  EXPECT_EQ(transport_.requests().back().authorization.Reveal(), "Bearer canary-token-new");
}

TEST_F(FaultMatrix, Row2A401InMidFlightIsRefreshedAndReplayedOnce) {
  Start();
  Warm();
  transport_.Answer("GET", Refusal(401, "access denied, invalid bearer token"));
  transport_.Answer("POST", Granted("new"));
  transport_.Answer("GET", Response(200, "{}"));
  EXPECT_EQ(Send()->status, 200);
  EXPECT_EQ(Logins(), 2);
  EXPECT_EQ(DataCalls(), 3);
}

TEST_F(FaultMatrix, Row3AHundredCallsOfARevokedTokenMakeOneLoginAndOneReplayEach) {
  constexpr int kCalls = 100;
  Start();
  Warm();
  const auto gate = Gate();
  for (int i = 0; i < kCalls; ++i) transport_.AnswerAfter("GET", Refusal(401, "revoked"), gate);
  transport_.Answer("GET", Response(200, "{}"), kCalls);
  const auto login_gate = Gate();
  transport_.AnswerAfter("POST", Granted("new"), login_gate);
  std::deque<testing::Running<absl::StatusOr<http::HttpResponse>>> calls;
  for (int i = 0; i < kCalls; ++i) calls.push_back(StartSending());
  Settle();
  Open(gate);
  Open(login_gate);
  for (auto& call : calls) EXPECT_EQ((*call.Get())->status, 200);
  EXPECT_EQ(Logins(), 2);
  EXPECT_EQ(DataCalls(), 1 + 2 * kCalls);
}

TEST_F(FaultMatrix, Row3AStragglersRefusalDoesNotTakeTheNewToken) {
  Start();
  Warm();
  const auto slow = Gate();
  transport_.AnswerAfter("GET", Refusal(401, "revoked"), slow);
  transport_.Answer("GET", Refusal(401, "revoked"));
  transport_.Answer("GET", Response(200, "{}"), 2);
  transport_.Answer("POST", Granted("new"));
  auto straggler = StartSending();
  Settle();
  EXPECT_EQ(Send()->status, 200);
  Open(slow);
  EXPECT_EQ((*straggler.Get())->status, 200);
  EXPECT_EQ(Logins(), 2);
}

TEST_F(FaultMatrix, Row4AnOperationThatIsRefusedAFreshTokenFailsAndCostsNoFurtherLogIn) {
  Start();
  Warm();
  transport_.Answer("GET", Refusal(401, "access denied", {{"X-Cs-Traceid", "trace-4"}}), 3);
  transport_.Answer("POST", Granted("new"));
  const auto response = Send();
  EXPECT_THAT(response, FailsWith(kPrecondition, "UPSTREAM_AUTH"));
  EXPECT_EQ(Metadata(response.status())["trace_id"], "trace-4");
  EXPECT_EQ(DataCalls(), 3);
  EXPECT_THAT(Send(), FailsWith(kPrecondition, "UPSTREAM_AUTH"));
  EXPECT_EQ(Logins(), 2);
  EXPECT_EQ(DataCalls(), 4);
  ExpectRecovery(seconds(1));
}

TEST_F(FaultMatrix, Row5BadCredentialsFailAtOnceAndAreTriedAgainAfterASecond) {
  Start();
  transport_.Answer("POST", Refusal(401, "denied"));
  EXPECT_THAT(Send(), FailsWith(kPrecondition, "UPSTREAM_CREDENTIALS"));
  EXPECT_THAT(Send(), FailsWith(kPrecondition, "UPSTREAM_CREDENTIALS"));
  EXPECT_EQ(Logins(), 1);
  EXPECT_EQ(DataCalls(), 0);
  ExpectRecovery(seconds(1));
  EXPECT_THAT(metrics_.Text(),
              HasSubstr(R"(token_refresh_total{result="UPSTREAM_CREDENTIALS"} 1)"));
}

TEST_F(FaultMatrix, Row6ServerErrorsAtRenewalLeaveTheOldTokenInUse) {
  Start();
  Warm();
  clock_.Advance(seconds(1650));
  transport_.Answer("POST", Response(500, ""), 3);
  transport_.Answer("GET", Response(200, "{}"), 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Send()->status, 200);
    Settle();
  }
  EXPECT_EQ(Logins(), 4);
  EXPECT_EQ(transport_.requests().back().authorization.Reveal(), "Bearer canary-token-warm");
  ExpectRecovery(seconds(2));
}

TEST_F(FaultMatrix, Row7ServerErrorsWithoutATokenFailAfterThreeAttemptsForAllWaiters) {
  Start();
  const auto gate = Gate();
  transport_.AnswerAfter("POST", Response(502, "<html>"), gate);
  transport_.Answer("POST", Response(502, "<html>"), 2);
  std::deque<testing::Running<absl::StatusOr<http::HttpResponse>>> calls;
  for (int i = 0; i < 50; ++i) calls.push_back(StartSending());
  Settle();
  Open(gate);
  for (auto& call : calls) {
    EXPECT_THAT(Said(*call.Get()), FailsWith(kUnavailable, "UPSTREAM_TOKEN"));
  }
  EXPECT_EQ(Logins(), 3);
  ExpectRecovery(seconds(1));
}

TEST_F(FaultMatrix, Row8A429AtTheTokenEndpointHoldsEverybodyForItsTime) {
  Start();
  transport_.Answer("POST", Refusal(429, "slow down", {{"X-RateLimit-RetryAfter", "30"}}));
  EXPECT_EQ(RetryAfter(Send().status()), seconds(30));
  clock_.Advance(seconds(29));
  const auto held = Send();
  EXPECT_THAT(held, FailsWith(kUnavailable, "RATE_LIMITED"));
  EXPECT_EQ(RetryAfter(held.status()), seconds(1));
  EXPECT_EQ(Logins(), 1);
  ExpectRecovery(seconds(1));
}

TEST_F(FaultMatrix, Row9AMalformedGrantIsUnavailableAndAnOldTokenIsKept) {
  Start();
  Warm();
  clock_.Advance(seconds(1650));
  transport_.Answer("POST", Response(201, R"({"access_token":"canary-x"})"), 2);
  transport_.Answer("GET", Response(200, "{}"));
  EXPECT_EQ(Send()->status, 200);
  Settle();
  EXPECT_EQ(Logins(), 3);
  clock_.Advance(seconds(150));
  transport_.Answer("POST", Response(201, R"({"access_token":"canary-x"})"), 2);
  EXPECT_THAT(Send(), FailsWith(kUnavailable, "UPSTREAM_TOKEN_MALFORMED"));
  ExpectRecovery(seconds(2));
}

TEST_F(FaultMatrix, Row10ARedirectToAFalconCloudIsFollowedOnceAndRemembered) {
  Start(InRegion("auto"));
  transport_.Answer("POST https://api.crowdstrike.com/", Moved(kUs2));
  transport_.Answer("POST https://api.us-2.crowdstrike.com/", Granted("one", "us-2"), 2);
  transport_.Answer("GET https://api.us-2.crowdstrike.com/devices", Response(200, "{}"), 2);
  EXPECT_EQ(Send()->status, 200);
  clock_.Advance(hours(1));
  EXPECT_EQ(Send()->status, 200);
  EXPECT_EQ(Count(kUs1), 1);
}

TEST_F(FaultMatrix, Row11AForeignRedirectGetsNoSecretAndADataRedirectNoToken) {
  Start();
  transport_.Answer("POST", Moved("https://evil.example"));
  EXPECT_THAT(Send(), FailsWith(kPrecondition, "UPSTREAM_REDIRECT"));
  clock_.Advance(seconds(1));
  transport_.Answer("POST", Granted());
  for (const int status : {301, 302, 303, 307, 308}) {
    transport_.Answer("GET", Response(status, "", {{"Location", "https://evil.example/devices"}}));
    EXPECT_THAT(Send(), FailsWith(kPrecondition, "UPSTREAM_REDIRECT")) << status;
  }
  EXPECT_EQ(Count("evil.example"), 0);
  ExpectRecovery(seconds(0));
}

TEST_F(FaultMatrix, Row12AnotherRegionIsFollowedByAutoAndRefusedWhenPinned) {
  Start(InRegion("us-1"));
  transport_.Answer("POST", Granted("x", "eu-1"));
  const auto response = Send();
  EXPECT_THAT(response, FailsWith(kPrecondition, "UPSTREAM_REGION"));
  EXPECT_THAT(response.status().ToString(), HasSubstr("CROWDSTRIKE_API_REGION=eu-1"));
  EXPECT_EQ(Logins(), 1);
  EXPECT_EQ(DataCalls(), 0);
  ExpectRecovery(seconds(1));
}

TEST_F(FaultMatrix, Rows13And14A403IsTheCallersAnswerAndTheTokenIsKept) {
  Start();
  Warm();
  transport_.Answer("GET", Refusal(403, "access denied, authorization failed"), 2);
  EXPECT_EQ(Send()->status, 403);
  EXPECT_EQ(Send()->status, 403);
  EXPECT_EQ(Logins(), 1);
  ExpectRecovery(seconds(0));
  EXPECT_EQ(Logins(), 1);
}

TEST_F(FaultMatrix, Row45AWallClockThatJumpsAnHourChangesNothing) {
  Start();
  Warm();
  transport_.Answer("GET", Response(200, "{}"), 4);
  for (const auto jump : {hours(1), hours(-2), hours(24 * 365), hours(-24 * 365)}) {
    clock_.JumpWall(jump);
    EXPECT_EQ(Send()->status, 200);
    Settle();
  }
  EXPECT_EQ(Logins(), 1);
}

TEST_F(FaultMatrix, Row45ADateThatIsSkewedDoesNotStretchA429) {
  Start();
  // Falcon's clock and ours are months apart; it asks for ten seconds of its own.
  transport_.Answer("POST", Refusal(429, "slow down",
                                    {{"Date", "Wed, 21 Oct 2026 07:28:00 GMT"},
                                     {"X-RateLimit-RetryAfter", "1792567690"}}));
  EXPECT_EQ(RetryAfter(Send().status()), seconds(10));
}

}  // namespace
}  // namespace falcon::auth
