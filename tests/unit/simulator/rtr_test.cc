// The Real Time Response and Spotlight APIs through the front door, and their data.
#include <algorithm>
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
  const std::string own = Rows(kQueries + "?limit=1")[0];
  const std::string other = Rows(kAudit + "?limit=1&filter=user_id:!'@me'")[0]["id"];
  const Json both = Resources(Post(kEntities, {{"ids", {other, own}}}));
  ASSERT_EQ(both.size(), 1U);
  EXPECT_EQ(both[0]["id"], own);
  EXPECT_TRUE(both[0].contains("logs"));
  EXPECT_EQ(Post(kEntities, {{"ids", {other}}}).status, 404);
}

TEST_F(Rtr, AuditHidesCommandsUnlessAsked) {
  EXPECT_FALSE(Rows(kAudit)[0].contains("logs"));
  const Json with = Rows(kAudit + "?with_command_info=true")[0];
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
      Rows(kAudit + "?with_command_info=true&filter=command_string:'*CurrentVersion*'");
  ASSERT_FALSE(found.empty());
  for (const Json& session : found) {
    EXPECT_NE(session["logs"].dump().find("CurrentVersion"), std::string::npos);
  }
}

TEST_F(Rtr, QueuedCommandsAreThoseOfSessionsThatWaited) {
  const Json waiting = Rows(kQueries + "?limit=5&filter=offline_queued:true");
  const Json jobs = Resources(Post(kQueued, {{"ids", waiting}}));
  ASSERT_EQ(jobs.size(), waiting.size());
  EXPECT_FALSE(jobs[0]["Commands"].empty());
  const Json other = Rows(kQueries + "?limit=1&filter=offline_queued:false");
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

const std::string kCombined = "/spotlight/combined/vulnerabilities/v1";
const std::string kAll = "filter=created_timestamp:%3E='1970-01-01T00:00:00Z'";

class Spotlight : public ApiTest {
 protected:
  Spotlight() { options_.sizes["vulnerabilities"] = 3000; }
  Reply Combined(const std::string& query) { return Get(kCombined + "?" + query); }
};

Options Small() {
  Options options = SmallOptions();
  options.sizes = {{"hosts", 50}, {"vulnerabilities", 2000}};
  return options;
}

TEST_F(Spotlight, DemandsAFilterAndRefusesStarsAndUnknownFacets) {
  EXPECT_EQ(Combined("limit=10").status, 400);
  EXPECT_EQ(Combined("filter=&limit=10").status, 400);
  EXPECT_EQ(Combined("filter=cve.id:'CVE*'").status, 400);
  EXPECT_EQ(Combined(kAll + "&facet=hosts").status, 400);
  EXPECT_EQ(Combined(kAll + "&limit=5001").status, 400);
  EXPECT_EQ(Get("/spotlight/queries/vulnerabilities/v1?limit=401&" + kAll).status, 400);
}

TEST_F(Spotlight, PagesByAfterAndSaysEmptyAtTheEnd) {
  std::set<std::string> ids;
  std::string after;
  int pages = 0;
  do {
    const Json page = Body(Combined(kAll + "&limit=700&after=" + after));
    for (const Json& record : page["resources"]) ids.insert(record["id"].get<std::string>());
    EXPECT_EQ(page["meta"]["pagination"]["total"], 3000);
    after = page["meta"]["pagination"]["after"];
    ++pages;
  } while (!after.empty());
  EXPECT_EQ(ids.size(), 3000U);
  EXPECT_EQ(pages, 5);
}

TEST_F(Spotlight, CursorsDieAfterTwoMinutes) {
  const Json page = Body(Combined(kAll + "&limit=10"));
  const std::string after = page["meta"]["pagination"]["after"];
  now_ += 121 * kSecond;
  EXPECT_EQ(Combined(kAll + "&limit=10&after=" + after).status, 404);
}

TEST_F(Spotlight, SendsBlocksOnlyWhenAskedFor) {
  const Json bare = Resources(Combined(kAll + "&limit=1"))[0];
  for (const char* block : {"cve", "host_info", "remediation"}) {
    EXPECT_FALSE(bare.contains(block)) << block;
  }
  EXPECT_EQ(bare["apps"][0]["evaluation_logic"].size(), 1U) << "only the id";
  const Json some = Resources(Combined(kAll + "&limit=1&facet=cve&facet=host_info"))[0];
  EXPECT_EQ(some["cve"]["id"], some["vulnerability_id"]);
  EXPECT_TRUE(some["host_info"].contains("hostname"));
  EXPECT_FALSE(some.contains("remediation"));
  const Json logic = Resources(Combined(kAll + "&limit=1&facet=evaluation_logic"))[0];
  EXPECT_GE(logic["apps"][0]["evaluation_logic"]["logic"][0]["id"].get<uint64_t>(), 1ULL << 63);
}

TEST_F(Spotlight, LooksUpEverythingById) {
  const Json record = Resources(Combined(kAll + "&limit=1"))[0];
  const std::string id = record["id"];
  const Json found =
      Rows("/spotlight/entities/vulnerabilities/v2?ids=" + id + "&ids=" + std::string(32, 'a'));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].contains("remediation")) << "whole records";
  const std::string remediation = record["apps"][0]["remediation"]["ids"][0];
  EXPECT_EQ(Rows("/spotlight/entities/remediations/v2?ids=" + remediation)[0]["id"], remediation);
  const std::string evaluation = record["apps"][0]["evaluation_logic"]["id"];
  const Json logic = Rows("/spotlight/entities/evaluation-logic/v1?ids=" + evaluation)[0];
  EXPECT_EQ(logic["aid"], record["aid"]);
  std::string many;
  for (int i = 0; i < 401; ++i) many += "&ids=" + id;
  EXPECT_EQ(Get("/spotlight/entities/vulnerabilities/v2?" + many.substr(1)).status, 400);
}

TEST_F(Spotlight, FindsByTheHostsLastContact) {
  const auto total = [this](const std::string& filter) {
    return Total(Combined("limit=1&filter=" + filter));
  };
  EXPECT_LE(total("last_seen_within:'3'"), total("last_seen_within:'45'"));
  EXPECT_EQ(total("last_seen_within:'45'"), 3000);
}

using SpotlightWithoutScope = ApiTest;

TEST_F(SpotlightWithoutScope, IsForbidden) {
  options_.denied_scopes = {"Vulnerabilities:read"};
  EXPECT_EQ(Get(kCombined + "?" + kAll).status, 403);
}

TEST(SpotlightData, IsLinkedToHostsAndTellsTheStory) {
  const Data data(Small());
  std::set<std::string> grave;
  for (uint32_t row = 0; row < 40; ++row) {
    const Json record = data["vulnerabilities"].Record(row);
    const auto host = data["hosts"].Find(record["aid"].get<std::string>());
    ASSERT_TRUE(host.has_value());
    const Json whole = data["hosts"].Record(*host);
    EXPECT_EQ(record["host_info"]["hostname"], whole["hostname"]);
    EXPECT_EQ(record["host_info"]["platform"], whole["platform_name"]);
    EXPECT_EQ(record["host_info"]["local_ip"], whole["local_ip"]);
    if (whole["hostname"] == "SRV-PROD-001" && record["cve"]["severity"] == "CRITICAL" &&
        record["cve"]["cisa_info"]["is_cisa_kev"] == true && record["status"] == "open") {
      grave.insert(record["cve"]["id"]);
    }
  }
  EXPECT_GE(grave.size(), 3U);
  EXPECT_TRUE(grave.contains("CVE-2021-44228"));
}

TEST(SpotlightData, SharesCvesAmongHostsAndRepeatsNoneOnOne) {
  const Data data(Small());
  std::set<std::string> pairs;
  std::set<std::string> cves;
  for (uint32_t row = 11; row < 2000; ++row) {
    const std::string cve = fql::TextOf(data["vulnerabilities"].Get(row, {"cve.id"}));
    pairs.insert(fql::TextOf(data["vulnerabilities"].Get(row, {"aid"})) + cve);
    cves.insert(cve);
  }
  EXPECT_EQ(pairs.size(), 1989U);
  EXPECT_GT(cves.size(), 200U);
  EXPECT_LT(cves.size(), 600U);
}

TEST(SpotlightData, NeverClosesWhatWasNotYetSeen) {
  const Data data(Small());
  for (uint32_t row = 0; row < 500; ++row) {
    const Json one = data["vulnerabilities"].Record(row);
    EXPECT_LE(one["created_timestamp"], one["updated_timestamp"]);
    EXPECT_LE(one["updated_timestamp"], FormatTime(data.store.world.anchor()));
    EXPECT_EQ(one.contains("closed_timestamp"), one["status"] == "closed");
  }
}

}  // namespace
}  // namespace falcon::simulator
