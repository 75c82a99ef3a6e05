// Pages, one by one, against a scripted Falcon.
#include "upstream/paging/pager.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "tests/unit/upstream/pager_fixture.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

// A page of alerts "<id>@<second>".
std::string Page(const std::vector<std::pair<std::string, int>>& records, std::string_view after,
                 int total = 100) {
  Json answer;
  answer["meta"]["pagination"] = {{"total", total}, {"after", std::string(after)}};
  answer["resources"] = Json::array();
  for (const auto& [id, second] : records) {
    answer["resources"].push_back(
        {{"composite_id", id},
         {"status", "new"},
         {"created_timestamp", StrCat("2026-01-01T00:00:", second < 10 ? "0" : "", second, "Z")}});
  }
  return answer.dump();
}

constexpr std::string_view kExpired =
    R"({"errors":[{"code":404,"message":"context expired"}],"resources":[]})";

class PagerScriptTest : public PagerTest {
 protected:
  void Script(const std::string& body, int status = 200, int times = 1) {
    transport.Answer("/", Response(status, body), times);
  }
  Json Sent(size_t call) const { return Json::parse(transport.requests().at(call).body); }
  std::vector<std::string> Ids() const {
    std::vector<std::string> ids;
    for (const auto& record : page.detections()) ids.push_back(record.composite_id());
    return ids;
  }
  // The continuation of the first page, so much later.
  absl::StatusOr<PageOutcome> FetchSecond(seconds later = seconds(0)) {
    const auto first = Fetch(plan);
    EXPECT_THAT(first, IsOk());
    clock.Advance(later);
    return Fetch(plan, first->next);
  }
  PagePlan plan = Detections(2);
};

TEST_F(PagerScriptTest, TheFirstPageAsksWithoutACursorAndRemembersTheTotal) {
  Script(Page({{"a", 1}, {"b", 2}}, "A1", 7));
  Cursor start;
  start.filter = "status:'new'";
  const auto outcome = Fetch(plan, start);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(Sent(0),
            Json({{"filter", "status:'new'"}, {"limit", 2}, {"sort", "created_timestamp|asc"}}));
  EXPECT_THAT(Ids(), ElementsAre("a", "b"));
  EXPECT_FALSE(outcome->last);
  EXPECT_EQ(outcome->next.total, 7);
  EXPECT_EQ(outcome->next.sent, 2);
  EXPECT_EQ(outcome->next.upstream, "A1");
}

// The pages of Falcon, the first and what it answers to the continuation, and what comes of them.
struct Continuation {
  std::string name;
  std::vector<std::string> pages;
  std::vector<std::string> ids;  // of the second page
  std::optional<bool> last = std::nullopt;
  std::string filter = "";  // of the last call
  std::string after = "";   // of the last call; empty: none with a filter, else the first page's
  std::optional<int64_t> total = std::nullopt;
  std::optional<int64_t> sent = std::nullopt;
  seconds later{0};
  bool first_is_last = false;
  bool sort_key = true;
};

class PagerContinuationTest : public PagerScriptTest,
                              public ::testing::WithParamInterface<Continuation> {};

TEST_P(PagerContinuationTest, BringsEachRecordOnce) {
  const Continuation& expected = GetParam();
  for (const std::string& body : expected.pages) Script(body);
  if (!expected.sort_key) plan.seek_field = nullptr;

  const auto first = Fetch(plan);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->last, expected.first_is_last);
  clock.Advance(expected.later);
  const auto second = Fetch(plan, first->next);

  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(Ids(), expected.ids);
  EXPECT_EQ(second->last, expected.last.value_or(second->last));
  if (expected.total.has_value()) EXPECT_EQ(second->next.total, expected.total);
  if (expected.sent.has_value()) EXPECT_EQ(second->next.sent, expected.sent);
  EXPECT_EQ(transport.requests().size(), expected.pages.size());
  const Json sent = Sent(expected.pages.size() - 1);
  EXPECT_EQ(sent.value("filter", ""), expected.filter);
  EXPECT_EQ(sent.value("after", ""),
            expected.after.empty() && expected.filter.empty() ? "A1" : expected.after);
}

// clang-format off
std::vector<Continuation> Continuations() {
  const std::string since = "created_timestamp:>='2026-01-01T00:00:02Z'";
  return {
      {.name = "CursorIsSentAndTheFirstTotalKept",
       .pages = {Page({{"a", 1}, {"b", 2}}, "A1", 7), Page({{"c", 3}}, "", 3)},
       .ids = {"c"}, .last = true, .total = 7, .sent = 3},
      {.name = "OldCursorIsPassedBySeek",
       .pages = {Page({{"a", 1}, {"b", 2}}, "A1", 7), Page({{"b", 2}, {"c", 3}}, "", 2)},
       .ids = {"c"}, .filter = since, .total = 7, .later = seconds(111)},
      {.name = "OldCursorWithoutSortKeyIsTried",
       .pages = {Page({{"a", 1}, {"b", 2}}, "A1"), Page({{"c", 3}}, "")},
       .ids = {"c"}, .later = seconds(500), .sort_key = false},
      {.name = "EndMayBeResumedAndHasNothingNew",
       .pages = {Page({{"a", 1}, {"b", 2}}, "", 2), Page({{"b", 2}}, "", 1)},
       .ids = {}, .last = true, .filter = since, .sent = 2, .first_is_last = true},
      {.name = "CursorThatMovesOnAfterAGlitchLosesNothing",
       .pages = {Page({{"a", 1}, {"b", 2}}, "A1"), Page({{"c", 3}, {"d", 4}}, "A1"),
                 Page({{"c", 3}, {"d", 4}}, "A1"), Page({{"c", 3}, {"d", 4}}, "A2")},
       .ids = {"c", "d"}},
      {.name = "RepeatedCursorAfterAllRecordsIsTheEnd",
       .pages = {Page({{"a", 1}, {"b", 2}}, "A1", 4), Page({{"c", 3}, {"d", 4}}, "A1", 4)},
       .ids = {"c", "d"}, .last = true},
      {.name = "EmptyPageBeforeTheTotalIsPassedBySeek",
       .pages = {Page({{"a", 1}, {"b", 2}}, "A1", 5), Page({}, "A2", 5), Page({{"b", 2}, {"c", 3}},
       "B1", 4)},
       .ids = {"c"}, .filter = since},
      {.name = "EmptyEndBeforeTheTotalIsAskedForOnceMore",
       .pages = {Page({{"a", 1}, {"b", 2}}, "A1", 5), Page({}, "", 5), Page({{"b", 2}}, "", 1)},
       .ids = {}, .last = true, .filter = since},
      // Or the seek that follows would bring the tie, its cursor and the empty page for ever.
      {.name = "EmptyEndIsBelievedTheSecondTime",
       .pages = {Page({{"a", 1}, {"b", 2}}, "A1", 5), Page({}, "", 5), Page({{"b", 2}}, "B1", 1),
       Page({}, "", 1)},
       .ids = {}, .last = true, .filter = since, .after = "B1"},
      {.name = "EmptyPageAfterAllRecordsIsTheEnd",
       .pages = {Page({{"a", 1}, {"b", 2}}, "A1", 2), Page({}, "A2", 2)}, .ids = {}, .last = true},
      {.name = "ShrinkingTotalEndsNothing",
       .pages = {Page({{"a", 1}, {"b", 2}}, "A1", 50), Page({{"c", 3}, {"d", 4}}, "A2", 1)},
       .ids = {"c", "d"}, .last = false, .total = 50},
      {.name = "LastPageThatCountsMoreIsSoughtPast",
       .pages = {Page({{"a", 1}}, "", 5), Page({{"a", 1}, {"b", 2}}, "", 2)},
       .ids = {"b"}, .last = true, .filter = "created_timestamp:>='2026-01-01T00:00:01Z'"},
  };
}
// clang-format on

INSTANTIATE_TEST_SUITE_P(Pages, PagerContinuationTest, ::testing::ValuesIn(Continuations()),
                         [](const auto& info) { return info.param.name; });

TEST_F(PagerScriptTest, AnUnknownTotalStaysUnknown) {
  Script(R"({"meta":{},"resources":[{"composite_id":"a"}]})");
  EXPECT_EQ(Fetch(plan)->next.total, std::nullopt);
}

TEST_F(PagerScriptTest, AnEmptyCollectionIsOneEmptyLastPage) {
  Script(Page({}, "", 0));
  const auto outcome = Fetch(plan);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_TRUE(outcome->last);
  EXPECT_EQ(outcome->next.total, 0);
}

TEST_F(PagerScriptTest, ThePageSizeIsCoercedToWhatFalconTakes) {
  Script(Page({}, "", 0), 200, 2);
  plan.page_size = 50'000;
  EXPECT_THAT(Fetch(plan), IsOk());
  EXPECT_EQ(Sent(0)["limit"], 1000);
  plan.page_size = 0;
  EXPECT_THAT(Fetch(plan), IsOk());
  EXPECT_EQ(Sent(1)["limit"], 1);
}

TEST_F(PagerScriptTest, IdAndSortKeyAreReadThoughNotSelectedAndTakenBack) {
  google::protobuf::FieldMask mask;
  mask.add_paths("status");
  plan.options.selection = *json::FieldSelection::FromMask(mask, v1::Detection::descriptor());
  Script(Page({{"a", 1}, {"b", 2}}, "A1"));
  const auto outcome = Fetch(plan);
  EXPECT_EQ(page.detections(0).status(), v1::DETECTION_STATUS_NEW);
  EXPECT_TRUE(page.detections(0).composite_id().empty());
  EXPECT_FALSE(page.detections(0).has_created_timestamp());
  EXPECT_EQ(outcome->next.seek_value, "2026-01-01T00:00:02Z");
  EXPECT_THAT(outcome->next.seen, ElementsAre(IdHash("b")));
}

TEST_F(PagerScriptTest, AGetSendsTheSelectionAsFieldsWithIdAndSortKey) {
  PagePlan hosts = Hosts(5);
  google::protobuf::FieldMask mask;
  mask.add_paths("hostname");
  hosts.options.selection = *json::FieldSelection::FromMask(mask, v1::Host::descriptor());
  Script(R"({"meta":{},"resources":[]})", 200, 3);
  v1::ListHostsResponse answer;
  ASSERT_THAT(Fetch(client, hosts, Cursor(), answer), IsOk());
  const std::string url = transport.requests().at(0).url;
  EXPECT_THAT(url, HasSubstr("sort=first_seen%7Casc"));
  EXPECT_THAT(url, HasSubstr("limit=5"));
  for (const char* key : {"hostname", "device_id", "first_seen"}) EXPECT_THAT(url, HasSubstr(key));
  EXPECT_EQ(url.find("filter="), std::string::npos);
  hosts.options.additional_fields = true;
  ASSERT_THAT(Fetch(client, hosts, Cursor(), answer), IsOk());
  EXPECT_EQ(transport.requests().at(1).url.find("fields="), std::string::npos);
}

TEST_F(PagerScriptTest, AnExpiredCursorIsPassedOnceFalconSaysSo) {
  Script(Page({{"a", 1}, {"b", 2}}, "A1"));
  Script(std::string(kExpired), 404);
  Script(Page({{"b", 2}, {"c", 3}}, "B1"));
  Script(Page({{"d", 3}}, "", 3));
  Cursor start;
  start.filter = "status:'new',status:'closed'";
  const auto first = Fetch(plan, start);
  const auto second = Fetch(plan, first->next);
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(Ids(), ElementsAre("c"));
  EXPECT_EQ(Sent(2)["filter"],
            "(status:'new',status:'closed')+created_timestamp:>='2026-01-01T00:00:02Z'");
  const auto third = Fetch(plan, second->next);
  EXPECT_EQ(Sent(3)["filter"], Sent(2)["filter"]);
  EXPECT_EQ(Sent(3)["after"], "B1");
  EXPECT_TRUE(third->last);
}

TEST_F(PagerScriptTest, NewestFirstIsPassedDownwards) {
  plan.order.descending = true;
  Script(Page({{"b", 2}, {"a", 1}}, "A1"));
  Script(Page({{"a", 1}, {"z", 0}}, ""));
  EXPECT_THAT(FetchSecond(seconds(111)), IsOk());
  EXPECT_EQ(Sent(1)["filter"], "created_timestamp:<='2026-01-01T00:00:01.000999999Z'");
  EXPECT_EQ(Sent(1)["sort"], "created_timestamp|desc");
  EXPECT_THAT(Ids(), ElementsAre("z"));
}

TEST_F(PagerScriptTest, WithoutASortKeyADeadCursorIsAbortedAndSaysHowToGoOn) {
  plan.seek_field = nullptr;
  Script(Page({{"a", 1}, {"b", 2}}, "A1"));
  Script(std::string(kExpired), 404);
  const auto lost = FetchSecond(seconds(500));
  EXPECT_THAT(lost, FailsWith(StatusCode::kAborted, "CURSOR_EXPIRED"));
  EXPECT_THAT(std::string(lost.status().message()), HasSubstr("start again"));
  EXPECT_EQ(Metadata(lost.status()).at("http_status"), "404");
  EXPECT_EQ(page.detections_size(), 0);
}

TEST_F(PagerScriptTest, ARecordWithoutItsSortKeyLeavesNoWayPastADeadCursor) {
  Script(
      R"({"meta":{"pagination":{"after":"A1"}},"resources":[{"composite_id":"a","created_timestamp":"2026-01-01T00:00:01Z"},{"composite_id":"b"}]})");
  Script(std::string(kExpired), 404);
  EXPECT_THAT(FetchSecond(), FailsWith(StatusCode::kAborted, "CURSOR_EXPIRED"));
}

TEST_F(PagerScriptTest, ACursorThatDiesBeforeTheFirstRecordStartsAnew) {
  Cursor start;
  start.upstream = "A0";
  start.issued = clock.WallNow();
  Script(std::string(kExpired), 404);
  Script(Page({{"a", 1}}, ""));
  EXPECT_THAT(Fetch(plan, start), IsOk());
  EXPECT_EQ(Sent(1), Json({{"limit", 2}, {"sort", "created_timestamp|asc"}}));
  EXPECT_THAT(Ids(), ElementsAre("a"));
}

TEST_F(PagerScriptTest, CursorsThatAlwaysDieEndInAborted) {
  Script(Page({{"a", 1}, {"b", 1}}, "A1"));
  for (int i = 0; i < 9; ++i) {
    Script(std::string(kExpired), 404);
    Script(Page({{"a", 1}, {"b", 1}}, StrCat("B", i)));
  }
  EXPECT_THAT(FetchSecond(), FailsWith(StatusCode::kAborted, "CURSOR_EXPIRED"));
  EXPECT_LE(transport.requests().size(), 9u);
}

// Row 32.
TEST_F(PagerScriptTest, TheSameCursorThriceIsACircle) {
  Script(Page({{"a", 1}, {"b", 2}}, "A1"));
  Script(Page({{"c", 3}, {"d", 4}}, "A1"), 200, 3);
  EXPECT_THAT(FetchSecond(), FailsWith(StatusCode::kDataLoss, "CURSOR_LOOP"));
  EXPECT_EQ(transport.requests().size(), 4u);
  EXPECT_EQ(page.detections_size(), 0);
}

TEST_F(PagerScriptTest, EmptyPagesWithANextOneAreFollowedTwice) {
  Script(Page({}, "A1"));
  Script(Page({}, "A2"));
  Script(Page({{"a", 1}}, ""));
  ASSERT_THAT(Fetch(plan), IsOk());
  EXPECT_THAT(Ids(), ElementsAre("a"));
  Script(Page({}, "B1"));
  Script(Page({}, "B2"));
  Script(Page({}, "B3"));
  EXPECT_THAT(Fetch(plan), FailsWith(StatusCode::kDataLoss, "CURSOR_LOOP"));
}

TEST_F(PagerScriptTest, ALongCircleIsNoticedToo) {
  absl::StatusOr<PageOutcome> outcome = PageOutcome();
  int pages = 0;
  for (; outcome.ok() && pages < 100; ++pages) {
    Script(Page({{StrCat("r", pages), 1}}, StrCat("A", pages % 7)));
    const Cursor at = outcome->next;
    outcome = Fetch(plan, at);
  }
  EXPECT_THAT(outcome, FailsWith(StatusCode::kDataLoss, "CURSOR_LOOP"));
  EXPECT_LE(pages, 25);
}

TEST_F(PagerScriptTest, ATotalThatNothingConfirmsEndsTheListWithANote) {
  Script(Page({{"a", 1}}, "", 5), 200, 2);
  const auto second = FetchSecond();
  ASSERT_THAT(second, IsOk());
  EXPECT_TRUE(second->last);
  ASSERT_EQ(reading.notes.size(), 1u);
  EXPECT_EQ(reading.notes[0].reason, "TOTAL_IS_WRONG");
  EXPECT_THAT(reading.notes[0].message, HasSubstr("counts 5 records and lists 1"));
}

TEST_F(PagerScriptTest, AnEndlessEmptyTailEndsTheListWithANote) {
  Script(Page({{"a", 1}, {"b", 2}}, "A1", 5));
  Script(Page({}, "A1", 5));
  Script(Page({{"b", 2}}, "B1", 5));
  Script(Page({}, "B1", 5), 200, 9);
  const auto second = FetchSecond();
  ASSERT_THAT(second, IsOk());
  EXPECT_TRUE(second->last);
  ASSERT_EQ(reading.notes.size(), 1u);
  EXPECT_THAT(reading.notes[0].message, HasSubstr("counts 5 records and lists 2"));
}

TEST_F(PagerScriptTest, WithoutASortKeyTheEndIsAskedForOnceMoreAndThenUnavailable) {
  plan.seek_field = nullptr;
  Script(Page({{"a", 1}}, "", 5));
  const auto first = Fetch(plan);
  ASSERT_THAT(first, IsOk());
  EXPECT_FALSE(first->last);
  Script(Page({{"a", 1}}, "A1", 5));
  Script(Page({{"b", 2}}, "", 2));
  const auto second = Fetch(plan, first->next);
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(Ids(), ElementsAre("b"));
  EXPECT_TRUE(second->last);
  Script(Page({{"a", 1}}, "", 5));
  EXPECT_THAT(Fetch(plan, first->next), FailsWith(StatusCode::kUnavailable, "UPSTREAM_MALFORMED"));
}

TEST_F(PagerScriptTest, AFirstPageWithoutTheRowsThatItCountsIsMalformed) {
  Script(Page({}, "", 5), 200, 2);
  EXPECT_THAT(Fetch(plan), FailsWith(StatusCode::kUnavailable, "UPSTREAM_MALFORMED"));
  EXPECT_EQ(transport.requests().size(), 2u);
  Script(Page({}, "", 5));
  Script(Page({{"a", 1}}, "", 1));
  EXPECT_THAT(Fetch(plan), IsOk());
  EXPECT_THAT(Ids(), ElementsAre("a"));
}

TEST_F(PagerScriptTest, ATotalBelowTheRowsIsForgotten) {
  Script(Page({{"a", 1}, {"b", 2}}, "A1", 0));
  Script(Page({{"c", 3}}, "", 0));
  const auto first = Fetch(plan);
  ASSERT_THAT(first, IsOk());
  EXPECT_FALSE(first->last);
  EXPECT_EQ(first->next.total, std::nullopt);
  EXPECT_TRUE(Fetch(plan, first->next)->last);
  EXPECT_EQ(transport.requests().size(), 2u);
}

TEST_F(PagerScriptTest, RecordsWithoutIdsAreNoPage) {
  Script(R"({"meta":{},"resources":[{"user":"x"}]})", 200, 2);
  EXPECT_THAT(Fetch(plan), FailsWith(StatusCode::kUnavailable, "UPSTREAM_MALFORMED"));
}

TEST_F(PagerScriptTest, APageIsCutByWeightAndGoesOnExactly) {
  plan.page_size = 3;
  plan.answer_bytes = 60;
  plan.seek_field = nullptr;
  const std::string body = Page({{"a", 1}, {"b", 2}, {"c", 3}}, "A1", 4);
  Script(body);
  const auto first = Fetch(plan);
  ASSERT_THAT(first, IsOk());
  ASSERT_FALSE(first->cuts.empty());
  const PageCut cut = first->cuts.front();
  EXPECT_LT(cut.records, 3);
  EXPECT_EQ(cut.next.sent, cut.records);
  Script(body);
  ASSERT_THAT(Fetch(plan, cut.next), IsOk());
  EXPECT_EQ(page.detections(0).composite_id(), cut.records == 1 ? "b" : "c");
  // What was answered last is gone, so that nobody knows where the answer ended.
  Script(Page({{"x", 1}, {"y", 2}}, "A1", 4));
  EXPECT_THAT(Fetch(plan, cut.next), FailsWith(StatusCode::kAborted, "CURSOR_EXPIRED"));
}

TEST_F(PagerScriptTest, APageThatTakesTooLongIsAskedForInASmallerSize) {
  plan.page_size = 8;
  transport.Answer("/", Error(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT", "slow"));
  transport.Answer("/", Error(StatusCode::kUnavailable, "UPSTREAM_STALLED", "stalls"), 2);
  Script("{}", 504, 3);
  Script(Page({{"a", 1}}, "", 1));
  const auto outcome = Fetch(plan);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(outcome->limit, 1);
  EXPECT_TRUE(outcome->impatient);
}

// Row 33.
TEST_F(PagerScriptTest, APageThatIsTooLargeIsHalvedDownToOneRow) {
  const absl::Status too_large =
      Error(StatusCode::kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE", "too large");
  plan.page_size = 8;
  transport.Answer("/", too_large, 3);
  Script(Page({{"a", 1}}, ""));
  EXPECT_THAT(Fetch(plan), IsOk());
  EXPECT_EQ(Sent(0)["limit"], 8);
  EXPECT_EQ(Sent(3)["limit"], 1);
  transport.Answer("/", too_large, 4);
  EXPECT_THAT(Fetch(plan), FailsWith(StatusCode::kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE"));
  EXPECT_EQ(transport.requests().size(), 8u);
}

// Rows 35 and 40.
TEST_F(PagerScriptTest, APageThatBreaksIsFetchedAgainWhole) {
  const absl::Status reset = Error(StatusCode::kUnavailable, "UPSTREAM_CONNECTION", "reset");
  for (const absl::StatusOr<http::HttpResponse>& broken :
       {absl::StatusOr<http::HttpResponse>(reset),
        absl::StatusOr<http::HttpResponse>(
            Response(200, R"({"resources":[{"composite_id":"a"})"))}) {
    transport.Answer("/", broken);
    Script(Page({{"a", 1}, {"b", 2}}, ""));
    ASSERT_THAT(Fetch(plan), IsOk());
    EXPECT_THAT(Ids(), ElementsAre("a", "b"));
  }
}

TEST_F(PagerScriptTest, ARecordThatIsNoObjectIsSkippedAndCounted) {
  Script(R"({"resources":[7,{"composite_id":"a"},null]})");
  const auto outcome = Fetch(plan);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_THAT(Ids(), ElementsAre("a"));
  EXPECT_EQ(outcome->report.skipped_records, 2);
  EXPECT_EQ(outcome->report.fields.at("Detection").count, 2);
}

}  // namespace
}  // namespace falcon::upstream
