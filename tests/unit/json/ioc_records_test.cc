// The decoder on records of IOCs, of the processes that they ran in, and of intel indicators.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "decoding.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/intel_indicator_record.pb.h"
#include "falcon_gateway/v1/ioc_record.pb.h"
#include "full_record.h"

namespace falcon::json {
namespace {

using Skipped = std::map<std::string, int64_t>;

TEST(IocRecords, FillEveryFieldOfAFullOne) { ExpectEveryFieldSet<v1::Ioc>("ioc_full.json"); }

TEST(IocRecords, FillEveryFieldOfAFullProcess) {
  ExpectEveryFieldSet<v1::IocProcess>("ioc_process_full.json");
}

TEST(IocRecords, FillEveryFieldOfAFullIntelIndicator) {
  ExpectEveryFieldSet<v1::IntelIndicator>("intel_indicator_full.json");
}

TEST(IocRecords, LoseOnlyTheBadFieldsOfAnUglyOne) {
  const auto [ioc, report] = DecodeRecord<v1::Ioc>(TestData("ioc_ugly.json"));
  const Skipped skipped = {
      {"action", 1},      {"deleted", 1},  {"host_groups", 1}, {"metadata.signed", 1},
      {"modified_on", 1}, {"severity", 1}, {"source", 1},      {"tags", 1},
  };
  EXPECT_EQ(CountsOf(report), skipped);
  EXPECT_EQ(ioc.id(), "17");
  EXPECT_EQ(ioc.type(), v1::IOC_TYPE_SHA256);
  EXPECT_EQ(ioc.action(), v1::IOC_ACTION_UNSPECIFIED);
  EXPECT_EQ(ioc.severity(), v1::SEVERITY_UNSPECIFIED);
  EXPECT_EQ(ioc.platforms_size(), 1);
  EXPECT_EQ(ioc.description(), "true");
  EXPECT_EQ(ioc.tags_size(), 2);
  EXPECT_EQ(ioc.created_on().seconds(), 1767600900);
  EXPECT_FALSE(ioc.has_expiration());
  EXPECT_TRUE(ioc.expired());
  EXPECT_TRUE(ioc.applied_globally());
  EXPECT_FALSE(ioc.has_deleted());
  EXPECT_EQ(ioc.metadata().filename(), "7");
  EXPECT_EQ(ioc.metadata().av_hits(), 42);
  EXPECT_EQ(ioc.created_by(), std::string("a\0b", 3));
}

TEST(IocRecords, LoseOnlyTheBadFieldsOfAnUglyIntelIndicator) {
  const auto [indicator, report] =
      DecodeRecord<v1::IntelIndicator>(TestData("intel_indicator_ugly.json"));
  const Skipped skipped = {
      {"actors", 1},    {"kill_chains", 1}, {"last_updated", 1}, {"malicious_confidence", 1},
      {"relations", 1},
  };
  EXPECT_EQ(CountsOf(report), skipped);
  EXPECT_EQ(indicator.id(), "url_http://x.example/a_b");
  EXPECT_EQ(indicator.indicator(), "42");
  EXPECT_TRUE(indicator.has_deleted() && !indicator.deleted());
  EXPECT_EQ(indicator.published_date().seconds(), 1753022288);
  EXPECT_EQ(indicator.malware_families_size(), 1);
  ASSERT_EQ(indicator.actors_size(), 1);
  EXPECT_EQ(indicator.actors(0), "FANCYBEAR");
  ASSERT_EQ(indicator.labels_size(), 1);
  EXPECT_FALSE(indicator.labels(0).has_created_on());
  ASSERT_EQ(indicator.relations_size(), 1);
  EXPECT_EQ(indicator.relations(0).created_date().seconds(), 1753022288);
  EXPECT_EQ(indicator.marker(), "1753027269");
}

TEST(IocRecords, AreDatedByUnixSecondsInIntelligence) {
  const auto [indicator, report] =
      DecodeRecord<v1::IntelIndicator>(TestData("intel_indicator_full.json"));
  EXPECT_EQ(indicator.last_updated().seconds(), 1753027269);
  EXPECT_EQ(indicator.labels(0).last_valid_on().seconds(), 1753027269);
  EXPECT_EQ(indicator.malicious_confidence(), v1::MALICIOUS_CONFIDENCE_HIGH);
}

}  // namespace
}  // namespace falcon::json
