// Reads through everything that saves calls: the cache above all.
#include "upstream/call/caller.h"

#include <gmock/gmock.h>

#include "tests/unit/upstream/upstream_fixture.h"

namespace falcon::upstream {

using testing::Await;
using testing::IsOk;
using testing::Response;

namespace {

using ::testing::ElementsAre;
using Found_ = absl::StatusOr<std::shared_ptr<const LookupResult>>;

constexpr std::string_view kHosts =
    R"({"meta":{"trace_id":"t"},"resources":[{"device_id":"a","n":"\u00e4"},{"device_id":"b"}],)"
    R"("errors":[{"code":404,"message":"none","id":"no"}]})";
constexpr std::string_view kList =
    R"({"meta":{"pagination":{"total":7,"next":"n"}},"resources":[{"device_id":"a"}]})";

class CallerTest : public UpstreamTest {
 protected:
  CallerTest() { timer.AdvanceByItself(); }

  Reading Within(std::optional<milliseconds> staleness) const {
    Reading reading(In(seconds(30)));
    reading.staleness = staleness;
    return reading;
  }
  absl::StatusOr<json::Document> List(Reading& reading) {
    UpstreamCall call(operation::kCombinedDevices);
    call.cache_records_as = lane;
    return Await(loop, keeping.Call(std::move(call), reading));
  }
  Found_ Find(std::vector<std::string> ids, Reading& reading) {
    return Await(loop, keeping.Find(lane, std::move(ids), reading));
  }
  void Script(std::string_view body, int times = 1) {
    transport.Answer("devices", Response(200, body), times);
  }
  size_t Requests() const { return transport.requests().size(); }

  const BatchKey lane{&operation::kPostDeviceDetails, "device_id", {}};
  Caller keeping{attempts, loop, clock, timer, {.batching = {}, .cache_bytes = size_t{1} << 20}};
};

TEST_F(CallerTest, AListIsAnsweredAgainWithoutACallWhileItIsYoungEnough) {
  Script(kList, 2);
  Reading first = Within(seconds(10));
  ASSERT_THAT(List(first), IsOk());
  clock.Advance(seconds(10));
  Reading second = Within(seconds(10));
  const auto kept = List(second);
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->envelope().pagination.total, 7);
  EXPECT_EQ(kept->envelope().pagination.next, "n");
  EXPECT_EQ(second.upstream_calls, 0);
  EXPECT_EQ(second.age, seconds(10));
  EXPECT_EQ(Requests(), 1U);
  clock.Advance(milliseconds(1));
  Reading third = Within(seconds(10));
  ASSERT_THAT(List(third), IsOk());
  EXPECT_EQ(third.age, seconds(0));
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(CallerTest, WhoeverWantsNothingKeptAsksFalcon) {
  Script(kList, 3);
  Reading any = Within(seconds(10));
  Reading live = Within(milliseconds(0));
  Reading silent = Within(std::nullopt);
  ASSERT_THAT(List(any), IsOk());
  ASSERT_THAT(List(live), IsOk());
  ASSERT_THAT(List(silent), IsOk());
  EXPECT_EQ(Requests(), 3U);
}

TEST_F(CallerTest, ARecordThatAnyReadBroughtServesLookUpsById) {
  Script(kList);
  Reading list = Within(seconds(10));
  ASSERT_THAT(List(list), IsOk());
  Reading one = Within(seconds(10));
  const Found_ found = Find({"a"}, one);
  ASSERT_THAT(found, IsOk());
  EXPECT_TRUE((*found)->places.contains("a"));
  EXPECT_EQ(one.upstream_calls, 0);
  EXPECT_EQ(Requests(), 1U);
}

TEST_F(CallerTest, WhatAReadOfFalconItselfBroughtServesTheOthers) {
  Script(R"({"resources":[{"device_id":"a","n":"old"}]})");
  Script(R"({"resources":[{"device_id":"a","n":"new"}]})");
  Reading first = Within(seconds(30));
  ASSERT_THAT(List(first), IsOk());
  clock.Advance(seconds(5));
  Reading live = Within(milliseconds(0));
  ASSERT_THAT(List(live), IsOk());
  Reading list = Within(seconds(30));
  const auto kept = List(list);
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->TextOf(0, "n"), "new");
  Reading one = Within(seconds(30));
  const Found_ found = Find({"a"}, one);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ((*found)->documents[0].TextOf(0, "n"), "new");
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(CallerTest, AgeCountsFromTheAttemptThatBroughtTheAnswer) {
  transport.Answer("devices", Response(429, "{}", {{"X-Ratelimit-Retryafter", "20"}}));
  Script(kList, 2);
  Reading first = Within(seconds(5));
  ASSERT_THAT(List(first), IsOk());
  ASSERT_EQ(Requests(), 2U);
  clock.Advance(seconds(4));
  Reading second = Within(seconds(5));
  ASSERT_THAT(List(second), IsOk());
  EXPECT_EQ(second.age, seconds(4)) << "not from before the wait";
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(CallerTest, AnAbsenceFromBeforeTheListThatNamesItIsNotBelieved) {
  Script(R"({"meta":{},"resources":[]})");
  Script(R"({"resources":[{"device_id":"a"}]})");
  Reading before = Within(seconds(60));
  ASSERT_THAT(Find({"a"}, before), IsOk());
  clock.Advance(seconds(3));
  BatchKey listed = lane;
  listed.listed_at = clock.Now();
  Reading after = Within(seconds(60));
  const Found_ found = Await(loop, keeping.Find(listed, {"a"}, after));
  ASSERT_THAT(found, IsOk());
  EXPECT_TRUE((*found)->places.contains("a"));
}

TEST_F(CallerTest, OnlyWhatIsNotKeptIsAskedFor) {
  Script(kHosts);
  Script(R"({"resources":[{"device_id":"c"}]})");
  Reading first = Within(seconds(10));
  ASSERT_THAT(Find({"a", "b", "no"}, first), IsOk());
  Reading second = Within(seconds(10));
  const Found_ found = Find({"a", "c", "no"}, second);
  ASSERT_THAT(found, IsOk());
  const LookupResult& all = **found;
  ASSERT_TRUE(all.places.contains("a") && all.places.contains("c"));
  const LookupResult::Place place = all.places.at("a");
  EXPECT_EQ(all.documents[place.document].TextOf(place.resource, "n"), "\u00e4");
  EXPECT_EQ(all.errors.at("no").code, 404);
  EXPECT_EQ(second.errors.size(), 1U) << "the absence is told again";
  EXPECT_EQ(transport.requests().back().body, R"({"ids":["c"]})");
}

TEST_F(CallerTest, AnAbsenceIsAskedForAgainAfterTenSeconds) {
  Script(kHosts, 2);
  Reading first = Within(seconds(60));
  ASSERT_THAT(Find({"no"}, first), IsOk());
  clock.Advance(seconds(11));
  Reading second = Within(seconds(60));
  ASSERT_THAT(Find({"no"}, second), IsOk());
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(CallerTest, PartialAnswersAndFailuresAreNotKept) {
  Script(R"({"errors":[{"code":500,"message":"shard"}],"resources":[{"device_id":"a"}]})");
  Script(kList);
  Reading first = Within(seconds(10));
  ASSERT_THAT(List(first), IsOk());
  Reading second = Within(seconds(10));
  ASSERT_THAT(List(second), IsOk());
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(CallerTest, ExportsTakeAndLeaveKeptAnswersOnlyWhereTheyAskForIt) {
  Script(kList, 3);
  Reading live(In(seconds(30)), Priority::kExport);
  for (int i = 0; i < 2; ++i) ASSERT_THAT(List(live), IsOk());
  EXPECT_EQ(Requests(), 2U);
  Reading patient(In(seconds(30)), Priority::kExport);
  patient.staleness = seconds(10);
  for (int i = 0; i < 2; ++i) ASSERT_THAT(List(patient), IsOk());
  EXPECT_EQ(Requests(), 3U);
}

}  // namespace
}  // namespace falcon::upstream
