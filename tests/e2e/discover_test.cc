// DiscoverService beyond what every noun does: assets beside hosts, blocks by read mask, accounts and logins.
#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

class DiscoverJourney : public SharedWorld<DiscoverJourney> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "20", "--hosts", "200", "--discover-hosts", "700",
             "--discover-applications", "1100", "--discover-accounts", "400", "--discover-logins",
             "900", "--rate-limit", "0"}};
  }
};
class DiscoverHosts : public DiscoverJourney {};
class DiscoverApplications : public DiscoverJourney {};
class DiscoverAccounts : public DiscoverJourney {};
class DiscoverLogins : public DiscoverJourney {};

using ListHosts = v1::ListDiscoveredHostsRequest;
using ListApplications = v1::ListDiscoveredApplicationsRequest;
using ListAccounts = v1::ListDiscoveredAccountsRequest;
using ListLogins = v1::ListDiscoveredLoginsRequest;

v1::DiscoveredHost Named(World& world, const std::string& hostname) {
  const auto page = Ask(world, Make<ListHosts>("filter { hostname: '" + hostname + "' }"));
  EXPECT_EQ(page->hosts_size(), 1) << page.status.error_message();
  return page->hosts_size() > 0 ? page->hosts(0) : v1::DiscoveredHost();
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

TEST_F(DiscoverAccounts, AFullPageIsNotTheLastWhateverTheTotalSays) {
  world().ResetLedger();
  const auto request = Make<ListAccounts>("page_size: 100");
  ForEachPage(world(), request, [](const auto& page) { EXPECT_EQ(page.total_size(), 400); });
  EXPECT_EQ(world().Calls("GET /discover/queries/accounts/v1"), 5);
  EXPECT_EQ(world().Calls("GET /discover/entities/accounts/v1"), 4);
}

TEST_F(DiscoverAccounts, TellTheirPrivilegesAndTheirLastLogin) {
  const auto page =
      Ask(world(), Make<ListAccounts>("filter { username: 'svc-backup' } view: RECORD_VIEW_FULL"));
  ASSERT_EQ(page->accounts_size(), 1) << page.status.error_message();
  EXPECT_EQ(page->accounts(0).admin_privileges(), v1::YES_NO_YES);
  EXPECT_TRUE(page->accounts(0).local_admin_privileges());
  EXPECT_EQ(page->accounts(0).last_successful_login_hostname(), "DC-01");
}

TEST_F(DiscoverLogins, LeadToTheirHostAndTheirAccount) {
  const auto page = Ask(
      world(), Make<ListLogins>(
                   "filter { hostname: 'DC-01' username: 'svc-backup' } view: RECORD_VIEW_FULL"));
  ASSERT_GT(page->logins_size(), 0) << page.status.error_message();
  v1::GetDiscoveredHostRequest host;
  host.set_id(page->logins(0).host_id());
  EXPECT_EQ(Ask(world(), host)->host().hostname(), "DC-01");
  v1::GetDiscoveredAccountRequest account;
  account.set_id(page->logins(0).account_id());
  EXPECT_EQ(Ask(world(), account)->account().account_name(), page->logins(0).account_name());
}

TEST_F(DiscoverLogins, ThatFailedSayWhy) {
  const auto page = Ask(
      world(),
      Make<ListLogins>("filter { login_statuses: LOGIN_STATUS_FAILED } view: RECORD_VIEW_FULL"));
  ASSERT_GT(page->logins_size(), 0) << page.status.error_message();
  EXPECT_FALSE(page->logins(0).failure_description().empty());
}

}  // namespace
}  // namespace falcon::e2e
