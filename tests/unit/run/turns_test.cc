// Whose turn it is: callers in turn, interactive before export, nobody for ever last.
#include "run/turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "base/text.h"

namespace falcon::run {
namespace {

constexpr Priority kInteractive = Priority::kInteractive;
constexpr Priority kExport = Priority::kExport;

class TurnsTest : public ::testing::Test {
 protected:
  Turns::Waiting& Add(const std::string& caller, Priority priority = kInteractive) {
    now_ += milliseconds(1);
    waiting_.push_back(std::make_unique<Turns::Waiting>(caller, priority, now_));
    turns_.Add(*waiting_.back());
    return *waiting_.back();
  }
  void Add(int count, const std::string& caller, Priority priority = kInteractive) {
    for (int i = 0; i < count; ++i) Add(caller, priority);
  }
  std::vector<std::string> Take(int count, bool exports_may_go = true) {
    std::vector<std::string> callers;
    for (int i = 0; i < count; ++i) {
      const Turns::Waiting* next = turns_.Take(exports_may_go);
      if (next == nullptr) break;
      callers.push_back(next->priority == kExport ? Cat(next->caller, "'s export") : next->caller);
    }
    return callers;
  }

  Turns turns_{/*export_turn=*/4};
  SteadyTime now_{};
  std::deque<std::unique_ptr<Turns::Waiting>> waiting_;
};

TEST_F(TurnsTest, CallersGoInTurnAndEachOnesCallsInTheirOrder) {
  Turns::Waiting& first = Add("a");
  Turns::Waiting& second = Add("a");
  Turns::Waiting& third = Add("a");
  Turns::Waiting& other = Add("b");
  EXPECT_EQ(turns_.Take(true), &first);
  EXPECT_EQ(turns_.Take(true), &other);
  EXPECT_EQ(turns_.Take(true), &second);
  EXPECT_EQ(turns_.Take(true), &third);
  EXPECT_EQ(turns_.Take(true), nullptr);
}

TEST_F(TurnsTest, ALineWhoseFirstIsLateIsServedFromItsEnd) {
  Turns::Waiting& late = Add("a");
  Turns::Waiting& young = Add("a");
  Turns::Waiting& youngest = Add("a");
  Turns::Waiting& other = Add("b");
  Turns::Waiting& last = Add("b");
  const SteadyTime since = late.since;
  EXPECT_EQ(turns_.Take(true, since), &youngest);
  EXPECT_EQ(turns_.Take(true, since), &other) << "nobody of this line is late";
  EXPECT_EQ(turns_.Take(true, since), &young);
  EXPECT_EQ(turns_.Take(true, since), &last);
  EXPECT_EQ(turns_.Take(true, since), &late) << "nobody is forgotten";
}

// Calls that take 200 ms and are worth nothing after 2 s, four times as many as can go.
TEST_F(TurnsTest, UnderOverloadMostOfWhatGoesStillGoesInTime) {
  constexpr milliseconds kDeadline{2000};
  constexpr milliseconds kTakes{200};
  std::deque<Turns::Waiting*> by_age;
  int went = 0;
  int in_time = 0;
  for (int turn = 0; turn < 4000; ++turn) {
    for (int i = 0; i < 4; ++i) by_age.push_back(&Add("a"));  // each a millisecond later
    while (now_ - by_age.front()->since > kDeadline) {
      if (turns_.Waits(*by_age.front())) turns_.Remove(*by_age.front());
      by_age.pop_front();
    }
    const Turns::Waiting* next = turns_.Take(true, now_ - seconds(1));
    ++went;
    in_time += now_ - next->since + kTakes <= kDeadline ? 1 : 0;
  }
  EXPECT_GE(in_time, went * 9 / 10);
}

TEST_F(TurnsTest, WhoMayNotGoKeepsTheTurn) {
  Turns::Waiting& first = Add("a");
  Turns::Waiting& other = Add("b");
  Add("b");
  Turns::Waiting& exported = Add("b", kExport);
  const Turns::MayGo only_b = [](const std::string& caller) { return caller == "b"; };
  const SteadyTime never = SteadyTime::min();
  EXPECT_EQ(turns_.Take(true, never, only_b), &other);
  EXPECT_EQ(turns_.Take(true), &first);
  Add("a");
  EXPECT_NE(turns_.Take(true, never, only_b), nullptr);
  EXPECT_EQ(turns_.Take(true, never, only_b), &exported) << "before a call that may not go";
  EXPECT_EQ(turns_.Take(true, never, only_b), nullptr);
  EXPECT_EQ(turns_.size(), 1U);
}

TEST_F(TurnsTest, ExportsKeepTheirOrderHoweverLate) {
  Turns::Waiting& late = Add("a", kExport);
  Turns::Waiting& young = Add("a", kExport);
  EXPECT_EQ(turns_.Take(true, young.since), &late);
  EXPECT_EQ(turns_.Take(true, young.since), &young);
}

TEST_F(TurnsTest, AFlooderDelaysEachOfTheOthersCallsByOneTurn) {
  Add(10'000, "flooder");
  for (int call = 0; call < 10; ++call) {
    for (int other = 0; other < 10; ++other) Add(Cat("other ", other));
  }
  // Each round serves everybody once.
  std::map<std::string, int> served;
  for (int round = 1; round <= 10; ++round) {
    for (const std::string& caller : Take(11)) ++served[caller];
    for (const auto& [caller, times] : served) EXPECT_EQ(times, round) << caller;
  }
  EXPECT_EQ(served.size(), 11u);
  EXPECT_EQ(turns_.size(), 10'000u - 10);
}

TEST_F(TurnsTest, OneWhoComesAgainAndAgainGainsNothingOverOneWhoQueuesAhead) {
  Add(1'000, "patient");
  std::map<std::string, int> served;
  Add("hasty");
  for (int i = 0; i < 200; ++i) {
    const std::string caller = Take(1).at(0);
    ++served[caller];
    if (caller == "hasty") Add("hasty");
  }
  EXPECT_EQ(served["hasty"], 100);
  EXPECT_EQ(served["patient"], 100);
}

TEST_F(TurnsTest, TenCallersOfEqualLoadGetEqualTurnsWithinOne) {
  std::vector<std::string> order;
  order.reserve(1'000);
  for (int i = 0; i < 1'000; ++i) order.push_back(Cat("caller ", i % 10));
  std::shuffle(order.begin(), order.end(), std::mt19937(7));
  for (const std::string& caller : order) Add(caller);
  std::map<std::string, int> served;
  for (int i = 0; i < 1'000; ++i) {
    ++served[Take(1).at(0)];
    if (served.size() < 10) continue;
    const auto [least, most] = std::minmax_element(
        served.begin(), served.end(), [](auto& a, auto& b) { return a.second < b.second; });
    EXPECT_LE(most->second - least->second, 1);
  }
}

TEST_F(TurnsTest, InteractiveGoesBeforeExportButForEveryFourthTurn) {
  Add(8, "a", kExport);
  Add(8, "b");
  EXPECT_THAT(Take(8),
              ::testing::ElementsAre("b", "b", "b", "a's export", "b", "b", "b", "a's export"));
  EXPECT_THAT(Take(4), ::testing::ElementsAre("b", "b", "a's export", "a's export"));
}

TEST_F(TurnsTest, ExportsThatMayNotGoWaitAndLoseNoTurnByIt) {
  Add(3, "a", kExport);
  Add(9, "b");
  EXPECT_THAT(Take(5, false), ::testing::Each("b"));
  EXPECT_THAT(Take(4), ::testing::ElementsAre("b", "b", "b", "a's export"));
  Take(1, false);
  EXPECT_THAT(Take(3, false), ::testing::IsEmpty());
  EXPECT_EQ(turns_.size(kExport), 2u);
}

TEST_F(TurnsTest, ExportsOfSeveralCallersTakeTurnsToo) {
  Add(3, "a", kExport);
  Add(2, "b", kExport);
  EXPECT_THAT(Take(5), ::testing::ElementsAre("a's export", "b's export", "a's export",
                                              "b's export", "a's export"));
}

TEST_F(TurnsTest, CountsAllAndEachCallersOwn) {
  Add(2, "a");
  Add(1, "a", kExport);
  Add(1, "b");
  EXPECT_EQ(turns_.size(), 4u);
  EXPECT_EQ(turns_.size(kExport), 1u);
  EXPECT_EQ(turns_.CountOf("a"), 3u);
  EXPECT_EQ(turns_.CountOf("nobody"), 0u);
}

// A plain model of the same: who waits, by age.
class TurnsModel {
 public:
  void Add(Turns::Waiting* waiting) { waiting_.push_back(waiting); }
  void Remove(Turns::Waiting* waiting) { std::erase(waiting_, waiting); }
  bool Holds(Priority priority) const {
    return std::ranges::any_of(waiting_, [&](auto* one) { return one->priority == priority; });
  }
  bool HoldsInteractiveBut(const std::string& denied) const {
    return std::ranges::any_of(waiting_, [&](auto* one) {
      return one->priority == Priority::kInteractive && one->caller != denied;
    });
  }
  // The first of its caller and priority.
  bool IsFirstOfItsOwn(Turns::Waiting* of) const {
    const auto first = std::ranges::find_if(waiting_, [&](auto* one) {
      return one->caller == of->caller && one->priority == of->priority;
    });
    return *first == of;
  }
  const std::vector<Turns::Waiting*>& waiting() const { return waiting_; }

 private:
  std::vector<Turns::Waiting*> waiting_;
};

class TurnsPropertyTest : public TurnsTest, public ::testing::WithParamInterface<int> {
 protected:
  void TakeOne() {
    const bool may = dice_() % 3 > 0;
    const std::string denied = Cat("caller ", dice_() % 14);  // half the time nobody
    Turns::Waiting* next = turns_.Take(may, SteadyTime::min(),
                                       [&](const std::string& caller) { return caller != denied; });
    if (next == nullptr) {
      EXPECT_FALSE(model_.HoldsInteractiveBut(denied));
      EXPECT_FALSE(may && model_.Holds(kExport));
      return;
    }
    EXPECT_TRUE(model_.IsFirstOfItsOwn(next));
    EXPECT_TRUE(may || next->priority == kInteractive);
    EXPECT_TRUE(next->caller != denied || next->priority == kExport);
    model_.Remove(next);
    // Nobody of its kind was overtaken by one caller twice in a row of turns.
    for (Turns::Waiting* one : model_.waiting()) {
      if (one->priority != next->priority || one->caller == next->caller) continue;
      if (!model_.IsFirstOfItsOwn(one)) continue;
      // Who was denied keeps its turn: it is first once it may go.
      if (one->caller == denied && one->priority == kInteractive) continue;
      EXPECT_LE(++overtaken_[one][next->caller], 1) << one->caller << " by " << next->caller;
    }
    overtaken_.erase(next);
    for (auto& [one, by] : overtaken_) {
      if (one->caller == next->caller && one->priority == next->priority) by.clear();
    }
  }
  void LeaveOne() {
    if (model_.waiting().empty()) return;
    Turns::Waiting* leaver = model_.waiting()[dice_() % model_.waiting().size()];
    turns_.Remove(*leaver);
    model_.Remove(leaver);
    overtaken_.erase(leaver);
  }

  std::mt19937 dice_{static_cast<unsigned>(GetParam())};
  TurnsModel model_;
  // Of who is first of its own: by whom, and how often since.
  std::map<Turns::Waiting*, std::map<std::string, int>> overtaken_;
};

TEST_P(TurnsPropertyTest, NobodyIsLostOrStarvedWhoeverComesAndGoes) {
  for (int step = 0; step < 4'000; ++step) {
    const unsigned what = dice_() % 10;
    if (what < 5) {
      const Priority priority = dice_() % 4 == 0 ? kExport : kInteractive;
      model_.Add(&Add(Cat("caller ", dice_() % 7), priority));
    } else if (what < 9) {
      TakeOne();
    } else {
      LeaveOne();
    }
    ASSERT_EQ(turns_.size(), model_.waiting().size());
    ASSERT_EQ(turns_.oldest(), model_.waiting().empty() ? nullptr : model_.waiting().front());
  }
  while (turns_.Take(true) != nullptr) {
  }
  EXPECT_EQ(turns_.size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, TurnsPropertyTest, ::testing::Range(0, 8));

}  // namespace
}  // namespace falcon::run
