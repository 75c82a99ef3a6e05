// Faults on demand, by the control endpoint and by their text form.
#include "simulator/fault/fault.h"

#include "fixture.h"

namespace falcon::simulator {
namespace {

class FaultsOnDemand : public ApiTest {
 protected:
  Reply Read() { return Post("/alerts/combined/alerts/v1", {{"limit", 2}}); }
  void Fault(const Json& rule) { ASSERT_EQ(Post("/__simulator/faults", rule).status, 200); }
};

TEST_F(FaultsOnDemand, StrikeAfterSkipAndOnlySoOften) {
  Fault({{"kind", "status"}, {"code", 503}, {"path", "/alerts"}, {"skip", 1}, {"times", 2}});
  for (int expected : {200, 503, 503, 200}) EXPECT_EQ(Read().status, expected);
}

TEST_F(FaultsOnDemand, QueueUpInOrder) {
  Fault({{{"kind", "status"}, {"code", 500}}, {{"kind", "status"}, {"code", 502}}});
  for (int expected : {500, 502, 200}) EXPECT_EQ(Read().status, expected);
}

TEST_F(FaultsOnDemand, UnknownKindsAreRefusedWithTheKnownOnes) {
  const Reply reply = Post("/__simulator/faults", {{"kind", "nonsense"}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(Body(reply)["error"].get<std::string>().find("rate_limited"), std::string::npos);
}

TEST_F(FaultsOnDemand, TextFormReadsJsonValuesAndQuotes) {
  const auto parsed = ParseFaultText(R"(status path=/alerts code=503 body="a b" times=0)");
  const FaultRule& rule = std::get<FaultRule>(parsed);
  EXPECT_EQ(rule.Int("code", 0), 503);
  EXPECT_EQ(rule.Text("body", ""), "a b");
  EXPECT_EQ(rule.times, 0);
}

TEST_F(FaultsOnDemand, RateLimitHeaderTakesAnyValue) {
  Fault({{"kind", "rate_limited"}, {"in_seconds", 5}});
  Reply reply = Read();
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(Header(reply, "X-Ratelimit-Retryafter"), std::to_string(now_ / kSecond + 5));
  Fault({{"kind", "rate_limited"}, {"in_seconds", 5}, {"unit", "ms"}});
  EXPECT_EQ(Header(Read(), "X-Ratelimit-Retryafter"), std::to_string(now_ / kMillisecond + 5000));
  Fault({{"kind", "rate_limited"}, {"retry_after", "soon"}});
  EXPECT_EQ(Header(Read(), "X-Ratelimit-Retryafter"), "soon");
  Fault({{"kind", "stale_token"}});
  EXPECT_EQ(Header(Read(), "X-Ratelimit-Limit"), "15");
}

TEST_F(FaultsOnDemand, RevokedTokensAre401UntilTheNextLogin) {
  Fault({{"kind", "revoke_tokens"}, {"path", "/alerts"}});
  EXPECT_EQ(Read().status, 401);
  Login();
  EXPECT_EQ(Read().status, 200);
}

TEST_F(FaultsOnDemand, PartialErrorsStandBesideResources) {
  Fault({{"kind", "partial_errors"}, {"status", 207}});
  const Reply reply = Read();
  EXPECT_EQ(reply.status, 207);
  EXPECT_EQ(Body(reply)["resources"].size(), 1U);
  EXPECT_EQ(Body(reply)["errors"].size(), 1U);
}

TEST_F(FaultsOnDemand, PagingCanLie) {
  const std::string after = Body(Read())["meta"]["pagination"]["after"];
  Fault({{"kind", "repeated_cursor"}});
  EXPECT_EQ(Body(Post("/alerts/combined/alerts/v1",
                      {{"limit", 2}, {"after", after}}))["meta"]["pagination"]["after"],
            after);
  Fault({{"kind", "empty_page"}});
  const Json empty = Body(Read());
  EXPECT_TRUE(empty["resources"].empty());
  EXPECT_TRUE(empty["meta"]["pagination"].contains("after"));
  Fault({{"kind", "shrinking_total"}, {"by", 1500}});
  EXPECT_EQ(Total(Read()), 500);
}

TEST_F(FaultsOnDemand, BodiesCanBeSpoiltInManyWays) {
  for (const char* kind : {"malformed_json", "bad_utf8", "huge_numbers"}) {
    Fault({{"kind", kind}});
    EXPECT_TRUE(Json::parse(Read().body, nullptr, false).is_discarded()) << kind;
  }
  Fault({{"kind", "duplicate_keys"}});
  EXPECT_NE(Read().body.find(R"("status":"duplicate")"), std::string::npos);
  Fault({{"kind", "wrong_types"}});
  EXPECT_FALSE(Body(Read())["resources"][0]["status"].is_string());
  Fault({{"kind", "gzip"}});
  EXPECT_EQ(Header(Read(), "Content-Encoding"), "gzip");
  Fault({{"kind", "gzip_bomb"}, {"bytes", 64 << 20}});
  EXPECT_LT(Read().body.size(), 1U << 20);
  Fault({{"kind", "oversize"}, {"bytes", 1 << 20}});
  EXPECT_GT(Read().body.size(), 1U << 20);
  Fault({{"kind", "deep_json"}, {"depth", 500}});
  EXPECT_NE(Read().body.find(std::string(500, '}')), std::string::npos);
}

TEST_F(FaultsOnDemand, TransportFaultsTravelWithTheReply) {
  Fault({{"kind", "reset"}});
  EXPECT_EQ(Read().delivery.cut, Delivery::Cut::kReset);
  Fault({{"kind", "truncate"}, {"after_bytes", 7}});
  EXPECT_EQ(Read().delivery.cut_after_body_bytes, 7U);
  Fault({{"kind", "latency"}, {"ms", 40}});
  EXPECT_EQ(Read().delivery.delay.count(), 40);
}

TEST_F(FaultsOnDemand, TokenRepliesCanBeWrong) {
  Fault({{"kind", "token_expires_in"}, {"value", -5}});
  EXPECT_EQ(Body(Login())["expires_in"], -5);
  Fault({{"kind", "token_without_expires"}});
  EXPECT_FALSE(Body(Login()).contains("expires_in"));
}

TEST_F(FaultsOnDemand, ClockSkewShowsInTheDate) {
  Post("/__simulator/clock", {{"skew_seconds", 3600}});
  EXPECT_EQ(cloud().Date(), "Sun, 01 Mar 2026 13:00:00 GMT");
}

TEST_F(FaultsOnDemand, ClearEndsThem) {
  Fault({{"kind", "status"}, {"times", 0}});
  EXPECT_EQ(Read().status, 503);
  Send("DELETE", "/__simulator/faults");
  EXPECT_EQ(Read().status, 200);
}

}  // namespace
}  // namespace falcon::simulator
