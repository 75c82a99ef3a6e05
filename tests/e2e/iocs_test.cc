// IocService and IntelIndicatorService beyond what every noun does: counts, sightings on hosts and in
// processes, relations.
#include <algorithm>
#include <set>

#include "google/protobuf/util/time_util.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

constexpr int kIocs = 700;

class IocJourney : public SharedWorld<IocJourney> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "3000", "--hosts", "300", "--iocs", "700", "--rate-limit", "0"}};
  }

 protected:
  static v1::Ioc StoryHash() {
    return Ask(world(),
               Make<v1::ListIocsRequest>(std::string("filter { value: '") + kStoryHash + "' }"))
        ->iocs(0);
  }
};

TEST_F(IocJourney, MaskMayNameNestedFields) {
  v1::GetIocRequest request =
      Make<v1::GetIocRequest>("read_mask { paths: 'value' paths: 'metadata.filename' }");
  request.set_id(StoryHash().id());
  const auto answer = Ask(world(), request);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->ioc().value(), kStoryHash);
  EXPECT_TRUE(answer->ioc().id().empty());
  EXPECT_EQ(answer->ioc().metadata().filename(), "svchost.exe");
  EXPECT_TRUE(answer->ioc().metadata().company_name().empty());
}

TEST_F(IocJourney, CountsByTypeAreWhatListsFind) {
  const auto answer = Ask(world(), Make<v1::AggregateIocsRequest>("field: 'type'"));
  ASSERT_THAT(answer, IsOk());
  ASSERT_EQ(answer->buckets_size(), 5);
  int64_t all = 0;
  for (const v1::AggregationBucket& bucket : answer->buckets()) {
    const auto list = Ask(world(), Make<v1::ListIocsRequest>("page_size: 1 filter { fql: \"type:'" +
                                                             bucket.label() + "'\" }"));
    EXPECT_EQ(list->total_size(), bucket.count()) << bucket.label();
    all += bucket.count();
  }
  EXPECT_EQ(all, kIocs);
  const auto some =
      Ask(world(), Make<v1::AggregateIocsRequest>("field: 'action' filter { types: IOC_TYPE_MD5 "
                                                  "severities: SEVERITY_HIGH } then_by: 'source'"));
  const auto list =
      Ask(world(), Make<v1::ListIocsRequest>(
                       "filter { types: IOC_TYPE_MD5 severities: SEVERITY_HIGH } page_size: 1"));
  int64_t md5 = 0;
  for (const v1::AggregationBucket& bucket : some->buckets()) {
    md5 += bucket.count();
    EXPECT_GT(bucket.sub_buckets_size(), 0);
  }
  EXPECT_EQ(md5, list->total_size()) << some.status.error_message();
}

TEST_F(IocJourney, HistogramAndMeanAreCounted) {
  const auto months =
      Ask(world(), Make<v1::AggregateIocsRequest>("field: 'created_on' kind: "
                                                  "AGGREGATION_KIND_DATE_HISTOGRAM interval: "
                                                  "AGGREGATION_INTERVAL_MONTH"));
  ASSERT_THAT(months, IsOk());
  int64_t all = 0;
  for (const v1::AggregationBucket& bucket : months->buckets()) all += bucket.count();
  EXPECT_EQ(all, kIocs);
  const auto mean =
      Ask(world(),
          Make<v1::AggregateIocsRequest>("field: 'severity_number' kind: AGGREGATION_KIND_AVG"));
  ASSERT_EQ(mean->buckets_size(), 1) << mean.status.error_message();
  EXPECT_GT(mean->buckets(0).value(), 10);
  EXPECT_LT(mean->buckets(0).value(), 90);
}

class SightingJourney : public SharedWorld<SightingJourney> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "3000", "--hosts", "300", "--iocs", "100"}};
  }
};

TEST_F(SightingJourney, StoryHashLeadsToItsHostsAndTheirProcesses) {
  const std::string what = std::string("type: IOC_TYPE_SHA256 value: '") + kStoryHash + "'";
  const auto count = Ask(world(), Make<v1::GetIocDeviceCountRequest>(what));
  ASSERT_THAT(count, IsOk());
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
  EXPECT_THAT(devices, IsOk());
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
    EXPECT_THAT(lost, StatusIs(StatusCode::ABORTED));
    EXPECT_THAT(lost, HasReason("CURSOR_EXPIRED"));
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
  EXPECT_THAT(lost, StatusIs(StatusCode::DATA_LOSS));
  EXPECT_THAT(lost, HasReason("CURSOR_LOOP"));
}

class IntelJourney : public SharedWorld<IntelJourney> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "50", "--hosts", "50", "--iocs", "300", "--intel-indicators", "1500",
             "--rate-limit", "0"}};
  }
};

TEST_F(IntelJourney, RelationsComeOnlyWhenAskedFor) {
  const std::string story = "filter { indicators: 'malicious-domain.com' }";
  const auto relations = [&](const std::string& how) {
    return Ask(world(), Make<v1::ListIntelIndicatorsRequest>(story + how))
        ->intel_indicators(0)
        .relations_size();
  };
  EXPECT_EQ(relations(""), 0);
  EXPECT_EQ(relations("read_mask { paths: 'id' paths: 'actors' }"), 0);
  EXPECT_EQ(relations("read_mask { paths: 'relations' }"), 2);
  EXPECT_EQ(relations("view: RECORD_VIEW_FULL"), 2);
  const auto with =
      Ask(world(), Make<v1::ListIntelIndicatorsRequest>(story + "view: RECORD_VIEW_FULL"));
  std::set<std::string> related;
  for (const auto& relation : with->intel_indicators(0).relations()) related.insert(relation.id());
  EXPECT_TRUE(related.contains("ip_address_203.0.113.42"));
  EXPECT_TRUE(with->intel_indicators(0).relations(0).has_created_date());
}

TEST_F(IntelJourney, DeletedOnesComeOnlyWhenAskedFor) {
  const auto total = [](const std::string& filter) {
    return Ask(world(),
               Make<v1::ListIntelIndicatorsRequest>("page_size: 1 filter { " + filter + " }"))
        ->total_size();
  };
  EXPECT_EQ(total("include_deleted: true"), 1500);
  EXPECT_GT(total("include_deleted: true fql: 'deleted:true'"), 0);
  EXPECT_EQ(total(""), 1500 - total("include_deleted: true fql: 'deleted:true'"));
  EXPECT_EQ(total("fql: 'deleted:true'"), 0);
}

TEST_F(IntelJourney, IndicatorIsFoundByItsIdWithItsRelations) {
  const auto found =
      Ask(world(), Make<v1::GetIntelIndicatorRequest>("id: 'domain_malicious-domain.com'"));
  ASSERT_THAT(found, IsOk());
  const v1::IntelIndicator& indicator = found->intel_indicator();
  EXPECT_EQ(indicator.type(), "domain");
  EXPECT_EQ(indicator.malicious_confidence(), v1::MALICIOUS_CONFIDENCE_HIGH);
  EXPECT_EQ(indicator.actors(0), "WIZARDSPIDER");
  EXPECT_FALSE(indicator.marker().empty());
  EXPECT_EQ(indicator.relations_size(), 2);
  EXPECT_EQ(found->read_info().upstream_calls(), 1);
}

TEST_F(IntelJourney, MaskMayNameNestedFields) {
  const auto answer =
      Ask(world(), Make<v1::GetIntelIndicatorRequest>(
                       "id: 'domain_malicious-domain.com' read_mask { paths: 'labels.name' }"));
  ASSERT_GT(answer->intel_indicator().labels_size(), 0) << answer.status.error_message();
  EXPECT_FALSE(answer->intel_indicator().labels(0).name().empty());
  EXPECT_FALSE(answer->intel_indicator().labels(0).has_created_on());
  EXPECT_TRUE(answer->intel_indicator().id().empty());
}

}  // namespace
}  // namespace falcon::e2e
