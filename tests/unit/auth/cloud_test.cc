// Clouds, and redirects of token requests between them.
#include "auth/cloud.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "base/text.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/auth/auth_stack.h"

namespace falcon::auth {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::Response;

TEST(ParseRegion, TakesTheNamesInAnyCaseWithOrWithoutHyphens) {
  EXPECT_EQ(*ParseRegion("US-1"), "us-1");
  EXPECT_EQ(*ParseRegion("us1"), "us-1");
  EXPECT_EQ(*ParseRegion("Eu-1"), "eu-1");
  EXPECT_EQ(*ParseRegion("USGOV1"), "us-gov-1");
  EXPECT_EQ(*ParseRegion("us_gov_2"), "us-gov-2");
  EXPECT_EQ(*ParseRegion("us-3"), "us-3");
  EXPECT_EQ(*ParseRegion("AUTO"), "auto");
}

TEST(ParseRegion, NamesTheNearestAndAllForAnUnknownOne) {
  const auto region = ParseRegion("us-22");
  EXPECT_THAT(region, FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_REGION"));
  const std::string message(region.status().message());
  EXPECT_THAT(message, HasSubstr("did you mean us-2?"));
  EXPECT_THAT(message, HasSubstr("us-1, us-2, us-3, eu-1, us-gov-1, us-gov-2, auto"));
  EXPECT_FALSE(ParseRegion("").ok());
}

TEST(ParseBaseUrl, NormalisesWhatItTakes) {
  EXPECT_EQ(*ParseBaseUrl("https://API.us-2.CrowdStrike.com/"), "https://api.us-2.crowdstrike.com");
  EXPECT_EQ(*ParseBaseUrl("https://relay.example:8443"), "https://relay.example:8443");
  EXPECT_EQ(*ParseBaseUrl("https://relay.example:443"), "https://relay.example");
  EXPECT_EQ(*ParseBaseUrl("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
  EXPECT_EQ(*ParseBaseUrl("http://localhost:8080/"), "http://localhost:8080");
  EXPECT_EQ(*ParseBaseUrl("http://[::1]:8080"), "http://[::1]:8080");
}

TEST(ParseBaseUrl, RefusesUrlsThatWouldLeakTheSecret) {
  constexpr std::string_view kUrls =
      "|api.crowdstrike.com|http://api.crowdstrike.com|http://127.0.0.1.evil.example|"
      "https://api.crowdstrike.com/v1|https://api.crowdstrike.com?x=1|ftp://127.0.0.1|"
      "https://api.crowdstrike.com#f|https://a b|https://:443|https://host:0|https://host:99999|"
      "https://host:12x|http://10.0.0.1|https:/host|https://[::1|"
      "https://user:password@api.crowdstrike.com|http://localhost@evil.example|"
      "https://api.crowdstrike.com\\@evil.example|http://0x7f000001|https://[fe80::1%lo]";
  for (const std::string& url : std::vector<std::string>(absl::StrSplit(ToAbsl(kUrls), '|'))) {
    EXPECT_THAT(ParseBaseUrl(url),
                FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_BASE_URL"))
        << url;
  }
}

TEST(ParseBaseUrl, DoesNotRepeatAPassword) {
  EXPECT_EQ(ParseBaseUrl("https://u:hunter2@host").status().ToString().find("hunter2"),
            std::string::npos);
}

TEST(Clouds, AreSixAndFoundByRegionAndUrl) {
  EXPECT_EQ(Clouds().size(), 6u);
  for (const Cloud& cloud : Clouds()) {
    EXPECT_EQ(CloudOfRegion(cloud.region), &cloud);
    EXPECT_EQ(CloudOfUrl(cloud.base_url), &cloud);
    EXPECT_EQ(*ParseBaseUrl(cloud.base_url), cloud.base_url);
  }
}

TEST(IsLoopback, ReadsAddressesNotPrefixes) {
  EXPECT_TRUE(IsLoopback("127.0.0.1"));
  EXPECT_TRUE(IsLoopback("127.9.9.9"));
  EXPECT_TRUE(IsLoopback("[::1]"));
  EXPECT_TRUE(IsLoopback("LocalHost"));
  EXPECT_FALSE(IsLoopback("127.0.0.1.evil.example"));
  EXPECT_FALSE(IsLoopback("128.0.0.1"));
  EXPECT_FALSE(IsLoopback("0.0.0.0"));
  EXPECT_FALSE(IsLoopback("localhost.evil.example"));
}

constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr const char* kSimulator = "http://127.0.0.1:8080";

class TokenRedirectTest : public AuthStack {};

TEST_F(TokenRedirectTest, AutoFollowsTheRedirectAndGoesThereDirectlyNextTime) {
  Start(InRegion("auto"));
  transport_.Answer("POST https://api.crowdstrike.com/", Moved(kUs2));
  transport_.Answer("POST https://api.us-2.crowdstrike.com/oauth2/token", Granted("one", "us-2"),
                    2);
  const auto token = FetchToken();
  ASSERT_THAT(token, IsOk());
  EXPECT_EQ(token->base_url, kUs2);
  EXPECT_EQ(token->region, "us-2");
  EXPECT_EQ(transport_.requests()[0].body, transport_.requests()[1].body);
  EXPECT_THAT(FetchToken(), IsOk());
  EXPECT_EQ(Count(kUs1), 1);
  EXPECT_EQ(Count(kUs2), 2);
}

TEST_F(TokenRedirectTest, AutoSwitchesToTheRegionThatTheHeaderNames) {
  Start(InRegion("auto"));
  transport_.Answer("POST https://api.crowdstrike.com/", Granted("wrong", "eu-1"));
  transport_.Answer("POST https://api.eu-1.crowdstrike.com/", Granted("right", "eu-1"));
  const auto token = FetchToken();
  ASSERT_THAT(token, IsOk());
  EXPECT_EQ(token->value.Reveal(), "canary-token-right");
  EXPECT_EQ(token->base_url, "https://api.eu-1.crowdstrike.com");
}

TEST_F(TokenRedirectTest, AutoDoesNotRunInCircles) {
  Start(InRegion("auto"));
  transport_.Answer("POST https://api.crowdstrike.com/", Granted("x", "us-2"), 9);
  transport_.Answer("POST https://api.us-2.crowdstrike.com/", Granted("x", "us-1"), 9);
  EXPECT_THAT(FetchToken(), FailsWith(kPrecondition, "UPSTREAM_REDIRECT"));
  EXPECT_EQ(TokenRequests(), 2);
}

TEST_F(TokenRedirectTest, AutoStartsAfreshWhenTheLearnedCloudRefuses) {
  Start(InRegion("auto"));
  transport_.Answer("POST https://api.crowdstrike.com/", Moved(kUs2));
  transport_.Answer("POST https://api.us-2.crowdstrike.com/", Granted("one", "us-2"));
  transport_.Answer("POST https://api.us-2.crowdstrike.com/", Refusal(403, "denied"));
  transport_.Answer("POST https://api.crowdstrike.com/", Granted());
  EXPECT_THAT(FetchToken(), IsOk());
  EXPECT_THAT(FetchToken(), FailsWith(kPrecondition, "UPSTREAM_CREDENTIALS"));
  EXPECT_THAT(FetchToken(), IsOk());
}

TEST_F(TokenRedirectTest, UnknownRegionIsNamedAndEscaped) {
  Start(InRegion("auto"));
  transport_.Answer("POST", Granted("x", "us-9\x1b"));
  const auto token = FetchToken();
  EXPECT_THAT(token, FailsWith(kPrecondition, "UPSTREAM_REGION"));
  EXPECT_THAT(std::string(token.status().message()), HasSubstr("us-9\\u{001B}"));
}

TEST_F(TokenRedirectTest, WrongPinnedRegionNamesTheRightOne) {
  Start(InRegion("us-1"));
  transport_.Answer("POST", Granted("x", "US-2"));
  EXPECT_THAT(FetchToken(), FailsWith(kPrecondition, "UPSTREAM_REGION",
                                      HasSubstr("CROWDSTRIKE_API_REGION=us-2")));
  EXPECT_EQ(TokenRequests(), 1);
}

TEST_F(TokenRedirectTest, PinnedRegionIsNotLeftByARedirect) {
  Start(InRegion("us-1"));
  transport_.Answer("POST", Moved(kUs2));
  EXPECT_THAT(FetchToken(), FailsWith(kPrecondition, "UPSTREAM_REGION",
                                      HasSubstr("CROWDSTRIKE_API_REGION=us-2")));
  EXPECT_EQ(TokenRequests(), 1);
}

TEST_F(TokenRedirectTest, RedirectWithoutAnAddressIsNamed) {
  struct Case {
    http::Headers headers;
    std::string what;
  };
  for (const Case& one :
       {Case{{{"Location", "/oauth2/token"}}, "where it came from"},
        Case{{{"Location", "//evil.example/oauth2/token"}}, "no Falcon cloud"},
        Case{{{"Location", "mailto:x"}}, "\"mailto:x\", which is not a valid"},
        Case{{{"X-Cs-Region", "us-2"}}, "region us-2"}, Case{{}, "no address at all"}}) {
    Start(InRegion("auto"));
    transport_.Answer("POST", Response(308, "", one.headers));
    EXPECT_THAT(FetchToken(), FailsWith(kPrecondition, "UPSTREAM_REDIRECT", HasSubstr(one.what)));
  }
}

TEST_F(TokenRedirectTest, CustomBaseUrlIgnoresTheRegionHeader) {
  Start(AtUrl("https://relay.example:8443"));
  transport_.Answer("POST https://relay.example:8443/oauth2/token", Granted("one", "us-2"));
  const auto token = FetchToken();
  ASSERT_THAT(token, IsOk());
  EXPECT_EQ(token->base_url, "https://relay.example:8443");
  EXPECT_EQ(token->region, "us-2");
}

struct Target {
  const char* location;
  int status = 308;
};

class ForeignRedirect : public AuthStack, public ::testing::WithParamInterface<Target> {};

TEST_P(ForeignRedirect, IsRefusedAndGetsNothing) {
  Start(InRegion("auto"));
  transport_.Answer("POST https://api.crowdstrike.com/oauth2/token",
                    Response(GetParam().status, "", {{"Location", GetParam().location}}));
  EXPECT_THAT(FetchToken(), FailsWith(kPrecondition, "UPSTREAM_REDIRECT"));
  EXPECT_EQ(transport_.requests().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Targets, ForeignRedirect,
    ::testing::Values(Target{"https://evil.example/oauth2/token"},
                      Target{"http://api.us-2.crowdstrike.com/oauth2/token"},
                      Target{"https://api.us-2.crowdstrike.com.evil.example/oauth2/token"},
                      Target{"https://api.us-2.crowdstrike.com@evil.example/oauth2/token"},
                      Target{"https://evil.example\\@api.us-2.crowdstrike.com/oauth2/token"},
                      Target{"https://api.us-2.crowdstrike.com:8443/oauth2/token"},
                      Target{"https://api.us-2.crowdstrike.com/elsewhere"},
                      Target{"https://api.us-2.crowdstrike.com/oauth2/token?to=evil"},
                      Target{"https://api.crowdstrike.com/oauth2/token"},  // to itself
                      Target{"http://127.0.0.1:8081/oauth2/token"}, Target{"/oauth2/token"},
                      Target{"//evil.example/oauth2/token"}, Target{""},
                      Target{"https://api.us-2.crowdstrike.com/oauth2/token", 301},
                      Target{"https://api.us-2.crowdstrike.com/oauth2/token", 302},
                      Target{"https://api.us-2.crowdstrike.com/oauth2/token", 303}));

TEST_F(TokenRedirectTest, SecondRedirectIsNotFollowed) {
  Start(InRegion("auto"));
  transport_.Answer("POST https://api.crowdstrike.com/", Moved(kUs2, 307));
  transport_.Answer("POST https://api.us-2.crowdstrike.com/",
                    Moved("https://api.eu-1.crowdstrike.com", 307));
  EXPECT_THAT(FetchToken(), FailsWith(kPrecondition, "UPSTREAM_REDIRECT"));
  EXPECT_EQ(Count("eu-1"), 0);
}

TEST_F(TokenRedirectTest, SimulatorMayRedirectToAListedPortOfItsOwnHost) {
  OAuthOptions options = AtUrl(kSimulator);
  options.loopback_redirects = {"127.0.0.1:8081"};
  Start(options);
  transport_.Answer("POST http://127.0.0.1:8080/", Moved("http://127.0.0.1:8081"));
  transport_.Answer("POST http://127.0.0.1:8081/", Granted());
  const auto token = FetchToken();
  ASSERT_THAT(token, IsOk());
  EXPECT_EQ(token->base_url, "http://127.0.0.1:8081");
}

TEST_F(TokenRedirectTest, SimulatorMayNotRedirectAnywhereElse) {
  OAuthOptions options = AtUrl(kSimulator);
  options.loopback_redirects = {"127.0.0.1:8081", "evil.example:80"};
  Start(options);
  transport_.Answer("POST http://127.0.0.1:8080/", Moved("http://127.0.0.1:9999"));
  transport_.Answer("POST http://127.0.0.1:8080/", Moved("http://evil.example:80"));
  EXPECT_THAT(FetchToken(), FailsWith(kPrecondition, "UPSTREAM_REDIRECT"));
  EXPECT_THAT(FetchToken(), FailsWith(kPrecondition, "UPSTREAM_REDIRECT"));
  EXPECT_EQ(Count("127.0.0.1:8080"), 2);
  EXPECT_EQ(transport_.requests().size(), 2u);
}

TEST_F(TokenRedirectTest, LoopbackRedirectNeedsALoopbackBaseUrl) {
  OAuthOptions options = InRegion("auto");
  options.loopback_redirects = {"127.0.0.1:8081"};
  Start(options);
  transport_.Answer("POST", Moved("http://127.0.0.1:8081"));
  EXPECT_THAT(FetchToken(), FailsWith(kPrecondition, "UPSTREAM_REDIRECT"));
  EXPECT_EQ(transport_.requests().size(), 1u);
}

}  // namespace
}  // namespace falcon::auth
