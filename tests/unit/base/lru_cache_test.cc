// What stays in a cache of bounded weight.
#include "base/lru_cache.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace falcon {
namespace {

class LruCacheTest : public ::testing::Test {
 protected:
  const int* Find(std::string_view key) {
    return cache_.Find(key, [](int) { return true; });
  }

  LruCache<int> cache_{10};
};

TEST_F(LruCacheTest, EvictsTheLeastRecentlyUsedUntilTheNewEntryFits) {
  cache_.Put("a", 1, 4);
  cache_.Put("b", 2, 4);
  EXPECT_NE(Find("a"), nullptr);

  EXPECT_TRUE(cache_.Put("c", 3, 6));

  EXPECT_EQ(*cache_.Peek("a"), 1);
  EXPECT_EQ(cache_.Peek("b"), nullptr);
  EXPECT_EQ(*cache_.Peek("c"), 3);
  EXPECT_EQ(cache_.weight(), 10U);
}

TEST_F(LruCacheTest, NeitherPeekingNorAnUnusableEntryCountsAsAUse) {
  cache_.Put("a", 1, 5);
  cache_.Put("b", 2, 5);
  EXPECT_NE(cache_.Peek("a"), nullptr);
  EXPECT_EQ(cache_.Find("a", [](int value) { return value != 1; }), nullptr);

  cache_.Put("c", 3, 5);

  EXPECT_EQ(cache_.Peek("a"), nullptr);
}

TEST_F(LruCacheTest, ReplacesTheEntryUnderTheSameKeyAndItsWeight) {
  cache_.Put("a", 1, 8);
  cache_.Put("a", 2, 3);

  EXPECT_EQ(*cache_.Peek("a"), 2);
  EXPECT_EQ(cache_.size(), 1U);
  EXPECT_EQ(cache_.weight(), 3U);
}

TEST_F(LruCacheTest, AnEntryAboveTheMaximumTakesNothingButItsOwnKey) {
  cache_.Put("a", 1, 4);
  cache_.Put("b", 2, 4);

  EXPECT_FALSE(cache_.Put("b", 3, 11));

  EXPECT_NE(cache_.Peek("a"), nullptr);
  EXPECT_EQ(cache_.Peek("b"), nullptr);
}

TEST_F(LruCacheTest, ErasesOneEntry) {
  cache_.Put("a", 1, 4);
  cache_.Put("b", 2, 4);
  cache_.Erase("a");
  cache_.Erase("none");

  EXPECT_EQ(cache_.Peek("a"), nullptr);
  EXPECT_EQ(cache_.weight(), 4U);
}

TEST_F(LruCacheTest, HoldsWhatWasPutAndNeverMoreThanItsWeight) {
  std::mt19937 random(7);
  std::map<std::string, int> model;
  for (int step = 0; step < 10'000; ++step) {
    const std::string key = std::to_string(random() % 9);
    if (random() % 2 == 0) {
      cache_.Put(key, step, random() % 6);
      model[key] = step;
    } else if (const int* value = Find(key); value != nullptr) {
      ASSERT_EQ(*value, model[key]);
    }
    ASSERT_LE(cache_.weight(), 10U);
  }
}

}  // namespace
}  // namespace falcon
