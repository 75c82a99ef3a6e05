// IOC Management and VirusTotal through the front door.
#include <set>

#include "fixture.h"
#include "simulator/data/ioc.h"
#include "simulator/data/story.h"

namespace falcon::simulator {
namespace {

class Iocs : public ApiTest {
 protected:
  Iocs() {
    options_.sizes["iocs"] = 700;
    options_.rate_limit = 0;
  }

  int64_t Total(const std::string& target) { return Fixture::Total(Get(target)); }
};

const std::string kCombined = "/iocs/combined/indicator/v1";
const std::string kStory =
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
  EXPECT_EQ(AllIds(kCombined + "?limit=300", "id", "after").size(), 700U);
  EXPECT_EQ(Rows(kCombined + "?limit=300&offset=600").size(), 100U);
  EXPECT_EQ(Get(kCombined + "?limit=2001").status, 400);
  EXPECT_EQ(Get(kCombined + "?limit=10&offset=10000").status, 400);
  EXPECT_EQ(Get(kCombined + "?after=unknown").status, 404);
}

TEST_F(Iocs, FiltersCompareNumbersOfSeverityAndTakeStarsAsOperatorOnly) {
  const std::string base = kCombined + "?limit=1&filter=";
  const int64_t high = Total(base + "severity_number:70");
  EXPECT_GT(high, 0);
  EXPECT_EQ(Total(base + "severity_number:>=60%2Bseverity_number:<80"), high);
  EXPECT_GT(Total(base + "value:*'*.example.org'"), 0);
  EXPECT_EQ(Total(base + "value:'*.example.org'"), 0);
  EXPECT_EQ(Get(base + "severity:'high'").status, 400);
}

TEST_F(Iocs, StoryHashRanOnBothServersAndTheirProcessesAreTold) {
  const Json count = Rows("/iocs/aggregates/indicators/device-count/v1?" + kStory)[0];
  EXPECT_EQ(count["device_count"], 2);
  const Json hosts = Rows("/iocs/queries/indicators/devices/v1?" + kStory);
  ASSERT_EQ(hosts.size(), 2U);
  for (const Json& host : hosts) {
    const std::string id = host;
    EXPECT_TRUE(Rows("/devices/entities/devices/v2?ids=" + id)[0]["hostname"]
                    .get<std::string>()
                    .starts_with("SRV-PROD-"));
    const Json processes =
        Rows("/iocs/queries/indicators/processes/v1?" + kStory + "&device_id=" + id);
    ASSERT_EQ(processes.size(), 1U);
    const std::string process = processes[0];
    const Json details = Rows("/processes/entities/processes/v1?ids=" + process + "&ids=pid:x:1");
    ASSERT_EQ(details.size(), 1U);
    EXPECT_EQ(details[0]["device_id"], id);
    EXPECT_NE(details[0]["command_line"].get<std::string>().find("svchost.exe"), std::string::npos);
  }
}

TEST_F(Iocs, SightingsPageByATokenAndInventedProcessesAreKnownAgain) {
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
    EXPECT_EQ(Rows("/iocs/aggregates/indicators/device-count/v1?" + what)[0]["device_count"],
              hosts.size());
    if (hosts.empty()) continue;
    const Json processes =
        Rows("/iocs/queries/indicators/processes/v1?" + what + "&device_id=" + *hosts.begin());
    EXPECT_GT(processes.size(), 0U) << what;
    for (const Json& process : processes) {
      const std::string id = process;
      EXPECT_EQ(Rows("/processes/entities/processes/v1?ids=" + id).size(), 1U) << id;
      ++processes_seen;
    }
  }
  EXPECT_GT(processes_seen, 60);
  EXPECT_GT(pages_followed, 10);
}

TEST_F(Iocs, AggregatesTakeTheConditionInTheQueryAndInTheBody) {
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
  for (const char* method : {"POST", "PATCH", "DELETE"}) {
    EXPECT_EQ(Send(method, "/iocs/entities/indicators/v1", "{}").status, 403) << method;
  }
  EXPECT_EQ(Body(Get("/__simulator/ledger"))["mutating"], 3);
}

class VirusTotal : public Fixture {
 protected:
  Reply Ask(const std::string& target, const std::string& method = "GET",
            const std::string& key = "simulator-vt-key") {
    Request request;
    request.method = method;
    request.path = "/api/v3/" + target;
    request.api_key = key;
    return cloud().Handle(request);
  }
  static std::string Code(const Reply& reply) { return Body(reply)["error"]["code"]; }
};

TEST_F(VirusTotal, NeedsItsKeyAndNoTokenOfFalcons) {
  EXPECT_EQ(Ask("domains/malicious-domain.com").status, 200);
  const Reply without = Ask("domains/malicious-domain.com", "GET", "");
  EXPECT_EQ(without.status, 401);
  EXPECT_EQ(Code(without), "AuthenticationRequiredError");
  EXPECT_EQ(Code(Ask("domains/malicious-domain.com", "GET", "wrong")), "WrongCredentialsError");
}

TEST_F(VirusTotal, KnowsTheStorysIndicatorsAsMalicious) {
  for (const std::string& target :
       {"files/" + std::string(kStoryHash), "files/" + std::string(kStoryMd5),
        "files/" + std::string(kStorySha1), "domains/" + std::string(kStoryDomain),
        "ip_addresses/" + std::string(kStoryAddress),
        std::string("urls/aHR0cDovL21hbGljaW91cy1kb21haW4uY29tL2EucHMx")}) {
    const Json data = Body(Ask(target))["data"];
    EXPECT_GE(data["attributes"]["last_analysis_stats"]["malicious"], 3) << target;
  }
  const Json by_md5 = Body(Ask("files/" + std::string(kStoryMd5)))["data"];
  EXPECT_EQ(by_md5["id"], kStoryHash);
  EXPECT_EQ(by_md5["type"], "file");
}

TEST_F(VirusTotal, OthersAreKnownOrNotAndStayWhatTheyAre) {
  int unknown = 0;
  int harmless = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string target = "domains/d" + std::to_string(i) + ".example";
    const Reply reply = Ask(target);
    EXPECT_EQ(Ask(target).body, reply.body);
    if (reply.status == 404) {
      EXPECT_EQ(Code(reply), "NotFoundError");
      ++unknown;
      continue;
    }
    const Json stats = Body(reply)["data"]["attributes"]["last_analysis_stats"];
    harmless += stats["malicious"] == 0 ? 1 : 0;
  }
  EXPECT_GT(unknown, 30);
  EXPECT_GT(harmless, 60);
}

TEST_F(VirusTotal, EscapedIdsAreRead) {
  options_.seed = 3;
  EXPECT_EQ(Ask("ip_addresses/2001%3Adb8%3A%3A1").body, Ask("ip_addresses/2001:db8::1").body);
}

TEST_F(VirusTotal, QuotaIs429InItsOwnForm) {
  options_.virustotal_rate_limit = 4;
  for (int i = 0; i < 4; ++i) EXPECT_NE(Ask("domains/a.example").status, 429);
  const Reply spent = Ask("domains/a.example");
  EXPECT_EQ(spent.status, 429);
  EXPECT_EQ(Code(spent), "QuotaExceededError");
  EXPECT_EQ(Header(spent, "X-Ratelimit-Limit"), "") << "that is Falcon's";
  now_ += kMinute;
  EXPECT_NE(Ask("domains/a.example").status, 429);
}

TEST_F(VirusTotal, UploadsAreRefusedAndCountedAsMutations) {
  EXPECT_EQ(cloud().MutatingCalls(), 0U);
  EXPECT_EQ(Ask("files", "POST").status, 403);
  EXPECT_EQ(Ask("urls", "POST").status, 403);
  EXPECT_EQ(cloud().MutatingCalls(), 2U);
}

TEST_F(VirusTotal, FaultsStrikeItAndTheLedgerSeesIt) {
  EXPECT_EQ(cloud().AddFault("status path=/api/v3/ code=503"), "");
  EXPECT_EQ(Ask("domains/a.example").status, 503);
  EXPECT_EQ(cloud().Count("GET /api/v3/domains/a.example"), 1U);
}

}  // namespace
}  // namespace falcon::simulator
