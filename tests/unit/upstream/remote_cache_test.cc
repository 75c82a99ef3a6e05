// Two replicas and what they share.
#include "upstream/cache/remote_cache.h"

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "redis/key_value_store.h"
#include "runtime/loop.h"
#include "runtime/one_shot_event.h"
#include "tests/unit/upstream/upstream_fixture.h"

namespace falcon::upstream {
namespace {

using ::testing::ContainsRegex;
using ::testing::SizeIs;

// Loop thread only, while the loop is at work.
class FakeStore final : public redis::KeyValueStore {
 public:
  struct Value {
    std::string text;
    milliseconds ttl;
  };

  explicit FakeStore(runtime::Loop& loop) : loop_(loop) {}

  Task<redis::Values> Get(std::vector<std::string> keys) override {
    gets.push_back(keys);
    if (gate != nullptr) {
      const std::shared_ptr<runtime::OneShotEvent> held = gate;
      co_await held->Wait();
    }
    redis::Values answer(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) {
      const auto found = values.find(keys[i]);
      if (up && found != values.end()) answer[i] = found->second.text;
    }
    co_return answer;
  }
  void Put(const std::string& key, const std::string& value, milliseconds ttl) override {
    values[key] = {value, ttl};
  }
  bool Takes(size_t bytes) const override { return up && bytes <= kMaxValueBytes; }
  redis::StoreStats stats() const override { return {up, faults}; }

  // From now on Gets wait until `gate` is set.
  void HoldUp() { gate = std::make_shared<runtime::OneShotEvent>(loop_.executor()); }

  std::map<std::string, Value> values;
  std::vector<std::vector<std::string>> gets;
  std::shared_ptr<runtime::OneShotEvent> gate;
  bool up = true;
  int64_t faults = 0;

 private:
  runtime::Loop& loop_;
};

constexpr std::string_view kHosts =
    R"({"resources":[{"device_id":"a","n":"\u00e4"},{"device_id":"b"}],)"
    R"("errors":[{"code":404,"message":"none","id":"no"}]})";
constexpr std::string_view kList =
    R"({"meta":{"pagination":{"total":7,"next":"n"}},"resources":[{"device_id":"a"}]})";

class RemoteCacheTest : public UpstreamTest {
 protected:
  RemoteCacheTest() { timer.AdvanceByItself(); }
  ~RemoteCacheTest() override { loop.Stop(); }

  std::unique_ptr<UpstreamChain> Replica(
      const std::string& owner = "customer",
      std::string_view key = "0123456789abcdef0123456789abcdef") {
    ChainOptions options;
    options.cache_bytes = size_t{1} << 20;
    options.remote = {.store = &store, .key = Secret(key), .owner = owner, .log = &log};
    return std::make_unique<UpstreamChain>(
        testing::ChainBase{loop, clock, timer, admission, bulkheads, budget, transport}, options);
  }
  TestCall Within(milliseconds staleness) const {
    TestCall reading(In(seconds(30)));
    reading.max_staleness = staleness;
    return reading;
  }
  Task<Answer> ListTask(UpstreamChain& replica, TestCall& reading) {
    UpstreamRequest call(operation::kCombinedDevices);
    call.cache_records_as = lane;
    return Ask(replica.cached, std::move(call), reading);
  }
  Answer List(UpstreamChain& replica, TestCall& reading) {
    return Await(loop, ListTask(replica, reading));
  }
  void List(UpstreamChain& replica, milliseconds staleness = seconds(60)) {
    TestCall reading = Within(staleness);
    ASSERT_THAT(List(replica, reading), IsOk());
  }
  // By a replica whose clock is ahead.
  void ListAhead(std::chrono::nanoseconds span) {
    clock.JumpWall(span);
    List(*one);
    clock.JumpWall(-span);
  }
  Records Find(UpstreamChain& replica, std::vector<std::string> ids, TestCall& reading) {
    return Await(loop, upstream::Find(replica.cached, {lane, std::move(ids)}, reading));
  }
  void Script(std::string_view body, int times = 1) {
    transport.Answer("devices", Response(200, body), times);
  }
  size_t Requests() const { return transport.requests().size(); }
  static RemoteCacheStats Shared(const UpstreamChain& replica) { return replica.remote->stats(); }

  const BatchKey lane{&operation::kPostDeviceDetails, "device_id", {}};
  std::ostringstream out;
  telemetry::Log log{telemetry::Level::kInfo, clock, out};
  FakeStore store{loop};
  std::unique_ptr<UpstreamChain> one = Replica();
  std::unique_ptr<UpstreamChain> other = Replica();
};

TEST_F(RemoteCacheTest, WhatOneReplicaReadServesTheOtherWhileItIsYoungEnough) {
  Script(kList, 2);
  List(*one);
  clock.Advance(seconds(10));
  TestCall reading = Within(seconds(11));
  const auto shared = List(*other, reading);
  ASSERT_THAT(shared, IsOk());
  EXPECT_EQ(shared->document.envelope().pagination.total, 7);
  EXPECT_EQ(shared->document.envelope().pagination.next, "n");
  EXPECT_EQ(reading.upstream_calls, 0);
  EXPECT_EQ(reading.age, seconds(11)) << "a second more, for the clocks";
  EXPECT_EQ(Requests(), 1U);
  EXPECT_EQ(Shared(*other).hits, 1);
  clock.Advance(milliseconds(1));
  List(*other, seconds(11));
  EXPECT_EQ(Requests(), 2U) << "it is too old for this reader";
}

TEST_F(RemoteCacheTest, WhatIsKeptHereIsNotAskedForThere) {
  Script(kList);
  List(*one);
  const size_t asked = store.gets.size();
  List(*one);
  EXPECT_THAT(store.gets, SizeIs(asked));
}

TEST_F(RemoteCacheTest, WhoeverWantsNothingKeptAsksNeitherCacheNorStore) {
  Script(kList, 3);
  List(*one);
  const size_t asked = store.gets.size();
  List(*other, milliseconds(0));
  TestCall silent(In(seconds(30)));
  ASSERT_THAT(List(*other, silent), IsOk());
  EXPECT_EQ(Requests(), 3U);
  EXPECT_THAT(store.gets, SizeIs(asked));
}

TEST_F(RemoteCacheTest, RecordsAndAbsencesAreSharedToo) {
  Script(kHosts);
  Script(R"({"resources":[{"device_id":"c"}]})");
  TestCall first = Within(seconds(60));
  ASSERT_THAT(Find(*one, {"a", "b", "no"}, first), IsOk());
  TestCall second = Within(seconds(60));
  const Records found = Find(*other, {"a", "c", "no"}, second);
  ASSERT_THAT(found, IsOk());
  EXPECT_TRUE((*found)->records.contains("a") && (*found)->records.contains("c"));
  EXPECT_EQ((*found)->errors.at("no").code, 404);
  EXPECT_EQ(second.errors.size(), 1U) << "the absence is told again";
  EXPECT_EQ(transport.requests().back().body, R"({"ids":["c"]})");
  EXPECT_THAT(store.gets.back(), SizeIs(3)) << "in one Get";
  EXPECT_EQ(Shared(*other).hits, 2);
  EXPECT_EQ(Shared(*other).misses, 1);
}

TEST_F(RemoteCacheTest, AbsencesGoFromTheStoreWhenNobodyBelievesThemAnyMore) {
  Script(kHosts, 2);
  TestCall first = Within(seconds(60));
  ASSERT_THAT(Find(*one, {"no"}, first), IsOk());
  bool seen = false;
  for (const auto& [name, value] : store.values) seen |= value.ttl == seconds(10);
  EXPECT_TRUE(seen);
  clock.Advance(seconds(11));
  TestCall second = Within(seconds(60));
  ASSERT_THAT(Find(*other, {"no"}, second), IsOk());
  EXPECT_EQ(Requests(), 2U) << "even where the store still has it";
}

TEST_F(RemoteCacheTest, AnAnswerThatLandsLateDoesNotReplaceAYoungerOne) {
  const auto gate = std::make_shared<runtime::OneShotEvent>(loop.executor());
  transport.AnswerAfter("devices", Response(200, R"({"meta":{},"resources":[]})"), gate);
  Script(kList);
  TestCall late = Within(seconds(60));
  Running<Records> find(loop, upstream::Find(one->cached, {lane, {"a"}}, late));
  Until([&] { return Requests() == 1; });
  clock.Advance(seconds(1));
  List(*one);
  OnLoop(loop, [&] { gate->Set(); });
  ASSERT_THAT(*find.Get(), IsOk());
  TestCall reading = Within(seconds(60));
  const Records found = Find(*other, {"a"}, reading);
  ASSERT_THAT(found, IsOk());
  EXPECT_TRUE((*found)->records.contains("a"));
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(RemoteCacheTest, ARecordThatAListBroughtServesTheOthersLookUps) {
  Script(kList);
  List(*one);
  TestCall reading = Within(seconds(60));
  ASSERT_THAT(Find(*other, {"a"}, reading), IsOk());
  EXPECT_EQ(Requests(), 1U);
}

TEST_F(RemoteCacheTest, OtherCustomersAndOtherKeysShareNothing) {
  Script(kList, 3);
  List(*one);
  List(*Replica("other customer"));
  List(*Replica("customer", "fedcba9876543210fedcba9876543210"));
  EXPECT_EQ(Requests(), 3U);
}

TEST_F(RemoteCacheTest, ChangedAndSwappedValuesAreNotTaken) {
  Script(kList, 2);
  List(*one);
  ASSERT_THAT(store.values, SizeIs(2));  // the list and its record
  std::swap(store.values.begin()->second, std::prev(store.values.end())->second);
  List(*other);
  EXPECT_EQ(Requests(), 2U);
  EXPECT_EQ(Shared(*other).refused, 1);
  for (auto& [name, value] : store.values) value.text = "{}";
  const std::unique_ptr<UpstreamChain> third = Replica();
  Script(kList);
  List(*third);
  EXPECT_EQ(Requests(), 3U);
  EXPECT_EQ(Shared(*third).refused, 1);
}

TEST_F(RemoteCacheTest, AClockThatIsASecondAheadMakesNoAnswerYoungerThanItIs) {
  Script(kList, 2);
  ListAhead(seconds(1));
  clock.Advance(seconds(10));
  TestCall reading = Within(seconds(10));
  ASSERT_THAT(List(*other, reading), IsOk());
  EXPECT_EQ(reading.age, seconds(10));
  EXPECT_EQ(Requests(), 1U);
  clock.Advance(milliseconds(1));
  List(*other, seconds(10));
  EXPECT_EQ(Requests(), 2U);
  EXPECT_EQ(Shared(*other).refused, 0);
}

TEST_F(RemoteCacheTest, AnAnswerFromTheFutureIsNotTakenEvenWhenItIsNotAnyMore) {
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

TEST_F(RemoteCacheTest, AfterAnAnswerFromTheFutureNothingIsTakenUntilOldOnesAreGone) {
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

TEST_F(RemoteCacheTest, AnOldValueThatIsPutBackIsAsOldAsItIs) {
  Script(kList, 3);
  List(*one);
  const auto old = store.values;
  clock.Advance(seconds(61));
  List(*one);
  store.values = old;
  List(*other);
  EXPECT_EQ(Requests(), 3U);
}

TEST_F(RemoteCacheTest, WithoutTheStoreAllIsAsWithoutSharing) {
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
}

TEST_F(RemoteCacheTest, IdenticalReadsShareOneGetAndALeaverTakesNobodyAlong) {
  Script(kList);
  List(*one);
  OnLoop(loop, [&] { store.HoldUp(); });
  const size_t asked = store.gets.size();
  TestCall first = Within(seconds(60));
  TestCall second = Within(seconds(60));
  Running<Answer> leaver(loop, ListTask(*other, first));
  Running<Answer> stayer(loop, ListTask(*other, second));
  Until([&] { return store.gets.size() > asked; });
  leaver.Cancel();
  EXPECT_FALSE(leaver.Get().has_value());
  OnLoop(loop, [&] { store.gate->Set(); });
  ASSERT_THAT(*stayer.Get(), IsOk());
  EXPECT_THAT(store.gets, SizeIs(asked + 1));
  EXPECT_EQ(Requests(), 1U);
}

}  // namespace
}  // namespace falcon::upstream
