// Exports of DiscoverService: complete, in order and none twice, past dead cursors and past the
// window of 10,000.
#include <set>

#include "google/protobuf/util/time_util.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

using google::protobuf::Timestamp;
using grpc::StatusCode;

constexpr char kLoginPages[] = "GET /discover/queries/logins/v1";
constexpr char kAccountPages[] = "GET /discover/queries/accounts/v1";

// What came of an export.
struct Whole {
  grpc::Status status;
  std::set<std::string> ids;
  size_t records = 0;
  size_t without_instant = 0;
  int64_t exported = 0;
  int64_t total = 0;
  std::string resume_token;
  bool ascending = true;
  bool left = false;  // before the end
};

const auto& RecordsOf(const v1::ExportDiscoveredHostsResponse& batch) { return batch.hosts(); }
const auto& RecordsOf(const v1::ExportDiscoveredApplicationsResponse& batch) {
  return batch.applications();
}
const auto& RecordsOf(const v1::ExportDiscoveredAccountsResponse& batch) {
  return batch.accounts();
}
const auto& RecordsOf(const v1::ExportDiscoveredLoginsResponse& batch) { return batch.logins(); }

template <class Record>
const Timestamp& InstantOf(const Record& record) {
  return record.first_seen_timestamp();
}
const Timestamp& InstantOf(const v1::DiscoveredLogin& login) { return login.login_timestamp(); }

auto ReaderFor(World& world, grpc::ClientContext* context,
               const v1::ExportDiscoveredHostsRequest& request) {
  return world.discover().ExportDiscoveredHosts(context, request);
}
auto ReaderFor(World& world, grpc::ClientContext* context,
               const v1::ExportDiscoveredApplicationsRequest& request) {
  return world.discover().ExportDiscoveredApplications(context, request);
}
auto ReaderFor(World& world, grpc::ClientContext* context,
               const v1::ExportDiscoveredAccountsRequest& request) {
  return world.discover().ExportDiscoveredAccounts(context, request);
}
auto ReaderFor(World& world, grpc::ClientContext* context,
               const v1::ExportDiscoveredLoginsRequest& request) {
  return world.discover().ExportDiscoveredLogins(context, request);
}

// False leaves the stream.
using GoOn = std::function<bool(const Whole&)>;

// With the mask that the checks need.
template <class Request, class Response>
Whole ReadAll(World& world, Request request, const GoOn& go_on, Response batch) {
  const bool logins = std::is_same_v<Request, v1::ExportDiscoveredLoginsRequest>;
  request.mutable_read_mask()->add_paths("id");
  request.mutable_read_mask()->add_paths(logins ? "login_timestamp" : "first_seen_timestamp");
  Whole all;
  grpc::ClientContext context;
  const auto reader = ReaderFor(world, &context, request);
  Timestamp newest;
  while (reader->Read(&batch)) {
    for (const auto& record : RecordsOf(batch)) {
      all.ids.insert(record.id());
      ++all.records;
      const Timestamp& instant = InstantOf(record);
      if (instant.seconds() == 0) {
        ++all.without_instant;
        continue;
      }
      all.ascending = all.ascending && newest <= instant && all.without_instant == 0;
      newest = instant;
    }
    all.exported = batch.exported();
    all.total = batch.total_size();
    all.resume_token = batch.resume_token();
    all.left = go_on && !go_on(all);
    if (all.left) break;
  }
  if (all.left) context.TryCancel();
  all.status = reader->Finish();
  return all;
}

Whole Read(World& world, const v1::ExportDiscoveredHostsRequest& request, const GoOn& go_on = {}) {
  return ReadAll(world, request, go_on, v1::ExportDiscoveredHostsResponse());
}
Whole Read(World& world, const v1::ExportDiscoveredApplicationsRequest& request,
           const GoOn& go_on = {}) {
  return ReadAll(world, request, go_on, v1::ExportDiscoveredApplicationsResponse());
}
Whole Read(World& world, const v1::ExportDiscoveredAccountsRequest& request,
           const GoOn& go_on = {}) {
  return ReadAll(world, request, go_on, v1::ExportDiscoveredAccountsResponse());
}
Whole Read(World& world, const v1::ExportDiscoveredLoginsRequest& request, const GoOn& go_on = {}) {
  return ReadAll(world, request, go_on, v1::ExportDiscoveredLoginsResponse());
}

void ExpectWhole(const Whole& all, int64_t count) {
  EXPECT_TRUE(all.status.ok()) << all.status.error_message();
  EXPECT_EQ(static_cast<int64_t>(all.records), count);
  EXPECT_EQ(static_cast<int64_t>(all.ids.size()), count);
  EXPECT_EQ(all.exported, count);
  EXPECT_EQ(all.total, count);
  EXPECT_TRUE(all.ascending);
}

WorldOptions Few(std::vector<std::string> further) {
  std::vector<std::string> flags = {"--alerts", "20", "--hosts", "200", "--rate-limit", "0"};
  flags.insert(flags.end(), further.begin(), further.end());
  return {flags};
}

TEST(ExportDiscovered, HostsComeWholeAtACallAPage) {
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
  const std::string filter = "statuses: ENTITY_TYPE_UNMANAGED days: 2";
  const auto list = Ask(world, Make<v1::ListDiscoveredHostsRequest>(filter));
  ASSERT_GT(list->total_size(), 0) << list.status.error_message();
  ExpectWhole(Read(world, Make<v1::ExportDiscoveredHostsRequest>(filter)), list->total_size());
  const Whole none = Read(world, Make<v1::ExportDiscoveredHostsRequest>("hostname: 'nobody'"));
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_EQ(none.records, 0U);
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
  v1::ExportDiscoveredLoginsRequest request;
  const Whole first =
      Read(world, request, [](const Whole& so_far) { return so_far.records < 1000; });
  request.set_resume_token(first.resume_token);
  const Whole rest = Read(world, request);
  EXPECT_TRUE(rest.status.ok()) << rest.status.error_message();
  EXPECT_EQ(first.records + rest.records, 3000U);
  EXPECT_EQ(rest.exported, 3000);
  std::set<std::string> all = first.ids;
  all.insert(rest.ids.begin(), rest.ids.end());
  EXPECT_EQ(all.size(), 3000U);
}

TEST(ExportDiscovered, AccountsPassTheWindowThoseThatNeverLoggedOnLast) {
  World world(Few({"--discover-accounts", "12000"}));
  const Whole all = Read(world, v1::ExportDiscoveredAccountsRequest());
  ExpectWhole(all, 12'000);
  EXPECT_GT(all.without_instant, 500U);
  EXPECT_LE(world.Calls(kAccountPages), 130);
}

TEST(ExportDiscovered, AccountsOfWhomAllLoggedOnCostOneCallMore) {
  World world(Few({"--discover-accounts", "1000"}));
  const auto request =
      Make<v1::ExportDiscoveredAccountsRequest>("first_seen { start { seconds: 1 } }");
  const auto list = Ask(world, Make<v1::ListDiscoveredAccountsRequest>(
                                   "page_size: 1 first_seen { start { seconds: 1 } }"));
  world.ResetLedger();
  const Whole all = Read(world, request);
  ExpectWhole(all, list->total_size());
  EXPECT_EQ(all.without_instant, 0U);
  EXPECT_LE(world.Calls(kAccountPages), 12);
}

TEST(ExportDiscovered, AccountsAreCompletedByTheirResumeTokenInEitherPart) {
  World world(Few({"--discover-accounts", "3000"}));
  v1::ExportDiscoveredAccountsRequest request;
  const Whole once = Read(world, request);
  ExpectWhole(once, 3000);
  for (const size_t cut : {size_t{1000}, 3000 - once.without_instant + 50}) {
    request.clear_resume_token();
    const Whole first =
        Read(world, request, [cut](const Whole& so_far) { return so_far.records < cut; });
    request.set_resume_token(first.resume_token);
    const Whole rest = Read(world, request);
    EXPECT_TRUE(rest.status.ok()) << rest.status.error_message();
    EXPECT_EQ(first.records + rest.records, 3000U) << "cut at " << cut;
    EXPECT_EQ(rest.exported, 3000);
    std::set<std::string> all = first.ids;
    all.insert(rest.ids.begin(), rest.ids.end());
    EXPECT_EQ(all.size(), 3000U);
  }
}

TEST(ExportDiscovered, ResumedAfterItsLastBatchIsOver) {
  World world(Few({"--discover-accounts", "500", "--discover-logins", "250"}));
  v1::ExportDiscoveredAccountsRequest accounts;
  accounts.set_resume_token(Read(world, accounts).resume_token);
  v1::ExportDiscoveredLoginsRequest logins;
  logins.set_resume_token(Read(world, logins).resume_token);
  for (const Whole& rest : {Read(world, accounts), Read(world, logins)}) {
    EXPECT_TRUE(rest.status.ok()) << rest.status.error_message();
    EXPECT_EQ(rest.records, 0U);
  }
}

TEST(ExportDiscovered, MoreStrangersThanTheWindowAreSaidBeforeTheFirstRecord) {
  World world(Few({"--discover-accounts", "140000"}));
  const Whole all = Read(world, v1::ExportDiscoveredAccountsRequest());
  EXPECT_EQ(all.status.error_code(), StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(Details(all.status).info.reason(), "OFFSET_WINDOW");
  EXPECT_NE(all.status.error_message().find("last_failed_login"), std::string::npos)
      << all.status.error_message();
  EXPECT_EQ(all.records, 0U);
  const Whole some =
      Read(world, Make<v1::ExportDiscoveredAccountsRequest>("username: 'user0000*'"));
  EXPECT_TRUE(some.status.ok()) << some.status.error_message();
  EXPECT_EQ(some.records, 99U) << "one of them has another name";
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
  auto request = Make<v1::ListDiscoveredLoginsRequest>("page_size: 100 read_mask { paths: 'id' }");
  std::set<std::string> ids;
  do {
    const auto page = Ask(world, request);
    ASSERT_TRUE(page.status.ok()) << page.status.error_message();
    for (const v1::DiscoveredLogin& login : page->logins()) ids.insert(login.id());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
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
