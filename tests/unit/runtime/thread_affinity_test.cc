// Use from one thread, from two, and after the loop has stopped.
#include "runtime/thread_affinity.h"

#include <gtest/gtest.h>

#include <thread>
#include <type_traits>

#include "runtime/loop.h"
#include "tests/support/on_loop.h"

namespace falcon::runtime {
namespace {

#ifdef NDEBUG
static_assert(std::is_empty_v<ThreadAffinity>);
#else
TEST(ThreadAffinityDeathTest, AbortsWhenSecondThreadChecks) {
  EXPECT_DEATH(
      {
        const ThreadAffinity affinity;
        affinity.Check();
        std::thread([&affinity] { affinity.Check(); }).join();
      },
      "used by another");
}
#endif

TEST(ThreadAffinity, BelongsToFirstThreadThatChecks) {
  const ThreadAffinity affinity;
  std::thread([&affinity] {
    affinity.Check();
    affinity.Check();
  }).join();
}

TEST(ThreadAffinity, AllowsOtherThreadsOnceLoopIsStopped) {
  Loop loop("loop");
  const ThreadAffinity affinity(loop.executor());
  testing::OnLoop(loop, [&affinity] { affinity.Check(); });
  loop.Stop();
  affinity.Check();
}

}  // namespace
}  // namespace falcon::runtime
