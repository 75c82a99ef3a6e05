// Pages of a list by name, and pages from the cache.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/unit/upstream/pager_fixture.h"

namespace falcon::upstream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Json = nlohmann::json;

class PagerNamesTest : public PagerTest {
 protected:
  PagerNamesTest() {
    v1::ListDetectionsRequest request;
    request.mutable_filter()->set_hostname("a1");
    plan.names = fql::NameFilter(request, fql::Catalogue(v1::Detection::descriptor()));
    plan.options.selection = Selection({"composite_id", "device.platform_name"});
  }

  static json::FieldSelection Selection(std::initializer_list<const char*> paths) {
    google::protobuf::FieldMask mask;
    for (const char* path : paths) mask.add_paths(path);
    return *json::FieldSelection::FromMask(mask, v1::Detection::descriptor());
  }
  // A page of alerts on hosts of these names; the id is the name and the time.
  void Script(const std::vector<std::string>& hostnames, std::string_view after, int total = 100) {
    Json answer;
    answer["meta"]["pagination"] = {{"total", total}, {"after", std::string(after)}};
    answer["resources"] = Json::array();
    for (const std::string& hostname : hostnames) {
      const std::string second = StrCat(++seconds_ < 10 ? "0" : "", seconds_);
      answer["resources"].push_back(
          {{"composite_id", hostname + second},
           {"device", {{"hostname", hostname}, {"platform_name", "Linux"}}},
           {"created_timestamp", "2026-01-01T00:00:" + second + "Z"}});
    }
    transport.Answer("/", Response(200, answer.dump()));
  }
  std::vector<std::string> Ids() const {
    std::vector<std::string> ids;
    for (const auto& record : page.detections()) ids.push_back(record.composite_id());
    return ids;
  }

  PagePlan plan = Detections(3);

 private:
  int seconds_ = 0;
};

TEST_F(PagerNamesTest, OtherNamesAreDroppedAndThePlaceStaysRight) {
  Script({"a1", "a11", "A1"}, "next", 5);
  const auto first = Fetch(plan);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(Ids(), ElementsAre("a101", "A103"));
  EXPECT_EQ(first->next.sent, 3);
  EXPECT_EQ(first->next.dropped, 1);
  EXPECT_EQ(first->next.upstream, "next");
  EXPECT_EQ(TotalSize(first->next), std::nullopt) << "Falcon counted what was dropped";

  Script({"a12", "a1"}, "", 5);
  const auto second = Fetch(plan, first->next);
  EXPECT_THAT(Ids(), ElementsAre("a105"));
  EXPECT_TRUE(second->last);
  EXPECT_EQ(second->next.sent, 5);
}

TEST_F(PagerNamesTest, FalconsTotalStaysWhereNothingWasDropped) {
  Script({"a1", "A1"}, "", 2);
  EXPECT_EQ(TotalSize(Fetch(plan)->next), 2);
}

TEST_F(PagerNamesTest, TheNameIsReadAndShownOnlyIfSelected) {
  const auto shown = [this](std::initializer_list<const char*> paths) {
    plan.options.selection = Selection(paths);
    Script({"a1", "a2"}, "", 2);
    EXPECT_THAT(Fetch(plan), IsOk());
    EXPECT_EQ(page.detections_size(), 1);
    return page.detections_size() == 1 ? page.detections(0) : v1::Detection();
  };
  const v1::Detection record = shown({"composite_id", "device.platform_name"});
  EXPECT_EQ(record.device().hostname(), "");
  EXPECT_EQ(record.device().platform_name(), "Linux");
  EXPECT_FALSE(shown({"composite_id"}).has_device());
  EXPECT_EQ(shown({"device.hostname"}).device().hostname(), "a1");
}

TEST_F(PagerNamesTest, FalconIsAskedForTheNameThoughItIsNotSelected) {
  PagePlan hosts = Hosts(5);
  google::protobuf::FieldMask mask;
  mask.add_paths("platform_name");
  hosts.options.selection = *json::FieldSelection::FromMask(mask, v1::Host::descriptor());
  v1::ListHostsRequest request;
  request.mutable_filter()->set_hostname("a1");
  hosts.names = fql::NameFilter(request, fql::Catalogue(v1::Host::descriptor()));
  transport.Answer("/", Response(200, R"({"meta":{},"resources":[]})"));
  v1::ListHostsResponse answer;
  ASSERT_THAT(Fetch(client, hosts, {}, answer), IsOk());
  EXPECT_THAT(transport.requests().at(0).url, HasSubstr("hostname"));
}

TEST_F(PagerNamesTest, APageOfOtherNamesIsPassedByForTheNext) {
  Script({"a11", "a12"}, "x");
  Script({"a13", "a1"}, "y");
  ASSERT_THAT(Fetch(plan), IsOk());
  EXPECT_THAT(Ids(), ElementsAre("a104"));
  EXPECT_EQ(transport.requests().size(), 2U);
}

TEST_F(PagerNamesTest, TenPagesOfOtherNamesAreAnEmptyPageThatGoesOn) {
  for (int i = 0; i < 11; ++i) Script({"a11"}, StrCat("x", i));
  const auto outcome = Fetch(plan);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_THAT(Ids(), IsEmpty());
  EXPECT_FALSE(outcome->last);
  EXPECT_EQ(outcome->next.upstream, "x9");
  EXPECT_EQ(outcome->next.dropped, 10);
}

constexpr std::string_view kPage = R"({"meta":{"pagination":{"total":9,"next":"N1"}},"resources":[)"
                                   R"({"device_id":"a","first_seen":"2026-01-01T00:00:01Z"},)"
                                   R"({"device_id":"b","first_seen":"2026-01-01T00:00:02Z"}]})";

class PagerCachedTest : public PagerTest {
 protected:
  PagerCachedTest() { reading.max_staleness = seconds(300); }

  absl::StatusOr<PageOutcome> Next(const PagePlan& plan, const Cursor& cursor = {}) {
    hosts.Clear();
    return Fetch(keeping.cached, plan, cursor, hosts);
  }
  void Script(std::string_view body, int times = 1) {
    transport.Answer("devices", Response(200, body), times);
  }
  size_t Requests() const { return transport.requests().size(); }

  v1::ListHostsResponse hosts;
  UpstreamChain keeping = Chain(transport, {.cache_bytes = size_t{1} << 20});
};

TEST_F(PagerCachedTest, TheCursorOfAKeptPageIsAsOldAsThePage) {
  Script(kPage, 2);
  const PagePlan plan = Hosts(2);
  ASSERT_THAT(Next(plan), IsOk());
  clock.Advance(seconds(150));
  const auto kept = Next(plan);
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(Requests(), 1U);
  EXPECT_EQ(clock.WallNow() - kept->next.issued, seconds(150));
  ASSERT_THAT(Next(plan, kept->next), IsOk());
  EXPECT_THAT(transport.requests()[1].url, HasSubstr("first_seen")) << "it is passed at once";
}

TEST_F(PagerCachedTest, APageWhoseCursorCannotBePassedIsKeptNoLongerThanTheCursorServes) {
  Script(kPage, 2);
  PagePlan plan = Hosts(2);
  plan.seek_field = nullptr;
  ASSERT_THAT(Next(plan), IsOk());
  clock.Advance(seconds(60));
  ASSERT_THAT(Next(plan), IsOk());
  EXPECT_EQ(Requests(), 1U);
  clock.Advance(seconds(1));
  ASSERT_THAT(Next(plan), IsOk());
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(PagerCachedTest, AListShowsARecordThatWasMissingBeforeIt) {
  const PagePlan plan = HostsById(operation::kQueryDevices, 2);
  TestCall before(In(seconds(30)));
  Script(R"({"meta":{},"resources":[]})");
  const BatchKey lane{&operation::kPostDeviceDetails, "device_id", {}};
  ASSERT_THAT(Await(loop, Find(keeping.cached, {lane, {"a"}}, before)), IsOk());
  clock.Advance(seconds(3));
  Script(R"({"meta":{"pagination":{"total":1}},"resources":["a"]})");
  Script(R"({"resources":[{"device_id":"a","first_seen":"2026-01-01T00:00:01Z"}]})");
  ASSERT_THAT(Next(plan), IsOk());
  ASSERT_EQ(hosts.hosts_size(), 1);
  EXPECT_EQ(hosts.hosts(0).device_id(), "a");
}

TEST_F(PagerCachedTest, ARecordThatTheListNamesInVainIsNotAskedForEachTime) {
  const PagePlan plan = HostsById(operation::kQueryDevices, 2);
  Script(R"({"meta":{"pagination":{"total":1}},"resources":["gone"]})");
  Script(R"({"meta":{},"resources":[]})");
  ASSERT_THAT(Next(plan), IsOk());
  clock.Advance(seconds(3));
  ASSERT_THAT(Next(plan), IsOk());
  EXPECT_EQ(hosts.hosts_size(), 0);
  EXPECT_EQ(Requests(), 2U);
}

}  // namespace
}  // namespace falcon::upstream
