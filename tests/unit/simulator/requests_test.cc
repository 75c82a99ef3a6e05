// What every read takes and refuses, as Falcon does; and faults on demand.

#include "fixture.h"
#include "simulator/fault/fault.h"
#include "tests/support/falcon_requests.h"
#include "tests/unit/simulator/fixture.h"

namespace falcon::simulator {
namespace {

using testing::FalconRead;
using testing::RequestParameter;

using Query = std::vector<std::pair<std::string, std::string>>;

constexpr char kDevice[] = "0123456789abcdef0123456789abcdef";

class RequestShapes : public Fixture {
 protected:
  RequestShapes() {
    options_.sizes["iocs"] = 50;
    options_.sizes["vulnerabilities"] = 300;
    options_.sizes["cases"] = 20;
    Login();
  }

  // A value that fits a parameter which a call needs.
  static std::string Example(const FalconRead& read, const std::string& name) {
    const bool spotlight = read.path.starts_with("/spotlight/");
    if (name == "filter") return spotlight ? "status:'open'" : "id:!'x'";
    if (name == "type") return "ipv4";
    if (name == "value") return "203.0.113.42";
    if (name == "device_id") return kDevice;
    return read.path.starts_with("/devices/") ? kDevice : "x";
  }
  // The least that the call needs, but for `but`.
  static Query Needed(const FalconRead& read, const std::string& but) {
    Query query;
    for (const auto& [name, parameter] : read.query) {
      if (parameter.required && name != but) query.emplace_back(name, Example(read, name));
    }
    return query;
  }
  static Json NeededBody(const FalconRead& read) {
    Json body = Json::object();
    for (const auto& [name, parameter] : read.body) {
      if (!parameter.required) continue;
      if (parameter.type == "list") body[name] = Json::array();
      if (parameter.type == "string") body[name] = "";
      if (parameter.type == "integer") body[name] = 10;
    }
    for (const char* ids : {"ids", "composite_ids"}) {
      if (body.contains(ids)) body[ids].push_back(Example(read, ids));
    }
    if (body.contains("sub_aggregates")) body.update({{"type", "terms"}, {"field", "type"}});
    return body;
  }
  int Ask(const FalconRead& read, const Query& query, const Json& body) {
    Request request;
    request.method = read.method;
    request.path = read.path;
    request.query = {query.begin(), query.end()};
    request.authorization = authorization_;
    if (read.method == "POST") request.body = body.dump();
    return cloud().Handle(request).status;
  }
  // With one parameter as given.
  int Ask(const FalconRead& read, const std::string& name, int64_t value) {
    Query query = Needed(read, name);
    Json body = NeededBody(read);
    if (read.query.contains(name)) {
      query.emplace_back(name, std::to_string(value));
    } else {
      body[name] = value;
    }
    return Ask(read, query, read.body_is_list ? Json::array({body}) : body);
  }
  int AskForIds(const FalconRead& read, const std::string& name, int64_t count) {
    Query query = Needed(read, name);
    Json body = NeededBody(read);
    if (read.query.contains(name)) {
      for (int64_t i = 0; i < count; ++i) query.emplace_back(name, Example(read, name));
    } else {
      body[name] = Json::array();
      for (int64_t i = 0; i < count; ++i) body[name].push_back(Example(read, name));
    }
    return Ask(read, query, body);
  }
  // Each parameter `name` that has bounds, in the query or in the body.
  template <class Visit>
  void ForEach(const std::string& name, Visit visit) {
    int seen = 0;
    for (const auto& [call, read] : reads_) {
      const auto& parameters = read.query.contains(name) ? read.query : read.body;
      const auto found = parameters.find(name);
      if (found == parameters.end()) continue;
      SCOPED_TRACE(call);
      visit(read, found->second);
      ++seen;
    }
    EXPECT_GT(seen, 0) << name;
  }

  const std::map<std::string, FalconRead> reads_ = testing::LoadFalconReads(FALCON_REQUESTS);
};

bool Refused(int status) { return status == 400 || status == 413; }

TEST_F(RequestShapes, EveryReadIsServed) {
  for (const auto& [call, read] : reads_) {
    const Json body = NeededBody(read);
    const int status = Ask(read, Needed(read, ""), read.body_is_list ? Json::array({body}) : body);
    EXPECT_FALSE(Refused(status) || status == 405) << call << ": " << status;
  }
}

TEST_F(RequestShapes, LimitsAreTakenWithinTheirBoundsOnly) {
  ForEach("limit", [&](const FalconRead& read, const RequestParameter& limit) {
    if (limit.minimum) {
      EXPECT_EQ(Ask(read, "limit", *limit.minimum), 200);
      EXPECT_TRUE(Refused(Ask(read, "limit", *limit.minimum - 1)));
    }
    if (limit.maximum) {
      EXPECT_EQ(Ask(read, "limit", *limit.maximum), 200);
      EXPECT_TRUE(Refused(Ask(read, "limit", *limit.maximum + 1)));
    }
  });
}

TEST_F(RequestShapes, AsManyIdsAsFalconTakesAndNoMore) {
  for (const char* name : {"ids", "composite_ids"}) {
    ForEach(name, [&](const FalconRead& read, const RequestParameter& ids) {
      EXPECT_TRUE(Refused(AskForIds(read, name, 0)));
      EXPECT_FALSE(Refused(AskForIds(read, name, ids.maximum.value_or(1))));
      if (ids.maximum) EXPECT_TRUE(Refused(AskForIds(read, name, *ids.maximum + 1)));
    });
  }
}

TEST_F(RequestShapes, CountedOffsetsBeginAtZeroAndEndAtTheWindow) {
  ForEach("offset", [&](const FalconRead& read, const RequestParameter& offset) {
    // A token where `next` or a scroll leads on; of sightings and sessions the first page is 0.
    const bool token = read.path.find("/devices/combined/") == 0 ||
                       read.path.find("devices-scroll") != std::string::npos;
    if (token) return;
    EXPECT_EQ(Ask(read, "offset", 0), 200);
    if (!offset.maximum) return;
    const auto at = [&](int64_t first) {
      Query query = Needed(read, "offset");
      query.emplace_back("offset", std::to_string(first));
      query.emplace_back("limit", "10");
      return Ask(read, query, Json());
    };
    EXPECT_EQ(at(*offset.maximum - 10), 200);
    EXPECT_GE(at(*offset.maximum - 9), 400);
  });
}

TEST_F(RequestShapes, BodiesAreListsWhereFalconTakesListsAndElseObjects) {
  for (const auto& [call, read] : reads_) {
    if (read.body.empty()) continue;
    const Json object = NeededBody(read);
    const Json list = Json::array({object});
    const int right = Ask(read, Needed(read, ""), read.body_is_list ? list : object);
    const int wrong = Ask(read, Needed(read, ""), read.body_is_list ? object : list);
    EXPECT_FALSE(Refused(right)) << call << ": " << right;
    EXPECT_EQ(wrong, 400) << call;
  }
}

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
