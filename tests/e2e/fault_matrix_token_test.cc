// The fault matrix, rows 1 to 12 and 15 to 17: tokens and rate limits. They leave a state behind:
// each row has its own world.
#include <future>

#include "tests/e2e/calls/detections.h"
#include "tests/e2e/calls/gateway.h"
#include "tests/e2e/fault_row.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;

class TokenFault : public testing::TestWithParam<Row> {};

TEST_P(TokenFault, IsSeenAsTheMatrixSays) {
  WorldOptions options;
  options.simulator = GetParam().simulator;
  options.simulator.insert(options.simulator.end(), {"--alerts", "50"});
  World world(options);
  Play(world, GetParam());
}

Json Token(const std::string& kind, Json more = Json::object()) {
  more["path"] = "/oauth2/token";
  return Rule(kind, more);
}

Json Always(Json more = Json::object()) {
  more["times"] = 0;
  return more;
}

// Whatever the failure of a log-in was, the next caller learns it without another log-in.
void ExpectFailureIsKept(World& world, const Seen& seen) {
  const int logins = world.Logins();
  const Seen again = ListDetections(world, kGenerous);
  EXPECT_EQ(again.status.error_code(), seen.status.error_code());
  EXPECT_LE(world.Logins(), logins + 1);  // one more where the pause of a second was over already
  EXPECT_EQ(world.Calls(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Refused, TokenFault,
    testing::Values(Row{.name = "Row02_ExpiredTokenIsRenewedAndTheCallReplayed",
                        .faults = {Rule("unauthorized")},
                        .calls = 2,
                        .logins = 1},
                    Row{.name = "Row02_StaleTokenBehindA429IsRenewedToo",
                        .faults = {Rule("stale_token")},
                        .calls = 2,
                        .logins = 1},
                    Row{.name = "Row04_FreshTokenThatIsRefusedIsThePreconditionThatFailed",
                        .faults = {Rule("unauthorized", Always())},
                        .code = StatusCode::FAILED_PRECONDITION,
                        .reason = "UPSTREAM_AUTH",
                        .calls = 2,
                        .logins = 1}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    LogIn, TokenFault,
    testing::Values(
        Row{.name = "Row05_WrongCredentialsAreNotTriedAgain",
            .faults = {Token("status", Always({{"code", 401},
                                               {"message",
                                                "bad client simulator-client simulator-secret"}}))},
            .code = StatusCode::FAILED_PRECONDITION,
            .reason = "UPSTREAM_CREDENTIALS",
            .calls = 0,
            .logins = 1,
            .warm = false,
            .check = ExpectFailureIsKept},
        Row{.name = "Row05_ForbiddenLogInIsNotTriedAgain",
            .faults = {Token("status", Always({{"code", 403}}))},
            .code = StatusCode::FAILED_PRECONDITION,
            .reason = "UPSTREAM_CREDENTIALS",
            .calls = 0,
            .logins = 1,
            .warm = false,
            .check = ExpectFailureIsKept},
        Row{.name = "Row07_LogInThatFailsIsTriedThreeTimes",
            .faults = {Token("status", Always({{"code", 503}}))},
            .code = StatusCode::UNAVAILABLE,
            .reason = "UPSTREAM_TOKEN",
            .calls = 0,
            .logins = 3,
            .warm = false},
        Row{.name = "Row07_LogInThatFailsOnceIsTriedAgain",
            .faults = {Token("status", {{"code", 503}})},
            .calls = 1,
            .logins = 2,
            .warm = false},
        // Waited for where the deadline allows it, as with data calls.
        Row{.name = "Row08_LimitedLogInWaitsWhereTheDeadlineAllows",
            .faults = {Token("rate_limited", {{"in_seconds", 1}})},
            .calls = 1,
            .logins = 2,
            .warm = false},
        Row{.name = "Row08_LimitedLogInPastTheDeadlineSaysWhen",
            .faults = {Token("rate_limited", {{"in_seconds", 600}})},
            .code = StatusCode::UNAVAILABLE,
            .reason = "RATE_LIMITED",
            .calls = 0,
            .logins = 1,
            .deadline = seconds(20),
            .warm = false,
            .recovers = false,  // in two minutes
            .check =
                [](World&, const Seen& seen) {
                  const Details details(seen.status);
                  ASSERT_TRUE(details.has_retry);
                  EXPECT_GT(details.retry.retry_delay().seconds(), 20);
                  EXPECT_LE(details.retry.retry_delay().seconds(), 120);
                }},
        Row{.name = "Row09_MalformedTokenIsAskedForOnceMore",
            .faults = {Token("token_malformed", Always())},
            .code = StatusCode::UNAVAILABLE,
            .reason = "UPSTREAM_TOKEN_MALFORMED",
            .calls = 0,
            .logins = 2,
            .warm = false},
        Row{.name = "Row09_TokenWithoutALifeIsNone",
            .faults = {Token("token_without_expires", Always())},
            .code = StatusCode::UNAVAILABLE,
            .reason = "UPSTREAM_TOKEN_MALFORMED",
            .calls = 0,
            .logins = 2,
            .warm = false},
        Row{.name = "Row09_TokenThatLivesForNoTimeIsNone",
            .faults = {Token("token_expires_in", Always({{"value", 0}}))},
            .code = StatusCode::UNAVAILABLE,
            .reason = "UPSTREAM_TOKEN_MALFORMED",
            .calls = 0,
            .logins = 2,
            .warm = false},
        Row{.name = "Row09_TokenThatLivesForLessThanNoTimeIsNone",
            .faults = {Token("token_expires_in", Always({{"value", -5}}))},
            .code = StatusCode::UNAVAILABLE,
            .reason = "UPSTREAM_TOKEN_MALFORMED",
            .calls = 0,
            .logins = 2,
            .warm = false},
        Row{.name = "Row11_LogInIsNotRedirectedToAForeignHost",
            .faults = {Token("redirect", Always({{"location", "https://evil.example.com"}}))},
            .code = StatusCode::FAILED_PRECONDITION,
            .reason = "UPSTREAM_REDIRECT",
            .calls = 0,
            .logins = 1,
            .warm = false},
        Row{.name = "Row11_LogInIsNotRedirectedToPlainHttp",
            .faults = {Token("redirect", Always({{"location", "http://api.crowdstrike.com"}}))},
            .code = StatusCode::FAILED_PRECONDITION,
            .reason = "UPSTREAM_REDIRECT",
            .calls = 0,
            .logins = 1,
            .warm = false},
        Row{.name = "Row11_DataCallIsNotRedirected",
            .faults = {Rule("redirect",
                            Always({{"location", "https://api.us-2.crowdstrike.com"}}))},
            .code = StatusCode::FAILED_PRECONDITION,
            .reason = "UPSTREAM_REDIRECT",
            .calls = 1,
            .logins = 0},
        // With a base URL of its own the region is only told, never followed: pinned regions are
        // for the real clouds and are tested with the token source.
        Row{.name = "Row12_RegionOfTheAnswerIsTold",
            .faults = {Token("region", Always({{"value", "eu-1"}}))},
            .calls = 1,
            .logins = 1,
            .warm = false,
            .check =
                [](World& world, const Seen&) {
                  EXPECT_EQ(Ask(world, v1::GetStatusRequest())->region(), "eu-1");
                }}),
    NameOf);

void ExpectPause(const Seen& seen, int64_t least, int64_t most) {
  const Details details(seen.status);
  ASSERT_TRUE(details.has_retry);
  EXPECT_GE(details.retry.retry_delay().seconds(), least);
  EXPECT_LE(details.retry.retry_delay().seconds(), most);
  ASSERT_TRUE(seen.trailers.contains("grpc-retry-pushback-ms"));
  EXPECT_GE(std::stoll(seen.trailers.at("grpc-retry-pushback-ms")), least * 1000);
}

// Everybody waits: no further call goes upstream.
void ExpectGateIsShut(World& world, const Seen& seen, int64_t least, int64_t most) {
  ExpectPause(seen, least, most);
  const int calls = world.Calls();
  const Seen other = ListHosts(world, seconds(1));
  EXPECT_EQ(other.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(world.Calls(), calls);
}

INSTANTIATE_TEST_SUITE_P(
    RateLimit, TokenFault,
    testing::Values(Row{.name = "Row15_LimitThatFitsTheDeadlineIsWaitedFor",
                        .faults = {Rule("rate_limited", {{"in_seconds", 1}})},
                        .calls = 2,
                        .logins = 0},
                    Row{.name = "Row15_LimitInMillisecondsIsUnderstood",
                        .faults = {Rule("rate_limited", {{"in_seconds", 1}, {"unit", "ms"}})},
                        .calls = 2,
                        .logins = 0},
                    Row{.name = "Row16_LimitPastTheDeadlineIsToldAtOnce",
                        .faults = {Rule("rate_limited", {{"in_seconds", 6}})},
                        .code = StatusCode::RESOURCE_EXHAUSTED,
                        .reason = "RATE_LIMITED",
                        .calls = 1,
                        .deadline = seconds(4),
                        .check = [](World& world,
                                    const Seen& seen) { ExpectGateIsShut(world, seen, 4, 8); }},
                    Row{.name = "Row17_LimitWithoutAnInstantIsBackedOffFrom",
                        .faults = {Rule("rate_limited", {{"no_header", "true"}})},
                        .calls = 2},
                    Row{.name = "Row17_LimitWithAGarbledInstantIsBackedOffFrom",
                        .faults = {Rule("rate_limited", {{"retry_after", "soon"}})},
                        .calls = 2},
                    Row{.name = "Row17_LimitWithAPastInstantIsBackedOffFrom",
                        .faults = {Rule("rate_limited", {{"retry_after", "1500000000"}})},
                        .calls = 2},
                    Row{.name = "Row17_LimitInTheFarFutureIsTwoMinutesAtMost",
                        .faults = {Rule("rate_limited", {{"in_seconds", 864'000}})},
                        .code = StatusCode::RESOURCE_EXHAUSTED,
                        .reason = "RATE_LIMITED",
                        .calls = 1,
                        .deadline = seconds(30),
                        .recovers = false,  // in two minutes
                        .check = [](World& world,
                                    const Seen& seen) { ExpectGateIsShut(world, seen, 60, 120); }}),
    NameOf);

TEST(TokenLife, Row01_TokenThatExpiredIsRenewedBeforeTheCall) {
  World world({{"--alerts", "50"}});
  world.Fault(Token("token_expires_in", {{"value", 1}}));
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  WaitUntil([&] { return !Ask(world, v1::GetStatusRequest())->token().valid(); });
  world.ResetLedger();
  EXPECT_TRUE(ListDetections(world, kGenerous).status.ok());
  EXPECT_EQ(world.Logins(), 1);
  EXPECT_EQ(world.Calls(), 1);
}

TEST(TokenLife, Row03_ManyCallsWithARevokedTokenShareOneLogIn) {
  constexpr int kCallers = 20;
  World world({{"--alerts", "50"}});
  ASSERT_TRUE(ListHosts(world, kGenerous).status.ok());
  world.ResetLedger();
  // All are on their way before the first is refused.
  world.Fault(Rule("latency", {{"path", ""}, {"ms", 300}, {"times", 0}}));
  world.Control("POST", "/__simulator/revoke_tokens");
  std::vector<std::future<Seen>> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.push_back(std::async(std::launch::async, [&world, i] {
      v1::ListDetectionsRequest request;
      request.set_page_size(1 + i);
      const auto answer = Ask(world, request);
      return Seen{answer.status, answer->read_info(), answer->detections_size(), {}};
    }));
  }
  for (auto& caller : callers) {
    const Seen seen = caller.get();
    EXPECT_TRUE(seen.status.ok()) << seen.status.error_message();
  }
  EXPECT_EQ(world.Logins(), 1);
  EXPECT_LE(world.Calls(), 2 * kCallers);
}

// The old token is served while its renewal fails and is tried again.
TEST(TokenLife, Row06_OldTokenServesWhileItsRenewalFails) {
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

TEST(TokenRedirect, Row10_LogInFollowsOneRedirectToAnAllowedCloud) {
  WorldOptions options{{"--alerts", "50"}};
  options.start_gateway = false;
  World world(options);
  // A second cloud with the same certificate authority.
  Program other(FALCON_SIMULATOR,
                {"--listen", "127.0.0.1:0", "--tls-self-signed", world.folder(), "--alerts", "50"},
                {}, world.folder() + "/other.log");
  const std::string line = other.ReadLine();
  const std::string url = line.substr(line.find("https://"));
  world.StartGateway({"--loopback-redirect=" + url.substr(std::string("https://").size())});
  world.Fault(Token("redirect", Always({{"location", url}, {"code", 308}})));
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
