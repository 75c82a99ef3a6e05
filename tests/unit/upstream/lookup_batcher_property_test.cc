// Look-ups that come, land and leave in any order: each gets exactly its own answer.
#include <gmock/gmock.h>

#include <deque>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/upstream/lookup_batcher_fixture.h"

namespace falcon::upstream {
namespace {

using ::testing::UnorderedElementsAreArray;

class LookupBatcherPropertyTest : public LookupBatcherTest,
                                  public ::testing::WithParamInterface<unsigned> {
 protected:
  struct Traveller {
    std::vector<std::string> ids;
    TestCall& reading;
    Running<Travelled> look_up;
    bool left = false;
  };

  size_t Below(size_t count) { return random_() % count; }

  void Board() {
    std::set<std::string> ids;
    const size_t most = 1 + Below(3);
    for (size_t i = 0; i < most; ++i) {
      ids.insert(StrCat(Below(4) == 0 ? "no-" : "id-", Below(50)));
    }
    TestCall& reading = calls_made_.emplace_back(In(seconds(3600)));
    std::vector<std::string> all(ids.begin(), ids.end());
    travellers_.push_back({all, reading, Find(reading, all)});
  }
  // One of the calls on their way, whichever left first.
  void LandOne() {
    OnLoop(loop, [this] {
      std::vector<runtime::OneShotEvent*> closed;
      for (const auto& gate : hosts.gates) {
        if (!gate->is_set()) closed.push_back(gate.get());
      }
      if (!closed.empty()) closed[Below(closed.size())]->Set();
    });
  }
  void LeaveOne() {
    if (travellers_.empty()) return;
    Traveller& leaver = travellers_[Below(travellers_.size())];
    leaver.left = true;
    leaver.look_up.Cancel();
  }
  void Step() {
    switch (Below(8)) {
      case 0:
        return LeaveOne();
      case 1:
      case 2:
        return LandOne();
      case 3:
        return timer.Advance(milliseconds(500));
      default:
        return Board();
    }
  }

  void LandAll() {
    OnLoop(loop, [this] {
      hosts.open = true;
      for (const auto& gate : hosts.gates) gate->Set();
    });
  }
  // The record in each id's place is that id's, and of what is missing only its own is told.
  static void ExpectItsOwn(const Traveller& traveller, const LookupResult& found) {
    std::vector<std::string> missing;
    for (const std::string& id : traveller.ids) {
      const auto place = found.records.find(id);
      if (id.starts_with("no-")) {
        missing.push_back(id);
        EXPECT_EQ(place, found.records.end()) << id;
        EXPECT_TRUE(found.errors.contains(id)) << id;
        continue;
      }
      EXPECT_FALSE(found.errors.contains(id)) << id;
      ASSERT_NE(place, found.records.end()) << id;
      const auto [document, resource] = place->second;
      EXPECT_EQ(found.documents.at(document).TextOf(resource, "device_id"), id);
    }
    std::vector<std::string> told;
    for (const json::ApiError& error : traveller.reading.errors) told.push_back(error.id);
    EXPECT_THAT(told, UnorderedElementsAreArray(missing));
  }
  // All end, and those that stayed with an answer.
  void Arrive() {
    LandAll();
    for (Traveller& traveller : travellers_) {
      const std::optional<Travelled> answer = traveller.look_up.Get();
      if (!answer.has_value()) {
        EXPECT_TRUE(traveller.left);
        continue;
      }
      ASSERT_THAT(*answer, IsOk());
      ExpectItsOwn(traveller, ***answer);
    }
  }
  void Forget() {
    travellers_.clear();
    calls_made_.clear();
    OnLoop(loop, [this] {
      hosts.open = false;
      hosts.calls.clear();
      hosts.gates.clear();
    });
  }

 private:
  std::mt19937 random_{GetParam()};
  std::deque<TestCall> calls_made_;
  std::deque<Traveller> travellers_;
};

TEST_P(LookupBatcherPropertyTest, EachThatStaysGetsExactlyItsOwnAnswer) {
  for (int round = 0; round < 10; ++round) {
    SCOPED_TRACE(StrCat("round ", round));
    for (int step = 0; step < 200; ++step) Step();
    ASSERT_NO_FATAL_FAILURE(Arrive());
    Forget();
  }
  EXPECT_GT(over_hosts.batcher.batched(), 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LookupBatcherPropertyTest, ::testing::Range(1U, 9U));

}  // namespace
}  // namespace falcon::upstream
