// The fault matrix: tokens and rate limits. These faults leave a state behind: each case has a world
// of its own.
#include <future>

#include "tests/e2e/fault_case.h"

namespace falcon::e2e {
namespace {

class TokenFault : public testing::TestWithParam<FaultCase> {};

TEST_P(TokenFault, IsObservedAsTheMatrixSays) {
  World world({{"--alerts", "50"}});
  GetParam().Run(world);
}

INSTANTIATE_TEST_SUITE_P(
    Refused, TokenFault,
    testing::Values(
        FaultCase("ExpiredTokenIsRenewedAndTheCallReplayed", Rule("unauthorized"))
            .Calls(2)
            .Tokens(1),
        FaultCase("StaleTokenBehindA429IsRenewedToo", Rule("stale_token")).Calls(2).Tokens(1),
        FaultCase("FreshTokenThatIsRefusedIsAFailedPrecondition", Always("unauthorized"))
            .Fails(StatusCode::FAILED_PRECONDITION, "UPSTREAM_AUTH")
            .Calls(2)
            .Tokens(1)),
    NameOf);

// The next caller learns of the failure without another token request.
void FailureIsKept(World& world, const Observed& observed) {
  const int tokens = world.Logins();
  const Observed again = ListDetections(world, kGenerous);
  EXPECT_THAT(again, StatusIs(observed.status.error_code()));
  EXPECT_LE(world.Logins(), tokens + 1);  // one more where the pause of a second was over already
  EXPECT_EQ(world.Calls(), 0);
}

void RetryIsInTwoMinutesAtMost(World&, const Observed& observed) {
  const Details details(observed.status);
  ASSERT_TRUE(details.has_retry);
  EXPECT_GT(details.retry.retry_delay().seconds(), 20);
  EXPECT_LE(details.retry.retry_delay().seconds(), 120);
}

INSTANTIATE_TEST_SUITE_P(
    TokenRequests, TokenFault,
    testing::Values(
        FaultCase("WrongCredentialsAreNotTriedAgain",
                  TokenAlways("status",
                              {{"code", 401},
                               {"message", "bad client simulator-client simulator-secret"}}))
            .Fails(StatusCode::FAILED_PRECONDITION, "UPSTREAM_CREDENTIALS")
            .Calls(0)
            .Tokens(1)
            .Cold()
            .And(FailureIsKept),
        FaultCase("ForbiddenTokenRequestIsNotTriedAgain", TokenAlways("status", {{"code", 403}}))
            .Fails(StatusCode::FAILED_PRECONDITION, "UPSTREAM_CREDENTIALS")
            .Calls(0)
            .Tokens(1)
            .Cold()
            .And(FailureIsKept),
        FaultCase("FailingTokenRequestIsTriedThreeTimes", TokenAlways("status", {{"code", 503}}))
            .Fails(StatusCode::UNAVAILABLE, "UPSTREAM_TOKEN")
            .Calls(0)
            .Tokens(3)
            .Cold(),
        FaultCase("TokenRequestThatFailsOnceIsTriedAgain", Token("status", {{"code", 503}}))
            .Calls(1)
            .Tokens(2)
            .Cold(),
        // Waited for where the deadline allows it, as with data calls.
        FaultCase("LimitedTokenRequestWaitsWhereTheDeadlineAllows",
                  Token("rate_limited", {{"in_seconds", 1}}))
            .Calls(1)
            .Tokens(2)
            .Cold(),
        FaultCase("LimitedTokenRequestPastTheDeadlineSaysWhen",
                  Token("rate_limited", {{"in_seconds", 600}}))
            .Fails(StatusCode::UNAVAILABLE, "RATE_LIMITED")
            .Calls(0)
            .Tokens(1)
            .Within(seconds(20))
            .Cold()
            .Lasts()
            .And(RetryIsInTwoMinutesAtMost),
        FaultCase("MalformedTokenIsAskedForOnceMore", TokenAlways("token_malformed"))
            .Fails(StatusCode::UNAVAILABLE, "UPSTREAM_TOKEN_MALFORMED")
            .Calls(0)
            .Tokens(2)
            .Cold(),
        FaultCase("TokenWithoutALifeIsMalformed", TokenAlways("token_without_expires"))
            .Fails(StatusCode::UNAVAILABLE, "UPSTREAM_TOKEN_MALFORMED")
            .Calls(0)
            .Tokens(2)
            .Cold(),
        FaultCase("TokenThatLivesForNoTimeIsMalformed",
                  TokenAlways("token_expires_in", {{"value", 0}}))
            .Fails(StatusCode::UNAVAILABLE, "UPSTREAM_TOKEN_MALFORMED")
            .Calls(0)
            .Tokens(2)
            .Cold(),
        FaultCase("TokenWithANegativeLifeIsMalformed",
                  TokenAlways("token_expires_in", {{"value", -5}}))
            .Fails(StatusCode::UNAVAILABLE, "UPSTREAM_TOKEN_MALFORMED")
            .Calls(0)
            .Tokens(2)
            .Cold(),
        FaultCase("TokenRequestIsNotRedirectedToAForeignHost",
                  TokenAlways("redirect", {{"location", "https://evil.example.com"}}))
            .Fails(StatusCode::FAILED_PRECONDITION, "UPSTREAM_REDIRECT")
            .Calls(0)
            .Tokens(1)
            .Cold(),
        FaultCase("TokenRequestIsNotRedirectedToPlainHttp",
                  TokenAlways("redirect", {{"location", "http://api.crowdstrike.com"}}))
            .Fails(StatusCode::FAILED_PRECONDITION, "UPSTREAM_REDIRECT")
            .Calls(0)
            .Tokens(1)
            .Cold(),
        FaultCase("DataCallIsNotRedirected",
                  Always("redirect", {{"location", "https://api.us-2.crowdstrike.com"}}))
            .Fails(StatusCode::FAILED_PRECONDITION, "UPSTREAM_REDIRECT")
            .Calls(1)
            .Tokens(0),
        // With a base URL of its own the region is only told, never followed: pinned regions are for
        // the real clouds and are tested with the token source.
        FaultCase("RegionOfTheAnswerIsTold", TokenAlways("region", {{"value", "eu-1"}}))
            .Calls(1)
            .Tokens(1)
            .Cold()
            .And([](World& world, const Observed&) {
              EXPECT_EQ(Ask(world, v1::GetStatusRequest())->region(), "eu-1");
            })),
    NameOf);

void ExpectPause(const Observed& observed, int64_t min, int64_t max) {
  const Details details(observed.status);
  ASSERT_TRUE(details.has_retry);
  EXPECT_GE(details.retry.retry_delay().seconds(), min);
  EXPECT_LE(details.retry.retry_delay().seconds(), max);
  ASSERT_TRUE(observed.trailers.contains("grpc-retry-pushback-ms"));
  EXPECT_GE(std::stoll(observed.trailers.at("grpc-retry-pushback-ms")), min * 1000);
}

// Everybody waits: no further call goes upstream.
void ExpectGateIsShut(World& world, const Observed& observed, int64_t min, int64_t max) {
  ExpectPause(observed, min, max);
  const int calls = world.Calls();
  const Observed other = ListHosts(world, seconds(1));
  EXPECT_THAT(other, StatusIs(StatusCode::RESOURCE_EXHAUSTED));
  EXPECT_EQ(world.Calls(), calls);
}

INSTANTIATE_TEST_SUITE_P(
    RateLimits, TokenFault,
    testing::Values(
        FaultCase("LimitThatFitsTheDeadlineIsWaitedFor", Rule("rate_limited", {{"in_seconds", 1}}))
            .Calls(2)
            .Tokens(0),
        FaultCase("LimitInMillisecondsIsUnderstood",
                  Rule("rate_limited", {{"in_seconds", 1}, {"unit", "ms"}}))
            .Calls(2)
            .Tokens(0),
        FaultCase("LimitPastTheDeadlineIsToldAtOnce", Rule("rate_limited", {{"in_seconds", 6}}))
            .Fails(StatusCode::RESOURCE_EXHAUSTED, "RATE_LIMITED")
            .Calls(1)
            .Within(seconds(4))
            .And([](World& world, const Observed& observed) {
              ExpectGateIsShut(world, observed, 4, 8);
            }),
        FaultCase("LimitWithoutAnInstantIsBackedOffFrom",
                  Rule("rate_limited", {{"no_header", "true"}}))
            .Calls(2),
        FaultCase("LimitWithAGarbledInstantIsBackedOffFrom",
                  Rule("rate_limited", {{"retry_after", "soon"}}))
            .Calls(2),
        FaultCase("LimitWithAPastInstantIsBackedOffFrom",
                  Rule("rate_limited", {{"retry_after", "1500000000"}}))
            .Calls(2),
        FaultCase("LimitInTheFarFutureIsTwoMinutesAtMost",
                  Rule("rate_limited", {{"in_seconds", 864'000}}))
            .Fails(StatusCode::RESOURCE_EXHAUSTED, "RATE_LIMITED")
            .Calls(1)
            .Within(seconds(30))
            .Lasts()
            .And([](World& world, const Observed& observed) {
              ExpectGateIsShut(world, observed, 60, 120);
            })),
    NameOf);

TEST(TokenLife, TokenThatExpiredIsRenewedBeforeTheCall) {
  World world({{"--alerts", "50"}});
  world.Fault(Token("token_expires_in", {{"value", 1}}));
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  WaitUntil([&] { return !Ask(world, v1::GetStatusRequest())->token().valid(); });
  world.ResetLedger();
  EXPECT_TRUE(ListDetections(world, kGenerous).status.ok());
  EXPECT_EQ(world.Logins(), 1);
  EXPECT_EQ(world.Calls(), 1);
}

TEST(TokenLife, ManyCallsWithARevokedTokenShareOneTokenRequest) {
  constexpr int kCallers = 20;
  World world({{"--alerts", "50"}});
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  world.ResetLedger();
  // All are on their way before the first is refused.
  world.Fault(Rule("latency", {{"path", ""}, {"ms", 300}, {"times", 0}}));
  world.Control("POST", "/__simulator/revoke_tokens");
  std::vector<std::future<Observed>> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.push_back(std::async(std::launch::async, [&world, i] {
      v1::ListDetectionsRequest request;
      request.set_page_size(1 + i);
      const auto answer = Ask(world, request);
      return Observed{answer.status, answer->read_info(), answer->detections_size(), {}};
    }));
  }
  for (auto& caller : callers) {
    const Observed observed = caller.get();
    EXPECT_THAT(observed, IsOk());
  }
  EXPECT_EQ(world.Logins(), 1);
  EXPECT_LE(world.Calls(), 2 * kCallers);
}

// The old token is served while its renewal fails and is tried again.
TEST(TokenLife, OldTokenServesWhileItsRenewalFails) {
  World world({{"--alerts", "50"}});
  world.Fault(Token("token_expires_in", {{"value", 8}}));
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  world.ResetLedger();
  world.Fault(Token("status", {{"code", 503}}));
  WaitUntil([&] {
    EXPECT_TRUE(ListHosts(world, kGenerous).status.ok());
    return world.Logins() >= 2;
  });
  EXPECT_TRUE(ListDetections(world, kGenerous).status.ok());
  EXPECT_EQ(world.Ledger().at("statuses").value("401", 0), 0);
}

TEST(TokenRedirect, TokenRequestFollowsOneRedirectToAnAllowedCloud) {
  WorldOptions options{{"--alerts", "50"}};
  options.start_gateway = false;
  World world(options);
  // A second cloud with the same certificate authority.
  Program other(SimulatorProgram(),
                {"--listen", "127.0.0.1:0", "--tls-self-signed", world.folder(), "--alerts", "50"},
                {}, world.folder() + "/other.log");
  const std::string line = other.ReadLine();
  const std::string url = line.substr(line.find("https://"));
  world.StartGateway({"--loopback-redirect=" + url.substr(std::string("https://").size())});
  world.Fault(TokenAlways("redirect", {{"location", url}, {"code", 308}}));
  EXPECT_TRUE(ListDetections(world, kGenerous).status.ok());
  EXPECT_EQ(Ask(world, v1::GetStatusRequest())->base_url(), url);
  EXPECT_EQ(world.Logins(), 1);
  EXPECT_EQ(world.Calls(), 0);
  // The cloud is kept: further calls ask the first no more.
  EXPECT_TRUE(ListHosts(world, kGenerous).status.ok());
  EXPECT_EQ(world.Logins(), 1);
}

}  // namespace
}  // namespace falcon::e2e
