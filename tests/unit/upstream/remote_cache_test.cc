// Two replicas and what they share.
#include "upstream/cache/remote_cache.h"

#include <gmock/gmock.h>

#include <memory>
#include <sstream>

#include "tests/unit/upstream/fake_store.h"
#include "tests/unit/upstream/upstream_fixture.h"

namespace falcon::upstream {

using testing::Await;
using testing::IsOk;
using testing::OnLoop;
using testing::Response;
using testing::Running;

namespace {

using ::testing::ContainsRegex;
using ::testing::SizeIs;
using Found_ = absl::StatusOr<std::shared_ptr<const LookupResult>>;

constexpr std::string_view kHosts =
    R"({"resources":[{"device_id":"a","n":"\u00e4"},{"device_id":"b"}],)"
    R"("errors":[{"code":404,"message":"none","id":"no"}]})";
constexpr std::string_view kList =
    R"({"meta":{"pagination":{"total":7,"next":"n"}},"resources":[{"device_id":"a"}]})";

class SharedTierTest : public UpstreamTest {
 protected:
  SharedTierTest() { timer.AdvanceByItself(); }
  ~SharedTierTest() override { loop.Stop(); }

  std::unique_ptr<Caller> Replica(const std::string& owner = "customer",
                                  std::string_view key = "0123456789abcdef0123456789abcdef") {
    CallerOptions options;
    options.cache_bytes = size_t{1} << 20;
    options.shared = {.store = &store, .key = Secret(key), .owner = owner, .log = &log};
    return std::make_unique<Caller>(attempts, loop, clock, timer, options);
  }
  Reading Within(milliseconds staleness) const {
    Reading reading(In(seconds(30)));
    reading.staleness = staleness;
    return reading;
  }
  Task<absl::StatusOr<json::Document>> ListTask(Caller& replica, Reading& reading) {
    UpstreamCall call(operation::kCombinedDevices);
    call.cache_records_as = lane;
    return replica.Call(std::move(call), reading);
  }
  absl::StatusOr<json::Document> List(Caller& replica, Reading& reading) {
    return Await(loop, ListTask(replica, reading));
  }
  void List(Caller& replica, milliseconds staleness = seconds(60)) {
    Reading reading = Within(staleness);
    ASSERT_THAT(List(replica, reading), IsOk());
  }
  // By a replica whose clock is ahead.
  void ListAhead(std::chrono::nanoseconds span) {
    clock.JumpWall(span);
    List(*one);
    clock.JumpWall(-span);
  }
  Found_ Find(Caller& replica, std::vector<std::string> ids, Reading& reading) {
    return Await(loop, replica.Find(lane, std::move(ids), reading));
  }
  void Script(std::string_view body, int times = 1) {
    transport.Answer("devices", Response(200, body), times);
  }
  size_t Requests() const { return transport.requests().size(); }
  static RemoteCacheStats Shared(const Caller& replica) { return *replica.stats().shared; }

  const BatchKey lane{&operation::kPostDeviceDetails, "device_id", {}};
  std::ostringstream out;
  telemetry::Log log{telemetry::Level::kInfo, clock, out};
  FakeStore store{loop};
  std::unique_ptr<Caller> one = Replica();
  std::unique_ptr<Caller> other = Replica();
};

TEST_F(SharedTierTest, WhatOneReplicaReadServesTheOtherWhileItIsYoungEnough) {
  Script(kList, 2);
  List(*one);
  clock.Advance(seconds(10));
  Reading reading = Within(seconds(11));
  const auto shared = List(*other, reading);
  ASSERT_THAT(shared, IsOk());
  EXPECT_EQ(shared->envelope().pagination.total, 7);
  EXPECT_EQ(shared->envelope().pagination.next, "n");
  EXPECT_EQ(reading.upstream_calls, 0);
  EXPECT_EQ(reading.age, seconds(11)) << "a second more, for the clocks";
  EXPECT_EQ(Requests(), 1U);
  EXPECT_EQ(Shared(*other).hits, 1);
  clock.Advance(milliseconds(1));
  List(*other, seconds(11));
  EXPECT_EQ(Requests(), 2U) << "it is too old for this reader";
}

TEST_F(SharedTierTest, WhatIsKeptHereIsNotAskedForThere) {
  Script(kList);
  List(*one);
  const size_t asked = store.gets.size();
  List(*one);
  EXPECT_THAT(store.gets, SizeIs(asked));
}

TEST_F(SharedTierTest, WhoeverWantsNothingKeptAsksNeitherCacheNorStore) {
  Script(kList, 3);
  List(*one);
  const size_t asked = store.gets.size();
  List(*other, milliseconds(0));
  Reading silent(In(seconds(30)));
  ASSERT_THAT(List(*other, silent), IsOk());
  EXPECT_EQ(Requests(), 3U);
  EXPECT_THAT(store.gets, SizeIs(asked));
}

TEST_F(SharedTierTest, RecordsAndAbsencesAreSharedToo) {
  Script(kHosts);
  Script(R"({"resources":[{"device_id":"c"}]})");
  Reading first = Within(seconds(60));
  ASSERT_THAT(Find(*one, {"a", "b", "no"}, first), IsOk());
  Reading second = Within(seconds(60));
  const Found_ found = Find(*other, {"a", "c", "no"}, second);
  ASSERT_THAT(found, IsOk());
  EXPECT_TRUE((*found)->places.contains("a") && (*found)->places.contains("c"));
  EXPECT_EQ((*found)->errors.at("no").code, 404);
  EXPECT_EQ(second.errors.size(), 1U) << "the absence is told again";
  EXPECT_EQ(transport.requests().back().body, R"({"ids":["c"]})");
  EXPECT_THAT(store.gets.back(), SizeIs(3)) << "in one Get";
  EXPECT_EQ(Shared(*other).hits, 2);
  EXPECT_EQ(Shared(*other).misses, 1);
}

TEST_F(SharedTierTest, AbsencesGoFromTheStoreWhenNobodyBelievesThemAnyMore) {
  Script(kHosts, 2);
  Reading first = Within(seconds(60));
  ASSERT_THAT(Find(*one, {"no"}, first), IsOk());
  bool seen = false;
  for (const auto& [name, value] : store.values) seen |= value.ttl == seconds(10);
  EXPECT_TRUE(seen);
  clock.Advance(seconds(11));
  Reading second = Within(seconds(60));
  ASSERT_THAT(Find(*other, {"no"}, second), IsOk());
  EXPECT_EQ(Requests(), 2U) << "even where the store still has it";
}

TEST_F(SharedTierTest, AnAnswerThatLandsLateDoesNotReplaceAYoungerOne) {
  const auto gate = std::make_shared<runtime::OneShotEvent>(loop.executor());
  transport.AnswerAfter("devices", Response(200, R"({"meta":{},"resources":[]})"), gate);
  Script(kList);
  Reading late = Within(seconds(60));
  Running<Found_> find(loop, one->Find(lane, std::vector<std::string>{"a"}, late));
  Until([&] { return Requests() == 1; });
  clock.Advance(seconds(1));
  List(*one);
  OnLoop(loop, [&] { gate->Set(); });
  ASSERT_THAT(*find.Get(), IsOk());
  Reading reading = Within(seconds(60));
  const Found_ found = Find(*other, {"a"}, reading);
  ASSERT_THAT(found, IsOk());
  EXPECT_TRUE((*found)->places.contains("a"));
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(SharedTierTest, ARecordThatAListBroughtServesTheOthersLookUps) {
  Script(kList);
  List(*one);
  Reading reading = Within(seconds(60));
  ASSERT_THAT(Find(*other, {"a"}, reading), IsOk());
  EXPECT_EQ(Requests(), 1U);
}

TEST_F(SharedTierTest, OtherCustomersAndOtherKeysShareNothing) {
  Script(kList, 3);
  List(*one);
  List(*Replica("other customer"));
  List(*Replica("customer", "fedcba9876543210fedcba9876543210"));
  EXPECT_EQ(Requests(), 3U);
}

TEST_F(SharedTierTest, ChangedAndSwappedValuesAreNotTaken) {
  Script(kList, 2);
  List(*one);
  ASSERT_THAT(store.values, SizeIs(2));  // the list and its record
  std::swap(store.values.begin()->second, std::prev(store.values.end())->second);
  List(*other);
  EXPECT_EQ(Requests(), 2U);
  EXPECT_EQ(Shared(*other).refused, 1);
  for (auto& [name, value] : store.values) value.text = "{}";
  const std::unique_ptr<Caller> third = Replica();
  Script(kList);
  List(*third);
  EXPECT_EQ(Requests(), 3U);
  EXPECT_EQ(Shared(*third).refused, 1);
}

TEST_F(SharedTierTest, AClockThatIsASecondAheadMakesNoAnswerYoungerThanItIs) {
  Script(kList, 2);
  ListAhead(seconds(1));
  clock.Advance(seconds(10));
  Reading reading = Within(seconds(10));
  ASSERT_THAT(List(*other, reading), IsOk());
  EXPECT_EQ(reading.age, seconds(10));
  EXPECT_EQ(Requests(), 1U);
  clock.Advance(milliseconds(1));
  List(*other, seconds(10));
  EXPECT_EQ(Requests(), 2U);
  EXPECT_EQ(Shared(*other).refused, 0);
}

TEST_F(SharedTierTest, AnAnswerFromTheFutureIsNotTakenEvenWhenItIsNotAnyMore) {
  Script(kList, 3);
  ListAhead(seconds(30));
  const auto ahead = store.values;
  List(*other);
  EXPECT_EQ(Requests(), 2U);
  EXPECT_EQ(Shared(*other).refused, 1);
  store.values = ahead;
  clock.Advance(seconds(31));
  List(*other, seconds(20));
  EXPECT_EQ(Requests(), 3U) << "it is 31 seconds old, and looks like one";
  EXPECT_EQ(Shared(*other).refused, 2);
}

TEST_F(SharedTierTest, AfterAnAnswerFromTheFutureNothingIsTakenUntilOldOnesAreGone) {
  Script(kList, 7);
  for (int i = 1; i <= 2; ++i) {
    ListAhead(seconds(30));
    List(*other);
    EXPECT_EQ(Shared(*other).refused, i);
    clock.Advance(RemoteCache::kTtl - milliseconds(1));
  }
  List(*one);
  List(*other);
  EXPECT_EQ(Shared(*other).refused, 3) << "the second one counts from its own time";
  EXPECT_EQ(Requests(), 6U);
  EXPECT_THAT(out.str(), ContainsRegex("^[^\n]*redis_clock_skew\",\"ahead_ms\":30000[^\n]*\n$"))
      << "once";
  clock.Advance(seconds(60));
  List(*one, seconds(30));
  List(*other, seconds(30));
  EXPECT_EQ(Requests(), 7U);
  EXPECT_EQ(Shared(*other).hits, 1);
}

TEST_F(SharedTierTest, AnOldValueThatIsPutBackIsAsOldAsItIs) {
  Script(kList, 3);
  List(*one);
  const auto old = store.values;
  clock.Advance(seconds(61));
  List(*one);
  store.values = old;
  List(*other);
  EXPECT_EQ(Requests(), 3U);
}

TEST_F(SharedTierTest, WithoutTheStoreAllIsAsWithoutSharing) {
  store.up = false;
  store.faults = 4;
  Script(kList, 2);
  List(*one);
  List(*other);
  List(*other);
  EXPECT_EQ(Requests(), 2U);
  EXPECT_FALSE(Shared(*other).connected);
  EXPECT_EQ(Shared(*other).misses, 1);
  EXPECT_EQ(Shared(*other).faults, 4);
  EXPECT_EQ(caller.stats().shared, std::nullopt);
}

TEST_F(SharedTierTest, IdenticalReadsShareOneGetAndALeaverTakesNobodyAlong) {
  Script(kList);
  List(*one);
  OnLoop(loop, [&] { store.HoldUp(); });
  const size_t asked = store.gets.size();
  Reading first = Within(seconds(60));
  Reading second = Within(seconds(60));
  Running<absl::StatusOr<json::Document>> leaver(loop, ListTask(*other, first));
  Running<absl::StatusOr<json::Document>> stayer(loop, ListTask(*other, second));
  Until([&] { return store.gets.size() > asked; });
  leaver.Cancel();
  EXPECT_EQ(leaver.Get(), std::nullopt);
  OnLoop(loop, [&] { store.gate->Set(); });
  ASSERT_THAT(*stayer.Get(), IsOk());
  EXPECT_THAT(store.gets, SizeIs(asked + 1));
  EXPECT_EQ(Requests(), 1U);
}

}  // namespace
}  // namespace falcon::upstream
