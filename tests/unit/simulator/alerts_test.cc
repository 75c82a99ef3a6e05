// The Alerts and Cases APIs through the front door, and their links.
#include <map>
#include <set>

#include "fixture.h"
#include "simulator/data/alert.h"

namespace falcon::simulator {
namespace {

using Alerts = ApiTest;

TEST_F(Alerts, CombinedPagesThroughEverythingOnceAndEndsWithoutAfter) {
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
  std::set<std::string> before;
  for (const Json& id : Rows("/alerts/queries/alerts/v2?limit=10000")) before.insert(id);
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
  for (const Json& id : Rows("/alerts/queries/alerts/v2?limit=10000")) after.insert(id);
  for (const std::string& id : before) EXPECT_TRUE(seen.contains(id) || !after.contains(id)) << id;
}

TEST_F(Alerts, AfterExpiresWithTime) {
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
  Json body = {{"limit", 10}};
  for (int expected : {200, 200, 404}) {
    const Reply reply = Post("/alerts/combined/alerts/v1", body);
    EXPECT_EQ(reply.status, expected);
    if (reply.status == 200) body["after"] = Body(reply)["meta"]["pagination"]["after"];
  }
}

TEST_F(Alerts, AfterBelongsToItsFilter) {
  const Json first = Body(Post("/alerts/combined/alerts/v1", {{"limit", 10}}));
  EXPECT_EQ(Post("/alerts/combined/alerts/v1",
                 {{"filter", "severity:>1"}, {"after", first["meta"]["pagination"]["after"]}})
                .status,
            400);
}

TEST_F(Alerts, WindowEndsAtTenThousandWith500) {
  EXPECT_EQ(Get("/alerts/queries/alerts/v2?offset=9990&limit=10").status, 200);
  const Reply over = Get("/alerts/queries/alerts/v2?offset=9990&limit=11");
  EXPECT_EQ(over.status, 500);
  EXPECT_EQ(Message(over), "limit + offset must be less than 10000");
}

TEST_F(Alerts, MoreThanThousandIdsAre413) {
  for (const auto& [count, status] : {std::pair{1001, 413}, {1000, 200}}) {
    const std::vector<std::string> ids(count, "x");
    EXPECT_EQ(Post("/alerts/entities/alerts/v2", {{"composite_ids", ids}}).status, status);
  }
}

TEST_F(Alerts, VersionsDifferInTheirIds) {
  const std::string longer = Rows("/alerts/queries/alerts/v2?limit=1")[0];
  const std::string shorter = Rows("/alerts/queries/alerts/v1?limit=1")[0];
  EXPECT_EQ(longer.substr(33), shorter);
  const std::string entities = "/alerts/entities/alerts/v2";
  EXPECT_EQ(Resources(Post(entities, {{"composite_ids", {longer}}})).size(), 1U);
  EXPECT_EQ(Resources(Post("/alerts/entities/alerts/v1", {{"ids", {shorter}}})).size(), 1U);
  EXPECT_EQ(Resources(Post(entities, {{"composite_ids", {shorter}}})).size(), 0U);
}

TEST_F(Alerts, HiddenOnesAreLeftOutWhenAsked) {
  const int64_t all = Total(Get("/alerts/queries/alerts/v2"));
  const int64_t shown = Total(Get("/alerts/queries/alerts/v2?include_hidden=false"));
  EXPECT_LT(shown, all);
}

TEST_F(Alerts, BothSortFormsGiveTheSameOrder) {
  const Reply dot = Get("/alerts/queries/alerts/v2?sort=severity.desc&limit=50");
  EXPECT_EQ(Body(dot)["resources"], Rows("/alerts/queries/alerts/v2?sort=severity|desc&limit=50"));
  EXPECT_EQ(Get("/alerts/queries/alerts/v2?sort=nope.desc").status, 400);
}

TEST_F(Alerts, AggregatesCountAndNest) {
  const Json spec = {{{"name", "s"},
                      {"field", "severity_name"},
                      {"type", "terms"},
                      {"size", 2},
                      {"sub_aggregates",
                       {{{"name", "c"}, {"field", "device.hostname"}, {"type", "cardinality"}}}}}};
  const Json result = Resources(Post("/alerts/aggregates/alerts/v2", spec))[0];
  ASSERT_EQ(result["buckets"].size(), 2U);
  EXPECT_GE(result["buckets"][0]["count"], result["buckets"][1]["count"]);
  EXPECT_GT(result["sum_other_doc_count"], 0);
  EXPECT_EQ(result["buckets"][0]["sub_aggregates"][0]["name"], "c");
}

TEST_F(Alerts, AggregatesOverUnknownFieldsAreEmptyAndDotSortsFail) {
  const Json empty = Body(Post("/alerts/aggregates/alerts/v2",
                               {{{"name", "x"}, {"field", "nope"}, {"type", "terms"}}}));
  EXPECT_TRUE(empty["resources"][0]["buckets"].empty());
  Json spec = Json::array(
      {{{"name", "x"}, {"field", "status"}, {"type", "terms"}, {"sort", "_count.desc"}}});
  EXPECT_EQ(Post("/alerts/aggregates/alerts/v2", spec).status, 400);
  spec[0]["sort"] = "_count|desc";
  EXPECT_EQ(Post("/alerts/aggregates/alerts/v2", spec).status, 200);
}

TEST_F(Alerts, UnknownFieldsAre400) {
  EXPECT_EQ(Get("/alerts/queries/alerts/v2?filter=nope:1").status, 400);
}

TEST_F(Alerts, LenientFlagAnswersZeroRows) {
  options_.lenient_unknown_fields = true;
  const Reply reply = Get("/alerts/queries/alerts/v2?filter=nope:1");
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(Body(reply)["resources"].empty());
}

const std::string kQueries = "/cases/queries/cases/v1";
constexpr char kEntities[] = "/cases/entities/cases/v2";
const std::string kFiles = "/case-files/combined/file-details/v1";

class Cases : public ApiTest {
 protected:
  Cases() { options_.sizes["cases"] = 120; }

  int64_t Total(const std::string& target) { return Fixture::Total(Get(target)); }
  int64_t Found(const std::string& filter) { return Total(kQueries + "?limit=1&filter=" + filter); }
};

TEST_F(Cases, TheFirstIsTheStoryAndNamesItsHostsAndAlerts) {
  const Data data(options_);
  const Json record = data["cases"].Record(0);
  std::set<std::string> hosts;
  for (const Json& host : record["analysis_results"]["hosts"]["records"]) {
    hosts.insert(host["hostname"]);
  }
  EXPECT_EQ(hosts, (std::set<std::string>{"SRV-PROD-001", "SRV-PROD-002", "DC-01", "DC-02"}));
  EXPECT_EQ(record["analysis_results"]["users"]["records"][0]["username"], "svc-backup");
  EXPECT_EQ(record["evidence"]["alerts"]["records"].size(), Story().size());
}

TEST_F(Cases, EvidenceAndAlertsPointToEachOther) {
  const Data data(options_);
  std::map<std::string, std::string> case_of;
  for (uint32_t row = 0; row < data["cases"].last_row(); ++row) {
    const Json record = data["cases"].Record(row);
    std::set<std::string> hosts;
    for (const Json& piece : record["evidence"]["alerts"]["records"]) {
      const std::string id = piece["selector"]["id"];
      EXPECT_TRUE(case_of.emplace(id, record["id"]).second) << id << " is in two cases";
      const std::optional<uint32_t> alert = data["alerts"].Find(id);
      ASSERT_TRUE(alert) << id;
      hosts.insert(Alert(data.store.world, *alert).host().DeviceId());
    }
    EXPECT_LE(hosts.size(), row == 0 ? 4U : 1U);
  }
  EXPECT_GT(case_of.size(), 300U);
  for (uint32_t row = 0; row < data["alerts"].last_row(); ++row) {
    const Json alert = data["alerts"].Record(row);
    const auto owner = case_of.find(alert["composite_id"].get<std::string>());
    ASSERT_EQ(alert.contains("linked_case_ids"), owner != case_of.end()) << row;
    if (owner != case_of.end()) {
      EXPECT_EQ(alert["linked_case_ids"][0], owner->second);
    }
  }
}

TEST_F(Cases, QueriesGiveIdsNewestFirstAndEntitiesTheirRecordsInAnotherOrder) {
  EXPECT_EQ(Total(kQueries), 120);
  Json ids = Rows(kQueries + "?limit=50&offset=40");
  ASSERT_EQ(ids.size(), 50U);
  std::string last = "9999";
  std::set<std::string> asked;
  for (const Json& id : ids) {
    const Json records = Resources(Post(kEntities, {{"ids", {id}}}));
    ASSERT_EQ(records.size(), 1U);
    EXPECT_LE(records[0]["created_timestamp"].get<std::string>(), last);
    last = records[0]["created_timestamp"];
    asked.insert(id);
  }
  ids.push_back("unknown");
  const Json records = Resources(Post(kEntities, {{"ids", ids}}));
  EXPECT_EQ(records.size(), 50U);
  EXPECT_NE(records[0]["id"], ids[0]);
  for (const Json& record : records) EXPECT_TRUE(asked.contains(record["id"]));
  EXPECT_EQ(Post(kEntities, {{"ids", Json::array()}}).status, 400);
  EXPECT_EQ(Get(kQueries + "?limit=10&offset=9999").status, 400);
}

TEST_F(Cases, FiltersKnowNamesThatRecordsDoNotHave) {
  EXPECT_EQ(Found("hostnames:'SRV-PROD-001'"), 1);
  EXPECT_EQ(Found("hostnames:'SRV-PROD-*'"), 1);
  EXPECT_EQ(Found("tactic_ids:'TA0008'"), Found("tactics:'Lateral Movement'"));
  EXPECT_EQ(Found("ips:'192.168.1.100'"), 1);
  EXPECT_EQ(Found("assigned_to_uuid:!'*'"), Found("status:'new'"));
  EXPECT_EQ(Found("status:'new'") + Found("status:!'new'"), 120);
  EXPECT_EQ(Found("sha256s:'" + std::string(kStoryHash) + "'"), 1);
  EXPECT_EQ(Total(kQueries + "?q=malicious-domain.com"), 1);
  EXPECT_EQ(Get(kQueries + "?filter=assigned_to.uuid:'x'").status, 400);
  EXPECT_EQ(Get(kQueries + "?filter=assigned_to_userid:'x'").status, 400);
  EXPECT_EQ(Get(kQueries + "?sort=assigned_to_userid.asc").status, 200);
}

TEST_F(Cases, AttachmentsComeTenAtATime) {
  const Data data(options_);
  const std::string of_story = kFiles + "?filter=case_id:'" + data["cases"].Id(0) + "'";
  EXPECT_EQ(Total(of_story), 23);
  EXPECT_EQ(Rows(of_story).size(), 10U);
  EXPECT_EQ(Rows(of_story + "&limit=10&offset=20").size(), 3U);
  EXPECT_EQ(Get(of_story + "&limit=11").status, 400);
  const std::string id = data["attachments"].Id(30);
  const Json file = Rows("/case-files/entities/file-details/v1?ids=" + id)[0];
  EXPECT_EQ(file["id"], id);
  EXPECT_TRUE(data["cases"].Find(file["case_id"].get<std::string>()));
}

TEST_F(Cases, AgreementsAndTemplatesAreThoseThatCasesName) {
  const Data data(options_);
  const Json record = data["cases"].Record(0);
  const std::string sla = record["sla"]["id"];
  const std::string a_template = record["template"]["id"];
  const Json slas = Rows("/casemgmt/entities/slas/v1?ids=" + sla);
  EXPECT_EQ(slas[0]["name"], record["sla"]["name"]);
  const std::string templates = "/casemgmt/entities/templates/v1?ids=" + a_template;
  EXPECT_EQ(Rows(templates)[0]["name"], record["template"]["name"]);
  EXPECT_FALSE(Rows(templates)[0].contains("has_access"));
  EXPECT_TRUE(Rows(templates + "&with_has_access=true")[0].contains("has_access"));
  EXPECT_EQ(Rows("/casemgmt/queries/templates/v1").size(), 4U);
}

TEST_F(Cases, WritesAreRefusedAndCountedAndIncidentsStayGone) {
  EXPECT_EQ(Send("PUT", kEntities, "{}").status, 403);
  EXPECT_EQ(Send("PATCH", kEntities, "{}").status, 403);
  EXPECT_EQ(Get("/incidents/queries/incidents/v1").status, 404);
  EXPECT_EQ(Body(Get("/__simulator/ledger"))["mutating"], 2);
}

}  // namespace
}  // namespace falcon::simulator
