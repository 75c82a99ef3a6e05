// Journeys through HostService: lists, look-ups by id and by name, histories and online states.
#include <algorithm>
#include <set>

#include "tests/e2e/calls/hosts.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
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
    EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
    return answer->host().device_id();
  }
};

TEST_F(HostJourney, PageTokensLeadThroughEveryHostOnce) {
  const auto request = Make<List>("page_size: 300");
  std::vector<std::string> ids;
  ForEachPage(world(), request, [&](const auto& page) {
    EXPECT_EQ(page.total_size(), 1000);
    for (const v1::Host& host : page.hosts()) ids.push_back(host.device_id());
  });
  EXPECT_EQ(ids.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end())) << "by device_id";
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 1000U);
}

struct Filtered {
  std::string name;
  std::string request;
  std::function<bool(const v1::Host&)> fits;
};

class HostFilter : public HostJourney, public testing::WithParamInterface<Filtered> {};

TEST_P(HostFilter, FindsWhatFitsAndNothingElse) {
  const auto page =
      Ask(world(), Make<List>(GetParam().request + " page_size: 200 view: RECORD_VIEW_FULL"));
  ASSERT_TRUE(page.status.ok()) << page.status.error_message();
  EXPECT_GT(page->hosts_size(), 0);
  EXPECT_LT(page->total_size(), 1000);
  for (const v1::Host& host : page->hosts()) {
    EXPECT_TRUE(GetParam().fits(host)) << host.ShortDebugString();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Typed, HostFilter,
    testing::Values(
        Filtered{"Hostname", "filter { hostname: 'dc-01' }",
                 [](const auto& host) { return host.hostname() == "DC-01"; }},
        Filtered{"HostnameWithAStar", "filter { hostname: 'SRV-PROD-*' }",
                 [](const auto& host) { return host.hostname().starts_with("SRV-PROD-"); }},
        Filtered{"Platforms", "filter { platforms: ['Linux', 'Mac'] }",
                 [](const auto& host) { return host.platform_name() != "Windows"; }},
        Filtered{"ProductTypes", "filter { product_types: PRODUCT_TYPE_DOMAIN_CONTROLLER }",
                 [](const auto& host) { return host.hostname().starts_with("DC-0"); }},
        Filtered{
            "Statuses", "filter { statuses: CONTAINMENT_STATUS_CONTAINED }",
            [](const auto& host) { return host.status() == v1::CONTAINMENT_STATUS_CONTAINED; }},
        Filtered{"Days", "filter { days: 1 }",
                 [](const auto& host) { return host.has_last_seen(); }},
        Filtered{"RawFilter", "filter { fql: \"platform_name:'Linux'\" }",
                 [](const auto& host) { return host.platform_name() == "Linux"; }}),
    [](const auto& filtered) { return filtered.param.name; });

TEST_F(HostJourney, TagsAndGroupsOfAHostFindIt) {
  const auto page = Ask(world(), Make<List>("page_size: 200 view: RECORD_VIEW_FULL"));
  bool tag_tried = false;
  bool group_tried = false;
  for (const v1::Host& host : page->hosts()) {
    List by_tag;
    List by_group;
    if (host.tags_size() > 0 && !tag_tried) {
      tag_tried = true;
      by_tag.mutable_filter()->add_tags(host.tags(0));
      EXPECT_GT(Ask(world(), by_tag)->hosts_size(), 0);
    }
    if (host.groups_size() > 0 && !group_tried) {
      group_tried = true;
      by_group.mutable_filter()->add_groups(host.groups(0));
      EXPECT_GT(Ask(world(), by_group)->hosts_size(), 0);
    }
  }
  EXPECT_TRUE(tag_tried);
  EXPECT_TRUE(group_tried);
}

TEST_F(HostJourney, OrderMayBeAsked) {
  const auto page = Ask(world(), Make<List>("order_by: 'last_seen desc' page_size: 100 "
                                            "read_mask { paths: 'last_seen' }"));
  ASSERT_EQ(page->hosts_size(), 100) << page.status.error_message();
  for (int i = 1; i < 100; ++i) {
    const auto& before = page->hosts(i - 1).last_seen();
    const auto& after = page->hosts(i).last_seen();
    EXPECT_GE(std::pair(before.seconds(), before.nanos()),
              std::pair(after.seconds(), after.nanos()));
  }
}

TEST_F(HostJourney, HostIsFoundByNameWhateverItsCaseAndThenById) {
  for (const char* name : {"SRV-PROD-001", "srv-prod-001"}) {
    v1::GetHostRequest by_name;
    by_name.set_hostname(name);
    const auto named = Ask(world(), by_name);
    ASSERT_TRUE(named.status.ok()) << named.status.error_message();
    EXPECT_EQ(named->host().hostname(), "SRV-PROD-001");
    EXPECT_EQ(named->host().local_ip(), "192.168.1.100");
    EXPECT_EQ(named->other_device_ids_size(), 0);
    v1::GetHostRequest by_id;
    by_id.set_device_id(named->host().device_id());
    const auto found = Ask(world(), by_id);
    ASSERT_TRUE(found.status.ok()) << found.status.error_message();
    EXPECT_EQ(found->host().SerializeAsString(), named->host().SerializeAsString());
  }
}

TEST_F(HostJourney, IdInUpperCaseFindsTheHostToo) {
  std::string id = IdOf("DC-01");
  std::transform(id.begin(), id.end(), id.begin(), [](char c) { return c >= 'a' ? c - 32 : c; });
  v1::GetHostRequest request;
  request.set_device_id(id);
  EXPECT_EQ(Ask(world(), request)->host().hostname(), "DC-01");
  v1::BatchGetHostsRequest batch;
  batch.add_device_ids(id);
  EXPECT_EQ(Ask(world(), batch)->hosts_size(), 1) << "as GetHost does";
}

TEST_F(HostJourney, NamesakesAreToldAndTheLastSeenIsTaken) {
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
  EXPECT_EQ(answer.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(answer.reason(), "NOT_FOUND");
}

TEST_F(HostJourney, NothingFoundIsAnEmptyAnswer) {
  const auto none = Ask(world(), Make<List>("filter { hostname: 'no-such-host' }"));
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_EQ(none->hosts_size(), 0);
  EXPECT_TRUE(none->next_page_token().empty());
}

TEST_F(HostJourney, MaskMayNameNestedFields) {
  const auto answer =
      Ask(world(), Make<v1::GetHostRequest>("hostname: 'DC-01' read_mask { paths: 'hostname' "
                                            "paths: 'device_policies.prevention.policy_id' }"));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer->host().hostname(), "DC-01");
  EXPECT_TRUE(answer->host().device_id().empty());
  EXPECT_FALSE(answer->host().device_policies().prevention().policy_id().empty());
  EXPECT_TRUE(answer->host().device_policies().prevention().policy_type().empty());
}

TEST_F(HostJourney, BatchNamesWhatIsMissing) {
  v1::BatchGetHostsRequest request;
  request.add_device_ids(IdOf("DC-02"));
  request.add_device_ids(kUnknown);
  request.add_device_ids(IdOf("DC-01"));
  const auto answer = Ask(world(), request);
  ASSERT_EQ(answer->hosts_size(), 2) << answer.status.error_message();
  EXPECT_EQ(answer->hosts(0).hostname(), "DC-02");
  EXPECT_EQ(answer->hosts(1).hostname(), "DC-01");
  ASSERT_EQ(answer->missing_size(), 1);
  EXPECT_EQ(answer->missing(0).id(), kUnknown);
  EXPECT_EQ(answer->missing(0).code(), 404);
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

TEST_F(HostJourney, AddressesOfAHostAreTold) {
  v1::BatchGetNetworkAddressHistoryRequest request;
  request.add_device_ids(IdOf("SRV-PROD-001"));
  request.add_device_ids(kUnknown);
  const auto answer = Ask(world(), request);
  ASSERT_EQ(answer->histories_size(), 1) << answer.status.error_message();
  ASSERT_GT(answer->histories(0).history_size(), 0);
  EXPECT_FALSE(answer->histories(0).history(0).ip_address().empty());
  EXPECT_EQ(answer->missing_size(), 1);
}

TEST_F(HostJourney, OnlineStatesAreTold) {
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

}  // namespace
}  // namespace falcon::e2e
