// Pages of ids by offset: their records, the window, and what vanishes meanwhile.
#include <gmock/gmock.h>

#include <set>

#include "tests/unit/upstream/fake_collection.h"
#include "tests/unit/upstream/pager_fixture.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kStart = 1'780'000'000 * kSecond;

class PagerOffsetTest : public PagerTest {
 protected:
  PagerOffsetTest() {
    narrow_.max_window = 30;
    for (int i = 0; i < 100; ++i) collection_.records[StrCat("id-", i)] = kStart + i * kSecond;
  }

  // Page after page of `plan` until the last or a failure; `between` runs after each.
  absl::Status Walk(const PagePlan& plan, const std::function<void()>& between = [] {}) {
    UpstreamChain through = Chain(collection_);
    PageOutcome at;
    while (!at.last) {
      v1::ListHostsResponse answer;
      auto outcome = Fetch(through.cached, plan, at.next, answer);
      if (!outcome.ok()) return outcome.status();
      at = *std::move(outcome);
      for (const auto& host : answer.hosts()) ids_.push_back(host.device_id());
      between();
    }
    return absl::OkStatus();
  }
  size_t Different() const { return std::set<std::string>(ids_.begin(), ids_.end()).size(); }

  Operation narrow_ = operation::kQueryDevices;
  FakeCollection collection_{narrow_, clock, 1};
  std::vector<std::string> ids_;
};

TEST_F(PagerOffsetTest, EveryIdComesWithItsRecordInTheOrderOfTheQuery) {
  collection_.records = {{"b", kStart}, {"a", kStart + kSecond}, {"c", kStart + 2 * kSecond}};
  ASSERT_THAT(Walk(HostsById(narrow_, 10)), IsOk());
  EXPECT_THAT(ids_, ElementsAre("b", "a", "c"));
  EXPECT_EQ(collection_.calls, 2);
}

TEST_F(PagerOffsetTest, AnOrderThatCanBeSoughtPassesTheWindow) {
  ASSERT_THAT(Walk(HostsById(narrow_, 25)), IsOk());
  EXPECT_EQ(ids_.size(), 100u);
  EXPECT_EQ(Different(), 100u);
  EXPECT_LE(collection_.calls, 10);
}

TEST_F(PagerOffsetTest, ATieLongerThanThePageIsReadByOffset) {
  collection_.records.clear();
  for (int i = 0; i < 25; ++i) collection_.records[StrCat("id-", i)] = kStart;
  ASSERT_THAT(Walk(HostsById(narrow_, 10)), IsOk());
  EXPECT_EQ(ids_.size(), 25u);
  EXPECT_EQ(Different(), 25u);
}

TEST_F(PagerOffsetTest, RecordsThatVanishBetweenPagesTakeNoOthersAlong) {
  const std::set<std::string> gone = {"id-3", "id-4", "id-5", "id-17"};
  ASSERT_THAT(Walk(HostsById(narrow_, 10),
                   [&] {
                     for (const std::string& id : gone) collection_.records.erase(id);
                   }),
              IsOk());
  const std::set<std::string> seen(ids_.begin(), ids_.end());
  for (int i = 0; i < 100; ++i) {
    const std::string id = StrCat("id-", i);
    EXPECT_TRUE(gone.contains(id) || seen.contains(id)) << id << " is lost";
  }
  EXPECT_EQ(seen.size(), ids_.size());
}

TEST_F(PagerOffsetTest, AnotherOrderEndsAtTheWindowAndSaysHowToNarrow) {
  PagePlan plan = HostsById(narrow_, 25);
  plan.seek_field = nullptr;
  const absl::Status status = Walk(plan);
  EXPECT_EQ(status.code(), StatusCode::kOutOfRange);
  EXPECT_EQ(Reason(status), "OFFSET_WINDOW");
  EXPECT_THAT(status.message(), HasSubstr("no more than 30 rows"));
  EXPECT_EQ(ids_.size(), 30u) << "what the window holds has come";
  EXPECT_THAT(collection_.limits, ElementsAre(25, 5));
}

TEST_F(PagerOffsetTest, WhoWantsAllIsToldOfTheWindowBeforeTheFirstRow) {
  PagePlan plan = HostsById(narrow_, 25);
  plan.seek_field = nullptr;
  plan.whole = true;
  EXPECT_EQ(Reason(Walk(plan)), "OFFSET_WINDOW");
  EXPECT_TRUE(ids_.empty());
}

TEST_F(PagerOffsetTest, ATokenOfTheLastPageLeadsToNothingMore) {
  collection_.records = {{"a", kStart}, {"b", kStart}};
  UpstreamChain through = Chain(collection_);
  PagePlan plan = HostsById(narrow_, 10);
  plan.seek_field = nullptr;
  v1::ListHostsResponse answer;
  const auto all = Fetch(through.cached, plan, Cursor(), answer);
  ASSERT_THAT(all, IsOk());
  const auto more = Fetch(through.cached, plan, all->next, answer);
  ASSERT_THAT(more, IsOk());
  EXPECT_TRUE(more->last);
  EXPECT_EQ(answer.hosts_size(), 2);
}

TEST_F(PagerOffsetTest, ALastPageThatEndsWithTheWindowLeadsToNothingMore) {
  PagePlan plan = HostsById(narrow_, 30);
  plan.seek_field = nullptr;
  Cursor end;
  end.upstream = "30";
  end.total = 30;
  end.sent = 30;
  page.Clear();
  const auto more = Fetch(plan, end);
  ASSERT_THAT(more, IsOk());
  EXPECT_TRUE(more->last);
  EXPECT_TRUE(transport.requests().empty());
}

TEST_F(PagerOffsetTest, AServiceThatIgnoresTheOffsetIsNotAskedForEver) {
  transport.Answer("GET", Response(200, R"({"resources":["id-1"]})"), 5000);
  transport.Answer("POST", Response(200, R"({"meta":{},"resources":[]})"), 5000);
  PagePlan plan = HostsById(operation::kQueryRtrSessions, 10);
  v1::ListHostsResponse answer;
  EXPECT_EQ(Reason(Fetch(client, plan, Cursor(), answer).status()), "CURSOR_LOOP");
}

TEST_F(PagerOffsetTest, ATieThatNoTokenCanHoldIsCountedOn) {
  narrow_.max_window = 10'000;
  collection_.records.clear();
  for (int i = 0; i < 700; ++i)
    collection_.records[StrCat("id-", i)] = kStart + (i < 5 ? 0 : kSecond);
  UpstreamChain through = Chain(collection_);
  const PageTokens tokens(Secret("a key of thirty-two bytes or more"), "tenant");
  std::set<std::string> ids;
  PageOutcome at;
  while (!at.last) {
    v1::ListHostsResponse answer;
    auto outcome = Fetch(through.cached, HostsById(narrow_, 600), at.next, answer);
    ASSERT_THAT(outcome, IsOk());
    at = *std::move(outcome);
    for (const auto& host : answer.hosts()) EXPECT_TRUE(ids.insert(host.device_id()).second);
    at.next = *tokens.Open(tokens.Seal(at.next, "b"), "b", "page_token");
  }
  EXPECT_EQ(ids.size(), 700u);
}

TEST_F(PagerOffsetTest, TiesThatNoTokenCanHoldPassTheWindowToo) {
  narrow_.max_window = 1200;
  collection_.records.clear();
  for (int i = 0; i < 1800; ++i) {
    collection_.records[StrCat("id-", i)] = kStart + i / 600 * kSecond;
  }
  ASSERT_THAT(Walk(HostsById(narrow_, 600)), IsOk());
  EXPECT_EQ(ids_.size(), 1800u);
  EXPECT_EQ(Different(), 1800u);
}

TEST_F(PagerOffsetTest, ATieThatFillsTheWindowEndsTheList) {
  narrow_.max_window = 1200;
  collection_.records.clear();
  for (int i = 0; i < 1800; ++i) collection_.records[StrCat("id-", i)] = kStart;
  EXPECT_EQ(Reason(Walk(HostsById(narrow_, 600))), "OFFSET_WINDOW");
}

TEST_F(PagerOffsetTest, WithoutATotalAnEmptyPageIsTheEnd) {
  collection_.knows_total = false;
  ASSERT_THAT(Walk(HostsById(narrow_, 10)), IsOk());
  EXPECT_EQ(Different(), 100u);
}

TEST_F(PagerOffsetTest, AnIdWithoutARecordIsTold) {
  int calls = 0;
  collection_.before_call = [&] {
    if (++calls == 2) collection_.records.erase("id-1");
  };
  ASSERT_THAT(Walk(HostsById(narrow_, 3)), IsOk());
  EXPECT_EQ(Different(), 99u);
  ASSERT_EQ(reading.errors.size(), 1u);
  EXPECT_EQ(reading.errors[0].id, "id-1");
  EXPECT_EQ(reading.errors[0].code, 404);
}

TEST_F(PagerOffsetTest, WhyAnIdHasNoRecordIsToldOnce) {
  const std::string ids = R"({"meta":{"pagination":{"total":2}},"resources":["a","b"]})";
  const std::string records =
      R"({"resources":[{"device_id":"a"}],"errors":[{"code":403,"message":"no","id":"b"}]})";
  transport.Answer("/", Response(200, ids), 1);
  transport.Answer("/", Response(200, records), 1);
  v1::ListHostsResponse answer;
  ASSERT_THAT(Fetch(client, HostsById(operation::kQueryDevices, 10), Cursor(), answer), IsOk());
  EXPECT_EQ(answer.hosts_size(), 1);
  ASSERT_EQ(reading.errors.size(), 1u);
  EXPECT_EQ(reading.errors[0].id, "b");
  EXPECT_EQ(reading.errors[0].code, 403);
}

}  // namespace
}  // namespace falcon::upstream
