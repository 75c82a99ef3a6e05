// HostService beyond what every noun does: look-ups by name, histories, online states and counts.
#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "tests/e2e/nouns.h"

namespace falcon::e2e {
namespace {

using List = v1::ListHostsRequest;

constexpr char kUnknown[] = "0123456789abcdef0123456789abcdef";

class HostJourney : public SharedWorld<HostJourney> {
 public:
  static WorldOptions Options() { return {{"--alerts", "50", "--hosts", "1000"}}; }

 protected:
  static std::string IdOf(const std::string& hostname) {
    v1::GetHostRequest request;
    request.set_hostname(hostname);
    const auto answer = Ask(world(), request);
    EXPECT_THAT(answer, IsOk());
    return answer->host().device_id();
  }
};

TEST_F(HostJourney, HostIsFoundByNameWhateverItsCaseAndThenById) {
  for (const char* name : {"SRV-PROD-001", "srv-prod-001"}) {
    v1::GetHostRequest by_name;
    by_name.set_hostname(name);
    const auto named = Ask(world(), by_name);
    ASSERT_THAT(named, IsOk());
    EXPECT_EQ(named->host().hostname(), "SRV-PROD-001");
    EXPECT_EQ(named->host().local_ip(), "192.168.1.100");
    EXPECT_EQ(named->other_device_ids_size(), 0);
    v1::GetHostRequest by_id;
    by_id.set_device_id(named->host().device_id());
    const auto found = Ask(world(), by_id);
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ(found->host().SerializeAsString(), named->host().SerializeAsString());
  }
}

TEST_F(HostJourney, NameOfTwoHostsFindsTheLastSeenAndNamesTheOther) {
  const auto all = Ask(world(), Make<List>("page_size: 1000 read_mask { paths: 'hostname' }"));
  std::set<std::string> names;
  std::string twice;
  for (const v1::Host& host : all->hosts()) {
    if (!names.insert(host.hostname()).second) twice = host.hostname();
  }
  ASSERT_FALSE(twice.empty());
  v1::GetHostRequest request;
  request.set_hostname(twice);
  const auto answer = Ask(world(), request);
  ASSERT_EQ(answer->other_device_ids_size(), 1) << answer.status.error_message();
  v1::GetHostRequest other;
  other.set_device_id(answer->other_device_ids(0));
  const auto older = Ask(world(), other);
  EXPECT_EQ(older->host().hostname(), twice);
  EXPECT_LE(older->host().last_seen().seconds(), answer->host().last_seen().seconds());
}

TEST_F(HostJourney, UnknownNameIsNotFound) {
  const auto answer = Ask(world(), Make<v1::GetHostRequest>("hostname: 'no-such-host'"));
  EXPECT_THAT(answer, StatusIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(answer, HasReason("NOT_FOUND"));
}

TEST_F(HostJourney, MaskMayNameNestedFields) {
  const auto answer =
      Ask(world(), Make<v1::GetHostRequest>("hostname: 'DC-01' read_mask { paths: 'hostname' "
                                            "paths: 'device_policies.prevention.policy_id' }"));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->host().hostname(), "DC-01");
  EXPECT_TRUE(answer->host().device_id().empty());
  EXPECT_FALSE(answer->host().device_policies().prevention().policy_id().empty());
  EXPECT_TRUE(answer->host().device_policies().prevention().policy_type().empty());
}

TEST_F(HostJourney, LogInsAreTheNewestFirst) {
  v1::BatchGetLoginHistoryRequest request;
  request.add_device_ids(IdOf("SRV-PROD-001"));
  request.add_device_ids(kUnknown);
  request.set_limit(5);
  const auto answer = Ask(world(), request);
  ASSERT_EQ(answer->histories_size(), 1) << answer.status.error_message();
  const auto& logins = answer->histories(0).recent_logins();
  ASSERT_GT(logins.size(), 0);
  EXPECT_LE(logins.size(), 5);
  for (int i = 1; i < logins.size(); ++i) {
    EXPECT_GE(logins[i - 1].login_time().seconds(), logins[i].login_time().seconds());
  }
  ASSERT_EQ(answer->missing_size(), 1);
  EXPECT_EQ(answer->missing(0).id(), kUnknown);
}

TEST_F(HostJourney, LogInsOfManyHostsAreReadTenAtATime) {
  v1::BatchGetLoginHistoryRequest request;
  const auto page = Ask(world(), Make<List>("page_size: 25"));
  for (const v1::Host& host : page->hosts()) request.add_device_ids(host.device_id());
  const auto answer = Ask(world(), request);
  EXPECT_EQ(answer->histories_size(), 25) << answer.status.error_message();
  EXPECT_EQ(answer->read_info().upstream_calls(), 3);
}

TEST_F(HostJourney, AddressHistoryOfAHostIsRead) {
  v1::BatchGetNetworkAddressHistoryRequest request;
  request.add_device_ids(IdOf("SRV-PROD-001"));
  request.add_device_ids(kUnknown);
  const auto answer = Ask(world(), request);
  ASSERT_EQ(answer->histories_size(), 1) << answer.status.error_message();
  ASSERT_GT(answer->histories(0).history_size(), 0);
  EXPECT_FALSE(answer->histories(0).history(0).ip_address().empty());
  EXPECT_EQ(answer->missing_size(), 1);
}

TEST_F(HostJourney, OnlineStatesAreReadAHundredAtATime) {
  v1::BatchGetOnlineStateRequest request;
  const auto page = Ask(world(), Make<List>("page_size: 150"));
  for (const v1::Host& host : page->hosts()) request.add_device_ids(host.device_id());
  request.add_device_ids(kUnknown);
  const auto answer = Ask(world(), request);
  ASSERT_EQ(answer->states_size(), 150) << answer.status.error_message();
  EXPECT_EQ(answer->read_info().upstream_calls(), 2);
  EXPECT_TRUE(std::any_of(answer->states().begin(), answer->states().end(), [](const auto& state) {
    return state.state() == v1::ONLINE_STATE_ONLINE;
  }));
  EXPECT_EQ(answer->missing_size(), 1);
}

using Request = v1::AggregateHostsRequest;

constexpr char kTotals[] = "GET /devices/queries/devices/v1";

class HostCounts : public ::testing::Test {
 protected:
  // What the hosts themselves say, by Falcon's words.
  std::map<std::string, int64_t> Expected(const std::string& filters,
                                          std::function<std::string(const v1::Host&)> word) {
    const auto page =
        Ask(world_, Make<v1::ListHostsRequest>(filters + " page_size: 500 view: RECORD_VIEW_FULL"));
    EXPECT_TRUE(page->next_page_token().empty());
    std::map<std::string, int64_t> counts;
    for (const v1::Host& host : page->hosts()) ++counts[word(host)];
    return counts;
  }

  static std::map<std::string, int64_t> Counted(const v1::AggregateHostsResponse& answer) {
    std::map<std::string, int64_t> counts;
    int64_t before = std::numeric_limits<int64_t>::max();
    for (const auto& bucket : answer.buckets()) {
      EXPECT_LE(bucket.count(), before) << "most frequent first";
      before = bucket.count();
      counts[bucket.label()] = bucket.count();
    }
    return counts;
  }

  World world_{{{"--alerts", "50", "--hosts", "400"}}};
};

TEST_F(HostCounts, ByPlatformAreThoseOfTheHosts) {
  const auto expected = Expected("", [](const v1::Host& host) { return host.platform_name(); });
  world_.ResetLedger();
  const auto answer = Ask(world_, Make<Request>("field: 'platform_name'"));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(Counted(answer.response), expected);
  EXPECT_EQ(answer->other_count(), 0);
  EXPECT_EQ(world_.Calls(kTotals), 4) << "the total and three values";
  EXPECT_EQ(answer->read_info().upstream_calls(), 4);
}

TEST_F(HostCounts, HonourEveryFilterOfTheList) {
  const std::string filters = "filter { hostname: 'SRV-*' platforms: 'Windows' days: 30 }";
  const auto expected = Expected(filters, [](const v1::Host& host) {
    return host.product_type_desc() == v1::PRODUCT_TYPE_SERVER        ? "Server"
           : host.product_type_desc() == v1::PRODUCT_TYPE_WORKSTATION ? "Workstation"
                                                                      : "Domain Controller";
  });
  const auto answer = Ask(world_, Make<Request>("field: 'product_type_desc' " + filters));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(Counted(answer.response), expected);
}

TEST_F(HostCounts, EndWhenEveryHostIsCounted) {
  world_.ResetLedger();
  const auto answer =
      Ask(world_, Make<Request>("field: 'status' filter { hostname: 'SRV-PROD-001' }"));
  ASSERT_EQ(answer->buckets_size(), 1) << answer.status.error_message();
  EXPECT_EQ(answer->buckets(0).label(), "normal");
  EXPECT_EQ(world_.Calls(kTotals), 2) << "the one host is normal: nobody asks for the rest";
  world_.ResetLedger();
  const auto none =
      Ask(world_, Make<Request>("field: 'status' filter { hostname: 'no-such-host' }"));
  EXPECT_THAT(none, IsOk());
  EXPECT_EQ(none->buckets_size(), 0);
  EXPECT_EQ(world_.Calls(kTotals), 1);
}

TEST_F(HostCounts, HostsWithoutAKnownValueCountAsOther) {
  const auto expected = Expected("", [](const v1::Host& host) -> std::string {
    if (!host.has_reduced_functionality_mode()) return "";
    return host.reduced_functionality_mode() ? "yes" : "no";
  });
  const auto answer = Ask(world_, Make<Request>("field: 'reduced_functionality_mode'"));
  ASSERT_THAT(answer, IsOk());
  const auto counted = Counted(answer.response);
  EXPECT_EQ(counted.at("no"), expected.at("no"));
  EXPECT_EQ(counted.at("yes"), expected.at("yes"));
  EXPECT_EQ(answer->other_count(), expected.at(""));
  EXPECT_GT(answer->other_count(), 0);
}

TEST_F(HostCounts, NeverCountMoreThanThereAre) {
  const int64_t total = Ask(world_, Make<v1::ListHostsRequest>("page_size: 1"))->total_size();
  for (const char* field : {"platform_name", "status", "product_type_desc", "deployment_type",
                            "linux_sensor_mode", "reduced_functionality_mode"}) {
    Request request;
    request.set_field(field);
    const auto answer = Ask(world_, request);
    ASSERT_THAT(answer, IsOk()) << field;
    int64_t sum = answer->other_count();
    for (const auto& bucket : answer->buckets()) sum += bucket.count();
    EXPECT_EQ(sum, total) << field;
    EXPECT_LE(answer->read_info().upstream_calls(), 21) << field;
  }
}

// Of the right shape, of no record.
constexpr char kNoDevice[] = "0123456789abcdef0123456789abcdef";

}  // namespace

extern const Noun kHost;
const Noun kHost = {
    .record = "Host",
    .flag = "--hosts",
    .small = 50,
    .medium = 400,
    .unknown_id = kNoDevice,
    .no_match = "hostname: 'no-such-host'",
    .order = "device_id",
    .other_order = "last_seen last_seen",
    .id_case = IdCase::kIgnored,
    .filters =
        {
            {"hostname: 'dc-01'", "hostname = DC-01"},
            {"hostname: 'SRV-PROD-*'", "hostname ^ SRV-PROD-"},
            {"platforms: ['Linux', 'Mac']", "platform_name != Windows"},
            {"product_types: PRODUCT_TYPE_DOMAIN_CONTROLLER", "hostname ^ DC-0"},
            {"statuses: CONTAINMENT_STATUS_CONTAINED", "status = CONTAINED"},
            {"tags: '{tags}'", "tags = {tags}"},
            {"groups: '{groups}'", "groups = {groups}"},
            {"days: 1", "last_seen >= {interval}"},
            {"last_seen { end { seconds: {9d} } }", "last_seen < {9d}"},
            {"fql: \"platform_name:'Linux'\"", "platform_name = Linux"},
        },
    .refused =
        {
            {"ListHosts"},
            {"filter { platforms: 'windows' }", "filter.platforms", "'Windows'"},
            {"filter { fql: \"platfrom_name:'Linux'\" }", "filter.fql", "platform_name"},
            {"order_by: 'last_seen desc please'", "order_by"},
            {"GetHost"},
            {"hostname: 'DC-01' read_mask { paths: 'hostname.no_such' }", "read_mask"},
            {"hostname: 'SRV-*'", "hostname"},
            {"device_id: 'abc'", "device_id"},
            {"device_id: \"0123456789abcdef0123456789abcde'\"", "device_id"},
            {"BatchGetNetworkAddressHistory"},
            {"device_ids: 'x'", "device_ids[0]"},
            {"BatchGetOnlineState"},
            {"device_ids: ''", "device_ids[0]"},
            {"AggregateHosts"},
            {"field: 'hostname'", "field", "platform_name"},
            {"field: 'platfrom'", "field", "can be counted: "},
            {"", "field", "is required"},
            {"field: 'status' filter { fql: \"platfrom_name:'Linux'\" }", "filter.fql",
             "platform_name"},
        },
};

}  // namespace falcon::e2e
