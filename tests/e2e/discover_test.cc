// DiscoverService beyond what every noun does: assets beside hosts, blocks by read mask, accounts and logins.
#include "tests/e2e/nouns.h"

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

// Of the right shape, of no record.
constexpr char kNoAsset[] = "0123456789abcdef0123456789abcdef_0123456789abcdef";

}  // namespace

extern const Noun kDiscoveredHost;
extern const Noun kDiscoveredApplication;
extern const Noun kDiscoveredAccount;
extern const Noun kDiscoveredLogin;
const Noun kDiscoveredHost = {
    .record = "DiscoveredHost",
    .flag = "--discover-hosts",
    .small = 80,
    .medium = 450,
    .unknown_id = kNoAsset,
    .no_match = "hostname: 'no-such-host'",
    .order = "-first_seen_timestamp",
    .other_order = "hostname hostname",
    .ids_per_call = 100,
    .filters =
        {
            {"hostname: 'srv-prod-*'", "hostname ^ SRV-PROD-"},
            {"platforms: ['Linux', 'Mac']", "platform_name = Linux|Mac"},
            {"days: 2", "last_seen_timestamp >= {interval}"},
            {"last_seen { end { seconds: {10d} } }", "last_seen_timestamp < {10d}"},
            {"first_seen { start { seconds: {90d} } }", "first_seen_timestamp >= {90d}"},
            {"statuses: [ENTITY_TYPE_UNMANAGED, ENTITY_TYPE_UNSUPPORTED]", "aid unset"},
            {"tags: 'FalconGroupingTags/Finance'", "tags = FalconGroupingTags/Finance"},
            {"groups: '{groups}'", "groups = {groups}"},
            {"product_types: PRODUCT_TYPE_DOMAIN_CONTROLLER",
             "product_type_desc = DOMAIN_CONTROLLER"},
            {"criticalities: [ASSET_CRITICALITY_CRITICAL, ASSET_CRITICALITY_LOW]",
             "criticality = CRITICAL|LOW"},
            {"internet_exposure: YES_NO_YES", "internet_exposure = YES"},
            {"os_is_eol: YES_NO_UNDETERMINED", "os_is_eol = UNDETERMINED"},
            {"device_id: '{aid}'", "aid = {aid}"},
            {"statuses: ENTITY_TYPE_UNMANAGED fql: 'confidence:>=75'",
             "entity_type = UNMANAGED & confidence >= 75"},
        },
    .refused =
        {
            {"ListDiscoveredHosts"},
            {"filter { platforms: 'windows' }", "filter.platforms", "'Windows'"},
            {"filter { fql: \"status:'managed'\" }", "filter.fql", "unknown field `status`"},
            {"filter { fql: \"device_id:'6fa2c1d04b7e4f0c9d3ab8e5127f90aa'\" }", "filter.fql",
             "nearest: `aid`"},
            {"filter { fql: \"hostname:~'SRV'\" }", "filter.fql", "write hostname:*'*SRV*'"},
            {"filter { fql: 'os_is_eol:true' }", "filter.fql", "os_is_eol"},
            {"order_by: 'os_version'", "order_by", "no list is ordered by `os_version`"},
            {"GetDiscoveredHost"},
            {"id: '0123456789abcdef0123456789abcdef'", "id",
             "ListDiscoveredHosts with `filter.device_id`"},
        },
};

const Noun kDiscoveredApplication = {
    .record = "DiscoveredApplication",
    .flag = "--discover-applications",
    .medium = 500,
    .unknown_id = kNoAsset,
    .no_match = "name: 'no such program'",
    .order = "-first_seen_timestamp",
    .other_order = "first_seen_timestamp first_seen_timestamp",
    .ids_per_call = 100,
    .filters =
        {
            {"name: 'Chrome'", "name = Chrome"},
            {"name: '*SSH*'", "name ~ SSH"},
            {"vendor: 'Micro*'", "vendor ^ Micro"},
            {"version: '1*'", "version ^ 1"},
            {"hostname: 'srv-prod-*'", "host.hostname ^ SRV-PROD-"},
            {"device_id: '{host.aid}'", "host.aid = {host.aid}"},
            {"is_suspicious: true", "is_suspicious = true"},
            {"is_suspicious: false", "is_suspicious = false"},
            {"fql: 'is_suspicious:true'", "is_suspicious = true"},
            {"platforms: 'Linux'", "host.platform_name = Linux"},
            {"days: 20", "last_used_timestamp >= {interval}"},
            {"last_used { end { seconds: {30d} } }", "last_used_timestamp < {30d}"},
            {"first_seen { start { seconds: {90d} } }", "first_seen_timestamp >= {90d}"},
            {"last_updated { start { seconds: {9d} } }", "last_updated_timestamp >= {9d}"},
        },
    .refused =
        {
            {"ListDiscoveredApplications"},
            {"filter { fql: \"is_suspicious:'True'\" }", "filter.fql", "write is_suspicious:true"},
            {"BatchGetDiscoveredApplications"},
            {"ids: ['a_b', '']", "ids[1]"},
        },
};

const Noun kDiscoveredAccount = {
    .record = "DiscoveredAccount",
    .flag = "--discover-accounts",
    .medium = 450,
    .unknown_id = kNoAsset,
    .no_match = "username: 'nobody'",
    .order = "username",
    .other_order = "last_failed_login_timestamp last_failed_login_timestamp",
    .list_calls = 2,
    .ids_per_call = 100,
    .some_undated = true,
    .filters =
        {
            {"username: 'SVC-*'", "username = svc-backup"},
            {"account_types: ACCOUNT_TYPE_LOCAL", "account_type = LOCAL"},
            {"admin_privileges: YES_NO_UNDETERMINED", "admin_privileges = UNDETERMINED"},
            {"login_domain: 'emea*'", "login_domain = emea.example.com"},
            {"days: 2", "last_successful_login_timestamp >= {interval}"},
            {"last_successful_login { start { seconds: {3d} } }",
             "last_successful_login_timestamp >= {3d}"},
            {"last_failed_login { start { seconds: {10d} } }",
             "last_failed_login_timestamp >= {10d}"},
            {"password_last_set { start { seconds: {200d} } }",
             "password_last_set_timestamp >= {200d}"},
            {"first_seen { start { seconds: {100d} } }", "first_seen_timestamp >= {100d}"},
            {"fql: 'first_seen_timestamp:null'", "first_seen_timestamp unset"},
        },
    .refused =
        {
            {"ListDiscoveredAccounts"},
            {"filter { fql: \"account_type:'local'\" }", "filter.fql", "write 'Local'"},
            {"read_mask { paths: 'user_name' }", "read_mask", "user_name"},
        },
};

const Noun kDiscoveredLogin = {
    .record = "DiscoveredLogin",
    .flag = "--discover-logins",
    .medium = 450,
    .unknown_id = kNoAsset,
    .no_match = "hostname: 'no-such-host'",
    .order = "-login_timestamp",
    .other_order = "account_name account_name",
    .list_calls = 2,
    .ids_per_call = 100,
    .filters =
        {
            {"username: 'Administrator'", "username = administrator"},
            {"hostname: 'dc-0*'", "hostname ^ DC-0"},
            {"device_id: '{aid}'", "aid = {aid}"},
            {"login_types: [LOGIN_TYPE_REMOTE_INTERACTIVE, LOGIN_TYPE_SERVICE]",
             "login_type = REMOTE_INTERACTIVE|SERVICE"},
            {"login_statuses: LOGIN_STATUS_FAILED", "login_status = FAILED"},
            {"remote_ip: '192.168.1.*'", "remote_ip ^ 192.168.1."},
            {"account_types: ACCOUNT_TYPE_DOMAIN", "account_type = DOMAIN"},
            {"admin_privileges: YES_NO_YES", "admin_privileges = YES"},
            {"is_suspicious: true", "is_suspicious = true"},
            {"days: 1", "login_timestamp >= {interval}"},
            {"time { end { seconds: {3d} } }", "login_timestamp < {3d}"},
            {"fql: 'login_event_count:>5'", "login_event_count > 5"},
        },
    .refused =
        {
            {"ListDiscoveredLogins"},
            {"filter { fql: 'login_event_count:>[1,2]' }", "filter.fql", "not a list"},
            {"GetDiscoveredLogin"},
            {"id: 'a b'", "id", "blanks"},
        },
};

}  // namespace falcon::e2e
