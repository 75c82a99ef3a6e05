// The Alerts API through the front door.
#include <set>

#include "fixture.h"

namespace falcon::simulator {
namespace {

using Alerts = Fixture;

TEST_F(Alerts, CombinedPagesThroughEverythingOnceAndEndsWithoutAfter) {
  Login();
  std::set<std::string> seen;
  std::string last = "9999";
  Json body = {{"limit", 700}};
  for (int page = 0; page < 3; ++page) {
    const Json answer = Body(Post("/alerts/combined/alerts/v1", body));
    EXPECT_EQ(answer["meta"]["pagination"]["total"], 2000);
    for (const Json& record : answer["resources"]) {
      EXPECT_TRUE(seen.insert(record["composite_id"]).second);
      EXPECT_LE(record["created_timestamp"].get<std::string>(), last);
      last = record["created_timestamp"];
    }
    EXPECT_EQ(answer["meta"]["pagination"].contains("after"), page < 2);
    if (page < 2) body["after"] = answer["meta"]["pagination"]["after"];
  }
  EXPECT_EQ(seen.size(), 2000U);
}

TEST_F(Alerts, PagingOnLiveDataLosesNoneThatStayed) {
  Login();
  std::set<std::string> before;
  for (const Json& id : Resources(Get("/alerts/queries/alerts/v2?limit=10000"))) before.insert(id);
  std::set<std::string> seen;
  Json body = {{"limit", 100}, {"sort", "created_timestamp.asc"}};
  for (bool more = true; more;) {
    const Json answer = Body(Post("/alerts/combined/alerts/v1", body));
    for (const Json& record : answer["resources"])
      EXPECT_TRUE(seen.insert(record["composite_id"]).second);
    more = answer["meta"]["pagination"].contains("after");
    if (more) body["after"] = answer["meta"]["pagination"]["after"];
    cloud().MutateAlerts(3, 2, 1);
  }
  std::set<std::string> after;
  for (const Json& id : Resources(Get("/alerts/queries/alerts/v2?limit=10000"))) after.insert(id);
  for (const std::string& id : before) EXPECT_TRUE(seen.contains(id) || !after.contains(id)) << id;
}

TEST_F(Alerts, AfterExpiresWithTime) {
  Login();
  const Json first = Body(Post("/alerts/combined/alerts/v1", {{"limit", 10}}));
  const Json next = {{"limit", 10}, {"after", first["meta"]["pagination"]["after"]}};
  now_ += 119 * kSecond;
  EXPECT_EQ(Post("/alerts/combined/alerts/v1", next).status, 200);
  now_ += 2 * kSecond;
  const Reply expired = Post("/alerts/combined/alerts/v1", next);
  EXPECT_EQ(expired.status, 404);
  EXPECT_NE(Message(expired).find("Search context expired"), std::string::npos);
}

TEST_F(Alerts, CursorUsesBoundAChain) {
  options_.cursor_uses = 2;
  Login();
  Json body = {{"limit", 10}};
  for (int expected : {200, 200, 404}) {
    const Reply reply = Post("/alerts/combined/alerts/v1", body);
    EXPECT_EQ(reply.status, expected);
    if (reply.status == 200) body["after"] = Body(reply)["meta"]["pagination"]["after"];
  }
}

TEST_F(Alerts, AfterBelongsToItsFilter) {
  Login();
  const Json first = Body(Post("/alerts/combined/alerts/v1", {{"limit", 10}}));
  EXPECT_EQ(Post("/alerts/combined/alerts/v1",
                 {{"filter", "severity:>1"}, {"after", first["meta"]["pagination"]["after"]}})
                .status,
            400);
}

TEST_F(Alerts, WindowEndsAtTenThousandWith500) {
  Login();
  EXPECT_EQ(Get("/alerts/queries/alerts/v2?offset=9990&limit=10").status, 200);
  const Reply over = Get("/alerts/queries/alerts/v2?offset=9990&limit=11");
  EXPECT_EQ(over.status, 500);
  EXPECT_EQ(Message(over), "limit + offset must be less than 10000");
}

TEST_F(Alerts, MoreThanThousandIdsAre413) {
  Login();
  EXPECT_EQ(
      Post("/alerts/entities/alerts/v2", {{"composite_ids", std::vector<std::string>(1001, "x")}})
          .status,
      413);
  EXPECT_EQ(
      Post("/alerts/entities/alerts/v2", {{"composite_ids", std::vector<std::string>(1000, "x")}})
          .status,
      200);
}

TEST_F(Alerts, VersionsDifferInTheirIds) {
  Login();
  const std::string longer = Body(Get("/alerts/queries/alerts/v2?limit=1"))["resources"][0];
  const std::string shorter = Body(Get("/alerts/queries/alerts/v1?limit=1"))["resources"][0];
  EXPECT_EQ(longer.substr(33), shorter);
  EXPECT_EQ(
      Body(Post("/alerts/entities/alerts/v2", {{"composite_ids", {longer}}}))["resources"].size(),
      1U);
  EXPECT_EQ(Body(Post("/alerts/entities/alerts/v1", {{"ids", {shorter}}}))["resources"].size(), 1U);
  EXPECT_EQ(
      Body(Post("/alerts/entities/alerts/v2", {{"composite_ids", {shorter}}}))["resources"].size(),
      0U);
}

TEST_F(Alerts, HiddenOnesAreLeftOutWhenAsked) {
  Login();
  const int64_t all = Total(Get("/alerts/queries/alerts/v2"));
  const int64_t shown = Total(Get("/alerts/queries/alerts/v2?include_hidden=false"));
  EXPECT_LT(shown, all);
}

TEST_F(Alerts, BothSortFormsGiveTheSameOrder) {
  Login();
  const Reply dot = Get("/alerts/queries/alerts/v2?sort=severity.desc&limit=50");
  EXPECT_EQ(Body(dot)["resources"],
            Body(Get("/alerts/queries/alerts/v2?sort=severity|desc&limit=50"))["resources"]);
  EXPECT_EQ(Get("/alerts/queries/alerts/v2?sort=nope.desc").status, 400);
}

TEST_F(Alerts, AggregatesCountAndNest) {
  Login();
  const Json spec = {{{"name", "s"},
                      {"field", "severity_name"},
                      {"type", "terms"},
                      {"size", 2},
                      {"sub_aggregates",
                       {{{"name", "c"}, {"field", "device.hostname"}, {"type", "cardinality"}}}}}};
  const Json result = Body(Post("/alerts/aggregates/alerts/v2", spec))["resources"][0];
  ASSERT_EQ(result["buckets"].size(), 2U);
  EXPECT_GE(result["buckets"][0]["count"], result["buckets"][1]["count"]);
  EXPECT_GT(result["sum_other_doc_count"], 0);
  EXPECT_EQ(result["buckets"][0]["sub_aggregates"][0]["name"], "c");
}

TEST_F(Alerts, AggregatesOverUnknownFieldsAreEmptyAndDotSortsFail) {
  Login();
  const Json empty = Body(Post("/alerts/aggregates/alerts/v2",
                               {{{"name", "x"}, {"field", "nope"}, {"type", "terms"}}}));
  EXPECT_TRUE(empty["resources"][0]["buckets"].empty());
  EXPECT_EQ(Post("/alerts/aggregates/alerts/v2",
                 {{{"name", "x"}, {"field", "status"}, {"type", "terms"}, {"sort", "_count.desc"}}})
                .status,
            400);
  EXPECT_EQ(Post("/alerts/aggregates/alerts/v2",
                 {{{"name", "x"}, {"field", "status"}, {"type", "terms"}, {"sort", "_count|desc"}}})
                .status,
            200);
}

TEST_F(Alerts, UnknownFieldsAre400) {
  EXPECT_EQ((Login(), Get("/alerts/queries/alerts/v2?filter=nope:1").status), 400);
}

TEST_F(Alerts, LenientFlagAnswersZeroRows) {
  options_.lenient_unknown_fields = true;
  Login();
  const Reply reply = Get("/alerts/queries/alerts/v2?filter=nope:1");
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(Body(reply)["resources"].empty());
}

}  // namespace
}  // namespace falcon::simulator
