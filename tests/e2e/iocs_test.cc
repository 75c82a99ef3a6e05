// IocService beyond what every noun does: counts, sightings on hosts and in
// processes, relations.
#include <algorithm>
#include <set>

#include "google/protobuf/util/time_util.h"
#include "tests/e2e/nouns.h"

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

// Of the right shape, of no record.
constexpr char kNoIoc[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

}  // namespace

extern const Noun kIoc;
const Noun kIoc = {
    .record = "Ioc",
    .flag = "--iocs",
    .small = 50,
    .medium = 450,
    .unknown_id = kNoIoc,
    .no_match = "value: 'no-such.example'",
    .order = "-created_on",
    .other_order = "severity_number severity",
    .ids_per_call = 117,
    .id_case = IdCase::kIgnored,
    .filters =
        {
            {"types: [IOC_TYPE_DOMAIN, IOC_TYPE_IPV6]", "type = DOMAIN|IPV6"},
            {"value: '9f2c4d1ab7e85630c1d4f9e2a8b7c6d5e4f3021b8a9c7d6e5f4a3b2c1d0e9f8a'",
             "value = 9f2c4d1ab7e85630c1d4f9e2a8b7c6d5e4f3021b8a9c7d6e5f4a3b2c1d0e9f8a"},
            {"value: 'MALICIOUS-DOMAIN.COM'", "value = malicious-domain.com"},
            {"value: '*.example.org'", "value $ .example.org"},
            {"severities: [SEVERITY_HIGH, SEVERITY_INFORMATIONAL]",
             "severity = HIGH|INFORMATIONAL"},
            {"min_severity: SEVERITY_HIGH", "severity = HIGH|CRITICAL"},
            {"actions: [IOC_ACTION_PREVENT, IOC_ACTION_PREVENT_NO_UI]",
             "action = PREVENT|PREVENT_NO_UI"},
            {"platforms: 'linux'", "platforms = linux"},
            {"sources: ['mcp', \"soc'team\"]", "source = mcp|soc'team"},
            {"expired: true", "expired = true"},
            {"expired: false", "expired = false"},
            {"days: 200", "created_on >= {interval}"},
            {"created_on { end { seconds: {300d} } }", "created_on < {300d}"},
            {"modified_on { start { seconds: {300d} } }", "modified_on >= {300d}"},
            {"expiration { start { seconds: {0d} } }", "expiration >= {0d}"},
            {"fql: \"metadata.filename.raw:*'sample-*'+applied_globally:true\"",
             "metadata.filename ^ sample- & applied_globally = true"},
        },
    // Falcon has no free text for IOCs, and the simulator no parent customer.
    .untried = {"query", "from_parent"},
    .refused =
        {
            {"ListIocs"},
            {"filter { severities: [SEVERITY_HIGH, 99] }", "filter.severities", "element 1"},
            {"filter { platforms: 'Windows' }", "filter.platforms", "write 'windows'"},
            {"filter { value: '*' }", "filter.value", "star alone"},
            {"filter { fql: \"severity:'high'\" }", "filter.fql", "`filter.severities`"},
            {"filter { fql: \"type:'sha265'\" }", "filter.fql", "sha256"},
            {"order_by: 'severity desc'", "order_by", "severity_number"},
            {"read_mask { paths: 'vaule' }", "read_mask", "value"},
            {"GetIoc"},
            {"id: 'abc'", "id", "64 hexadecimal digits"},
            {"BatchGetIocs"},
            {"ids: 'xyz'", "ids[0]", "64 hexadecimal digits"},
            {"BatchGetProcesses"},
            {"process_ids: '1234'", "process_ids[0]", "pid:<device id>:<number>"},
            {"GetIocDeviceCount"},
            {"value: 'x'", "type", "is required"},
            {"ListIocDevices"},
            {"type: 99 value: 'x'", "type", "IOC_TYPE_IPV6"},
            {"type: IOC_TYPE_SHA256 value: 'abc'", "value", "64 hexadecimal digits"},
            {"type: IOC_TYPE_MD5 value: 'abc'", "value", "32 hexadecimal digits"},
            {"type: IOC_TYPE_DOMAIN value: '*.example'", "value", "without a star"},
            {"type: IOC_TYPE_IPV4 value: '2001:db8::1'", "value", "IPv4 address"},
            {"type: IOC_TYPE_IPV6 value: 'host'", "value", "IPv6 address"},
            {"ListIocProcesses"},
            {"type: IOC_TYPE_IPV4 value: '192.0.2.1'", "device_id", "is required"},
            {"AggregateIocs"},
            {"field: 'severity'", "field", "severity_number"},
            {"field: 'created_on' {histogram}", "interval", "HOUR, DAY, WEEK or MONTH"},
        },
};

}  // namespace falcon::e2e
