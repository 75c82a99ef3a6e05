// What is kept for whom.
#include "run/shares.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace falcon::run {
namespace {

class SharesTest : public ::testing::Test {
 protected:
  void Enter(const std::string& caller, int calls) {
    for (int i = 0; i < calls; ++i) {
      shares_.Comes(caller, now_);
      shares_.Enters(caller);
      --free_;
    }
  }
  void Exit(const std::string& caller, int calls) {
    for (int i = 0; i < calls; ++i) {
      shares_.Exits(caller, now_);
      ++free_;
    }
  }
  bool MayTake(const std::string& caller) {
    shares_.Comes(caller, now_);
    const bool may = shares_.MayTake(caller, free_, now_);
    shares_.GivesUp(caller, now_);
    return may;
  }

  Shares shares_{10, seconds(1)};
  size_t free_ = 10;
  SteadyTime now_{seconds(100)};
};

TEST_F(SharesTest, WhoIsAloneMayHaveAllPlaces) {
  Enter("a", 9);
  EXPECT_TRUE(MayTake("a"));
}

TEST_F(SharesTest, WhatOthersWantedAMomentAgoIsKeptForThem) {
  Enter("small", 2);
  Exit("small", 2);
  Enter("large", 7);
  EXPECT_TRUE(MayTake("large")) << "three are free, two are kept";
  Enter("large", 1);
  EXPECT_FALSE(MayTake("large"));
  EXPECT_TRUE(MayTake("small"));
}

TEST_F(SharesTest, WhatTheyHoldIsNotKeptOnceMore) {
  Enter("small", 2);
  Enter("large", 7);
  EXPECT_TRUE(MayTake("large"));
}

TEST_F(SharesTest, NothingIsKeptForThoseWhoStayAway) {
  Enter("small", 2);
  Exit("small", 2);
  Enter("large", 8);
  now_ += milliseconds(1001);
  EXPECT_TRUE(MayTake("large"));
}

TEST_F(SharesTest, NobodyIsKeptMoreThanTheShare) {
  Enter("large", 9);
  Exit("large", 9);
  Enter("other", 4);
  EXPECT_TRUE(MayTake("other")) << "less than its share of five";
  Enter("other", 1);
  EXPECT_FALSE(MayTake("other"));
}

TEST_F(SharesTest, WhoWantsLessForAWhileIsKeptLess) {
  Enter("small", 5);
  Exit("small", 4);
  Enter("large", 7);
  EXPECT_FALSE(MayTake("large"));
  now_ += milliseconds(1001);
  Exit("small", 1);
  Enter("small", 1);
  EXPECT_TRUE(MayTake("large"));
}

TEST_F(SharesTest, WithMoreCallersThanPlacesTurnsDecide) {
  for (int i = 0; i < 11; ++i) shares_.Comes(Cat("caller ", i), now_);
  Enter("caller 0", 9);
  EXPECT_TRUE(MayTake("caller 0"));
}

}  // namespace
}  // namespace falcon::run
