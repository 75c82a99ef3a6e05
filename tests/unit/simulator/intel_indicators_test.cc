// Falcon Intelligence through the front door.
#include <set>

#include "fixture.h"

namespace falcon::simulator {
namespace {

class IntelIndicators : public ApiTest {
 protected:
  IntelIndicators() {
    options_.sizes["intel-indicators"] = 900;
    options_.rate_limit = 0;
  }

  int64_t Total(const std::string& target) { return Fixture::Total(Get(target)); }
};

const std::string kIntel = "/intel/combined/indicators/v1";

TEST_F(IntelIndicators, PagesLeadOnByAHeaderPastTheWall) {
  options_.sizes["intel-indicators"] = 60'000;
  EXPECT_EQ(Get(kIntel + "?offset=49000&limit=1000").status, 400);
  EXPECT_EQ(Message(Get(kIntel + "?offset=49000&limit=1000")),
            "the sum of limit and offset params must be less than 50000");
  std::set<std::string> seen;
  std::string next =
      "/intel/queries/indicators/v1?limit=9000&include_deleted=true&filter=type:!'x'";
  while (!next.empty()) {
    const Reply page = Get(next);
    ASSERT_EQ(page.status, 200) << page.body;
    for (const Json& id : Resources(page)) seen.insert(id);
    next = Header(page, "Next-Page");
  }
  EXPECT_EQ(seen.size(), 60'000U);
}

TEST_F(IntelIndicators, HidesTheDeletedAndSendsRelationsUnlessToldNot) {
  const int64_t shown = Total(kIntel + "?limit=1");
  EXPECT_LT(shown, 900);
  EXPECT_EQ(Total(kIntel + "?limit=1&include_deleted=true"), 900);
  EXPECT_GT(Rows(kIntel + "?limit=1")[0]["relations"].size(), 0U);
  EXPECT_EQ(Rows(kIntel + "?limit=1&include_relations=false")[0]["relations"].size(), 0U);
}

TEST_F(IntelIndicators, ComparesUnixSecondsAndRelativeDatesOnly) {
  const std::string base = kIntel + "?limit=1&filter=";
  const int64_t recent = Total(base + "published_date:>='now-30d'");
  EXPECT_GT(recent, 0);
  const int64_t since = (options_.now - 30 * kDay) / kSecond;
  EXPECT_EQ(Total(base + "published_date:>=" + std::to_string(since)), recent);
  EXPECT_EQ(Get(base + "published_date:>='2026-01-01T00:00:00Z'").status, 400);
  EXPECT_EQ(Get(base + "published_date:>'now-x'").status, 400);
}

TEST_F(IntelIndicators, KnowsTheStory) {
  const Json found = Resources(Post(
      "/intel/entities/indicators/GET/v1",
      {{"ids", {"domain_malicious-domain.com", "ip_address_203.0.113.42", "domain_none.test"}}}));
  ASSERT_EQ(found.size(), 2U);
  for (const Json& record : found) EXPECT_EQ(record["malicious_confidence"], "high");
  EXPECT_EQ(Total(kIntel + "?q=malicious-domain.com"), 1);
}

}  // namespace
}  // namespace falcon::simulator
