// The Cases API through the front door, and its links to alerts.
#include <map>
#include <set>

#include "fixture.h"
#include "simulator/data/alert.h"

namespace falcon::simulator {
namespace {

constexpr char kQueries[] = "/cases/queries/cases/v1";
constexpr char kEntities[] = "/cases/entities/cases/v2";
constexpr char kFiles[] = "/case-files/combined/file-details/v1";

class Cases : public Fixture {
 protected:
  Cases() { options_.sizes["cases"] = 120; }

  int64_t Total(const std::string& target) { return Fixture::Total(Get(target)); }
  int64_t Found(const std::string& filter) {
    return Total(std::string(kQueries) + "?limit=1&filter=" + filter);
  }
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
  Login();
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
  Login();
  EXPECT_EQ(Total(kQueries), 120);
  Json ids = Resources(Get(std::string(kQueries) + "?limit=50&offset=40"));
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
  EXPECT_EQ(Get(std::string(kQueries) + "?limit=10&offset=9999").status, 400);
}

TEST_F(Cases, FiltersKnowNamesThatRecordsDoNotHave) {
  Login();
  EXPECT_EQ(Found("hostnames:'SRV-PROD-001'"), 1);
  EXPECT_EQ(Found("hostnames:'SRV-PROD-*'"), 1);
  EXPECT_EQ(Found("tactic_ids:'TA0008'"), Found("tactics:'Lateral Movement'"));
  EXPECT_EQ(Found("ips:'192.168.1.100'"), 1);
  EXPECT_EQ(Found("assigned_to_uuid:!'*'"), Found("status:'new'"));
  EXPECT_EQ(Found("status:'new'") + Found("status:!'new'"), 120);
  EXPECT_EQ(Found("sha256s:'" + std::string(kStoryHash) + "'"), 1);
  EXPECT_EQ(Total(std::string(kQueries) + "?q=malicious-domain.com"), 1);
  EXPECT_EQ(Get(std::string(kQueries) + "?filter=assigned_to.uuid:'x'").status, 400);
  EXPECT_EQ(Get(std::string(kQueries) + "?filter=assigned_to_userid:'x'").status, 400);
  EXPECT_EQ(Get(std::string(kQueries) + "?sort=assigned_to_userid.asc").status, 200);
}

TEST_F(Cases, AttachmentsComeTenAtATime) {
  Login();
  const Data data(options_);
  const std::string of_story =
      std::string(kFiles) + "?filter=case_id:'" + data["cases"].Id(0) + "'";
  EXPECT_EQ(Total(of_story), 23);
  EXPECT_EQ(Resources(Get(of_story)).size(), 10U);
  EXPECT_EQ(Resources(Get(of_story + "&limit=10&offset=20")).size(), 3U);
  EXPECT_EQ(Get(of_story + "&limit=11").status, 400);
  const std::string id = data["attachments"].Id(30);
  const Json file = Resources(Get("/case-files/entities/file-details/v1?ids=" + id))[0];
  EXPECT_EQ(file["id"], id);
  EXPECT_TRUE(data["cases"].Find(file["case_id"].get<std::string>()));
}

TEST_F(Cases, AgreementsAndTemplatesAreThoseThatCasesName) {
  Login();
  const Data data(options_);
  const Json record = data["cases"].Record(0);
  const std::string sla = record["sla"]["id"];
  const std::string a_template = record["template"]["id"];
  const Json slas = Resources(Get("/casemgmt/entities/slas/v1?ids=" + sla));
  EXPECT_EQ(slas[0]["name"], record["sla"]["name"]);
  const std::string templates = "/casemgmt/entities/templates/v1?ids=" + a_template;
  EXPECT_EQ(Resources(Get(templates))[0]["name"], record["template"]["name"]);
  EXPECT_FALSE(Resources(Get(templates))[0].contains("has_access"));
  EXPECT_TRUE(Resources(Get(templates + "&with_has_access=true"))[0].contains("has_access"));
  EXPECT_EQ(Resources(Get("/casemgmt/queries/templates/v1")).size(), 4U);
}

TEST_F(Cases, WritesAreRefusedAndCountedAndIncidentsStayGone) {
  Login();
  EXPECT_EQ(Send("PUT", kEntities, "{}").status, 403);
  EXPECT_EQ(Send("PATCH", kEntities, "{}").status, 403);
  EXPECT_EQ(Get("/incidents/queries/incidents/v1").status, 404);
  EXPECT_EQ(Body(Get("/__simulator/ledger"))["mutating"], 2);
}

}  // namespace
}  // namespace falcon::simulator
