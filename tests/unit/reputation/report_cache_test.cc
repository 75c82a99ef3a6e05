// What is kept, for how long, and what goes first.
#include <gtest/gtest.h>

#include "reputation/client.h"
#include "tests/support/fake_clock.h"

namespace falcon::reputation {
namespace {

std::shared_ptr<const Report> Known(bool known) {
  auto report = std::make_shared<Report>();
  report->known = known;
  return report;
}

class ReportCacheTest : public ::testing::Test {
 protected:
  bool Has(const std::string& key) { return cache_.Find(key).report != nullptr; }

  falcon::testing::FakeClock clock_;
  ReportCache cache_{{.entries = 3, .known = seconds(3600), .unknown = seconds(600)}, clock_};
};

TEST_F(ReportCacheTest, ReturnsAReportWithItsAgeForAnHour) {
  EXPECT_FALSE(Has("a"));
  cache_.Put("a", Known(true));
  EXPECT_EQ(cache_.Find("a").age, seconds(0));
  clock_.Advance(seconds(3599));
  EXPECT_EQ(cache_.Find("a").age, seconds(3599)) << "asking does not make it younger";
  clock_.Advance(seconds(1));
  EXPECT_FALSE(Has("a"));
  EXPECT_EQ(cache_.size(), 0U);
}

TEST_F(ReportCacheTest, UnknownExpiresSooner) {
  cache_.Put("a", Known(false));
  clock_.Advance(seconds(599));
  EXPECT_TRUE(Has("a"));
  clock_.Advance(seconds(1));
  EXPECT_FALSE(Has("a"));
}

TEST_F(ReportCacheTest, EvictsTheLeastRecentlyUsed) {
  for (const char* key : {"a", "b", "c"}) cache_.Put(key, Known(true));
  EXPECT_TRUE(Has("a"));
  cache_.Put("d", Known(true));
  EXPECT_TRUE(Has("a"));
  EXPECT_FALSE(Has("b"));
  EXPECT_EQ(cache_.size(), 3U);
}

TEST_F(ReportCacheTest, NewReportReplacesTheOld) {
  cache_.Put("a", Known(false));
  clock_.Advance(seconds(500));
  cache_.Put("a", Known(true));
  EXPECT_EQ(cache_.size(), 1U);
  EXPECT_EQ(cache_.Find("a").age, seconds(0));
  EXPECT_TRUE(cache_.Find("a").report->known);
}

}  // namespace
}  // namespace falcon::reputation
