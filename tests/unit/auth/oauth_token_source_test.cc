// The log-in itself: what is sent, what is understood, what is tried again.
#include <limits>
#include <vector>

#include "tests/unit/auth/auth_stack.h"

namespace falcon::auth {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;
using testing::Response;

constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

class OAuthTokenSourceTest : public AuthStack {};

std::string Message(const absl::StatusOr<Token>& token) {
  return MessageWithUpstreamText(token.status());
}

TEST_F(OAuthTokenSourceTest, SendsAnEncodedFormThatIsWipedAfterwards) {
  Start({}, "child cid");
  transport_.Answer("POST https://api.crowdstrike.com/oauth2/token", Granted());
  const auto token = FetchToken();
  ASSERT_THAT(token, IsOk());
  EXPECT_EQ(token->value.Reveal(), "canary-token-one");
  EXPECT_EQ(token->region, "us-1");
  EXPECT_EQ(token->base_url, kUs1);
  EXPECT_EQ(token->generation, 1u);
  EXPECT_EQ(token->expires - token->issued, seconds(1799));
  const http::HttpRequest& request = transport_.requests().front();
  EXPECT_EQ(request.body, StrCat("client_id=canary-client-id&client_secret=", kEncodedSecret,
                                 "&member_cid=child%20cid"));
  EXPECT_TRUE(request.wipe_body);
  EXPECT_TRUE(request.authorization.empty());
  EXPECT_EQ(http::FindHeader(request.headers, "content-type"), "application/x-www-form-urlencoded");
}

TEST_F(OAuthTokenSourceTest, LeavesTheMemberCidOutWhenThereIsNone) {
  Start();
  transport_.Answer("POST", Granted());
  ASSERT_THAT(FetchToken(), IsOk());
  EXPECT_THAT(transport_.requests().front().body, Not(HasSubstr("member_cid")));
}

TEST_F(OAuthTokenSourceTest, TakesA200AndDriftingNumbers) {
  Start();
  transport_.Answer("POST", Response(200, R"({"access_token":"canary","expires_in":"1799"})"));
  transport_.Answer("POST", Response(201, R"({"access_token":"canary","expires_in":60.0})"));
  EXPECT_THAT(FetchToken(), IsOk());
  const auto second = FetchToken();
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->expires - second->issued, seconds(60));
  EXPECT_EQ(second->generation, 2u);
}

class MalformedGrant : public AuthStack, public ::testing::WithParamInterface<const char*> {};

TEST_P(MalformedGrant, IsUnavailableAfterOneMoreTry) {
  Start();
  transport_.Answer("POST", Response(201, GetParam()), std::numeric_limits<int>::max());
  EXPECT_THAT(FetchToken(), FailsWith(kUnavailable, "UPSTREAM_TOKEN_MALFORMED"));
  EXPECT_EQ(TokenRequests(), 2);
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, MalformedGrant,
    ::testing::Values("", "<html>canary</html>", "[]", "null", R"({"access_token":"canary"})",
                      R"({"access_token":"canary","expires_in":0})",
                      R"({"access_token":"canary","expires_in":-5})",
                      R"({"access_token":"canary","expires_in":null})",
                      R"({"access_token":"canary","expires_in":"soon"})",
                      R"({"access_token":"canary","expires_in":"nan"})",
                      R"({"access_token":"canary","expires_in":[1799]})",
                      R"({"access_token":"canary","expires_in":1799)", R"({"expires_in":1799})",
                      R"({"access_token":"","expires_in":1799})",
                      R"({"access_token":17,"expires_in":1799})",
                      R"({"access_token":"canary\r\nX-Evil: 1","expires_in":1799})"));

class RefusedCredentials : public AuthStack, public ::testing::WithParamInterface<int> {};

TEST_P(RefusedCredentials, AreNotTriedAgainAndSayWhatToCheck) {
  Start();
  transport_.Answer("POST", Refusal(GetParam(), "access denied, authorization failed",
                                    {{"X-Cs-Traceid", "trace-7"}}));
  const auto token = FetchToken();
  EXPECT_THAT(token, FailsWith(kPrecondition, "UPSTREAM_CREDENTIALS"));
  EXPECT_THAT(Message(token), HasSubstr("access denied, authorization failed"));
  EXPECT_THAT(Message(token), HasSubstr("CROWDSTRIKE_CLIENT_ID"));
  EXPECT_THAT(Message(token), HasSubstr("FALCON_CLIENT_SECRET"));
  EXPECT_THAT(Message(token), HasSubstr("region us-1"));
  EXPECT_THAT(Message(token), HasSubstr("IP allow-list"));
  EXPECT_EQ(Metadata(token.status())["trace_id"], "trace-7");
  EXPECT_EQ(Metadata(token.status())["http_status"], StrCat(GetParam()));
  EXPECT_EQ(TokenRequests(), 1);
}

INSTANTIATE_TEST_SUITE_P(Statuses, RefusedCredentials, ::testing::Values(400, 401, 403));

TEST_F(OAuthTokenSourceTest, RedactsCredentialsInFalconsText) {
  Start({}, "canary-child");
  transport_.Answer("POST",
                    Refusal(400, StrCat("no token for clientID=", kClientId, " ", kSecret, " ",
                                        kEncodedSecret, R"( canary-child \u001b[2J)")));
  const auto token = FetchToken();
  EXPECT_THAT(Message(token), HasSubstr("no token for clientID=[redacted] [redacted] [redacted] "
                                        "[redacted] \\u{001B}[2J"));
  EXPECT_THAT(Message(token), HasSubstr("FALCON_MEMBER_CID"));
}

struct FailureCase {
  std::string name;
  std::vector<absl::StatusOr<http::HttpResponse>> answers;  // the last one again and again
  absl::StatusCode code;
  std::string reason;
  std::string message;
  int requests;
};

class TokenRequestFailure : public AuthStack, public ::testing::WithParamInterface<FailureCase> {};

TEST_P(TokenRequestFailure, IsRetriedWhereThatHelps) {
  Start(InRegion("auto"));
  for (const auto& answer : GetParam().answers) transport_.Answer("POST", answer);
  transport_.Answer("POST", GetParam().answers.back(), 9);
  const auto token = FetchToken();
  EXPECT_THAT(token, FailsWith(GetParam().code, GetParam().reason));
  EXPECT_THAT(Message(token), HasSubstr(GetParam().message));
  EXPECT_EQ(TokenRequests(), GetParam().requests);
}

INSTANTIATE_TEST_SUITE_P(
    Failures, TokenRequestFailure,
    ::testing::Values(
        FailureCase{
            "ServerError", {Response(500, "")}, kUnavailable, "UPSTREAM_TOKEN", "HTTP 500", 3},
        FailureCase{"BrokenConnection",
                    {Error(kUnavailable, "UPSTREAM_CONNECTION", "refused"),
                     Error(absl::StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT", "slow"),
                     Error(kUnavailable, "UPSTREAM_CONNECTION", "refused")},
                    kUnavailable,
                    "UPSTREAM_TOKEN",
                    "refused",
                    3},
        FailureCase{"Tls",
                    {Error(kPrecondition, "UPSTREAM_TLS", "certificate has expired")},
                    kPrecondition,
                    "UPSTREAM_TLS",
                    "expired",
                    1},
        FailureCase{"EmptyRefusalOfAGovernmentRegion",
                    {Response(403, "")},
                    kPrecondition,
                    "UPSTREAM_CREDENTIALS",
                    "us-gov-1",
                    1}),
    [](const auto& info) { return info.param.name; });

TEST_F(OAuthTokenSourceTest, PausesBeforeARetryWithJitterOrAsTheResponseSays) {
  for (const double jitter : {0.0, 1.0}) {
    jitter_ = [jitter] { return jitter; };
    Start();
    transport_.Answer("POST", Response(503, "<html>"), 2);
    transport_.Answer("POST", Granted());
    EXPECT_THAT(FetchToken(), IsOk());
  }
  transport_.Answer("POST", Response(503, "", {{"Retry-After", "3"}}));
  transport_.Answer("POST", Granted());
  EXPECT_THAT(FetchToken(), IsOk());
  EXPECT_THAT(timer_.slept(), ElementsAre(milliseconds(250), milliseconds(500), milliseconds(500),
                                          milliseconds(1000), seconds(3)));
}

TEST_F(OAuthTokenSourceTest, DoesNotPausePastTheDeadline) {
  Start();
  transport_.Answer("POST", Response(500, ""), 9);
  const Deadline near = Deadline::In(clock_, milliseconds(400));
  EXPECT_THAT(Said(testing::Await(loop_, source_->Get(near))),
              FailsWith(kUnavailable, "UPSTREAM_TOKEN"));
  EXPECT_EQ(TokenRequests(), 1);
}

TEST_F(OAuthTokenSourceTest, GivesEachAttemptTenSeconds) {
  Start();
  transport_.Answer("POST", Granted());
  const Deadline expected = Deadline::In(clock_, seconds(10));
  ASSERT_THAT(FetchToken(), IsOk());
  EXPECT_EQ(transport_.requests().front().deadline.at(), expected.at());
}

TEST_F(OAuthTokenSourceTest, WaitsAsLongAsA429Says) {
  Start();
  const auto instant =
      std::chrono::duration_cast<seconds>(clock_.WallNow().time_since_epoch()) + seconds(17);
  transport_.Answer(
      "POST", Refusal(429, "slow down", {{"X-RateLimit-RetryAfter", StrCat(instant.count())}}));
  const auto token = FetchToken();
  EXPECT_THAT(token, FailsWith(kUnavailable, "RATE_LIMITED"));
  EXPECT_EQ(RetryAfter(token.status()), seconds(17));
  EXPECT_EQ(TokenRequests(), 1);
}

TEST_F(OAuthTokenSourceTest, HtmlPageIsAProxyErrorWithoutCredentials) {
  for (const int status : {400, 401, 403}) {
    Start();
    transport_.Answer("POST",
                      Response(status, StrCat("<html><title>Access Denied</title>Reference #18 ",
                                              kEncodedSecret, "</html>")));
    const auto token = FetchToken();
    EXPECT_THAT(token, FailsWith(kPrecondition, "UPSTREAM_PROXY"));
    EXPECT_THAT(Message(token), HasSubstr(StrCat("HTTP ", status)));
    EXPECT_THAT(Message(token), HasSubstr("Access Denied Reference #18 [redacted]"));
    EXPECT_THAT(Message(token), HasSubstr("firewall"));
  }
}

TEST_F(OAuthTokenSourceTest, ErrorsInTheBodyAreARefusal) {
  Start();
  transport_.Answer("POST", Refusal(403, "Failed to issue access token - Not Authorized"));
  transport_.Answer("POST",
                    Response(201, R"({"errors":[{"code":403,"message":"Not Authorized"}]})"));
  EXPECT_THAT(FetchToken(), FailsWith(kPrecondition, "UPSTREAM_CREDENTIALS"));
  const auto inside = FetchToken();
  EXPECT_THAT(inside, FailsWith(kPrecondition, "UPSTREAM_CREDENTIALS"));
  EXPECT_THAT(Message(inside), HasSubstr(": Not Authorized"));
}

TEST_F(OAuthTokenSourceTest, ErrorsWithoutACodeAreTriedAgain) {
  Start();
  transport_.Answer("POST", Response(200, R"({"errors":[{"message":"try later"}]})"));
  transport_.Answer("POST", Granted());
  EXPECT_THAT(FetchToken(), IsOk());
  EXPECT_EQ(TokenRequests(), 2);
}

TEST_F(OAuthTokenSourceTest, SuspectsTheAddressOnA404) {
  Start(AtUrl("https://relay.example"));
  const auto token = FetchToken();
  EXPECT_THAT(token, FailsWith(kPrecondition, "UPSTREAM_TOKEN"));
  EXPECT_THAT(Message(token), HasSubstr("FALCON_BASE_URL"));
}

}  // namespace
}  // namespace falcon::auth
