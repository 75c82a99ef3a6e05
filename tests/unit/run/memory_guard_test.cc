// Who is refused near the memory limit, and when no longer.
#include "run/memory_guard.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace falcon::run {
namespace {

using falcon::testing::FailsWith;
using falcon::testing::FakeClock;

class MemoryGuardTest : public ::testing::Test {
 protected:
  MemoryGuard Guard(size_t limit) {
    return {clock_,
            {.limit = limit},
            [this] {
              ++looks_;
              return used_;
            },
            [this] { used_ -= freed_; }};
  }
  // After the guard has looked anew.
  absl::Status Admit(MemoryGuard& guard, Priority priority) {
    clock_.Advance(milliseconds(250));
    return guard.Admit(priority);
  }

  FakeClock clock_;
  size_t used_ = 0;
  size_t freed_ = 0;  // by a release
  int looks_ = 0;
};

constexpr Priority kInteractive = Priority::kInteractive;
constexpr Priority kExport = Priority::kExport;

TEST_F(MemoryGuardTest, ExportsAreRefusedFirstAndEverybodyNearTheLimit) {
  MemoryGuard guard = Guard(1000);
  used_ = 850;
  EXPECT_EQ(Admit(guard, kExport), absl::OkStatus());
  used_ = 851;
  const absl::Status refused = Admit(guard, kExport);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kResourceExhausted, "MEMORY_PRESSURE"));
  EXPECT_TRUE(RetryAfter(refused).has_value());
  EXPECT_EQ(Admit(guard, kInteractive), absl::OkStatus());
  used_ = 951;
  EXPECT_THAT(Admit(guard, kInteractive),
              FailsWith(absl::StatusCode::kResourceExhausted, "MEMORY_PRESSURE"));
  EXPECT_EQ(guard.refused(), 2);
}

TEST_F(MemoryGuardTest, CallsAreTakenAgainOnceMemoryIsFree) {
  MemoryGuard guard = Guard(1000);
  used_ = 1000;
  EXPECT_FALSE(Admit(guard, kInteractive).ok());
  used_ = 900;
  EXPECT_EQ(Admit(guard, kInteractive), absl::OkStatus());
  EXPECT_FALSE(Admit(guard, kExport).ok());
  used_ = 500;
  EXPECT_EQ(Admit(guard, kExport), absl::OkStatus());
}

TEST_F(MemoryGuardTest, WhatIsInUseIsReadFourTimesASecondAtMost) {
  MemoryGuard guard = Guard(1000);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(guard.Admit(kInteractive), absl::OkStatus());
  EXPECT_EQ(looks_, 1);
  used_ = 2000;
  clock_.Advance(milliseconds(249));
  EXPECT_EQ(guard.Admit(kInteractive), absl::OkStatus());
  clock_.Advance(milliseconds(1));
  EXPECT_FALSE(guard.Admit(kInteractive).ok());
}

TEST_F(MemoryGuardTest, WhatTheAllocatorOnlyHoldsBackDoesNotCount) {
  MemoryGuard guard = Guard(1000);
  used_ = 990;
  freed_ = 400;
  EXPECT_EQ(Admit(guard, kExport), absl::OkStatus());
  EXPECT_EQ(guard.refused(), 0);
}

TEST_F(MemoryGuardTest, WithoutALimitNobodyIsRefused) {
  MemoryGuard guard = Guard(0);
  used_ = size_t{1} << 50;
  EXPECT_EQ(Admit(guard, kExport), absl::OkStatus());
  EXPECT_EQ(looks_, 0);
}

}  // namespace
}  // namespace falcon::run
