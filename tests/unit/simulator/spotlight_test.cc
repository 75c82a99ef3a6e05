// The Spotlight API through the front door, and its data: linked, deterministic, made on the fly.
#include <algorithm>
#include <set>

#include "fixture.h"

namespace falcon::simulator {
namespace {

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
  const Json found = Resources(
      Get("/spotlight/entities/vulnerabilities/v2?ids=" + id + "&ids=" + std::string(32, 'a')));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].contains("remediation")) << "whole records";
  const std::string remediation = record["apps"][0]["remediation"]["ids"][0];
  EXPECT_EQ(Resources(Get("/spotlight/entities/remediations/v2?ids=" + remediation))[0]["id"],
            remediation);
  const std::string evaluation = record["apps"][0]["evaluation_logic"]["id"];
  const Json logic = Resources(Get("/spotlight/entities/evaluation-logic/v1?ids=" + evaluation))[0];
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
