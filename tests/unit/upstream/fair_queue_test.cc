// Turns: of callers, of interactive calls before exports, and without starvation.
#include "upstream/call/fair_queue.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "base/text.h"

namespace falcon::upstream {
namespace {

constexpr Priority kInteractive = Priority::kInteractive;
constexpr Priority kExport = Priority::kExport;

class FairQueueTest : public ::testing::Test {
 protected:
  FairQueue::Entry& Add(const std::string& caller, Priority priority = kInteractive) {
    now_ += milliseconds(1);
    waiting_.push_back(std::make_unique<FairQueue::Entry>(caller, priority, now_));
    turns_.Add(*waiting_.back());
    return *waiting_.back();
  }
  void Add(int count, const std::string& caller, Priority priority = kInteractive) {
    for (int i = 0; i < count; ++i) Add(caller, priority);
  }
  std::vector<std::string> PopNext(int count, bool can_admit_exports = true) {
    std::vector<std::string> callers;
    for (int i = 0; i < count; ++i) {
      const FairQueue::Entry* next = turns_.PopNext(can_admit_exports);
      if (next == nullptr) break;
      callers.push_back(next->priority == kExport ? StrCat(next->caller, "'s export")
                                                  : next->caller);
    }
    return callers;
  }

  FairQueue turns_{/*export_every_n=*/4};
  SteadyTime now_{};
  std::deque<std::unique_ptr<FairQueue::Entry>> waiting_;
};

TEST_F(FairQueueTest, CallersTakeTurnsAndFlowsAreFifo) {
  FairQueue::Entry& first = Add("a");
  FairQueue::Entry& second = Add("a");
  FairQueue::Entry& third = Add("a");
  FairQueue::Entry& other = Add("b");
  EXPECT_EQ(turns_.PopNext(true), &first);
  EXPECT_EQ(turns_.PopNext(true), &other);
  EXPECT_EQ(turns_.PopNext(true), &second);
  EXPECT_EQ(turns_.PopNext(true), &third);
  EXPECT_EQ(turns_.PopNext(true), nullptr);
}

TEST_F(FairQueueTest, FlowWhoseHeadIsOverdueIsLifo) {
  FairQueue::Entry& lifo_before = Add("a");
  FairQueue::Entry& young = Add("a");
  FairQueue::Entry& youngest = Add("a");
  FairQueue::Entry& other = Add("b");
  FairQueue::Entry& last = Add("b");
  const SteadyTime since = lifo_before.since;
  EXPECT_EQ(turns_.PopNext(true, since), &youngest);
  EXPECT_EQ(turns_.PopNext(true, since), &other) << "nobody of this line is lifo_before";
  EXPECT_EQ(turns_.PopNext(true, since), &young);
  EXPECT_EQ(turns_.PopNext(true, since), &last);
  EXPECT_EQ(turns_.PopNext(true, since), &lifo_before) << "nobody is forgotten";
}

// Calls that take 200 ms and are worth nothing after 2 s, four times as many as can go.
TEST_F(FairQueueTest, MostCallsMeetDeadlineUnderOverload) {
  constexpr milliseconds kDeadline{2000};
  constexpr milliseconds kTakes{200};
  std::deque<FairQueue::Entry*> by_age;
  int went = 0;
  int in_time = 0;
  for (int turn = 0; turn < 4000; ++turn) {
    for (int i = 0; i < 4; ++i) by_age.push_back(&Add("a"));  // each a millisecond later
    while (now_ - by_age.front()->since > kDeadline) {
      if (turns_.Waits(*by_age.front())) turns_.Remove(*by_age.front());
      by_age.pop_front();
    }
    const FairQueue::Entry* next = turns_.PopNext(true, now_ - seconds(1));
    ++went;
    in_time += now_ - next->since + kTakes <= kDeadline ? 1 : 0;
  }
  EXPECT_GE(in_time, went * 9 / 10);
}

TEST_F(FairQueueTest, IneligibleFlowKeepsItsTurn) {
  FairQueue::Entry& first = Add("a");
  FairQueue::Entry& other = Add("b");
  Add("b");
  FairQueue::Entry& exported = Add("b", kExport);
  const FairQueue::CanAdmit only_b = [](const std::string& caller) { return caller == "b"; };
  const SteadyTime never = SteadyTime::min();
  EXPECT_EQ(turns_.PopNext(true, never, only_b), &other);
  EXPECT_EQ(turns_.PopNext(true), &first);
  Add("a");
  EXPECT_NE(turns_.PopNext(true, never, only_b), nullptr);
  EXPECT_EQ(turns_.PopNext(true, never, only_b), &exported) << "before a call that may not go";
  EXPECT_EQ(turns_.PopNext(true, never, only_b), nullptr);
  EXPECT_EQ(turns_.size(), 1U);
}

TEST_F(FairQueueTest, ExportsStayFifo) {
  FairQueue::Entry& lifo_before = Add("a", kExport);
  FairQueue::Entry& young = Add("a", kExport);
  EXPECT_EQ(turns_.PopNext(true, young.since), &lifo_before);
  EXPECT_EQ(turns_.PopNext(true, young.since), &young);
}

TEST_F(FairQueueTest, FlooderDelaysOtherCallsByOneTurn) {
  Add(10'000, "flooder");
  for (int call = 0; call < 10; ++call) {
    for (int other = 0; other < 10; ++other) Add(StrCat("other ", other));
  }
  // Each round serves every caller once.
  std::map<std::string, int> served;
  for (int round = 1; round <= 10; ++round) {
    for (const std::string& caller : PopNext(11)) ++served[caller];
    for (const auto& [caller, times] : served) EXPECT_EQ(times, round) << caller;
  }
  EXPECT_EQ(served.size(), 11u);
  EXPECT_EQ(turns_.size(), 10'000u - 10);
}

TEST_F(FairQueueTest, RequeueingGainsNoAdvantage) {
  Add(1'000, "patient");
  std::map<std::string, int> served;
  Add("hasty");
  for (int i = 0; i < 200; ++i) {
    const std::string caller = PopNext(1).at(0);
    ++served[caller];
    if (caller == "hasty") Add("hasty");
  }
  EXPECT_EQ(served["hasty"], 100);
  EXPECT_EQ(served["patient"], 100);
}

TEST_F(FairQueueTest, EqualLoadGetsEqualTurns) {
  std::vector<std::string> order;
  order.reserve(1'000);
  for (int i = 0; i < 1'000; ++i) order.push_back(StrCat("caller ", i % 10));
  std::shuffle(order.begin(), order.end(), std::mt19937(7));
  for (const std::string& caller : order) Add(caller);
  std::map<std::string, int> served;
  for (int i = 0; i < 1'000; ++i) {
    ++served[PopNext(1).at(0)];
    if (served.size() < 10) continue;
    const auto [least, most] = std::minmax_element(
        served.begin(), served.end(), [](auto& a, auto& b) { return a.second < b.second; });
    EXPECT_LE(most->second - least->second, 1);
  }
}

TEST_F(FairQueueTest, EveryNthTurnIsExports) {
  Add(8, "a", kExport);
  Add(8, "b");
  EXPECT_THAT(PopNext(8),
              ::testing::ElementsAre("b", "b", "b", "a's export", "b", "b", "b", "a's export"));
  EXPECT_THAT(PopNext(4), ::testing::ElementsAre("b", "b", "a's export", "a's export"));
}

TEST_F(FairQueueTest, BlockedExportsKeepTheirTurn) {
  Add(3, "a", kExport);
  Add(9, "b");
  EXPECT_THAT(PopNext(5, false), ::testing::Each("b"));
  EXPECT_THAT(PopNext(4), ::testing::ElementsAre("b", "b", "b", "a's export"));
  PopNext(1, false);
  EXPECT_THAT(PopNext(3, false), ::testing::IsEmpty());
  EXPECT_EQ(turns_.size(kExport), 2u);
}

TEST_F(FairQueueTest, ExportsOfSeveralCallersTakeTurns) {
  Add(3, "a", kExport);
  Add(2, "b", kExport);
  EXPECT_THAT(PopNext(5), ::testing::ElementsAre("a's export", "b's export", "a's export",
                                                 "b's export", "a's export"));
}

TEST_F(FairQueueTest, CountsPerCallerAndInTotal) {
  Add(2, "a");
  Add(1, "a", kExport);
  Add(1, "b");
  EXPECT_EQ(turns_.size(), 4u);
  EXPECT_EQ(turns_.size(kExport), 1u);
  EXPECT_EQ(turns_.CountOf("a"), 3u);
  EXPECT_EQ(turns_.CountOf("nobody"), 0u);
}

// A simple model of the queue: the waiting entries, by age.
class TurnsModel {
 public:
  void Add(FairQueue::Entry* waiting) { waiting_.push_back(waiting); }
  void Remove(FairQueue::Entry* waiting) { std::erase(waiting_, waiting); }
  bool Contains(Priority priority) const {
    return std::ranges::any_of(waiting_, [&](auto* one) { return one->priority == priority; });
  }
  bool HoldsInteractiveBut(const std::string& denied) const {
    return std::ranges::any_of(waiting_, [&](auto* one) {
      return one->priority == Priority::kInteractive && one->caller != denied;
    });
  }
  // The first of its caller and priority.
  bool IsFirstOfItsOwn(FairQueue::Entry* of) const {
    const auto first = std::ranges::find_if(waiting_, [&](auto* one) {
      return one->caller == of->caller && one->priority == of->priority;
    });
    return *first == of;
  }
  const std::vector<FairQueue::Entry*>& waiting() const { return waiting_; }

 private:
  std::vector<FairQueue::Entry*> waiting_;
};

class FairQueuePropertyTest : public FairQueueTest, public ::testing::WithParamInterface<int> {
 protected:
  void TakeOne() {
    const bool may = dice_() % 3 > 0;
    const std::string denied = StrCat("caller ", dice_() % 14);  // half the time no caller
    FairQueue::Entry* next = turns_.PopNext(
        may, SteadyTime::min(), [&](const std::string& caller) { return caller != denied; });
    if (next == nullptr) {
      EXPECT_FALSE(model_.HoldsInteractiveBut(denied));
      EXPECT_FALSE(may && model_.Contains(kExport));
      return;
    }
    EXPECT_TRUE(model_.IsFirstOfItsOwn(next));
    EXPECT_TRUE(may || next->priority == kInteractive);
    EXPECT_TRUE(next->caller != denied || next->priority == kExport);
    model_.Remove(next);
    // Nobody of its kind was overtaken by one caller twice in a row of turns.
    for (FairQueue::Entry* one : model_.waiting()) {
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
    FairQueue::Entry* leaver = model_.waiting()[dice_() % model_.waiting().size()];
    turns_.Remove(*leaver);
    model_.Remove(leaver);
    overtaken_.erase(leaver);
  }

  std::mt19937 dice_{static_cast<unsigned>(GetParam())};
  TurnsModel model_;
  // Of the heads of flows: overtaken by which caller, and how often.
  std::map<FairQueue::Entry*, std::map<std::string, int>> overtaken_;
};

TEST_P(FairQueuePropertyTest, NoEntryIsLostOrStarved) {
  for (int step = 0; step < 4'000; ++step) {
    const unsigned what = dice_() % 10;
    if (what < 5) {
      const Priority priority = dice_() % 4 == 0 ? kExport : kInteractive;
      model_.Add(&Add(StrCat("caller ", dice_() % 7), priority));
    } else if (what < 9) {
      TakeOne();
    } else {
      LeaveOne();
    }
    ASSERT_EQ(turns_.size(), model_.waiting().size());
    ASSERT_EQ(turns_.oldest(), model_.waiting().empty() ? nullptr : model_.waiting().front());
  }
  while (turns_.PopNext(true) != nullptr) {
  }
  EXPECT_EQ(turns_.size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, FairQueuePropertyTest, ::testing::Range(0, 8));

}  // namespace
}  // namespace falcon::upstream
