// Journeys through DiscoverService: assets and applications.
#include <algorithm>

#include "tests/e2e/calls/hosts.h"
#include "tests/e2e/discover_journey.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using ListHosts = v1::ListDiscoveredHostsRequest;
using ListApplications = v1::ListDiscoveredApplicationsRequest;

constexpr char kHostPages[] = "GET /discover/combined/hosts/v1";
constexpr char kHostEntities[] = "GET /discover/entities/hosts/v1";
constexpr char kUnknown[] = "0123456789abcdef0123456789abcdef_0123456789abcdef";

class DiscoverHosts : public DiscoverJourney {};
class DiscoverApplications : public DiscoverJourney {};

v1::DiscoveredHost Named(World& world, const std::string& hostname) {
  const auto page = Ask(world, Make<ListHosts>("filter { hostname: '" + hostname + "' }"));
  EXPECT_EQ(page->hosts_size(), 1) << page.status.error_message();
  return page->hosts_size() > 0 ? page->hosts(0) : v1::DiscoveredHost();
}

TEST_F(DiscoverHosts, AreListedOnceTheNewestFirstAtACallAPage) {
  world().ResetLedger();
  auto request =
      Make<ListHosts>("page_size: 300 read_mask { paths: ['id', 'first_seen_timestamp'] }");
  std::set<std::string> ids;
  size_t records = 0;
  int64_t last = INT64_MAX;
  ForEachPage(world(), request, [&](const auto& page) {
    EXPECT_EQ(page.total_size(), 700);
    for (const v1::DiscoveredHost& host : page.hosts()) {
      ids.insert(host.id());
      ++records;
      EXPECT_LE(host.first_seen_timestamp().seconds(), last);
      last = host.first_seen_timestamp().seconds();
    }
  });
  EXPECT_EQ(records, 700U);
  EXPECT_EQ(ids.size(), 700U);
  EXPECT_EQ(world().Calls(kHostPages), 3);
  EXPECT_EQ(world().Calls(), 3) << "never one call a host";
}

TEST_F(DiscoverHosts, WithASensorAreTheHostsOfHostService) {
  const v1::DiscoveredHost asset = Named(world(), "srv-prod-001");
  v1::GetHostRequest request;
  request.set_device_id(asset.aid());
  const auto host = Ask(world(), request);
  EXPECT_EQ(host->host().hostname(), "SRV-PROD-001");
  EXPECT_EQ(host->host().local_ip(), asset.current_local_ip());
  EXPECT_EQ(asset.entity_type(), v1::ENTITY_TYPE_MANAGED);
}

TEST_F(DiscoverHosts, AreFoundByEachTypedFilterAndNoOther) {
  const std::string aid = Named(world(), "DC-01").aid();
  ExpectFinds<ListHosts>("filter { hostname: 'srv-prod-*' }",
                         [](const auto& host) { return host.hostname().starts_with("SRV-PROD-"); });
  ExpectFinds<ListHosts>("filter { platforms: ['Linux', 'Mac'] }", [](const auto& host) {
    return host.platform_name() == "Linux" || host.platform_name() == "Mac";
  });
  ExpectFinds<ListHosts>("filter { days: 2 }", [](const auto& host) {
    return host.last_seen_timestamp().seconds() >= DaysAgo(2) / 60 * 60;
  });
  ExpectFinds<ListHosts>(
      "filter { last_seen { end { seconds: " + std::to_string(DaysAgo(10)) + " } } }",
      [](const auto& host) { return host.last_seen_timestamp().seconds() < DaysAgo(10); });
  ExpectFinds<ListHosts>(
      "filter { first_seen { start { seconds: " + std::to_string(DaysAgo(90)) + " } } }",
      [](const auto& host) { return host.first_seen_timestamp().seconds() >= DaysAgo(90); });
  ExpectFinds<ListHosts>("filter { statuses: [ENTITY_TYPE_UNMANAGED, ENTITY_TYPE_UNSUPPORTED] }",
                         [](const auto& host) { return host.aid().empty(); });
  ExpectFinds<ListHosts>("filter { tags: 'FalconGroupingTags/Finance' }", [](const auto& host) {
    return std::count(host.tags().begin(), host.tags().end(), "FalconGroupingTags/Finance") > 0;
  });
  ExpectFinds<ListHosts>("filter { product_types: PRODUCT_TYPE_DOMAIN_CONTROLLER }",
                         [](const auto& host) {
                           return host.product_type_desc() == v1::PRODUCT_TYPE_DOMAIN_CONTROLLER;
                         });
  ExpectFinds<ListHosts>(
      "filter { criticalities: [ASSET_CRITICALITY_CRITICAL, ASSET_CRITICALITY_LOW] }",
      [](const auto& host) {
        return host.criticality() == v1::ASSET_CRITICALITY_CRITICAL ||
               host.criticality() == v1::ASSET_CRITICALITY_LOW;
      });
  ExpectFinds<ListHosts>("filter { internet_exposure: YES_NO_YES }", [](const auto& host) {
    return host.internet_exposure() == v1::YES_NO_YES;
  });
  ExpectFinds<ListHosts>("filter { os_is_eol: YES_NO_UNDETERMINED }", [](const auto& host) {
    return host.os_is_eol() == v1::YES_NO_UNDETERMINED;
  });
  ExpectFinds<ListHosts>("filter { device_id: '" + aid + "' }",
                         [&](const auto& host) { return host.aid() == aid; });
  ExpectFinds<ListHosts>(
      "filter { statuses: ENTITY_TYPE_UNMANAGED fql: \"confidence:>=75\" }", [](const auto& host) {
        return host.entity_type() == v1::ENTITY_TYPE_UNMANAGED && host.confidence() >= 75;
      });
}

TEST_F(DiscoverHosts, GroupOfAHostFindsIt) {
  const auto whole = All<ListHosts>("filter { hostname: 'SRV-PROD-001' }");
  ASSERT_EQ(whole.size(), 1U);
  ASSERT_EQ(whole[0].groups_size(), 1);
  const std::string group = whole[0].groups(0);
  ExpectFinds<ListHosts>("filter { groups: '" + group + "' }", [&](const auto& host) {
    return std::count(host.groups().begin(), host.groups().end(), group) > 0;
  });
}

TEST_F(DiscoverHosts, BlocksAreAskedForOnlyWhenTheMaskNamesThem) {
  const std::string named = "filter { hostname: 'SRV-PROD-001' }";
  const auto brief = Ask(world(), Make<ListHosts>(named));
  EXPECT_FALSE(brief->hosts(0).has_total_memory());
  EXPECT_EQ(brief->hosts(0).hostname(), "SRV-PROD-001");
  const auto memory = Ask(world(), Make<ListHosts>(named + "read_mask { paths: 'total_memory' }"));
  EXPECT_GT(memory->hosts(0).total_memory(), 0);
  EXPECT_TRUE(memory->hosts(0).owned_by().empty());
  EXPECT_TRUE(memory->hosts(0).id().empty()) << "not selected";
  const auto whole = Ask(world(), Make<ListHosts>(named + "view: RECORD_VIEW_FULL"));
  EXPECT_FALSE(whole->hosts(0).owned_by().empty());
  EXPECT_TRUE(whole->hosts(0).has_override_criticality_rules());
  EXPECT_EQ(whole->hosts(0).disk_sizes_size(), 1);
}

TEST_F(DiscoverHosts, GetBringsTheWholeRecord) {
  const v1::DiscoveredHost listed = Named(world(), "DC-01");
  v1::GetDiscoveredHostRequest request;
  request.set_id(listed.id());
  const auto answer = Ask(world(), request);
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer->host().hostname(), "DC-01");
  EXPECT_GT(answer->host().total_memory(), 0);
  EXPECT_EQ(answer->host().criticality(), v1::ASSET_CRITICALITY_CRITICAL);
  EXPECT_EQ(answer->read_info().upstream_calls(), 1);
}

TEST_F(DiscoverHosts, UnknownIdIsNotFound) {
  const auto answer =
      Ask(world(), Make<v1::GetDiscoveredHostRequest>(std::string("id: '") + kUnknown + "'"));
  EXPECT_EQ(answer.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(answer.reason(), "NOT_FOUND");
}

TEST_F(DiscoverHosts, BatchGoesAHundredAtATimeAndNamesWhatIsMissing) {
  v1::BatchGetDiscoveredHostsRequest request;
  const auto page = Ask(world(), Make<ListHosts>("page_size: 250"));
  for (const v1::DiscoveredHost& host : page->hosts()) request.add_ids(host.id());
  request.add_ids(kUnknown);
  world().ResetLedger();
  const auto answer = Ask(world(), request);
  ASSERT_EQ(answer->hosts_size(), 250) << answer.status.error_message();
  for (int i = 0; i < 250; ++i) EXPECT_EQ(answer->hosts(i).id(), request.ids(i));
  ASSERT_EQ(answer->missing_size(), 1);
  EXPECT_EQ(answer->missing(0).id(), kUnknown);
  EXPECT_EQ(answer->missing(0).code(), 404);
  EXPECT_EQ(world().Calls(kHostEntities), 3);
}

TEST_F(DiscoverHosts, NothingFoundIsAnEmptyAnswer) {
  const auto none = Ask(world(), Make<ListHosts>("filter { hostname: 'no-such-host' }"));
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_EQ(none->hosts_size(), 0);
  EXPECT_EQ(none->total_size(), 0);
  EXPECT_TRUE(none->next_page_token().empty());
}

TEST_F(DiscoverApplications, AreFoundByEachTypedFilterAndNoOther) {
  const std::string aid = Named(world(), "SRV-PROD-001").aid();
  ExpectFinds<ListApplications>("filter { name: 'Chrome' }",
                                [](const auto& one) { return one.name() == "Chrome"; });
  ExpectFinds<ListApplications>("filter { name: '*SSH*' }", [](const auto& one) {
    return one.name().find("SSH") != std::string::npos;
  });
  ExpectFinds<ListApplications>("filter { vendor: 'Micro*' }",
                                [](const auto& one) { return one.vendor().starts_with("Micro"); });
  ExpectFinds<ListApplications>("filter { version: '1*' }",
                                [](const auto& one) { return one.version().starts_with("1"); });
  ExpectFinds<ListApplications>("filter { hostname: 'srv-prod-*' }", [](const auto& one) {
    return one.host().hostname().starts_with("SRV-PROD-");
  });
  ExpectFinds<ListApplications>("filter { device_id: '" + aid + "' }",
                                [&](const auto& one) { return one.host().aid() == aid; });
  ExpectFinds<ListApplications>("filter { is_suspicious: true }",
                                [](const auto& one) { return one.is_suspicious(); });
  ExpectFinds<ListApplications>("filter { is_suspicious: false }",
                                [](const auto& one) { return !one.is_suspicious(); });
  ExpectFinds<ListApplications>("filter { platforms: 'Linux' }", [](const auto& one) {
    return one.host().platform_name() == "Linux";
  });
  ExpectFinds<ListApplications>("filter { days: 20 }", [](const auto& one) {
    return one.last_used_timestamp().seconds() >= DaysAgo(20) / 60 * 60;
  });
  ExpectFinds<ListApplications>(
      "filter { last_used { end { seconds: " + std::to_string(DaysAgo(30)) + " } } }",
      [](const auto& one) { return one.last_used_timestamp().seconds() < DaysAgo(30); });
  ExpectFinds<ListApplications>(
      "filter { first_seen { start { seconds: " + std::to_string(DaysAgo(90)) + " } } }",
      [](const auto& one) { return one.first_seen_timestamp().seconds() >= DaysAgo(90); });
  ExpectFinds<ListApplications>(
      "filter { last_updated { start { seconds: " + std::to_string(DaysAgo(9)) + " } } }",
      [](const auto& one) { return one.last_updated_timestamp().seconds() >= DaysAgo(9); });
}

TEST_F(DiscoverApplications, TellTheirHostAndTheirUseByDefault) {
  world().ResetLedger();
  const auto page = Ask(world(), Make<ListApplications>("filter { is_suspicious: true }"));
  ASSERT_EQ(page->applications_size(), 1) << page.status.error_message();
  const v1::DiscoveredApplication& application = page->applications(0);
  EXPECT_EQ(application.name(), "UpdateService");
  EXPECT_EQ(application.host().hostname(), "SRV-PROD-001");
  EXPECT_EQ(application.host().aid().size(), 32U);
  EXPECT_GT(application.last_used_timestamp().seconds(), 0);
  EXPECT_EQ(world().Calls(), 1);
}

TEST_F(DiscoverApplications, BlocksOfTheirKindComeWhenTheMaskNamesThem) {
  const auto page =
      Ask(world(), Make<ListApplications>("filter { name: 'uBlock Origin' } page_size: 1 read_mask "
                                          "{ paths: 'browser_extension' }"));
  ASSERT_EQ(page->applications_size(), 1) << page.status.error_message();
  EXPECT_EQ(page->applications(0).browser_extension().browser_name(), "Chrome");
  EXPECT_TRUE(page->applications(0).name().empty());
}

TEST_F(DiscoverApplications, GetAndBatchGetBringThemById) {
  const auto page = Ask(world(), Make<ListApplications>("page_size: 2"));
  ASSERT_EQ(page->applications_size(), 2) << page.status.error_message();
  v1::GetDiscoveredApplicationRequest one;
  one.set_id(page->applications(0).id());
  EXPECT_EQ(Ask(world(), one)->application().name(), page->applications(0).name());
  v1::BatchGetDiscoveredApplicationsRequest batch;
  batch.add_ids(page->applications(1).id());
  batch.add_ids(kUnknown);
  batch.add_ids(page->applications(0).id());
  const auto answer = Ask(world(), batch);
  ASSERT_EQ(answer->applications_size(), 2) << answer.status.error_message();
  EXPECT_EQ(answer->applications(0).id(), page->applications(1).id());
  EXPECT_EQ(answer->missing_size(), 1);
  EXPECT_FALSE(answer->applications(0).host().aid().empty());
}

}  // namespace
}  // namespace falcon::e2e
