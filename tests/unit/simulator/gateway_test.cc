// What stands in front of the services: tokens, scopes, rate limits, retired calls and the ledger.
#include "fixture.h"

namespace falcon::simulator {
namespace {

using Gateway = Fixture;

constexpr char kRead[] = "/alerts/queries/alerts/v2?limit=1";

TEST_F(Gateway, TokenIs201ForHalfAnHour) {
  const Reply reply = Login();
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(Body(reply)["expires_in"], 1799);
  EXPECT_EQ(Header(reply, "X-Cs-Region"), "us-1");
  EXPECT_EQ(Get(kRead).status, 200);
  now_ += 1800 * kSecond;
  const Reply expired = Get(kRead);
  EXPECT_EQ(expired.status, 401);
  EXPECT_EQ(Message(expired), "access denied, invalid bearer token");
  EXPECT_EQ(Header(expired, "X-Ratelimit-Limit"), "15");
}

TEST_F(Gateway, BasicCredentialsWorkAndWrongOnesAre403) {
  authorization_ = "Basic c2ltdWxhdG9yLWNsaWVudDpzaW11bGF0b3Itc2VjcmV0";
  EXPECT_EQ(Send("POST", "/oauth2/token", "grant_type=client_credentials").status, 201);
  authorization_.clear();
  const Reply wrong = Send("POST", "/oauth2/token", "client_id=simulator-client&client_secret=x");
  EXPECT_EQ(wrong.status, 403);
  EXPECT_EQ(Message(wrong), "access denied, authorization failed");
}

TEST_F(Gateway, RevokedTokenIsRefused) {
  Login();
  const std::string token = authorization_.substr(7);
  const std::string bearer =
      std::exchange(authorization_, "Basic c2ltdWxhdG9yLWNsaWVudDpzaW11bGF0b3Itc2VjcmV0");
  EXPECT_EQ(Send("POST", "/oauth2/revoke", "token=" + token).status, 200);
  authorization_ = bearer;
  EXPECT_EQ(Get(kRead).status, 401);
}

TEST_F(Gateway, WrongRegionIsA308) {
  options_.redirect_token_url = "https://other.example";
  options_.redirect_region = "eu-1";
  const Reply reply = Login();
  EXPECT_EQ(reply.status, 308);
  EXPECT_EQ(Header(reply, "Location"), "https://other.example/oauth2/token");
  EXPECT_EQ(Header(reply, "X-Cs-Region"), "eu-1");
  EXPECT_EQ(Header(reply, "X-Ratelimit-Limit"), "15");
}

TEST_F(Gateway, ParentCidIsNoMember) {
  Login();
  const std::string cid = Body(Get("/__simulator/state"))["cid"];
  const std::string form = "client_id=simulator-client&client_secret=simulator-secret&member_cid=";
  EXPECT_EQ(Send("POST", "/oauth2/token", form + cid).status, 403);
  EXPECT_EQ(Send("POST", "/oauth2/token", form + std::string(32, 'a')).status, 201);
}

TEST_F(Gateway, MemberCidHasNoCapitalsAndNoChecksum) {
  const std::string form = "client_id=simulator-client&client_secret=simulator-secret&member_cid=";
  EXPECT_EQ(Send("POST", "/oauth2/token", form + std::string(32, 'A')).status, 403);
  EXPECT_EQ(Send("POST", "/oauth2/token", form + std::string(32, 'a') + "-1a").status, 403);
}

TEST_F(Gateway, DeniedScopeIs403ForItsAreaOnly) {
  options_.denied_scopes = {"Alerts:read"};
  Login();
  EXPECT_EQ(Get(kRead).status, 403);
  EXPECT_EQ(Get("/devices/queries/devices/v1").status, 200);
}

TEST_F(Gateway, RateLimitCountsDownAndSaysWhenToComeBack) {
  options_.rate_limit = 3;
  Login();
  EXPECT_EQ(Header(Get(kRead), "X-Ratelimit-Remaining"), "2");
  Get(kRead);
  EXPECT_EQ(Header(Get(kRead), "X-Ratelimit-Remaining"), "0");
  const Reply refused = Get(kRead);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(Header(refused, "X-Ratelimit-Limit"), "3");
  EXPECT_EQ(Header(refused, "X-Ratelimit-Retryafter"), std::to_string((now_ + kMinute) / kSecond));
  now_ += kMinute;
  EXPECT_EQ(Get(kRead).status, 200);
}

TEST_F(Gateway, RateLimitZeroNeverRefusesAndKeepsTheHeaders) {
  options_.rate_limit = 0;
  Login();
  for (int i = 0; i < 7000; ++i) ASSERT_EQ(Get(kRead).status, 200);
  EXPECT_EQ(Header(Get(kRead), "X-Ratelimit-Limit"), "6000");
}

TEST_F(Gateway, TraceIdIsTheSameInHeaderAndBody) {
  Login();
  const Reply reply = Get(kRead);
  EXPECT_EQ(Body(reply)["meta"]["trace_id"], Header(reply, "X-Cs-Traceid"));
}

TEST_F(Gateway, RetiredAndUnknownCallsAreGone) {
  Login();
  EXPECT_EQ(Get("/detects/queries/detects/v1").status, 405);
  const Reply incidents = Get("/incidents/queries/incidents/v1");
  EXPECT_EQ(incidents.status, 404);
  EXPECT_TRUE(incidents.body.empty());
  EXPECT_EQ(Get("/nowhere/v1").status, 404);
  EXPECT_EQ(Send("DELETE", "/alerts/queries/alerts/v2").status, 405);
}

TEST_F(Gateway, WritesAreRefusedAndCounted) {
  Login();
  Get(kRead);
  EXPECT_EQ(cloud().MutatingCalls(), 0U);
  EXPECT_EQ(Send("PATCH", "/alerts/entities/alerts/v3", "{}").status, 403);
  EXPECT_EQ(Send("POST", "/devices/entities/devices-actions/v2", "{}").status, 403);
  EXPECT_EQ(Send("POST", "/unknown/entities/v1", "{}").status, 404);
  EXPECT_EQ(cloud().MutatingCalls(), 3U);
  const Json ledger = Body(Get("/__simulator/ledger"));
  EXPECT_EQ(ledger["mutating"], 3);
  EXPECT_EQ(ledger["counts"]["GET /alerts/queries/alerts/v2"], 1);
  EXPECT_EQ(ledger.dump().find("simulator-secret"), std::string::npos);
  Send("DELETE", "/__simulator/ledger");
  EXPECT_EQ(Body(Get("/__simulator/ledger"))["total"], 0);
}

}  // namespace
}  // namespace falcon::simulator
