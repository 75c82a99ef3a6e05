// Permits that are reserved for other callers.
#include "upstream/call/fair_share.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace falcon::upstream {
namespace {

class FairShareTest : public ::testing::Test {
 protected:
  void Acquire(const std::string& caller, int calls) {
    for (int i = 0; i < calls; ++i) {
      shares_.OnQueued(caller, now_);
      shares_.OnAdmitted(caller, now_);
      --free_;
    }
  }
  void Release(const std::string& caller, int calls) {
    for (int i = 0; i < calls; ++i) {
      shares_.OnReleased(caller, now_);
      ++free_;
    }
  }
  void Pass(milliseconds span) { now_ += span; }
  bool CanAdmit(const std::string& caller) {
    shares_.OnQueued(caller, now_);
    const bool may = shares_.CanAdmit(caller, free_, now_);
    shares_.OnAbandoned(caller, now_);
    return may;
  }

  FairShare shares_{10, seconds(1)};
  size_t free_ = 10;
  SteadyTime now_{seconds(100)};
};

TEST_F(FairShareTest, SingleCallerMayTakeAllPermits) {
  Acquire("a", 9);
  Pass(seconds(10));
  EXPECT_TRUE(CanAdmit("a"));
}

TEST_F(FairShareTest, ReservesUsualDemandOfOthers) {
  Acquire("small", 2);
  Pass(seconds(10));
  Release("small", 2);
  Acquire("large", 7);
  EXPECT_TRUE(CanAdmit("large")) << "three are free, two are kept";
  Acquire("large", 1);
  EXPECT_FALSE(CanAdmit("large"));
  EXPECT_TRUE(CanAdmit("small"));
}

TEST_F(FairShareTest, HeldPermitsAreNotReservedAgain) {
  Acquire("small", 2);
  Pass(seconds(10));
  Acquire("large", 7);
  EXPECT_TRUE(CanAdmit("large"));
}

TEST_F(FairShareTest, ReservesNothingForIdleCallers) {
  Acquire("small", 2);
  Pass(seconds(10));
  Release("small", 2);
  Acquire("large", 8);
  EXPECT_FALSE(CanAdmit("large"));
  Pass(seconds(5));
  EXPECT_TRUE(CanAdmit("large"));
}

TEST_F(FairShareTest, ReservesLittleForRareCallers) {
  for (int round = 0; round < 20; ++round) {
    Acquire("seldom", 2);
    Pass(milliseconds(100));
    Release("seldom", 2);
    Pass(milliseconds(900));
  }
  Acquire("large", 9);
  EXPECT_TRUE(CanAdmit("large")) << "they have a fifth of a place on average";
}

TEST_F(FairShareTest, ReservesAtMostTheShare) {
  Acquire("large", 9);
  Pass(seconds(10));
  Release("large", 9);
  Acquire("other", 4);
  EXPECT_TRUE(CanAdmit("other")) << "less than its share of five";
  Acquire("other", 1);
  EXPECT_FALSE(CanAdmit("other"));
}

TEST_F(FairShareTest, ReservesNothingWithMoreCallersThanPermits) {
  for (int i = 0; i < 11; ++i) shares_.OnQueued(StrCat("caller ", i), now_);
  Pass(seconds(10));
  Acquire("caller 0", 9);
  EXPECT_TRUE(CanAdmit("caller 0"));
}

TEST_F(FairShareTest, ForgetsBurstOfCallers) {
  for (int i = 0; i < 15; ++i) shares_.OnQueued(StrCat("burst ", i), now_);
  Pass(milliseconds(500));
  for (int i = 0; i < 15; ++i) shares_.OnAbandoned(StrCat("burst ", i), now_);
  Pass(std::chrono::hours(1));
  Acquire("large", 7);
  Acquire("small", 2);
  Pass(seconds(10));
  Release("small", 2);
  Acquire("large", 1);
  EXPECT_FALSE(CanAdmit("large")) << "two are kept for the small one";
}

TEST_F(FairShareTest, ExportPermitsAreExcludedFromShares) {
  free_ = 6;  // four are held by exports
  Acquire("large", 6);
  Pass(seconds(10));
  Release("large", 6);
  Acquire("other", 3);
  EXPECT_FALSE(CanAdmit("other")) << "its share is three of six";
}

}  // namespace
}  // namespace falcon::upstream
