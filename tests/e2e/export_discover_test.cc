// Exports of DiscoverService: complete, in order and none twice, past dead cursors and past the
// window of 10,000.
#include <set>

#include "tests/e2e/calls/discover.h"
#include "tests/e2e/export.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;

constexpr char kLoginPages[] = "GET /discover/queries/logins/v1";
constexpr char kAccountPages[] = "GET /discover/queries/accounts/v1";

// With the mask that the checks need.
template <class Request>
Request Dated(Request request) {
  const bool logins = std::is_same_v<Request, v1::ExportDiscoveredLoginsRequest>;
  request.mutable_read_mask()->add_paths("id");
  request.mutable_read_mask()->add_paths(logins ? "login_timestamp" : "first_seen_timestamp");
  return request;
}

template <class Request>
Exported Read(World& world, const Request& request) {
  return Export(world, Dated(request));
}

WorldOptions Few(std::vector<std::string> further) {
  std::vector<std::string> flags = {"--alerts", "20", "--hosts", "200", "--rate-limit", "0"};
  flags.insert(flags.end(), further.begin(), further.end());
  return {flags};
}

TEST(ExportDiscovered, HostsComeExportedAtACallAPage) {
  World world(Few({"--discover-hosts", "12000"}));
  ExpectWhole(Read(world, v1::ExportDiscoveredHostsRequest()), 12'000);
  EXPECT_EQ(world.Calls("GET /discover/combined/hosts/v1"), 12);
  EXPECT_EQ(world.Calls(), 12);
}

TEST(ExportDiscovered, HostsPassCursorsThatDieAfterTwoPages) {
  World world(Few({"--discover-hosts", "4000", "--cursor-uses", "2"}));
  ExpectWhole(Read(world, Make<v1::ExportDiscoveredHostsRequest>("batch_size: 150")), 4000);
}

TEST(ExportDiscovered, ApplicationsPassCursorsThatDieAfterTwoPages) {
  World world(Few({"--discover-applications", "4000", "--cursor-uses", "2"}));
  ExpectWhole(Read(world, Make<v1::ExportDiscoveredApplicationsRequest>("batch_size: 150")), 4000);
}

TEST(ExportDiscovered, HostsOfAFilterAreThoseOfTheList) {
  World world(Few({"--discover-hosts", "3000"}));
  const std::string filter = "filter { statuses: ENTITY_TYPE_UNMANAGED days: 2 }";
  const auto list = Ask(world, Make<v1::ListDiscoveredHostsRequest>(filter));
  ASSERT_GT(list->total_size(), 0) << list.status.error_message();
  ExpectWhole(Read(world, Make<v1::ExportDiscoveredHostsRequest>(filter)), list->total_size());
  const Exported none =
      Read(world, Make<v1::ExportDiscoveredHostsRequest>("filter { hostname: 'nobody' }"));
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_EQ(none.count(), 0);
}

TEST(ExportDiscovered, LoginsPassTheWindowAtTwoCallsAPage) {
  World world(Few({"--discover-logins", "12000"}));
  ExpectWhole(Read(world, v1::ExportDiscoveredLoginsRequest()), 12'000);
  // Each page begins with what the one before ended with.
  EXPECT_LE(world.Calls(kLoginPages), 130);
  EXPECT_LE(world.Calls(), 2 * 130);
}

TEST(ExportDiscovered, LoginsAreCompletedByTheirResumeToken) {
  World world(Few({"--discover-logins", "3000"}));
  ExpectCompletedByItsToken(world, Dated(v1::ExportDiscoveredLoginsRequest()), 3000,
                            [](const Exported& so_far) { return so_far.count() < 1000; });
}

TEST(ExportDiscovered, AccountsPassTheWindowThoseThatNeverLoggedOnLast) {
  World world(Few({"--discover-accounts", "12000"}));
  const Exported all = Read(world, v1::ExportDiscoveredAccountsRequest());
  ExpectWhole(all, 12'000, all.undated);
  EXPECT_GT(all.undated, 500);
  EXPECT_LE(world.Calls(kAccountPages), 130);
}

TEST(ExportDiscovered, AccountsOfWhomAllLoggedOnCostOneCallMore) {
  World world(Few({"--discover-accounts", "1000"}));
  const auto request =
      Make<v1::ExportDiscoveredAccountsRequest>("filter { first_seen { start { seconds: 1 } } }");
  const auto list = Ask(world, Make<v1::ListDiscoveredAccountsRequest>(
                                   "page_size: 1 filter { first_seen { start { seconds: 1 } } }"));
  world.ResetLedger();
  const Exported all = Read(world, request);
  ExpectWhole(all, list->total_size());
  EXPECT_LE(world.Calls(kAccountPages), 12);
}

TEST(ExportDiscovered, AccountsAreCompletedByTheirResumeTokenInEitherPart) {
  World world(Few({"--discover-accounts", "3000"}));
  const auto request = Dated(v1::ExportDiscoveredAccountsRequest());
  const Exported once = Export(world, request);
  ExpectWhole(once, 3000, once.undated);
  for (const int cut : {1000, 3000 - once.undated + 50}) {
    SCOPED_TRACE(cut);
    ExpectCompletedByItsToken(world, request, 3000,
                              [cut](const Exported& so_far) { return so_far.count() < cut; });
  }
}

TEST(ExportDiscovered, ResumedAfterItsLastBatchIsOver) {
  World world(Few({"--discover-accounts", "500", "--discover-logins", "250"}));
  v1::ExportDiscoveredAccountsRequest accounts;
  accounts.set_resume_token(Read(world, accounts).resume_token);
  v1::ExportDiscoveredLoginsRequest logins;
  logins.set_resume_token(Read(world, logins).resume_token);
  for (const Exported& rest : {Read(world, accounts), Read(world, logins)}) {
    EXPECT_TRUE(rest.status.ok()) << rest.status.error_message();
    EXPECT_EQ(rest.count(), 0);
  }
}

TEST(ExportDiscovered, MoreStrangersThanTheWindowAreSaidBeforeTheFirstRecord) {
  World world(Few({"--discover-accounts", "140000"}));
  const Exported all = Read(world, v1::ExportDiscoveredAccountsRequest());
  EXPECT_EQ(all.status.error_code(), StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(Details(all.status).info.reason(), "OFFSET_WINDOW");
  EXPECT_NE(all.status.error_message().find("last_failed_login"), std::string::npos)
      << all.status.error_message();
  EXPECT_EQ(all.count(), 0);
  const Exported some =
      Read(world, Make<v1::ExportDiscoveredAccountsRequest>("filter { username: 'user0000*' }"));
  EXPECT_TRUE(some.status.ok()) << some.status.error_message();
  EXPECT_EQ(some.count(), 99) << "one of them has another name";
}

TEST(ListDiscovered, AccountsEndAtTheWindowAndSaySo) {
  World world(Few({"--discover-accounts", "10200"}));
  auto request =
      Make<v1::ListDiscoveredAccountsRequest>("page_size: 100 read_mask { paths: 'id' }");
  int pages = 0;
  while (true) {
    const auto page = Ask(world, request);
    if (!page.status.ok()) {
      EXPECT_EQ(page.status.error_code(), StatusCode::OUT_OF_RANGE) << page.status.error_message();
      EXPECT_NE(page.status.error_message().find("narrow"), std::string::npos);
      break;
    }
    ++pages;
    ASSERT_FALSE(page->next_page_token().empty());
    request.set_page_token(page->next_page_token());
  }
  EXPECT_EQ(pages, 100);
}

TEST(ListDiscovered, LoginsGoOnPastTheWindowInTheirDefaultOrder) {
  World world(Few({"--discover-logins", "10200"}));
  const auto request =
      Make<v1::ListDiscoveredLoginsRequest>("page_size: 100 read_mask { paths: 'id' }");
  std::set<std::string> ids;
  ForEachPage(world, request, [&ids](const auto& page) {
    for (const v1::DiscoveredLogin& login : page.logins()) ids.insert(login.id());
  });
  EXPECT_EQ(ids.size(), 10'200U);
}

TEST(ExportDiscovered, WithoutTheScopeSaysWhichOne) {
  World world(Few({"--deny-scope", "Assets (formerly Falcon Discover):read"}));
  for (const grpc::Status& status : {Read(world, v1::ExportDiscoveredHostsRequest()).status,
                                     Read(world, v1::ExportDiscoveredAccountsRequest()).status}) {
    EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(Details(status).info.metadata().at("required_scopes"),
              "Assets (formerly Falcon Discover):read");
  }
}

}  // namespace
}  // namespace falcon::e2e
