// Exports whatever happens on the way, and at the reader's pace. What every export does is in nouns_test.cc.
#include <signal.h>

#include <set>
#include <thread>

#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

using Request = v1::ExportDetectionsRequest;

constexpr char kPages[] = "POST /alerts/combined/alerts/v1";
// The same data after a restart.
constexpr char kPinned[] = "2026-01-31T10:00:00Z";

TEST(Export, BringsAHundredThousandAlertsWithCursorsThatExpireOnTheWay) {
  World world({{"--alerts", "100000", "--cursor-uses", "20", "--rate-limit", "0"}});
  ExpectComplete(Export(world, Request()), 100'000);
}

TEST(Export, HoldsEveryAlertThatStaysWhileOthersComeGoAndChange) {
  World world({{"--alerts", "3000"}});
  const Exported before = Export(world, Make<Request>("batch_size: 500"));
  ExpectComplete(before, 3000);
  world.Fault(Rule("mutate", {{"times", 0}, {"add", 7}, {"remove", 7}, {"change", 7}}));
  const Exported during = Export(world, Make<Request>("batch_size: 100"));
  world.ClearFaults();
  const Exported after = Export(world, Make<Request>("batch_size: 500"));
  EXPECT_THAT(during, IsOk());
  const std::set<std::string> seen(during.ids.begin(), during.ids.end());
  EXPECT_EQ(seen.size(), during.ids.size()) << "an alert came twice";
  const std::set<std::string> still(after.ids.begin(), after.ids.end());
  int kept = 0;
  for (const std::string& id : before.ids) {
    if (!still.contains(id)) continue;
    ++kept;
    EXPECT_TRUE(seen.contains(id)) << id;
  }
  EXPECT_GT(kept, 2000);
}

TEST(Export, GoesOnAfterFalconRestartsInTheMiddle) {
  World world({{"--alerts", "5000", "--now", kPinned}});
  const Exported all = Export(world, Make<Request>("batch_size: 250"), [&](const Exported& so_far) {
    if (so_far.messages == 5) {
      world.KillSimulator();
      world.StartSimulator();
    }
    return true;
  });
  ExpectComplete(all, 5000);
}

TEST(Export, IsCompletedByItsResumeTokenAfterFalconWasGone) {
  World world({{"--alerts", "5000", "--now", kPinned}});
  auto request = Make<Request>("batch_size: 250");
  Exported all = Export(world, request, [&](const Exported& so_far) {
    if (so_far.messages == 5) world.KillSimulator();
    return true;
  });
  ASSERT_THAT(all, StatusIs(StatusCode::UNAVAILABLE));
  ASSERT_LT(all.ids.size(), 5000U);
  world.StartSimulator();
  request.set_resume_token(all.resume_token);
  const Exported rest = Export(world, request);
  EXPECT_THAT(rest, IsOk());
  all.ids.insert(all.ids.end(), rest.ids.begin(), rest.ids.end());
  all.status = rest.status;
  all.exported = rest.exported;
  ExpectComplete(all, 5000);
}

TEST(Export, EndsUpstreamWhenTheReaderLeaves) {
  World world({{"--alerts", "20000"}});
  const Exported some =
      Export(world, Make<Request>("batch_size: 100"), [](const Exported&) { return false; });
  EXPECT_THAT(some, StatusIs(StatusCode::CANCELLED));
  // Whatever was on its way is over once other calls have gone the same way.
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(Ask(world, Make<v1::ListHostsRequest>("page_size: 1")).status.ok());
  }
  const int calls = world.Calls(kPages);
  EXPECT_LT(calls, 100);
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(Ask(world, Make<v1::ListHostsRequest>("page_size: 1")).status.ok());
  }
  EXPECT_EQ(world.Calls(kPages), calls);
}

TEST(Export, FetchesNoMoreThanAFewPagesAheadOfAReaderThatStandsStill) {
  World world({{"--alerts", "20000"}});
  grpc::ClientContext context;
  const auto request = Make<Request>("view: RECORD_VIEW_FULL");
  v1::DetectionService::Stub detections(world.channel());
  const auto reader = detections.ExportDetections(&context, request);
  v1::ExportDetectionsResponse batch;
  ASSERT_TRUE(reader->Read(&batch));
  int records = batch.detections_size();
  // Sixty calls pass it by the same loop and the same wire: time enough for it to run ahead.
  for (int i = 0; i < 60; ++i) {
    EXPECT_TRUE(Ask(world, Make<v1::ListHostsRequest>("page_size: 100")).status.ok());
  }
  // Of forty pages of two megabytes: what the windows of the connection take, and one more.
  EXPECT_LE(world.Calls(kPages), 12);
  while (reader->Read(&batch)) records += batch.detections_size();
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(records, 20'000);
}

TEST(Drain, CallsInFlightEndWellAndTheProgramWithZero) {
  World world({{"--alerts", "300"}});
  ASSERT_TRUE(Ask(world, Make<v1::ListHostsRequest>("page_size: 1")).status.ok());
  world.ResetLedger();
  world.Fault(Rule("latency", {{"ms", 1500}, {"times", 0}}));
  grpc::Status status(StatusCode::UNKNOWN, "");
  std::thread caller(
      [&] { status = Ask(world, Make<v1::ListDetectionsRequest>("page_size: 1")).status; });
  WaitUntil([&] { return world.Calls() == 1; });
  world.gateway_program().Signal(SIGTERM);
  EXPECT_EQ(world.gateway_program().Wait(), 0);
  caller.join();
  EXPECT_THAT(status, IsOk());
  EXPECT_NE(world.gateway_program().Log().find("\"stopped\""), std::string::npos);
}

TEST(Drain, IdleGatewayEndsWithZero) {
  World world({{"--alerts", "300"}});
  world.gateway_program().Signal(SIGTERM);
  EXPECT_EQ(world.gateway_program().Wait(), 0);
}

constexpr char kAccountPages[] = "GET /discover/queries/accounts/v1";

WorldOptions Few(std::vector<std::string> further) {
  std::vector<std::string> flags = {"--alerts", "20", "--hosts", "200", "--rate-limit", "0"};
  flags.insert(flags.end(), further.begin(), further.end());
  return {flags};
}

TEST(ExportDiscovered, DatedAccountsCostOneCallMore) {
  World world(Few({"--discover-accounts", "1000"}));
  const auto request = Make<v1::ExportDiscoveredAccountsRequest>(
      "filter { first_seen { start { seconds: 1 } } } "
      "read_mask { paths: ['id', 'first_seen_timestamp'] }");
  const auto list = Ask(world, Make<v1::ListDiscoveredAccountsRequest>(
                                   "page_size: 1 filter { first_seen { start { seconds: 1 } } }"));
  world.ResetLedger();
  const Exported all = Export(world, request);
  ExpectComplete(all, list->total_size());
  EXPECT_LE(world.Calls(kAccountPages), 12);
}

TEST(ExportDiscovered, FailsBeforeTheFirstRecordWhenUndatedAccountsExceedTheWindow) {
  World world(Few({"--discover-accounts", "140000"}));
  const Exported all = Export(world, v1::ExportDiscoveredAccountsRequest());
  EXPECT_THAT(all, StatusIs(StatusCode::OUT_OF_RANGE));
  EXPECT_THAT(all, HasReason("OFFSET_WINDOW"));
  EXPECT_NE(all.status.error_message().find("last_failed_login"), std::string::npos)
      << all.status.error_message();
  EXPECT_EQ(all.count(), 0);
  const Exported some =
      Export(world, Make<v1::ExportDiscoveredAccountsRequest>("filter { username: 'user0000*' }"));
  EXPECT_THAT(some, IsOk());
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
      EXPECT_THAT(page, StatusIs(StatusCode::OUT_OF_RANGE));
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

TEST(ExportIocs, SurvivesEmptyPagesShrinkingTotalsAndAnExpiredCursor) {
  World world(Few({"--iocs", "3000"}));
  for (const char* kind : {"empty_page", "shrinking_total", "cursor_expired"}) {
    world.Fault(Rule(kind, {{"path", "/iocs/combined"}, {"skip", 2}}));
    const Exported all = Export(world, Make<v1::ExportIocsRequest>("batch_size: 200"));
    EXPECT_THAT(all, IsOk()) << kind;
    EXPECT_EQ(std::set<std::string>(all.ids.begin(), all.ids.end()).size(), 3000U) << kind;
    world.ClearFaults();
  }
}

TEST(ExportIocs, PagesThatLeadToThemselvesAreLostData) {
  World world(Few({"--iocs", "3000"}));
  world.Fault(Rule("repeated_cursor", {{"path", "/iocs/combined"}, {"times", 0}}));
  EXPECT_THAT(Export(world, Make<v1::ExportIocsRequest>("batch_size: 200")),
              StatusIs(StatusCode::DATA_LOSS));
}

// The findings of a host that was first seen lately share one instant: of five hosts some hundreds.
TEST(VulnerabilityExport, PassesTiesThatAreLongerThanAPage) {
  World world({{"--hosts", "5", "--vulnerabilities", "2000", "--cursor-uses", "9"}});
  ExpectComplete(Export(world, Make<v1::ExportVulnerabilitiesRequest>(
                                   "batch_size: 100 filter { statuses: [VULNERABILITY_STATUS_OPEN, "
                                   "VULNERABILITY_STATUS_REOPEN, "
                                   "VULNERABILITY_STATUS_CLOSED, VULNERABILITY_STATUS_EXPIRED] }")),
                 2000);
}

TEST(VulnerabilityExport, OfAnUnknownHostIsEmpty) {
  World world({{"--hosts", "20", "--vulnerabilities", "200"}});
  const Exported none =
      Export(world, Make<v1::ExportVulnerabilitiesRequest>("filter { hostname: 'no-such-host' }"));
  EXPECT_THAT(none, IsOk());
  EXPECT_EQ(none.count(), 0);
}

TEST(VulnerabilityExport, OfANamedHostLooksTheNameUpOnce) {
  World world({{"--hosts", "20", "--vulnerabilities", "2000"}});
  auto request =
      Make<v1::ExportVulnerabilitiesRequest>("filter { hostname: 'SRV-PROD-001' } batch_size: 20");
  const Exported some = Export(world, request, [](const Exported&) { return false; });
  EXPECT_THAT(some, StatusIs(StatusCode::CANCELLED));
  request.set_resume_token(some.resume_token);
  const Exported rest = Export(world, request);
  EXPECT_THAT(rest, IsOk());
  EXPECT_EQ(world.Calls("GET /devices/combined/devices/v1"), 1);
  const auto listed =
      Ask(world, Make<v1::ListVulnerabilitiesRequest>("filter { hostname: 'SRV-PROD-001' }"));
  EXPECT_GT(rest.count(), 0);
  EXPECT_EQ(some.count() + rest.count(), listed->total_size());
}

}  // namespace
}  // namespace falcon::e2e
