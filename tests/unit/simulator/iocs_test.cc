// IOC Management and sightings through the front door.
#include <set>

#include "fixture.h"
#include "simulator/data/ioc.h"

namespace falcon::simulator {
namespace {

class Iocs : public Fixture {
 protected:
  Iocs() {
    options_.sizes["iocs"] = 700;
    options_.rate_limit = 0;
  }

  int64_t Total(const std::string& target) { return Fixture::Total(Get(target)); }
};

constexpr char kCombined[] = "/iocs/combined/indicator/v1";
constexpr char kStory[] =
    "type=sha256&value=9f2c4d1ab7e85630c1d4f9e2a8b7c6d5e4f3021b8a9c7d6e5f4a3b2c1d0e9f8a";

TEST_F(Iocs, EveryTypeAndValueIsUnique) {
  const Store store(options_);
  std::set<std::pair<std::string, std::string>> seen;
  for (uint32_t row = 0; row < options_.sizes["iocs"]; ++row) {
    const Ioc ioc(store.world, row);
    EXPECT_TRUE(seen.emplace(ioc.TypeWord(), ioc.Value()).second) << ioc.Value();
    EXPECT_EQ(Ioc::IndexOf(store.world, ioc.TypeWord(), ioc.Value()), row);
  }
}

TEST_F(Iocs, PagesFollowAfterToTheEndOrCountByOffset) {
  Login();
  std::set<std::string> seen;
  std::string after;
  do {
    const Json page = Body(Get(std::string(kCombined) + "?limit=300&after=" + after));
    for (const Json& record : page["resources"]) seen.insert(record["id"]);
    after = page["meta"]["pagination"].value("after", "");
  } while (!after.empty());
  EXPECT_EQ(seen.size(), 700U);
  EXPECT_EQ(Resources(Get(std::string(kCombined) + "?limit=300&offset=600")).size(), 100U);
  EXPECT_EQ(Get(std::string(kCombined) + "?limit=2001").status, 400);
  EXPECT_EQ(Get(std::string(kCombined) + "?limit=10&offset=10000").status, 400);
  EXPECT_EQ(Get(std::string(kCombined) + "?after=unknown").status, 404);
}

TEST_F(Iocs, FiltersCompareNumbersOfSeverityAndTakeStarsAsOperatorOnly) {
  Login();
  const std::string base = std::string(kCombined) + "?limit=1&filter=";
  const int64_t high = Total(base + "severity_number:70");
  EXPECT_GT(high, 0);
  EXPECT_EQ(Total(base + "severity_number:>=60%2Bseverity_number:<80"), high);
  EXPECT_GT(Total(base + "value:*'*.example.org'"), 0);
  EXPECT_EQ(Total(base + "value:'*.example.org'"), 0);
  EXPECT_EQ(Get(base + "severity:'high'").status, 400);
}

TEST_F(Iocs, StoryHashRanOnBothServersAndTheirProcessesAreTold) {
  Login();
  const Json count =
      Resources(Get("/iocs/aggregates/indicators/device-count/v1?" + std::string(kStory)))[0];
  EXPECT_EQ(count["device_count"], 2);
  const Json hosts = Resources(Get("/iocs/queries/indicators/devices/v1?" + std::string(kStory)));
  ASSERT_EQ(hosts.size(), 2U);
  for (const Json& host : hosts) {
    const std::string id = host;
    EXPECT_TRUE(Resources(Get("/devices/entities/devices/v2?ids=" + id))[0]["hostname"]
                    .get<std::string>()
                    .starts_with("SRV-PROD-"));
    const Json processes = Resources(
        Get("/iocs/queries/indicators/processes/v1?" + std::string(kStory) + "&device_id=" + id));
    ASSERT_EQ(processes.size(), 1U);
    const std::string process = processes[0];
    const Json details =
        Resources(Get("/processes/entities/processes/v1?ids=" + process + "&ids=pid:x:1"));
    ASSERT_EQ(details.size(), 1U);
    EXPECT_EQ(details[0]["device_id"], id);
    EXPECT_NE(details[0]["command_line"].get<std::string>().find("svchost.exe"), std::string::npos);
  }
}

TEST_F(Iocs, SightingsPageByATokenAndInventedProcessesAreKnownAgain) {
  Login();
  const Store store(options_);
  int processes_seen = 0;
  int pages_followed = 0;
  for (uint32_t row = 0; row < 60; ++row) {
    const Ioc ioc(store.world, row);
    const std::string what =
        "type=" + std::string(ioc.TypeWord()) + "&value=" + std::string(ioc.Value());
    std::set<std::string> hosts;
    std::string offset;
    do {
      const Json page =
          Body(Get("/iocs/queries/indicators/devices/v1?limit=2&" + what + "&offset=" + offset));
      for (const Json& id : page["resources"]) EXPECT_TRUE(hosts.insert(id).second);
      offset = page["meta"]["pagination"].value("offset", "");
      if (!offset.empty()) ++pages_followed;
    } while (!offset.empty());
    EXPECT_EQ(
        Resources(Get("/iocs/aggregates/indicators/device-count/v1?" + what))[0]["device_count"],
        hosts.size());
    if (hosts.empty()) continue;
    const Json processes = Resources(
        Get("/iocs/queries/indicators/processes/v1?" + what + "&device_id=" + *hosts.begin()));
    EXPECT_GT(processes.size(), 0U) << what;
    for (const Json& process : processes) {
      const std::string id = process;
      EXPECT_EQ(Resources(Get("/processes/entities/processes/v1?ids=" + id)).size(), 1U) << id;
      ++processes_seen;
    }
  }
  EXPECT_GT(processes_seen, 60);
  EXPECT_GT(pages_followed, 10);
}

TEST_F(Iocs, AggregatesTakeTheConditionInTheQueryAndInTheBody) {
  Login();
  const auto count = [&](const std::string& target, const std::string& filter) {
    const Json body = {
        {"field", "type"}, {"type", "terms"}, {"name", "types"}, {"filter", filter}, {"size", 10}};
    int64_t all = 0;
    const Json results = Resources(Post("/iocs/aggregates/indicators/v1" + target, body));
    for (const Json& bucket : results[0]["buckets"]) all += bucket["count"].get<int64_t>();
    return all;
  };
  EXPECT_EQ(count("", ""), 700);
  const int64_t hashes = count("", "type:'sha256'");
  EXPECT_LT(hashes, 700);
  EXPECT_EQ(count("?filter=type:'sha256'", ""), hashes);
  EXPECT_EQ(count("?filter=type:'sha256'", "type:'sha256'"), hashes);
  EXPECT_EQ(count("?filter=type:'sha256'", "type:'md5'"), 0);
}

TEST_F(Iocs, WritesAreRefusedAndCounted) {
  Login();
  for (const char* method : {"POST", "PATCH", "DELETE"}) {
    EXPECT_EQ(Send(method, "/iocs/entities/indicators/v1", "{}").status, 403) << method;
  }
  EXPECT_EQ(Body(Get("/__simulator/ledger"))["mutating"], 3);
}

}  // namespace
}  // namespace falcon::simulator
