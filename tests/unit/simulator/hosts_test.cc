// The Hosts API through the front door.
#include <set>

#include "fixture.h"

namespace falcon::simulator {
namespace {

using Hosts = Fixture;

TEST_F(Hosts, ScrollPagesToTheEndAndDiesAfterTwoMinutes) {
  Login();
  std::set<std::string> seen;
  std::string token;
  do {
    const Json page = Body(Get("/devices/queries/devices-scroll/v1?limit=120&offset=" + token));
    for (const Json& id : page["resources"]) seen.insert(id);
    token = page["meta"]["pagination"]["offset"];
  } while (!token.empty());
  EXPECT_EQ(seen.size(), 300U);
  token = Body(Get("/devices/queries/devices-scroll/v1?limit=10"))["meta"]["pagination"]["offset"];
  now_ += 121 * kSecond;
  EXPECT_EQ(Get("/devices/queries/devices-scroll/v1?limit=10&offset=" + token).status, 404);
}

TEST_F(Hosts, CombinedFollowsNextAndTrimsFields) {
  Login();
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
  Login();
  const Reply over = Get("/devices/queries/devices/v1?offset=10000&limit=100");
  EXPECT_EQ(over.status, 400);
  EXPECT_EQ(
      Message(over),
      "offset 10000 and limit 100 are invalid; offset + limit must be less than or equal to 10000");
}

TEST_F(Hosts, EntitiesTakeHundredByQueryAndMoreByBody) {
  Login();
  const Json ids = Body(Get("/devices/queries/devices/v1?limit=101"))["resources"];
  std::string query;
  for (const Json& id : ids) query += "&ids=" + id.get<std::string>();
  EXPECT_EQ(Get("/devices/entities/devices/v2?" + query.substr(1)).status, 400);
  EXPECT_EQ(Body(Post("/devices/entities/devices/v2", {{"ids", ids}}))["resources"].size(), 101U);
  EXPECT_EQ(Post("/devices/entities/devices/v2", {{"ids", std::vector<std::string>(5001, ids[0])}})
                .status,
            400);
}

TEST_F(Hosts, UnknownIdsGetAnErrorEntryBesideTheFound) {
  Login();
  const std::string known = Body(Get("/devices/queries/devices/v1?limit=1"))["resources"][0];
  const std::string unknown(32, 'a');
  const Json answer = Body(Post("/devices/entities/devices/v2", {{"ids", {known, unknown}}}));
  EXPECT_EQ(answer["resources"].size(), 1U);
  EXPECT_EQ(answer["errors"][0]["code"], 404);
  EXPECT_EQ(answer["errors"][0]["id"], unknown);
  EXPECT_EQ(Post("/devices/entities/devices/v2", {{"ids", {"not-hex"}}}).status, 400);
}

TEST_F(Hosts, HiddenHostsAppearOnlyInTheirOwnQueries) {
  Login();
  const Json hidden = Body(Get("/devices/queries/devices-hidden/v1"))["resources"];
  EXPECT_EQ(hidden.size(), 5U);
  const Json visible = Body(Get("/devices/queries/devices/v1?limit=5000"))["resources"];
  EXPECT_EQ(std::count(visible.begin(), visible.end(), hidden[0]), 0);
  EXPECT_EQ(Body(Get("/devices/combined/devices-hidden/v1"))["resources"].size(), 5U);
}

TEST_F(Hosts, StatesAndHistoriesAnswerPerId) {
  Login();
  const std::string id =
      Body(Get("/devices/queries/devices/v1?filter=hostname:'DC-01'"))["resources"][0];
  EXPECT_EQ(Body(Get("/devices/entities/online-state/v1?ids=" + id))["resources"][0]["state"],
            "online");
  const Json logins = Body(
      Post("/devices/combined/devices/login-history/v2?limit=2", {{"ids", {id}}}))["resources"][0];
  EXPECT_LE(logins["recent_logins"].size(), 2U);
  EXPECT_EQ(Post("/devices/combined/devices/login-history/v2",
                 {{"ids", std::vector<std::string>(11, id)}})
                .status,
            400);
  EXPECT_EQ(Body(Post("/devices/combined/devices/network-address-history/v1",
                      {{"ids", {id}}}))["resources"][0]["history"][0]["ip_address"],
            "192.168.1.10");
}

}  // namespace
}  // namespace falcon::simulator
