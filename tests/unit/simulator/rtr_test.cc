// The Real Time Response API through the front door, and its data.
#include <set>

#include "fixture.h"
#include "simulator/data/rtr_session.h"

namespace falcon::simulator {
namespace {

using Rtr = ApiTest;

const std::string kQueries = "/real-time-response/queries/sessions/v1";
constexpr char kEntities[] = "/real-time-response/entities/sessions/GET/v1";
constexpr char kQueued[] = "/real-time-response/entities/queued-sessions/GET/v1";
constexpr char kAggregates[] = "/real-time-response/aggregates/sessions/GET/v1";
const std::string kAudit = "/real-time-response-audit/combined/sessions/v1";

TEST_F(Rtr, ListsTheCallersOwnSessionsOnlyAndTheAuditEverybodys) {
  const int64_t own = Total(Get(kQueries + "?limit=1000"));
  EXPECT_EQ(own, Total(Get(kAudit + "?limit=1000&filter=user_id:'@me'")));
  EXPECT_EQ(Total(Get(kAudit)), 2000);
  EXPECT_LT(own, 1000);
  EXPECT_GT(own, 500);
}

TEST_F(Rtr, BringsOwnSessionsByIdAndNobodyElses) {
  const std::string own = Body(Get(kQueries + "?limit=1"))["resources"][0];
  const std::string other = Resources(Get(kAudit + "?limit=1&filter=user_id:!'@me'"))[0]["id"];
  const Json both = Resources(Post(kEntities, {{"ids", {other, own}}}));
  ASSERT_EQ(both.size(), 1U);
  EXPECT_EQ(both[0]["id"], own);
  EXPECT_TRUE(both[0].contains("logs"));
  EXPECT_EQ(Post(kEntities, {{"ids", {other}}}).status, 404);
}

TEST_F(Rtr, AuditHidesCommandsUnlessAsked) {
  EXPECT_FALSE(Resources(Get(kAudit))[0].contains("logs"));
  const Json with = Resources(Get(kAudit + "?with_command_info=true"))[0];
  EXPECT_TRUE(with.contains("logs") && with.contains("cloud_request_ids"));
}

TEST_F(Rtr, AuditSortsByThreeFieldsAndFiltersByItsOwn) {
  EXPECT_EQ(Get(kAudit + "?sort=deleted_at|desc").status, 200);
  EXPECT_EQ(Get(kAudit + "?sort=hostname|desc").status, 400);
  EXPECT_EQ(Get(kQueries + "?sort=date_created|asc").status, 200);
  EXPECT_EQ(Get(kAudit + "?filter=offline_queued:true").status, 400);
  EXPECT_EQ(Get(kQueries + "?filter=date_created:>'now-1d'").status, 400);
}

TEST_F(Rtr, FiltersReachIntoCommands) {
  const Json found =
      Resources(Get(kAudit + "?with_command_info=true&filter=command_string:'*CurrentVersion*'"));
  ASSERT_FALSE(found.empty());
  for (const Json& session : found) {
    EXPECT_NE(session["logs"].dump().find("CurrentVersion"), std::string::npos);
  }
}

TEST_F(Rtr, QueuedCommandsAreThoseOfSessionsThatWaited) {
  const Json waiting = Resources(Get(kQueries + "?limit=5&filter=offline_queued:true"));
  const Json jobs = Resources(Post(kQueued, {{"ids", waiting}}));
  ASSERT_EQ(jobs.size(), waiting.size());
  EXPECT_FALSE(jobs[0]["Commands"].empty());
  const Json other = Resources(Get(kQueries + "?limit=1&filter=offline_queued:false"));
  EXPECT_EQ(Post(kQueued, {{"ids", other}}).status, 404);
}

TEST_F(Rtr, WindowEndsWhereTheFlagSays) {
  options_.sizes["rtr-window"] = 300;
  EXPECT_EQ(Get(kQueries + "?offset=200&limit=100").status, 200);
  EXPECT_EQ(Get(kQueries + "?offset=201&limit=100").status, 400);
}

TEST_F(Rtr, CountsByTermsAndBetweenDatesOnly) {
  const auto ask = [this](const Json& more) {
    Json spec = {{"name", "n"}, {"field", "origin"}, {"size", 10}};
    spec.update(more);
    return Post(kAggregates, Json::array({spec}));
  };
  const Json terms = Resources(ask({{"type", "terms"}}))[0];
  int64_t sum = terms["sum_other_doc_count"];
  for (const Json& bucket : terms["buckets"]) sum += bucket["count"].get<int64_t>();
  EXPECT_EQ(sum, Total(Get(kQueries)));
  const Json dates = Resources(ask({{"type", "date_range"},
                                    {"field", "created_at"},
                                    {"date_ranges", {{{"from", "now-7d"}, {"to", "now"}}}}}))[0];
  EXPECT_GT(dates["buckets"][0]["count"], 0);
  EXPECT_EQ(ask({{"type", "date_histogram"}, {"interval", "day"}}).status, 400);
}

TEST_F(Rtr, ScopesOfTheTwoViewsDiffer) {
  options_.denied_scopes = {"Real time response (audit):read"};
  EXPECT_EQ(Get(kQueries).status, 200);
  EXPECT_EQ(Get(kAudit).status, 403);
}

TEST_F(Rtr, WhatWouldOpenASessionOrRunACommandIsRefusedAndCounted) {
  EXPECT_EQ(Post("/real-time-response/entities/sessions/v1", {{"device_id", "x"}}).status, 403);
  EXPECT_EQ(Post("/real-time-response/entities/admin-command/v1", Json::object()).status, 403);
  EXPECT_EQ(Body(Get("/__simulator/ledger"))["mutating"], 2);
}

TEST(RtrData, TellsTheResponseToTheIntrusion) {
  const Data data(SmallOptions());
  const Json response = data["rtr-sessions"].Record(RtrSession::kResponse);
  EXPECT_EQ(response["hostname"], "SRV-PROD-001");
  EXPECT_EQ(response["device_id"], data["hosts"].Record(Host::kServer1)["device_id"]);
  EXPECT_TRUE(response["deleted_at"].is_null());
  std::string commands;
  for (const Json& log : response["logs"]) commands += log["base_command"].get<std::string>() + " ";
  EXPECT_EQ(commands, "ps netstat reg ls filehash get ");
  EXPECT_EQ(data["rtr-audit"].Record(RtrSession::kConsole)["hostname"], "SRV-PROD-002");
}

TEST(RtrData, HasSessionsOfEveryStateAndTies) {
  const Store store(SmallOptions());
  std::set<std::string> instants;
  int open = 0, waiting = 0, closed = 0;
  for (uint32_t row = 0; row < 600; ++row) {
    const RtrSession session(store.world, store.options.client_id, row);
    instants.insert(FormatTime(session.Created()));
    ++(session.Deleted() ? closed : session.OfflineQueued() ? waiting : open);
    EXPECT_LE(session.Created(), session.Updated());
  }
  EXPECT_GT(open, 5);
  EXPECT_GT(waiting, 5);
  EXPECT_GT(closed, 400);
  EXPECT_LT(instants.size(), 600U);
}

}  // namespace
}  // namespace falcon::simulator
