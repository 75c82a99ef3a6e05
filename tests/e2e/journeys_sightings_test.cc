// Journeys from an indicator to the hosts that it was seen on and the processes that it ran in.
#include <algorithm>
#include <set>

#include "tests/e2e/calls/hosts.h"
#include "tests/e2e/calls/iocs.h"
#include "tests/e2e/shared_world.h"
#include "tests/e2e/story.h"

namespace falcon::e2e {
namespace {

class SightingJourney : public SharedWorld<SightingJourney> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "3000", "--hosts", "300", "--iocs", "100"}};
  }
};

TEST_F(SightingJourney, StoryHashLeadsToItsHostsAndTheirProcesses) {
  const std::string what = std::string("type: IOC_TYPE_SHA256 value: '") + kStoryHash + "'";
  const auto count = Ask(world(), Make<v1::GetIocDeviceCountRequest>(what));
  ASSERT_TRUE(count.status.ok()) << count.status.error_message();
  EXPECT_EQ(count->count().device_count(), 2);
  EXPECT_FALSE(count->count().limit_exceeded());
  EXPECT_EQ(count->count().value(), kStoryHash);
  const auto devices = Ask(world(), Make<v1::ListIocDevicesRequest>(what));
  ASSERT_EQ(devices->device_ids_size(), 2) << devices.status.error_message();
  EXPECT_TRUE(devices->next_page_token().empty());
  v1::BatchGetProcessesRequest batch;
  for (const std::string& device : devices->device_ids()) {
    v1::GetHostRequest host;
    host.set_device_id(device);
    EXPECT_TRUE(Ask(world(), host)->host().hostname().starts_with("SRV-PROD-00"));
    const auto processes =
        Ask(world(), Make<v1::ListIocProcessesRequest>(what + " device_id: '" + device + "'"));
    ASSERT_EQ(processes->process_ids_size(), 1) << processes.status.error_message();
    batch.add_process_ids(processes->process_ids(0));
  }
  batch.add_process_ids("pid:0123456789abcdef0123456789abcdef:1");
  const auto found = Ask(world(), batch);
  ASSERT_EQ(found->processes_size(), 2) << found.status.error_message();
  EXPECT_EQ(found->processes(1).process_id(), batch.process_ids(1));
  EXPECT_NE(found->processes(0).command_line().find("svchost.exe"), std::string::npos);
  EXPECT_TRUE(found->processes(0).has_start_timestamp());
  ASSERT_EQ(found->missing_size(), 1);
  EXPECT_EQ(found->missing(0).id(), batch.process_ids(2));
}

TEST_F(SightingJourney, SightingsArePagedByTheirToken) {
  const auto hashes =
      Ask(world(), Make<v1::ListIocsRequest>("filter { types: IOC_TYPE_SHA256 platforms: 'windows' "
                                             "fql: \"metadata.filename.raw:'xmrig.exe'\" }"));
  ASSERT_GT(hashes->iocs_size(), 0) << hashes.status.error_message();
  const std::string what = "type: IOC_TYPE_SHA256 value: '" + hashes->iocs(0).value() + "'";
  const auto count = Ask(world(), Make<v1::GetIocDeviceCountRequest>(what));
  ASSERT_GT(count->count().device_count(), 10);
  const auto request = Make<v1::ListIocDevicesRequest>(what + " page_size: 4");
  std::set<std::string> devices;
  ForEachPage(world(), request, [&](const auto& page) {
    EXPECT_LE(page.device_ids_size(), 4);
    devices.insert(page.device_ids().begin(), page.device_ids().end());
  });
  EXPECT_EQ(devices.size(), static_cast<size_t>(count->count().device_count()));
}

TEST_F(SightingJourney, HashInUpperCaseWasSeenToo) {
  std::string hash = kStoryHash;
  std::transform(hash.begin(), hash.end(), hash.begin(),
                 [](char c) { return c >= 'a' ? c - 32 : c; });
  const auto count = Ask(
      world(), Make<v1::GetIocDeviceCountRequest>("type: IOC_TYPE_SHA256 value: '" + hash + "'"));
  EXPECT_EQ(count->count().device_count(), 2) << count.status.error_message();
}

TEST_F(SightingJourney, IndicatorThatNobodySawHasNoHosts) {
  const std::string what = "type: IOC_TYPE_DOMAIN value: 'no-such.example'";
  EXPECT_EQ(Ask(world(), Make<v1::GetIocDeviceCountRequest>(what))->count().device_count(), 0);
  const auto devices = Ask(world(), Make<v1::ListIocDevicesRequest>(what));
  EXPECT_TRUE(devices.status.ok()) << devices.status.error_message();
  EXPECT_EQ(devices->device_ids_size(), 0);
  EXPECT_TRUE(devices->next_page_token().empty());
}

TEST_F(SightingJourney, CursorThatExpiredIsSaidToBe) {
  const auto hashes = Ask(world(), Make<v1::ListIocsRequest>("filter { types: IOC_TYPE_SHA256 }"));
  for (const v1::Ioc& ioc : hashes->iocs()) {
    auto request = Make<v1::ListIocDevicesRequest>("type: IOC_TYPE_SHA256 page_size: 1");
    request.set_value(ioc.value());
    request.set_page_token(Ask(world(), request)->next_page_token());
    if (request.page_token().empty()) continue;
    world().Control("POST", "/__simulator/expire_cursors");
    const auto lost = Ask(world(), request);
    EXPECT_EQ(lost.status.error_code(), grpc::StatusCode::ABORTED) << lost.status.error_message();
    EXPECT_EQ(lost.reason(), "CURSOR_EXPIRED");
    return;
  }
  FAIL() << "no indicator was seen on two hosts";
}

TEST_F(SightingJourney, PagesThatLeadToThemselvesAreLostData) {
  const auto hashes = Ask(
      world(), Make<v1::ListIocsRequest>(
                   "filter { types: IOC_TYPE_SHA256 fql: \"metadata.filename.raw:'xmrig.exe'\" }"));
  ASSERT_GT(hashes->iocs_size(), 0);
  auto request = Make<v1::ListIocDevicesRequest>("type: IOC_TYPE_SHA256 page_size: 2");
  request.set_value(hashes->iocs(0).value());
  request.set_page_token(Ask(world(), request)->next_page_token());
  world().Fault(Rule("repeated_cursor", {{"path", "/iocs/queries"}}));
  const auto lost = Ask(world(), request);
  world().ClearFaults();
  EXPECT_EQ(lost.status.error_code(), grpc::StatusCode::DATA_LOSS) << lost.status.error_message();
  EXPECT_EQ(lost.reason(), "CURSOR_LOOP");
}

}  // namespace
}  // namespace falcon::e2e
