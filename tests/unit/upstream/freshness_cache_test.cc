// What is kept, for how long, and what goes when there is no room.
#include "upstream/cache/freshness_cache.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/text.h"
#include "tests/support/fake_clock.h"

namespace falcon::upstream {

using testing::FakeClock;

namespace {

class FreshnessCacheTest : public ::testing::Test {
 protected:
  CacheEntry Text(std::string text, CacheEntry::Kind kind = CacheEntry::Kind::kResponse) {
    return {.kind = kind, .text = std::move(text), .next = {}, .at = clock.Now()};
  }
  std::string Get(std::string_view key, milliseconds staleness = seconds(60)) {
    const CacheEntry* kept = cache.Find(key, staleness);
    return kept == nullptr ? "-" : kept->text;
  }

  FakeClock clock;
  FreshnessCache cache{clock, size_t{64} * 1024};
};

TEST_F(FreshnessCacheTest, AnAnswerServesUntilItIsOlderThanAskedFor) {
  cache.Put("k", Text("v"));
  clock.Advance(seconds(30));
  EXPECT_EQ(Get("k", seconds(30)), "v");
  EXPECT_EQ(Get("k", seconds(29)), "-");
  EXPECT_EQ(Get("other"), "-");
  EXPECT_EQ(cache.hits(), 1);
}

TEST_F(FreshnessCacheTest, AnAbsenceIsBelievedForTenSecondsAtMost) {
  cache.Put("k", Text("", CacheEntry::Kind::kNegative));
  clock.Advance(seconds(10));
  EXPECT_EQ(Get("k"), "");
  clock.Advance(milliseconds(1));
  EXPECT_EQ(Get("k"), "-");
}

TEST_F(FreshnessCacheTest, AYoungerAnswerReplacesAndAnOlderOneDoesNot) {
  const CacheEntry old = Text("old");
  clock.Advance(seconds(1));
  EXPECT_TRUE(cache.Put("k", Text("new")));
  EXPECT_FALSE(cache.Put("k", old));
  EXPECT_EQ(Get("k"), "new");
  clock.Advance(seconds(1));
  cache.Put("k", Text("newest"));
  EXPECT_EQ(Get("k"), "newest");
}

TEST_F(FreshnessCacheTest, TheLeastRecentlyUsedGoesFirst) {
  const std::string large(3000, 'x');
  for (int i = 0; i < 20; ++i) cache.Put(StrCat(i), Text(large));
  EXPECT_EQ(Get("0"), large);
  for (int i = 20; i < 30; ++i) cache.Put(StrCat(i), Text(large));
  EXPECT_EQ(Get("0"), large) << "it was used a moment ago";
  EXPECT_EQ(Get("1"), "-");
  EXPECT_EQ(Get("29"), large);
}

TEST_F(FreshnessCacheTest, WhatIsTooLargeIsNotKeptAndCostsTheOthersNothing) {
  cache.Put("k", Text("v"));
  cache.Put("huge", Text(std::string(5000, 'x')));
  EXPECT_EQ(Get("huge"), "-");
  EXPECT_EQ(Get("k"), "v");
}

TEST_F(FreshnessCacheTest, WithoutRoomNothingIsKept) {
  FreshnessCache off(clock, 0);
  EXPECT_FALSE(off.on());
  off.Put("k", Text("v"));
  EXPECT_EQ(off.Find("k", seconds(60)), nullptr);
}

// Against a model without bounds: never a wrong text, never older than asked, never too many bytes.
TEST_F(FreshnessCacheTest, IsNeverWrongNorTooOldNorTooLarge) {
  std::mt19937 random(11);
  std::map<std::string, std::pair<std::string, SteadyTime>> model;
  for (int step = 0; step < 20'000; ++step) {
    const std::string key = StrCat("key-", random() % 200);
    if (random() % 2 == 0) {
      const std::string text = StrCat(step, std::string(random() % 2000, 'x'));
      cache.Put(key, Text(text));
      model[key] = {text, clock.Now()};
    } else {
      const milliseconds staleness(random() % 5000);
      const CacheEntry* kept = cache.Find(key, staleness);
      if (kept != nullptr) {
        ASSERT_EQ(kept->text, model[key].first);
        ASSERT_LE(clock.Now() - model[key].second, staleness);
      }
    }
    ASSERT_LE(cache.bytes(), size_t{64} * 1024);
    clock.Advance(milliseconds(random() % 50));
  }
  EXPECT_GT(cache.hits(), 100);
}

}  // namespace
}  // namespace falcon::upstream
