// The token's life: one log-in for all, renewed ahead, kept when renewal fails, and no storm in any
// weather.
#include <deque>

#include "base/text.h"
#include "tests/unit/auth/auth_stack.h"

namespace falcon::auth {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::OnLoop;
using testing::Response;

constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;
constexpr int kAlways = 1'000'000;

class CachedTokenSourceTest : public AuthStack {
 protected:
  void StartGranting() {
    Start();
    transport_.Answer("POST", Granted(), kAlways);
  }
  testing::Running<absl::StatusOr<Token>> StartGetting() { return {loop_, cache_->Get(Soon())}; }
  // Whether to replay after Falcon refused `token` to `operation`: to another one each time, unless
  // it is said.
  bool Refuse(const Token& token, const std::string& operation = "") {
    const std::string name = operation.empty() ? StrCat("/operation/", ++operations_) : operation;
    bool replay = false;
    OnLoop(loop_, [&] { replay = cache_->Invalidate(token, name).replay; });
    return replay;
  }
  void Accept(const Token& token, const std::string& operation = "/accepted") {
    OnLoop(loop_, [&] { cache_->MarkAccepted(token, operation); });
  }
  TokenStatus Status() {
    TokenStatus status;
    OnLoop(loop_, [&] { status = cache_->status(); });
    return status;
  }

  int operations_ = 0;
};

TEST_F(CachedTokenSourceTest, MakesOneTokenRequestForEachLifetime) {
  jitter_ = [] { return 0.0; };  // renewed at 85 % of 1799 s: the first stride after 1529.15 s
  StartGranting();
  constexpr int kStride = 5;
  constexpr int kPeriod = 1530;
  for (int now = 0; now <= 4 * kPeriod + 100; now += kStride) {
    const auto token = Get();
    ASSERT_THAT(token, IsOk()) << "at " << now << " s";
    ASSERT_LT(clock_.Now(), token->expires) << "at " << now << " s";
    Settle();
    ASSERT_EQ(TokenRequests(), now / kPeriod + 1) << "at " << now << " s";
    clock_.Advance(seconds(kStride));
  }
}

TEST_F(CachedTokenSourceTest, RefreshesBetween85And90PercentOfTheLifetime) {
  for (const auto& [jitter, percent] : {std::pair{0.0, 85}, {0.5, 87}, {1.0, 90}}) {
    jitter_ = [value = jitter] { return value; };
    Start();
    transport_.Answer("POST", Granted("x", "us-1", 1000), 2);
    const int before = TokenRequests();
    ASSERT_THAT(Get(), IsOk());
    clock_.Advance(seconds(percent * 10) - seconds(1));
    ASSERT_THAT(Get(), IsOk());
    Settle();
    EXPECT_EQ(TokenRequests(), before + 1);
    clock_.Advance(seconds(10));
    ASSERT_THAT(Get(), IsOk());
    Settle();
    EXPECT_EQ(TokenRequests(), before + 2);
  }
}

TEST_F(CachedTokenSourceTest, ServesTheOldTokenDuringARefresh) {
  Start();
  transport_.Answer("POST", Granted("old"));
  ASSERT_THAT(Get(), IsOk());
  clock_.Advance(seconds(1700));
  const auto gate = HoldBack("POST", Granted("new"));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Get()->value.Reveal(), "canary-token-old");
  EXPECT_EQ(TokenRequests(), 2);
  Open(gate);
  EXPECT_EQ(Get()->value.Reveal(), "canary-token-new");
  EXPECT_EQ(TokenRequests(), 2);
}

TEST_F(CachedTokenSourceTest, ConcurrentGetsShareOneTokenRequest) {
  Start();
  const auto gate = HoldBack("POST", Granted());
  std::deque<testing::Running<absl::StatusOr<Token>>> callers;
  for (int i = 0; i < 1000; ++i) callers.push_back(StartGetting());
  Settle();
  Open(gate);
  for (auto& caller : callers) EXPECT_THAT(*caller.Get(), IsOk());
  EXPECT_EQ(TokenRequests(), 1);
}

TEST_F(CachedTokenSourceTest, WaitersShareAFailure) {
  Start();
  const auto gate = HoldBack("POST", Refusal(403, "denied"));
  std::deque<testing::Running<absl::StatusOr<Token>>> callers;
  for (int i = 0; i < 100; ++i) callers.push_back(StartGetting());
  Settle();
  Open(gate);
  for (auto& caller : callers) {
    EXPECT_THAT(Said(*caller.Get()), FailsWith(kPrecondition, "UPSTREAM_CREDENTIALS"));
  }
  EXPECT_EQ(TokenRequests(), 1);
}

TEST_F(CachedTokenSourceTest, CancelledWaiterLeavesTheRequestToTheOthers) {
  Start();
  const auto gate = HoldBack("POST", Granted());
  auto leaver = StartGetting();
  auto stayer = StartGetting();
  Settle();
  leaver.Cancel();
  EXPECT_EQ(leaver.Get(), std::nullopt);
  Open(gate);
  EXPECT_THAT(*stayer.Get(), IsOk());
  EXPECT_EQ(TokenRequests(), 1);
}

TEST_F(CachedTokenSourceTest, RequestGoesOnWhenAllWaitersAreCancelled) {
  Start();
  const auto gate = HoldBack("POST", Granted());
  auto leaver = StartGetting();
  Settle();
  leaver.Cancel();
  EXPECT_EQ(leaver.Get(), std::nullopt);
  Open(gate);
  EXPECT_TRUE(Status().valid);
}

TEST_F(CachedTokenSourceTest, RequestHasADeadlineOfItsOwn) {
  Start();
  transport_.Answer("POST", Granted());
  const Deadline near = Deadline::In(clock_, milliseconds(1));
  ASSERT_THAT(testing::Await(loop_, cache_->Get(near)), IsOk());
  EXPECT_GT(transport_.requests().front().deadline.at(), near.at());
}

TEST_F(CachedTokenSourceTest, KeepsTheOldTokenAndBacksOffWhenARefreshFails) {
  Start();
  transport_.Answer("POST", Granted("old"));
  ASSERT_THAT(Get(), IsOk());
  clock_.Advance(seconds(1650));
  transport_.Answer("POST", Refusal(403, "denied"), kAlways);
  int at = 0;
  for (const int hold : {1, 2, 4, 8, 16}) {
    EXPECT_EQ(Get()->value.Reveal(), "canary-token-old");
    Settle();
    EXPECT_EQ(TokenRequests(), ++at + 1);
    clock_.Advance(seconds(hold) - milliseconds(1));
    EXPECT_EQ(Get()->value.Reveal(), "canary-token-old");
    Settle();
    EXPECT_EQ(TokenRequests(), at + 1) << "held for " << hold << " s";
    clock_.Advance(milliseconds(1));
  }
  EXPECT_TRUE(Status().valid);
  EXPECT_EQ(Status().consecutive_failures, 5);
}

TEST_F(CachedTokenSourceTest, ReturnsTheSameErrorDuringABackoffOfOneToSixtySeconds) {
  Start();
  transport_.Answer("POST", Refusal(401, "denied"), kAlways);
  int token_requests = 0;
  for (const int hold : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    EXPECT_THAT(Get(), FailsWith(kPrecondition, "UPSTREAM_CREDENTIALS"));
    EXPECT_EQ(TokenRequests(), ++token_requests);
    clock_.Advance(milliseconds(400));
    const auto again = Get();
    EXPECT_THAT(again, FailsWith(kPrecondition, "UPSTREAM_CREDENTIALS"));
    EXPECT_EQ(RetryAfter(again.status()), seconds(hold) - milliseconds(400));
    EXPECT_EQ(TokenRequests(), token_requests);
    clock_.Advance(seconds(hold) - milliseconds(400));
  }
}

TEST_F(CachedTokenSourceTest, BackoffRestartsAfterASuccess) {
  Start();
  transport_.Answer("POST", Refusal(401, "denied"), 2);
  transport_.Answer("POST", Granted("x", "us-1", 100));
  transport_.Answer("POST", Refusal(401, "denied"));
  EXPECT_FALSE(Get().ok());
  clock_.Advance(seconds(1));
  EXPECT_FALSE(Get().ok());
  clock_.Advance(seconds(2));
  EXPECT_THAT(Get(), IsOk());
  EXPECT_EQ(Status().last_error, "");
  EXPECT_EQ(Status().consecutive_failures, 0);
  clock_.Advance(seconds(100));
  EXPECT_FALSE(Get().ok());
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(RetryAfter(Get().status()), milliseconds(999));
}

TEST_F(CachedTokenSourceTest, BackoffHonoursRetryAfter) {
  Start();
  transport_.Answer("POST", Refusal(429, "slow down", {{"X-RateLimit-RetryAfter", "90"}}), kAlways);
  EXPECT_THAT(Get(), FailsWith(kUnavailable, "RATE_LIMITED"));
  clock_.Advance(seconds(89));
  const auto held = Get();
  EXPECT_THAT(held, FailsWith(kUnavailable, "RATE_LIMITED"));
  EXPECT_EQ(RetryAfter(held.status()), seconds(1));
  EXPECT_EQ(TokenRequests(), 1);
  clock_.Advance(seconds(1));
  EXPECT_FALSE(Get().ok());
  EXPECT_EQ(TokenRequests(), 2);
}

TEST_F(CachedTokenSourceTest, InvalidateDropsTheRefusedTokenAndNotItsSuccessor) {
  Start();
  transport_.Answer("POST", Granted("one"));
  transport_.Answer("POST", Granted("two"));
  const Token first = *Get();
  Refuse(first);
  EXPECT_FALSE(Status().valid);
  EXPECT_EQ(Get()->value.Reveal(), "canary-token-two");
  Refuse(first);
  EXPECT_EQ(Get()->value.Reveal(), "canary-token-two");
  EXPECT_EQ(TokenRequests(), 2);
}

TEST_F(CachedTokenSourceTest, TokensRefusedInARowStartABackoff) {
  StartGranting();
  Refuse(*Get());
  Refuse(*Get());
  const auto held = Get();
  EXPECT_THAT(held, FailsWith(kPrecondition, "UPSTREAM_AUTH"));
  EXPECT_EQ(RetryAfter(held.status()), seconds(1));
  clock_.Advance(seconds(1));
  Refuse(*Get());
  EXPECT_EQ(RetryAfter(Get().status()), seconds(2));
  EXPECT_EQ(TokenRequests(), 3);
}

TEST_F(CachedTokenSourceTest, AcceptedTokenThatIsRevokedIsReplacedAtOnce) {
  StartGranting();
  for (int i = 0; i < 5; ++i) {
    const Token token = *Get();
    Accept(token);
    Refuse(token);
  }
  EXPECT_THAT(Get(), IsOk());
  EXPECT_EQ(TokenRequests(), 6);
}

TEST_F(CachedTokenSourceTest, OperationThatIsAlwaysRefusedDropsOneToken) {
  StartGranting();
  for (int i = 0; i < 100; ++i) {
    for (bool again = true; again;) again = Refuse(*Get(), "/refused");
    Accept(*Get(), "/taken");
    clock_.Advance(milliseconds(100));
  }
  EXPECT_LE(TokenRequests(), 2);
}

TEST_F(CachedTokenSourceTest, TokenThatAnotherOperationUsedIsReplayedBeforeItIsDropped) {
  StartGranting();
  const Token token = *Get();
  clock_.Advance(milliseconds(10));
  Accept(*Get(), "/taken");
  clock_.Advance(milliseconds(10));

  EXPECT_TRUE(Refuse(token, "/refused"));
  EXPECT_EQ(Get()->generation, token.generation);
  clock_.Advance(milliseconds(10));
  EXPECT_TRUE(Refuse(*Get(), "/refused")) << "nobody has used it since";
  EXPECT_NE(Get()->generation, token.generation);
}

TEST_F(CachedTokenSourceTest, RevokedTokenIsDroppedAtItsFirstRefusal) {
  StartGranting();
  Accept(*Get(), "/taken");
  clock_.Advance(milliseconds(10));
  const Token token = *Get();
  EXPECT_TRUE(Refuse(token, "/refused"));
  EXPECT_NE(Get()->generation, token.generation);
}

TEST_F(CachedTokenSourceTest, AcceptedOperationMayDropATokenAgain) {
  StartGranting();
  Refuse(*Get(), "/a");
  Accept(*Get(), "/a");
  Accept(*Get(), "/b");
  clock_.Advance(milliseconds(10));
  const Token token = *Get();
  EXPECT_TRUE(Refuse(token, "/a"));
  EXPECT_NE(Get()->generation, token.generation);
}

TEST_F(CachedTokenSourceTest, LoneRefusedOperationDropsFreshTokensWithBackoff) {
  StartGranting();
  for (int second = 0; second < 60; ++second) {
    const auto token = Get();
    if (token.ok()) Refuse(*token, "/refused");
    clock_.Advance(seconds(1));
  }
  EXPECT_LE(TokenRequests(), 7);
  EXPECT_GE(TokenRequests(), 3);
}

TEST_F(CachedTokenSourceTest, TokenThatArrivesDuringABackoffEndsIt) {
  Start();
  transport_.Answer("POST", Granted());
  transport_.Answer("POST", Granted());
  const Token first = *Get();
  Refuse(first);
  const Token second = *Get();
  clock_.Advance(seconds(1700));
  const auto gate = HoldBack("POST", Granted("three"));
  ASSERT_THAT(Get(), IsOk());  // renewal begins
  Refuse(second);              // and the token is refused meanwhile: a hold begins
  Open(gate);
  const auto third = Get();
  ASSERT_THAT(third, IsOk());
  EXPECT_EQ(third->value.Reveal(), "canary-token-three");
  Accept(*third);
  Refuse(*third);
  transport_.Answer("POST", Granted("four"));
  EXPECT_THAT(Get(), IsOk());
}

TEST_F(CachedTokenSourceTest, StatusReportsAgeAndErrorsWithoutTheToken) {
  Start();
  EXPECT_FALSE(Status().valid);
  EXPECT_EQ(Status().region, "us-1");
  EXPECT_EQ(Status().base_url, kUs1);
  transport_.Answer("POST", Response(503, ""), 3);
  EXPECT_FALSE(Get().ok());
  EXPECT_EQ(Status().consecutive_failures, 1);
  EXPECT_THAT(Status().last_error, HasSubstr("HTTP 503"));
  clock_.Advance(seconds(1));
  transport_.Answer("POST", Granted());
  EXPECT_THAT(Get(), IsOk());
  clock_.Advance(seconds(9));
  const TokenStatus status = Status();
  EXPECT_TRUE(status.valid);
  EXPECT_EQ(status.age, seconds(9));
  EXPECT_EQ(status.expires_in, seconds(1790));
  EXPECT_EQ(status.token_requests, 2);
  EXPECT_EQ(status.last_error, "");
}

TEST_F(CachedTokenSourceTest, ReportsOnlyAKnownRegionBeforeTheFirstToken) {
  const auto place = [&](OAuthOptions options) {
    Start(std::move(options));
    return StrCat(Status().region, "|", Status().base_url);
  };
  EXPECT_EQ(place(InRegion("us-2")), StrCat("us-2|", kUs2));
  EXPECT_EQ(place(InRegion("auto")), "|");
  EXPECT_EQ(place(AtUrl("https://relay.example")), "|https://relay.example");
}

TEST_F(CachedTokenSourceTest, LogsAndCountsEachTokenRequest) {
  Start();
  transport_.Answer("POST", Refusal(403, "denied"));
  transport_.Answer("POST", Granted());
  EXPECT_FALSE(Get().ok());
  clock_.Advance(seconds(1));
  EXPECT_THAT(Get(), IsOk());
  EXPECT_THAT(log_text_.str(),
              HasSubstr(R"("event":"token_request_failed","reason":"UPSTREAM_CREDENTIALS")"));
  EXPECT_THAT(log_text_.str(), HasSubstr(R"("event":"token_refreshed","region":"us-1")"));
  EXPECT_THAT(metrics_.Text(), HasSubstr(R"(token_refresh_total{result="ok"} 1)"));
  EXPECT_THAT(metrics_.Text(),
              HasSubstr(R"(token_refresh_total{result="UPSTREAM_CREDENTIALS"} 1)"));
}

}  // namespace
}  // namespace falcon::auth
