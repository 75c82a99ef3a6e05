// One thread, in order.
#include "runtime/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <vector>

#include "tests/support/on_loop.h"

namespace falcon::runtime {
namespace {

using falcon::testing::OnLoop;

TEST(Loop, RunsWorkInTheOrderOfTheCalls) {
  Loop loop("loop");
  std::vector<int> seen;
  for (int i = 0; i < 5; ++i) loop.Post([&seen, i] { seen.push_back(i); });
  OnLoop(loop, [&] { EXPECT_THAT(seen, ::testing::ElementsAre(0, 1, 2, 3, 4)); });
}

TEST(Loop, KnowsItsThread) {
  Loop loop("loop");
  EXPECT_FALSE(loop.OnLoop());
  OnLoop(loop, [&] { EXPECT_TRUE(loop.OnLoop()); });
}

TEST(Loop, TruncatesLongThreadName) {
  Loop loop("a-name-of-more-than-fifteen");
  OnLoop(loop, [] {
    char name[16] = "";
    pthread_getname_np(pthread_self(), name, sizeof(name));
    EXPECT_STREQ(name, "a-name-of-more-");
  });
}

Task<void> Count(std::atomic<int>* count) {
  ++*count;
  co_return;
}

TEST(Loop, RunsSpawnedTask) {
  Loop loop("loop");
  std::atomic<int> count = 0;
  loop.Spawn(Count(&count));
  OnLoop(loop, [] {});
  OnLoop(loop, [&] { EXPECT_EQ(count, 1); });
}

TEST(Loop, RunsNothingAfterStop) {
  std::atomic<bool> ran = false;
  {
    Loop loop("loop");
    loop.Stop();
    loop.Stop();
    loop.Post([&] { ran = true; });
  }
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace falcon::runtime
