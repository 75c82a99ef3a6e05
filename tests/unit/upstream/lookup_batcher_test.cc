// Small look-ups gather while a call is on the way; each gets its own answer.
#include <gmock/gmock.h>

#include <deque>
#include <list>

#include "tests/unit/upstream/lookup_batcher_fixture.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Both places are taken.
class QueuedLookupsTest : public LookupBatcherTest {
 protected:
  QueuedLookupsTest() {
    for (int i = 0; i < 2; ++i) {
      held_.push_back(
          *Await(loop, admission.Acquire({"holder", Priority::kInteractive, In(seconds(60))})));
    }
  }
  void LeavePlaces() {
    OnLoop(loop, [&] { held_.clear(); });
  }

 private:
  std::list<AdmissionQueue::Permit> held_;
};

TEST_F(LookupBatcherTest, AnIdleLaneAsksAtOnceAndTheNextOnesLeaveTogether) {
  Running<Travelled> a = FindAsCall(1, first, {"a"});
  Running<Travelled> b = Find(second, {"b"});
  Running<Travelled> c = Find(third, {"no-c"});
  Settle();
  EXPECT_EQ(hosts.calls.size(), 1U);
  Open(0);
  EXPECT_TRUE((**a.Get())->records.contains("a"));
  UntilCalls(2);
  Open(1);
  EXPECT_TRUE((**b.Get())->records.contains("b"));
  const auto missing = c.Get();
  EXPECT_FALSE((**missing)->records.contains("no-c"));
  EXPECT_EQ((**missing)->errors.at("no-c").code, 404);
  EXPECT_THAT(hosts.calls, ElementsAre(ElementsAre("a"), ElementsAre("b", "no-c")));
  EXPECT_THAT(second.errors, IsEmpty()) << "another's missing id is not told";
  EXPECT_EQ(third.errors.size(), 1U);
  EXPECT_EQ(first.upstream_calls + second.upstream_calls + third.upstream_calls, 2);
}

TEST_F(LookupBatcherTest, LanesDoNotWaitForEachOther) {
  Operation other = operation::kPostDeviceDetails;
  other.id = "another";
  Running<Travelled> a = FindAsCall(1, first, {"a"});
  Running<Travelled> b = FindAsCall(2, second, {"b"}, other);
  OpenFor(1, {b});
  OpenFor(0, {a});
}

TEST_F(LookupBatcherTest, AFullBatchLeavesAtOnce) {
  Operation small = operation::kPostDeviceDetails;
  small.max_ids = 2;
  Running<Travelled> a = FindAsCall(1, first, {"a"}, small);
  Running<Travelled> b = Find(second, {"b"}, small);
  Running<Travelled> c = FindAsCall(2, third, {"c"}, small);
  OpenFor(1, {b, c});
  OpenFor(0, {a});
}

TEST_F(LookupBatcherTest, ASlowCallHoldsTheOthersNoLongerThanTheirPatience) {
  Running<Travelled> slow = FindAsCall(1, first, {"a"});
  Running<Travelled> b = Find(second, {"b"});
  Settle();
  timer.Advance(milliseconds(500));
  UntilCalls(2);
  OpenFor(1, {b});
  OpenFor(0, {slow});
}

TEST_F(QueuedLookupsTest, LookUpsThatWaitForAPlaceTravelTogetherHoweverLongItTakes) {
  std::list<TestCall> readings;
  std::list<Running<Travelled>> finds;
  for (int i = 0; i < 10; ++i) {
    readings.emplace_back(In(seconds(60)));
    finds.push_back(Find(readings.back(), {StrCat("id", i)}));
    Settle();
    timer.Advance(milliseconds(501));
    Settle();
  }
  LeavePlaces();
  UntilCalls(1);
  Open(0);
  for (Running<Travelled>& find : finds) EXPECT_THAT(*find.Get(), IsOk());
  ASSERT_EQ(hosts.calls.size(), 1U) << "the batch takes its IDs as it goes out";
  EXPECT_EQ(hosts.calls[0].size(), 10U);
}

TEST_F(QueuedLookupsTest, AnExportsLookUpThatWaitsHoldsNoInteractiveOneUp) {
  TestCall patient(In(seconds(60)), Priority::kExport);
  Running<Travelled> slow = Find(patient, {"a"});
  Running<Travelled> quick = Find(second, {"b"});
  Settle();
  timer.Advance(milliseconds(501));
  Until([&] { return admission.stats().waiting == 2; });
  LeavePlaces();
  UntilCalls(2);
  EXPECT_THAT(hosts.calls[0], ElementsAre("b"));
  for (const size_t call : {0, 1}) Open(call);
  EXPECT_THAT(*quick.Get(), IsOk());
  EXPECT_THAT(*slow.Get(), IsOk());
}

TEST_F(LookupBatcherTest, AFailureIsEverybodysInTheBatchAndNobodyElses) {
  Running<Travelled> a = FindAsCall(1, first, {"a"});
  Running<Travelled> b = Find(second, {"b"});
  Running<Travelled> c = Find(third, {"c"});
  Settle();
  OnLoop(loop, [&] { hosts.gates[0]->Set(); });
  EXPECT_THAT(*a.Get(), IsOk());
  UntilCalls(2);
  OnLoop(loop, [&] {
    hosts.status = 403;
    hosts.gates[1]->Set();
  });
  EXPECT_EQ(b.Get()->status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(c.Get()->status().code(), StatusCode::kPermissionDenied);
}

TEST_F(LookupBatcherTest, WhoeverLeavesBeforeTheDepartureIsNotMissed) {
  Running<Travelled> a = FindAsCall(1, first, {"a"});
  Running<Travelled> leaver = Find(second, {"b"});
  Running<Travelled> stayer = Find(third, {"c"});
  leaver.Cancel();
  OpenFor(0, {a});
  UntilCalls(2);
  OpenFor(1, {stayer});
}

TEST_F(LookupBatcherTest, ABatchThatAllHaveLeftIsNotSent) {
  Running<Travelled> a = FindAsCall(1, first, {"a"});
  Running<Travelled> leaver = Find(second, {"b"});
  leaver.Cancel();
  EXPECT_FALSE(leaver.Get().has_value());
  OpenFor(0, {a});
  Running<Travelled> later = FindAsCall(2, third, {"c"});
  OpenFor(1, {later});
  EXPECT_THAT(hosts.calls, ElementsAre(ElementsAre("a"), ElementsAre("c")));
}

TEST_F(LookupBatcherTest, WhoeverComesAfterAllHaveLeftBeginsABatchOfTheirOwn) {
  Running<Travelled> slow = FindAsCall(1, first, {"a"});
  Running<Travelled> leaver = Find(second, {"b"});
  leaver.Cancel();
  EXPECT_FALSE(leaver.Get().has_value());
  timer.Advance(milliseconds(500));
  Running<Travelled> later = Find(third, {"c"});
  Settle();
  timer.Advance(milliseconds(500));
  UntilCalls(2);
  OpenFor(1, {later});
  EXPECT_EQ(third.upstream_calls, 1);
  OpenFor(0, {slow});
  EXPECT_THAT(hosts.calls, ElementsAre(ElementsAre("a"), ElementsAre("c")));
}

TEST_F(LookupBatcherTest, ABatchDoesNotQueueBehindItsCallersOtherCalls) {
  TestCall flood(In(seconds(30)));
  flood.client_id = "said:flood";
  std::deque<Running<Travelled>> large;
  for (int call = 0; call < 6; ++call) {
    std::vector<std::string> many;
    for (int i = 0; i < 101; ++i) many.push_back(StrCat("id-", call, "-", i));
    large.push_back(Find(flood, many));
  }
  UntilCalls(2);
  Running<Travelled> small = Find(flood, {"a"});
  Settle();
  Open(0);
  Open(1);
  UntilCalls(4);
  OnLoop(loop, [&] {
    EXPECT_THAT(std::vector(hosts.calls.begin() + 2, hosts.calls.end()),
                ::testing::Contains(ElementsAre("a")))
        << "the lane has a turn beside its caller's";
    hosts.open = true;
    for (const auto& gate : hosts.gates) gate->Set();
  });
  EXPECT_THAT(*small.Get(), IsOk());
  for (Running<Travelled>& one : large) EXPECT_THAT(*one.Get(), IsOk());
}

TEST_F(LookupBatcherTest, ManyIdsGoAlone) {
  std::vector<std::string> many;
  for (int i = 0; i < 101; ++i) many.push_back(StrCat("id-", i));
  Running<Travelled> a = FindAsCall(1, first, {"a"});
  Running<Travelled> b = FindAsCall(2, second, many);
  Open(1);
  EXPECT_EQ((**b.Get())->records.size(), 101U);
  OpenFor(0, {a});
}

}  // namespace
}  // namespace falcon::upstream
