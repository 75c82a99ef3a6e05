// Work on threads: bounded, and run to its end.
#include "mcp/protocol/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "harness.h"

namespace falcon::mcp {
namespace {

TEST(Workers, RunAsManyAtOnceAsThereAreThreads) {
  std::latch together(3);
  Workers workers(3, 0);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(workers.Run([&] { together.arrive_and_wait(); }));
  together.wait();
}

TEST(Workers, RefuseWhatIsTooMuchAndTakeMoreLater) {
  Gate gate;
  std::atomic<int> done = 0;
  const auto wait = [&] {
    gate.Wait();
    ++done;
  };
  {
    Workers workers(1, 2);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(workers.Run(wait));
    EXPECT_FALSE(workers.Run(wait));
    gate.Open();
  }
  EXPECT_EQ(done, 3);
}

TEST(Workers, UseAThreadAgain) {
  Workers workers(1, 1);
  for (int i = 0; i < 100; ++i) {
    Gate done;
    while (!workers.Run([&] { done.Open(); })) {
    }
    done.Wait();
  }
}

TEST(Workers, SpreadCallsOverThreadsThatAreFree) {
  std::latch together(3);
  Workers workers(2, 8);
  std::atomic<int> sum = 0;
  workers.Spread(3, [&](size_t i) {
    together.arrive_and_wait();
    sum += static_cast<int>(i);
  });
  EXPECT_EQ(sum, 3);
}

TEST(Workers, SpreadDoesAllOnItsOwnThreadWhereNoneIsFree) {
  Gate gate;
  Workers workers(1, 0);
  EXPECT_TRUE(workers.Run([&] { gate.Wait(); }));
  int calls = 0;
  workers.Spread(5, [&](size_t) { ++calls; });
  EXPECT_EQ(calls, 5);
  gate.Open();
}

TEST(Workers, SpreadFromAWorkerNeedsNoOther) {
  Gate done;
  Workers workers(1, 8);
  EXPECT_TRUE(workers.Run([&] {
    int calls = 0;
    workers.Spread(5, [&](size_t) { ++calls; });
    EXPECT_EQ(calls, 5);
    done.Open();
  }));
  done.Wait();
}

}  // namespace
}  // namespace falcon::mcp
