// Journeys through DiscoverService: accounts and logins.
#include <algorithm>

#include "tests/e2e/discover_journey.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using ListAccounts = v1::ListDiscoveredAccountsRequest;
using ListLogins = v1::ListDiscoveredLoginsRequest;

constexpr char kUnknown[] = "0123456789abcdef0123456789abcdef_0123456789abcdef";

class DiscoverAccounts : public DiscoverJourney {};
class DiscoverLogins : public DiscoverJourney {};

TEST_F(DiscoverAccounts, AreListedOnceByUsernameAtTwoCallsAPage) {
  world().ResetLedger();
  const auto request = Make<ListAccounts>("page_size: 100 read_mask { paths: ['id', 'username'] }");
  std::set<std::string> ids;
  std::vector<std::string> names;
  ForEachPage(world(), request, [&](const auto& page) {
    EXPECT_EQ(page.total_size(), 400);
    for (const v1::DiscoveredAccount& account : page.accounts()) {
      ids.insert(account.id());
      names.push_back(account.username());
    }
  });
  EXPECT_EQ(ids.size(), 400U);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(world().Calls("GET /discover/queries/accounts/v1"), 5)
      << "a full page is not the last, whatever the total says";
  EXPECT_EQ(world().Calls("GET /discover/entities/accounts/v1"), 4);
}

TEST_F(DiscoverAccounts, AreFoundByEachTypedFilterAndNoOther) {
  ExpectFinds<ListAccounts>("filter { username: 'SVC-*' }",
                            [](const auto& one) { return one.username() == "svc-backup"; });
  ExpectFinds<ListAccounts>("filter { account_types: ACCOUNT_TYPE_LOCAL }", [](const auto& one) {
    return one.account_type() == v1::ACCOUNT_TYPE_LOCAL;
  });
  ExpectFinds<ListAccounts>(
      "filter { admin_privileges: YES_NO_UNDETERMINED }",
      [](const auto& one) { return one.admin_privileges() == v1::YES_NO_UNDETERMINED; });
  ExpectFinds<ListAccounts>("filter { login_domain: 'emea*' }", [](const auto& one) {
    return one.login_domain() == "emea.example.com";
  });
  ExpectFinds<ListAccounts>("filter { days: 2 }", [](const auto& one) {
    return one.last_successful_login_timestamp().seconds() >= DaysAgo(2) / 60 * 60;
  });
  const auto since = [](const std::string& field, int days) {
    return "filter { " + field + " { start { seconds: " + std::to_string(DaysAgo(days)) + " } } }";
  };
  ExpectFinds<ListAccounts>(since("last_successful_login", 3), [](const auto& one) {
    return one.last_successful_login_timestamp().seconds() >= DaysAgo(3);
  });
  ExpectFinds<ListAccounts>(since("last_failed_login", 10), [](const auto& one) {
    return one.last_failed_login_timestamp().seconds() >= DaysAgo(10);
  });
  ExpectFinds<ListAccounts>(since("password_last_set", 200), [](const auto& one) {
    return one.password_last_set_timestamp().seconds() >= DaysAgo(200);
  });
  ExpectFinds<ListAccounts>(since("first_seen", 100), [](const auto& one) {
    return one.first_seen_timestamp().seconds() >= DaysAgo(100);
  });
  ExpectFinds<ListAccounts>("filter { fql: 'first_seen_timestamp:null' }",
                            [](const auto& one) { return !one.has_first_seen_timestamp(); });
}

TEST_F(DiscoverAccounts, GetAndBatchGetBringThemById) {
  const auto page = Ask(world(), Make<ListAccounts>("filter { username: 'svc-backup' }"));
  ASSERT_EQ(page->accounts_size(), 1) << page.status.error_message();
  v1::GetDiscoveredAccountRequest one;
  one.set_id(page->accounts(0).id());
  const auto account = Ask(world(), one);
  EXPECT_EQ(account->account().admin_privileges(), v1::YES_NO_YES);
  EXPECT_TRUE(account->account().local_admin_privileges());
  EXPECT_EQ(account->account().last_successful_login_hostname(), "DC-01");
  v1::BatchGetDiscoveredAccountsRequest batch;
  batch.add_ids(kUnknown);
  batch.add_ids(page->accounts(0).id());
  const auto answer = Ask(world(), batch);
  EXPECT_EQ(answer->accounts_size(), 1) << answer.status.error_message();
  EXPECT_EQ(answer->missing(0).id(), kUnknown);
  one.set_id(kUnknown);
  EXPECT_EQ(Ask(world(), one).status.error_code(), StatusCode::NOT_FOUND);
}

TEST_F(DiscoverLogins, AreFoundByEachTypedFilterAndNoOther) {
  const auto story = All<ListLogins>("filter { hostname: 'DC-01' username: 'svc-backup' }");
  ASSERT_GT(story.size(), 0U);
  const std::string aid = story[0].aid();
  ExpectFinds<ListLogins>("filter { username: 'Administrator' }",
                          [](const auto& one) { return one.username() == "administrator"; });
  ExpectFinds<ListLogins>("filter { hostname: 'dc-0*' }",
                          [](const auto& one) { return one.hostname().starts_with("DC-0"); });
  ExpectFinds<ListLogins>("filter { device_id: '" + aid + "' }",
                          [&](const auto& one) { return one.aid() == aid; });
  ExpectFinds<ListLogins>(
      "filter { login_types: [LOGIN_TYPE_REMOTE_INTERACTIVE, LOGIN_TYPE_SERVICE] }",
      [](const auto& one) {
        return one.login_type() == v1::LOGIN_TYPE_REMOTE_INTERACTIVE ||
               one.login_type() == v1::LOGIN_TYPE_SERVICE;
      });
  ExpectFinds<ListLogins>("filter { login_statuses: LOGIN_STATUS_FAILED }", [](const auto& one) {
    return one.login_status() == v1::LOGIN_STATUS_FAILED;
  });
  ExpectFinds<ListLogins>("filter { remote_ip: '192.168.1.*' }", [](const auto& one) {
    return one.remote_ip().starts_with("192.168.1.");
  });
  ExpectFinds<ListLogins>("filter { account_types: ACCOUNT_TYPE_DOMAIN }", [](const auto& one) {
    return one.account_type() == v1::ACCOUNT_TYPE_DOMAIN;
  });
  ExpectFinds<ListLogins>("filter { admin_privileges: YES_NO_YES }",
                          [](const auto& one) { return one.admin_privileges() == v1::YES_NO_YES; });
  ExpectFinds<ListLogins>("filter { is_suspicious: true }",
                          [](const auto& one) { return one.is_suspicious(); });
  ExpectFinds<ListLogins>("filter { days: 1 }", [](const auto& one) {
    return one.login_timestamp().seconds() >= DaysAgo(1) / 60 * 60;
  });
  ExpectFinds<ListLogins>(
      "filter { time { end { seconds: " + std::to_string(DaysAgo(3)) + " } } }",
      [](const auto& one) { return one.login_timestamp().seconds() < DaysAgo(3); });
  ExpectFinds<ListLogins>("filter { fql: 'login_event_count:>5' }",
                          [](const auto& one) { return one.login_event_count() > 5; });
}

TEST_F(DiscoverLogins, LeadToTheirHostAndTheirAccount) {
  const auto logins = All<ListLogins>("filter { hostname: 'DC-01' username: 'svc-backup' }");
  ASSERT_GT(logins.size(), 0U);
  v1::GetDiscoveredHostRequest host;
  host.set_id(logins[0].host_id());
  EXPECT_EQ(Ask(world(), host)->host().hostname(), "DC-01");
  v1::GetDiscoveredAccountRequest account;
  account.set_id(logins[0].account_id());
  EXPECT_EQ(Ask(world(), account)->account().account_name(), logins[0].account_name());
}

TEST_F(DiscoverLogins, AreTheNewestFirstUnlessOrderedOtherwise) {
  const auto newest = Ask(world(), Make<ListLogins>("page_size: 100"));
  ASSERT_EQ(newest->logins_size(), 100) << newest.status.error_message();
  for (int i = 1; i < 100; ++i) {
    EXPECT_GE(newest->logins(i - 1).login_timestamp().seconds(),
              newest->logins(i).login_timestamp().seconds());
  }
  const auto named = Ask(world(), Make<ListLogins>("page_size: 100 order_by: 'account_name'"));
  for (int i = 1; i < 100; ++i) {
    EXPECT_LE(named->logins(i - 1).account_name(), named->logins(i).account_name());
  }
}

TEST_F(DiscoverLogins, GetAndBatchGetBringThemById) {
  const auto page =
      Ask(world(), Make<ListLogins>("filter { login_statuses: LOGIN_STATUS_FAILED }"));
  ASSERT_GT(page->logins_size(), 0) << page.status.error_message();
  v1::GetDiscoveredLoginRequest one;
  one.set_id(page->logins(0).id());
  EXPECT_FALSE(Ask(world(), one)->login().failure_description().empty());
  v1::BatchGetDiscoveredLoginsRequest batch;
  for (const v1::DiscoveredLogin& login : page->logins()) batch.add_ids(login.id());
  EXPECT_EQ(Ask(world(), batch)->logins_size(), page->logins_size());
}

}  // namespace
}  // namespace falcon::e2e
