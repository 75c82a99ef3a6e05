// The decoder on records of Falcon Discover: full ones, ugly ones.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "decoding.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/discovered_account_record.pb.h"
#include "falcon_gateway/v1/discovered_application_record.pb.h"
#include "falcon_gateway/v1/discovered_host_record.pb.h"
#include "falcon_gateway/v1/discovered_login_record.pb.h"
#include "full_record.h"

namespace falcon::json {
namespace {

using Skipped = std::map<std::string, int64_t>;

TEST(DiscoverRecords, FillEveryFieldOfFullOnes) {
  ExpectEveryFieldSet<v1::DiscoveredHost>("discovered_host_full.json");
  ExpectEveryFieldSet<v1::DiscoveredApplication>("discovered_application_full.json");
  ExpectEveryFieldSet<v1::DiscoveredAccount>("discovered_account_full.json");
  ExpectEveryFieldSet<v1::DiscoveredLogin>("discovered_login_full.json");
}

TEST(DiscoverRecords, LoseOnlyTheBadFieldsOfAnUglyHost) {
  const auto [host, report] =
      DecodeRecord<v1::DiscoveredHost>(TestData("discovered_host_ugly.json"));
  const Skipped skipped = {
      {"account_enabled", 1},
      {"criticality", 1},
      {"disk_sizes", 1},
      {"disk_sizes.disk_space", 1},
      {"field_metadata.city", 1},
      {"first_seen_timestamp", 1},
      {"local_ips_count", 1},
      {"os_security.credential_guard_status", 1},
      {"platform_name", 1},
      {"tags", 1},
      {"triage", 1},
  };
  EXPECT_EQ(CountsOf(report), skipped);
  EXPECT_EQ(host.entity_type(), v1::ENTITY_TYPE_MANAGED);
  EXPECT_EQ(host.criticality(), v1::ASSET_CRITICALITY_UNSPECIFIED);
  EXPECT_EQ(host.internet_exposure(), v1::YES_NO_UNSPECIFIED);
  EXPECT_EQ(host.os_is_eol(), v1::YES_NO_UNDETERMINED);
  EXPECT_EQ(host.product_type_desc(), v1::PRODUCT_TYPE_DOMAIN_CONTROLLER);
  EXPECT_EQ(host.last_seen_timestamp().seconds(), 1767600900);
  EXPECT_EQ(host.confidence(), 75);
  EXPECT_EQ(host.tags_size(), 2);
  EXPECT_EQ(host.groups_size(), 1);
  EXPECT_TRUE(host.reduced_functionality_mode());
  EXPECT_FALSE(host.has_account_enabled());
  EXPECT_TRUE(host.cloud_registered());
  EXPECT_EQ(host.total_memory(), 4294967296);
  EXPECT_EQ(host.total_disk_space(), -1);
  ASSERT_EQ(host.network_interfaces_size(), 1);
  EXPECT_EQ(host.network_interfaces(0).mac_address(), "17");
  EXPECT_TRUE(host.os_security().secure_boot_enabled_status());
  EXPECT_EQ(host.field_metadata().at("hostname").providers(0), "Falcon");
  EXPECT_FALSE(host.has_creation_timestamp());
}

TEST(DiscoverRecords, LoseOnlyTheBadFieldsOfAnUglyApplication) {
  const auto [application, report] =
      DecodeRecord<v1::DiscoveredApplication>(TestData("discovered_application_ugly.json"));
  const Skipped skipped = {
      {"browser_extension.installations.enabled", 1},
      {"browser_extension.permissions", 1},
      {"dev_package.author", 1},
      {"host.product_type_desc", 1},
      {"host.tags", 1},
      {"ide_extension", 1},
      {"installation_timestamp", 1},
      {"is_normalized", 1},
  };
  EXPECT_EQ(CountsOf(report), skipped);
  EXPECT_EQ(application.id(), "17");
  EXPECT_EQ(application.version(), "1.5");
  EXPECT_TRUE(application.is_suspicious());
  EXPECT_EQ(application.host().internet_exposure(), v1::YES_NO_PENDING);
  EXPECT_EQ(application.suspicious_indicators(0).severity(), "9");
  EXPECT_EQ(application.last_used_timestamp().nanos(), 123456789);
  EXPECT_TRUE(application.browser_extension().enabled());
  EXPECT_EQ(application.dev_package().dependency_count(), 3);
}

TEST(DiscoverRecords, LoseOnlyTheBadFieldsOfAnUglyAccount) {
  const auto [account, report] =
      DecodeRecord<v1::DiscoveredAccount>(TestData("discovered_account_ugly.json"));
  const Skipped skipped = {
      {"account_type", 1},
      {"last_failed_login_type", 1},
      {"last_successful_login_timestamp", 1},
      {"local_admin_privileges", 1},
      {"username", 1},
  };
  EXPECT_EQ(CountsOf(report), skipped);
  EXPECT_EQ(account.account_name(), "CORP\\alice");
  EXPECT_EQ(account.admin_privileges(), v1::YES_NO_UNDETERMINED);
  EXPECT_FALSE(account.has_first_seen_timestamp()) << "Falcon's way to say never";
  EXPECT_EQ(account.last_successful_login_type(), v1::LOGIN_TYPE_NETWORK_CLEARTEXT);
  EXPECT_EQ(account.password_last_set_timestamp().seconds(), 1767600900);
  EXPECT_EQ(account.user_sid(), "500");
}

TEST(DiscoverRecords, LoseOnlyTheBadFieldsOfAnUglyLogin) {
  const auto [login, report] =
      DecodeRecord<v1::DiscoveredLogin>(TestData("discovered_login_ugly.json"));
  EXPECT_EQ(CountsOf(report), (Skipped{{"admin_privileges", 1}, {"remote_ip", 1}}));
  EXPECT_EQ(login.login_timestamp().seconds(), 1767600900);
  EXPECT_EQ(login.login_status(), v1::LOGIN_STATUS_SUCCESSFUL);
  EXPECT_EQ(login.login_type(), v1::LOGIN_TYPE_TERMINAL_SERVER);
  EXPECT_EQ(login.login_event_count(), 9007199254740993);
  EXPECT_FALSE(login.has_is_suspicious());
  EXPECT_TRUE(login.local_admin_privileges());
  EXPECT_EQ(login.account_id(), "12");
}

}  // namespace
}  // namespace falcon::json
