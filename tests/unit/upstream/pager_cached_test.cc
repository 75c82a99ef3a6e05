// Pages that were kept: their cursors age, and so does what is known of their ids.
#include <gmock/gmock.h>

#include "tests/unit/upstream/pager_fixture.h"

namespace falcon::upstream {
namespace {

using ::testing::HasSubstr;

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
