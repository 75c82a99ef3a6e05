// The Hosts API and Falcon Discover through the front door.
#include <set>

#include "fixture.h"

namespace falcon::simulator {
namespace {

using Hosts = ApiTest;

TEST_F(Hosts, ScrollPagesToTheEndAndDiesAfterTwoMinutes) {
  const std::string scroll = "/devices/queries/devices-scroll/v1?limit=120";
  EXPECT_EQ(AllIds(scroll, "", "offset").size(), 300U);
  const std::string token =
      Body(Get("/devices/queries/devices-scroll/v1?limit=10"))["meta"]["pagination"]["offset"];
  now_ += 121 * kSecond;
  EXPECT_EQ(Get("/devices/queries/devices-scroll/v1?limit=10&offset=" + token).status, 404);
}

TEST_F(Hosts, CombinedFollowsNextAndTrimsFields) {
  const Json first = Body(Get("/devices/combined/devices/v1?limit=200&fields=device_id,hostname"));
  EXPECT_EQ(first["resources"].size(), 200U);
  EXPECT_EQ(first["resources"][0].size(), 2U);
  const std::string next = first["meta"]["pagination"]["next"];
  const Json second =
      Body(Get("/devices/combined/devices/v1?limit=200&fields=device_id,hostname&offset=" + next));
  EXPECT_EQ(second["resources"].size(), 100U);
  EXPECT_FALSE(second["meta"]["pagination"].contains("next"));
}

TEST_F(Hosts, WindowEndsAtTenThousandWith400) {
  const Reply over = Get("/devices/queries/devices/v1?offset=10000&limit=100");
  EXPECT_EQ(over.status, 400);
  EXPECT_EQ(
      Message(over),
      "offset 10000 and limit 100 are invalid; offset + limit must be less than or equal to 10000");
}

TEST_F(Hosts, EntitiesTakeHundredByQueryAndMoreByBody) {
  const Json ids = Rows("/devices/queries/devices/v1?limit=101");
  EXPECT_EQ(Get("/devices/entities/devices/v2?" + IdsQuery(ids)).status, 400);
  EXPECT_EQ(Resources(Post("/devices/entities/devices/v2", {{"ids", ids}})).size(), 101U);
  const std::vector<std::string> many(5001, ids[0]);
  EXPECT_EQ(Post("/devices/entities/devices/v2", {{"ids", many}}).status, 400);
}

TEST_F(Hosts, UnknownIdsGetAnErrorEntryBesideTheFound) {
  const std::string known = Rows("/devices/queries/devices/v1?limit=1")[0];
  const std::string unknown(32, 'a');
  const Json answer = Body(Post("/devices/entities/devices/v2", {{"ids", {known, unknown}}}));
  EXPECT_EQ(answer["resources"].size(), 1U);
  EXPECT_EQ(answer["errors"][0]["code"], 404);
  EXPECT_EQ(answer["errors"][0]["id"], unknown);
  EXPECT_EQ(Post("/devices/entities/devices/v2", {{"ids", {"not-hex"}}}).status, 400);
}

TEST_F(Hosts, HiddenHostsAppearOnlyInTheirOwnQueries) {
  const Json hidden = Rows("/devices/queries/devices-hidden/v1");
  EXPECT_EQ(hidden.size(), 5U);
  const Json visible = Rows("/devices/queries/devices/v1?limit=5000");
  EXPECT_EQ(std::count(visible.begin(), visible.end(), hidden[0]), 0);
  EXPECT_EQ(Rows("/devices/combined/devices-hidden/v1").size(), 5U);
}

TEST_F(Hosts, StatesAndHistoriesAnswerPerId) {
  const std::string id = Rows("/devices/queries/devices/v1?filter=hostname:'DC-01'")[0];
  EXPECT_EQ(Rows("/devices/entities/online-state/v1?ids=" + id)[0]["state"], "online");
  const Json logins =
      Resources(Post("/devices/combined/devices/login-history/v2?limit=2", {{"ids", {id}}}))[0];
  EXPECT_LE(logins["recent_logins"].size(), 2U);
  const std::vector<std::string> many(11, id);
  EXPECT_EQ(Post("/devices/combined/devices/login-history/v2", {{"ids", many}}).status, 400);
  EXPECT_EQ(Resources(Post("/devices/combined/devices/network-address-history/v1",
                           {{"ids", {id}}}))[0]["history"][0]["ip_address"],
            "192.168.1.10");
}

class Discover : public ApiTest {
 protected:
  Discover() {
    options_.sizes["discover-hosts"] = 900;
    options_.sizes["discover-applications"] = 2500;
    options_.sizes["discover-accounts"] = 400;
    options_.sizes["discover-logins"] = 12'000;
  }
};

TEST_F(Discover, ManagedAssetsAreTheHostsOfTheHostsApi) {
  const Json asset = Rows("/discover/combined/hosts/v1?filter=hostname:'SRV-PROD-001'")[0];
  const Json host = Rows("/devices/combined/devices/v1?filter=hostname:'SRV-PROD-001'")[0];
  EXPECT_EQ(asset["aid"], host["device_id"]);
  EXPECT_EQ(asset["current_local_ip"], host["local_ip"]);
  EXPECT_EQ(asset["mac_addresses"][0], host["mac_address"]);
  EXPECT_EQ(asset["entity_type"], "managed");
  const Json all =
      Body(Get("/discover/combined/hosts/v1?filter=entity_type:'managed'"))["meta"]["pagination"];
  EXPECT_EQ(all["total"], 300);
}

TEST_F(Discover, StrangersAreSeenByHostsOfTheWorld) {
  const Json stranger = Rows("/discover/combined/hosts/v1?filter=hostname:'BACKUP-NAS'")[0];
  EXPECT_FALSE(stranger.contains("aid"));
  const std::string seen_by = stranger["discoverer_aids"][0];
  EXPECT_EQ(Rows("/devices/entities/devices/v2?ids=" + seen_by)[0]["hostname"], "SRV-PROD-001");
}

TEST_F(Discover, BlocksComeOnlyWithTheirFacetsAndWholeByIds) {
  const std::string hosts = "/discover/combined/hosts/v1?limit=1&filter=entity_type:'managed'";
  const Json bare = Rows(hosts)[0];
  EXPECT_FALSE(bare.contains("total_memory"));
  EXPECT_FALSE(bare.contains("owned_by"));
  EXPECT_FALSE(bare.contains("asset_roles"));
  const Json two = Rows(hosts + "&facet=system_insights&facet=risk_factors")[0];
  EXPECT_TRUE(two.contains("total_memory"));
  EXPECT_FALSE(two.contains("owned_by"));
  EXPECT_TRUE(two.contains("asset_roles"));
  const Json whole = Rows("/discover/entities/hosts/v1?ids=" + bare["id"].get<std::string>())[0];
  EXPECT_TRUE(whole.contains("owned_by"));
  const std::string applications =
      "/discover/combined/applications/v1?limit=1&filter=is_suspicious:true";
  EXPECT_FALSE(Rows(applications)[0].contains("host"));
  EXPECT_EQ(Rows(applications + "&facet=host_info")[0]["host"]["hostname"], "SRV-PROD-001");
  EXPECT_EQ(Get(hosts + "&facet=nonsense").status, 400);
}

TEST_F(Discover, CombinedDemandsAFilterAndPagesThroughEverythingOnce) {
  EXPECT_EQ(Get("/discover/combined/hosts/v1").status, 400);
  EXPECT_EQ(Get("/discover/combined/hosts/v1?limit=1001&filter=id:!null").status, 400);
  const std::string all =
      "/discover/combined/hosts/v1?sort=first_seen_timestamp|asc&limit=250&filter=id:!null";
  EXPECT_EQ(AllIds(all, "id", "after").size(), 900U);
}

TEST_F(Discover, WindowEndsAtTenThousandWithResourcesNull) {
  const Reply last = Get("/discover/queries/logins/v1?offset=9900&limit=100");
  EXPECT_EQ(Resources(last).size(), 100U);
  const Reply over = Get("/discover/queries/logins/v1?offset=10000&limit=100");
  EXPECT_EQ(over.status, 400);
  EXPECT_TRUE(Resources(over).is_null());
  EXPECT_EQ(
      Message(over),
      "offset 10000 and limit 100 are invalid; offset + limit must be less than or equal to 10000");
  EXPECT_EQ(Get("/discover/queries/logins/v1?limit=101").status, 400);
}

TEST_F(Discover, PatternsNeedTheStarBeforeTheQuote) {
  const auto count = [this](const std::string& filter) {
    return Total(Get("/discover/queries/hosts/v1?filter=" + filter));
  };
  EXPECT_EQ(count("hostname:*'SRV-PROD-*'"), 2);
  EXPECT_EQ(count("hostname:'SRV-PROD-*'"), 0);
  EXPECT_GT(count("tags:*'FalconGroupingTags/*'"), 2);
}

TEST_F(Discover, LoginsAreThoseOfTheHostsHistories) {
  const std::string device = Rows("/devices/queries/devices/v1?filter=hostname:'SRV-PROD-002'")[0];
  const Json history = Resources(Post("/devices/combined/devices/login-history/v2?limit=100",
                                      {{"ids", {device}}}))[0]["recent_logins"];
  const Json ids = Rows("/discover/queries/logins/v1?limit=100&filter=aid:'" + device + "'");
  std::set<std::pair<std::string, std::string>> seen;
  for (const Json& one : Rows("/discover/entities/logins/v1?" + IdsQuery(ids))) {
    seen.emplace(one["login_timestamp"], one["username"]);
  }
  for (const Json& one : history) {
    EXPECT_TRUE(seen.contains({one["login_time"], one["user_name"]})) << one;
  }
}

TEST_F(Discover, AccountsBehindLoginsExist) {
  const Json ids =
      Rows("/discover/queries/logins/v1?filter=username:'svc-backup'&sort=login_timestamp|desc");
  const std::string first = ids[0];
  const Json login = Rows("/discover/entities/logins/v1?ids=" + first)[0];
  const std::string account_id = login["account_id"];
  const Json account = Rows("/discover/entities/accounts/v1?ids=" + account_id)[0];
  EXPECT_EQ(account["username"], "svc-backup");
  EXPECT_EQ(account["admin_privileges"], "Yes");
}

TEST_F(Discover, AccountsThatNeverLoggedOnHaveNoFirstOne) {
  const Json never = Body(Get("/discover/queries/accounts/v1?filter=first_seen_timestamp:null"));
  EXPECT_GT(never["meta"]["pagination"]["total"], 3);
  const std::string id = never["resources"][0];
  const Json account = Rows("/discover/entities/accounts/v1?ids=" + id)[0];
  EXPECT_FALSE(account.contains("first_seen_timestamp"));
  EXPECT_TRUE(account.contains("last_failed_login_timestamp"));
}

TEST_F(Discover, EntitiesTakeAHundredIds) {
  const std::string query = IdsQuery(Rows("/discover/queries/hosts/v1?limit=100"));
  EXPECT_EQ(Rows("/discover/entities/hosts/v1?" + query).size(), 100U);
  EXPECT_EQ(Get("/discover/entities/hosts/v1?ids=x&" + query).status, 413);
  EXPECT_EQ(Get("/discover/entities/hosts/v1").status, 400);
}

TEST_F(Discover, ScopeIsNeeded) {
  options_.denied_scopes = {"Assets (formerly Falcon Discover):read"};
  EXPECT_EQ(Get("/discover/queries/hosts/v1").status, 403);
}

}  // namespace
}  // namespace falcon::simulator
