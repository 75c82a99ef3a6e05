// Who is refused near the memory limit, and when no longer.
#include <gtest/gtest.h>

#include "runtime/memory.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace falcon::runtime {
namespace {

using falcon::testing::FailsWith;
using falcon::testing::FakeClock;

class MemoryLoadShedderTest : public ::testing::Test {
 protected:
  MemoryLoadShedder Guard(size_t limit) {
    return {clock_,
            {.limit = limit},
            [this] {
              ++looks_;
              return used_;
            },
            [this] { used_ -= freed_; }};
  }
  // After the shedder has read the memory again.
  absl::Status Admit(MemoryLoadShedder& guard, Criticality criticality) {
    clock_.Advance(milliseconds(250));
    return guard.Admit(criticality);
  }

  FakeClock clock_;
  size_t used_ = 0;
  size_t freed_ = 0;  // by a release
  int looks_ = 0;
};

constexpr Criticality kCritical = Criticality::kCritical;
constexpr Criticality kSheddable = Criticality::kSheddable;

TEST_F(MemoryLoadShedderTest, ShedsSheddableCallsFirst) {
  MemoryLoadShedder guard = Guard(1000);
  used_ = 850;
  EXPECT_EQ(Admit(guard, kSheddable), absl::OkStatus());
  used_ = 851;
  const absl::Status refused = Admit(guard, kSheddable);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kResourceExhausted, "MEMORY_PRESSURE"));
  EXPECT_TRUE(RetryAfter(refused).has_value());
  EXPECT_EQ(Admit(guard, kCritical), absl::OkStatus());
  used_ = 951;
  EXPECT_THAT(Admit(guard, kCritical),
              FailsWith(absl::StatusCode::kResourceExhausted, "MEMORY_PRESSURE"));
  EXPECT_EQ(guard.refused(), 2);
}

TEST_F(MemoryLoadShedderTest, AdmitsCallsOnceMemoryIsFree) {
  MemoryLoadShedder guard = Guard(1000);
  used_ = 1000;
  EXPECT_FALSE(Admit(guard, kCritical).ok());
  used_ = 900;
  EXPECT_EQ(Admit(guard, kCritical), absl::OkStatus());
  EXPECT_FALSE(Admit(guard, kSheddable).ok());
  used_ = 500;
  EXPECT_EQ(Admit(guard, kSheddable), absl::OkStatus());
}

TEST_F(MemoryLoadShedderTest, ReadsMemoryAtMostOncePerInterval) {
  MemoryLoadShedder guard = Guard(1000);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(guard.Admit(kCritical), absl::OkStatus());
  EXPECT_EQ(looks_, 1);
  used_ = 2000;
  clock_.Advance(milliseconds(249));
  EXPECT_EQ(guard.Admit(kCritical), absl::OkStatus());
  clock_.Advance(milliseconds(1));
  EXPECT_FALSE(guard.Admit(kCritical).ok());
}

TEST_F(MemoryLoadShedderTest, ReleasesFreeMemoryBeforeShedding) {
  MemoryLoadShedder guard = Guard(1000);
  used_ = 990;
  freed_ = 400;
  EXPECT_EQ(Admit(guard, kSheddable), absl::OkStatus());
  EXPECT_EQ(guard.refused(), 0);
}

TEST_F(MemoryLoadShedderTest, ShedsNothingWithoutLimit) {
  MemoryLoadShedder guard = Guard(0);
  used_ = size_t{1} << 50;
  EXPECT_EQ(Admit(guard, kSheddable), absl::OkStatus());
  EXPECT_EQ(looks_, 0);
}

}  // namespace
}  // namespace falcon::runtime
