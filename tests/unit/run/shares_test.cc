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
      shares_.Enters(caller, now_);
      --free_;
    }
  }
  void Exit(const std::string& caller, int calls) {
    for (int i = 0; i < calls; ++i) {
      shares_.Exits(caller, now_);
      ++free_;
    }
  }
  void Pass(milliseconds span) { now_ += span; }
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
  Pass(seconds(10));
  EXPECT_TRUE(MayTake("a"));
}

TEST_F(SharesTest, WhatOthersUsuallyHaveIsKeptForThem) {
  Enter("small", 2);
  Pass(seconds(10));
  Exit("small", 2);
  Enter("large", 7);
  EXPECT_TRUE(MayTake("large")) << "three are free, two are kept";
  Enter("large", 1);
  EXPECT_FALSE(MayTake("large"));
  EXPECT_TRUE(MayTake("small"));
}

TEST_F(SharesTest, WhatTheyHoldIsNotKeptOnceMore) {
  Enter("small", 2);
  Pass(seconds(10));
  Enter("large", 7);
  EXPECT_TRUE(MayTake("large"));
}

TEST_F(SharesTest, NothingIsKeptForThoseWhoStayAway) {
  Enter("small", 2);
  Pass(seconds(10));
  Exit("small", 2);
  Enter("large", 8);
  EXPECT_FALSE(MayTake("large"));
  Pass(seconds(5));
  EXPECT_TRUE(MayTake("large"));
}

TEST_F(SharesTest, LittleIsKeptForThoseWhoWereSeldomHere) {
  for (int round = 0; round < 20; ++round) {
    Enter("seldom", 2);
    Pass(milliseconds(100));
    Exit("seldom", 2);
    Pass(milliseconds(900));
  }
  Enter("large", 9);
  EXPECT_TRUE(MayTake("large")) << "they have a fifth of a place on average";
}

TEST_F(SharesTest, NobodyIsKeptMoreThanTheShare) {
  Enter("large", 9);
  Pass(seconds(10));
  Exit("large", 9);
  Enter("other", 4);
  EXPECT_TRUE(MayTake("other")) << "less than its share of five";
  Enter("other", 1);
  EXPECT_FALSE(MayTake("other"));
}

TEST_F(SharesTest, WithMoreCallersThanPlacesTurnsDecide) {
  for (int i = 0; i < 11; ++i) shares_.Comes(Cat("caller ", i), now_);
  Pass(seconds(10));
  Enter("caller 0", 9);
  EXPECT_TRUE(MayTake("caller 0"));
}

TEST_F(SharesTest, ABurstOfMoreCallersThanPlacesIsForgotten) {
  for (int i = 0; i < 15; ++i) shares_.Comes(Cat("burst ", i), now_);
  Pass(milliseconds(500));
  for (int i = 0; i < 15; ++i) shares_.GivesUp(Cat("burst ", i), now_);
  Pass(std::chrono::hours(1));
  Enter("large", 7);
  Enter("small", 2);
  Pass(seconds(10));
  Exit("small", 2);
  Enter("large", 1);
  EXPECT_FALSE(MayTake("large")) << "two are kept for the small one";
}

TEST_F(SharesTest, WhatOthersThanTheseHoldIsSharedByNobody) {
  free_ = 6;  // four are held by exports
  Enter("large", 6);
  Pass(seconds(10));
  Exit("large", 6);
  Enter("other", 3);
  EXPECT_FALSE(MayTake("other")) << "its share is three of six";
}

}  // namespace
}  // namespace falcon::run
