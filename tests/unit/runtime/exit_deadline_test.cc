// The deadline of an orderly end.
#include "runtime/exit_deadline.h"

#include <gtest/gtest.h>

#include <atomic>

namespace falcon::runtime {
namespace {

TEST(ExitDeadline, PassedItCallsBackOnce) {
  std::atomic<int> calls = 0;
  const ExitDeadline deadline(milliseconds(1), [&] { ++calls; });
  while (calls == 0) std::this_thread::yield();
  EXPECT_EQ(calls, 1);
}

TEST(ExitDeadline, MetItDoesNothing) {
  std::atomic<int> calls = 0;
  {
    const ExitDeadline deadline(std::chrono::hours(1), [&] { ++calls; });
  }
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace falcon::runtime
