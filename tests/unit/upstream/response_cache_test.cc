// Cache: what is kept, for how long, and what goes when there is no room.
#include <gmock/gmock.h>

#include <map>
#include <random>

#include "base/text.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/upstream/upstream_fixture.h"
#include "upstream/cache/freshness_cache.h"

namespace falcon::upstream {
namespace {

using ::testing::ElementsAre;
using testing::FakeClock;

constexpr std::string_view kHosts =
    R"({"meta":{"trace_id":"t"},"resources":[{"device_id":"a","n":"\u00e4"},{"device_id":"b"}],)"
    R"("errors":[{"code":404,"message":"none","id":"no"}]})";
constexpr std::string_view kList =
    R"({"meta":{"pagination":{"total":7,"next":"n"}},"resources":[{"device_id":"a"}]})";

class ResponseCacheTest : public UpstreamTest {
 protected:
  ResponseCacheTest() { timer.AdvanceByItself(); }

  TestCall Within(std::optional<milliseconds> staleness) const {
    TestCall reading(In(seconds(30)));
    reading.max_staleness = staleness;
    return reading;
  }
  Answer List(TestCall& reading) {
    UpstreamRequest call(operation::kCombinedDevices);
    call.cache_records_as = lane;
    return Await(loop, Ask(keeping.cached, std::move(call), reading));
  }
  Records Find(std::vector<std::string> ids, TestCall& reading) {
    return Await(loop, upstream::Find(keeping.cached, {lane, std::move(ids)}, reading));
  }
  void Script(std::string_view body, int times = 1) {
    transport.Answer("devices", Response(200, body), times);
  }
  size_t Requests() const { return transport.requests().size(); }

  const BatchKey lane{&operation::kPostDeviceDetails, "device_id", {}};
  UpstreamChain keeping = Chain(transport, {.cache_bytes = size_t{1} << 20});
};

TEST_F(ResponseCacheTest, AListIsAnsweredAgainWithoutACallWhileItIsYoungEnough) {
  Script(kList, 2);
  TestCall first = Within(seconds(10));
  ASSERT_THAT(List(first), IsOk());
  clock.Advance(seconds(10));
  TestCall second = Within(seconds(10));
  const auto kept = List(second);
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->document.envelope().pagination.total, 7);
  EXPECT_EQ(kept->document.envelope().pagination.next, "n");
  EXPECT_EQ(second.upstream_calls, 0);
  EXPECT_EQ(second.age, seconds(10));
  EXPECT_EQ(Requests(), 1U);
  clock.Advance(milliseconds(1));
  TestCall third = Within(seconds(10));
  ASSERT_THAT(List(third), IsOk());
  EXPECT_EQ(third.age, seconds(0));
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(ResponseCacheTest, WhoeverWantsNothingKeptAsksFalcon) {
  Script(kList, 3);
  TestCall any = Within(seconds(10));
  TestCall live = Within(milliseconds(0));
  TestCall silent = Within(std::nullopt);
  ASSERT_THAT(List(any), IsOk());
  ASSERT_THAT(List(live), IsOk());
  ASSERT_THAT(List(silent), IsOk());
  EXPECT_EQ(Requests(), 3U);
}

TEST_F(ResponseCacheTest, ARecordThatAnyReadBroughtServesLookUpsById) {
  Script(kList);
  TestCall list = Within(seconds(10));
  ASSERT_THAT(List(list), IsOk());
  TestCall one = Within(seconds(10));
  const Records found = Find({"a"}, one);
  ASSERT_THAT(found, IsOk());
  EXPECT_TRUE((*found)->records.contains("a"));
  EXPECT_EQ(one.upstream_calls, 0);
  EXPECT_EQ(Requests(), 1U);
}

TEST_F(ResponseCacheTest, WhatAReadOfFalconItselfBroughtServesTheOthers) {
  Script(R"({"resources":[{"device_id":"a","n":"old"}]})");
  Script(R"({"resources":[{"device_id":"a","n":"new"}]})");
  TestCall first = Within(seconds(30));
  ASSERT_THAT(List(first), IsOk());
  clock.Advance(seconds(5));
  TestCall live = Within(milliseconds(0));
  ASSERT_THAT(List(live), IsOk());
  TestCall list = Within(seconds(30));
  const auto kept = List(list);
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->document.TextOf(0, "n"), "new");
  TestCall one = Within(seconds(30));
  const Records found = Find({"a"}, one);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ((*found)->documents[0].TextOf(0, "n"), "new");
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(ResponseCacheTest, AgeCountsFromTheAttemptThatBroughtTheAnswer) {
  transport.Answer("devices", Response(429, "{}", {{"X-Ratelimit-Retryafter", "20"}}));
  Script(kList, 2);
  TestCall first = Within(seconds(5));
  ASSERT_THAT(List(first), IsOk());
  ASSERT_EQ(Requests(), 2U);
  clock.Advance(seconds(4));
  TestCall second = Within(seconds(5));
  ASSERT_THAT(List(second), IsOk());
  EXPECT_EQ(second.age, seconds(4)) << "not from before the wait";
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(ResponseCacheTest, AnAbsenceFromBeforeTheListThatNamesItIsNotBelieved) {
  Script(R"({"meta":{},"resources":[]})");
  Script(R"({"resources":[{"device_id":"a"}]})");
  TestCall before = Within(seconds(60));
  ASSERT_THAT(Find({"a"}, before), IsOk());
  clock.Advance(seconds(3));
  TestCall after = Within(seconds(60));
  const Records found =
      Await(loop, upstream::Find(keeping.cached, {lane, {"a"}, clock.Now()}, after));
  ASSERT_THAT(found, IsOk());
  EXPECT_TRUE((*found)->records.contains("a"));
}

TEST_F(ResponseCacheTest, OnlyWhatIsNotKeptIsAskedFor) {
  Script(kHosts);
  Script(R"({"resources":[{"device_id":"c"}]})");
  TestCall first = Within(seconds(10));
  ASSERT_THAT(Find({"a", "b", "no"}, first), IsOk());
  TestCall second = Within(seconds(10));
  const Records found = Find({"a", "c", "no"}, second);
  ASSERT_THAT(found, IsOk());
  const LookupResult& all = **found;
  ASSERT_TRUE(all.records.contains("a") && all.records.contains("c"));
  const LookupResult::RecordRef place = all.records.at("a");
  EXPECT_EQ(all.documents[place.document].TextOf(place.resource, "n"), "\u00e4");
  EXPECT_EQ(all.errors.at("no").code, 404);
  EXPECT_EQ(second.errors.size(), 1U) << "the absence is told again";
  EXPECT_EQ(transport.requests().back().body, R"({"ids":["c"]})");
}

TEST_F(ResponseCacheTest, AnAbsenceIsAskedForAgainAfterTenSeconds) {
  Script(kHosts, 2);
  TestCall first = Within(seconds(60));
  ASSERT_THAT(Find({"no"}, first), IsOk());
  clock.Advance(seconds(11));
  TestCall second = Within(seconds(60));
  ASSERT_THAT(Find({"no"}, second), IsOk());
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(ResponseCacheTest, PartialAnswersAndFailuresAreNotKept) {
  Script(R"({"errors":[{"code":500,"message":"shard"}],"resources":[{"device_id":"a"}]})");
  Script(kList);
  TestCall first = Within(seconds(10));
  ASSERT_THAT(List(first), IsOk());
  TestCall second = Within(seconds(10));
  ASSERT_THAT(List(second), IsOk());
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(ResponseCacheTest, ExportsTakeAndLeaveKeptAnswersOnlyWhereTheyAskForIt) {
  Script(kList, 3);
  TestCall live(In(seconds(30)), Priority::kExport);
  for (int i = 0; i < 2; ++i) ASSERT_THAT(List(live), IsOk());
  EXPECT_EQ(Requests(), 2U);
  TestCall patient(In(seconds(30)), Priority::kExport);
  patient.max_staleness = seconds(10);
  for (int i = 0; i < 2; ++i) ASSERT_THAT(List(patient), IsOk());
  EXPECT_EQ(Requests(), 3U);
}

class FreshnessCacheTest : public ::testing::Test {
 protected:
  CacheEntry Text(std::string text, CacheEntry::Kind kind = CacheEntry::Kind::kResponse) {
    return {.kind = kind, .text = std::move(text), .next = {}, .at = clock.Now()};
  }
  std::string Get(std::string_view key, milliseconds staleness = seconds(60)) {
    const CacheEntry* kept = cache.Find(key, staleness);
    return kept == nullptr ? "-" : kept->text;
  }

  FakeClock clock;
  FreshnessCache cache{clock, size_t{64} * 1024};
};

TEST_F(FreshnessCacheTest, AnAnswerServesUntilItIsOlderThanAskedFor) {
  cache.Put("k", Text("v"));
  clock.Advance(seconds(30));
  EXPECT_EQ(Get("k", seconds(30)), "v");
  EXPECT_EQ(Get("k", seconds(29)), "-");
  EXPECT_EQ(Get("other"), "-");
  EXPECT_EQ(cache.hits(), 1);
}

TEST_F(FreshnessCacheTest, AnAbsenceIsBelievedForTenSecondsAtMost) {
  cache.Put("k", Text("", CacheEntry::Kind::kNegative));
  clock.Advance(seconds(10));
  EXPECT_EQ(Get("k"), "");
  clock.Advance(milliseconds(1));
  EXPECT_EQ(Get("k"), "-");
}

TEST_F(FreshnessCacheTest, AYoungerAnswerReplacesAndAnOlderOneDoesNot) {
  const CacheEntry old = Text("old");
  clock.Advance(seconds(1));
  EXPECT_TRUE(cache.Put("k", Text("new")));
  EXPECT_FALSE(cache.Put("k", old));
  EXPECT_EQ(Get("k"), "new");
  clock.Advance(seconds(1));
  cache.Put("k", Text("newest"));
  EXPECT_EQ(Get("k"), "newest");
}

TEST_F(FreshnessCacheTest, TheLeastRecentlyUsedGoesFirst) {
  const std::string large(3000, 'x');
  for (int i = 0; i < 20; ++i) cache.Put(StrCat(i), Text(large));
  EXPECT_EQ(Get("0"), large);
  for (int i = 20; i < 30; ++i) cache.Put(StrCat(i), Text(large));
  EXPECT_EQ(Get("0"), large) << "it was used a moment ago";
  EXPECT_EQ(Get("1"), "-");
  EXPECT_EQ(Get("29"), large);
}

TEST_F(FreshnessCacheTest, WhatIsTooLargeIsNotKeptAndCostsTheOthersNothing) {
  cache.Put("k", Text("v"));
  cache.Put("huge", Text(std::string(5000, 'x')));
  EXPECT_EQ(Get("huge"), "-");
  EXPECT_EQ(Get("k"), "v");
}

TEST_F(FreshnessCacheTest, WithoutRoomNothingIsKept) {
  FreshnessCache off(clock, 0);
  EXPECT_FALSE(off.on());
  off.Put("k", Text("v"));
  EXPECT_EQ(off.Find("k", seconds(60)), nullptr);
}

// Against a model without bounds: never a wrong text, never older than asked, never too many bytes.
TEST_F(FreshnessCacheTest, IsNeverWrongNorTooOldNorTooLarge) {
  std::mt19937 random(11);
  std::map<std::string, std::pair<std::string, SteadyTime>> model;
  for (int step = 0; step < 20'000; ++step) {
    const std::string key = StrCat("key-", random() % 200);
    if (random() % 2 == 0) {
      const std::string text = StrCat(step, std::string(random() % 2000, 'x'));
      cache.Put(key, Text(text));
      model[key] = {text, clock.Now()};
    } else {
      const milliseconds staleness(random() % 5000);
      const CacheEntry* kept = cache.Find(key, staleness);
      if (kept != nullptr) {
        ASSERT_EQ(kept->text, model[key].first);
        ASSERT_LE(clock.Now() - model[key].second, staleness);
      }
    }
    ASSERT_LE(cache.bytes(), size_t{64} * 1024);
    clock.Advance(milliseconds(random() % 50));
  }
  EXPECT_GT(cache.hits(), 100);
}

}  // namespace
}  // namespace falcon::upstream
