// Exports of real-time response sessions, and what holds for every read of them: scopes, secrets,
// and that nothing changes.
#include "tests/e2e/calls/rtr_sessions.h"
#include "tests/e2e/export.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using List = v1::ListRtrSessionsRequest;
using Audit = v1::ListRtrAuditSessionsRequest;

TEST(RtrExport, BringsEverybodysSessionsPastTheWindowAndNoneTwice) {
  World world({{"--alerts", "50", "--rtr-sessions", "12000", "--rtr-window", "1500"}});
  ExpectWhole(Export(world, v1::ExportRtrAuditSessionsRequest()), 12'000);
  const int64_t own = Ask(world, Make<List>("page_size: 1"))->total_size();
  ExpectWhole(Export(world, v1::ExportRtrSessionsRequest()), own);
}

TEST(RtrExport, IsCompletedByItsResumeToken) {
  World world({{"--alerts", "50", "--rtr-sessions", "3000", "--now", "2026-01-31T10:00:00Z"}});
  const int64_t own = Ask(world, Make<List>("page_size: 1"))->total_size();
  ExpectCompletedByItsToken(world, Make<v1::ExportRtrSessionsRequest>("batch_size: 100"), own,
                            [](const Exported& so_far) { return so_far.messages < 3; });
}

TEST(RtrExport, HonoursStatesAndMasks) {
  World world({{"--alerts", "50", "--rtr-sessions", "2000"}});
  const Exported closed = Export(
      world, Make<v1::ExportRtrSessionsRequest>("filter { statuses: RTR_SESSION_STATUS_CLOSED }"));
  const int64_t count =
      Ask(world, Make<List>("filter { statuses: RTR_SESSION_STATUS_CLOSED } page_size: 1"))
          ->total_size();
  ExpectWhole(closed, count);
  const auto request =
      Make<v1::ExportRtrAuditSessionsRequest>("batch_size: 10 read_mask { paths: 'logs' }");
  int messages = 0;
  ForEachBatch(world, request, [&messages](const v1::ExportRtrAuditSessionsResponse& batch) {
    ++messages;
    EXPECT_GT(batch.rtr_audit_sessions(0).logs_size(), 0);
    EXPECT_TRUE(batch.rtr_audit_sessions(0).id().empty()) << "not in the mask";
    return false;
  });
  EXPECT_EQ(messages, 1);
}

TEST(RtrSecrets, CommandLinesNeverReachTheLogs) {
  World world({{"--alerts", "50", "--rtr-sessions", "500"}});
  const auto page =
      Ask(world, Make<Audit>("filter { commands: 'runscript' } view: RECORD_VIEW_FULL"));
  ASSERT_GT(page->rtr_audit_sessions_size(), 0) << page.status.error_message();
  EXPECT_NE(page->ShortDebugString().find("Winter2025"), std::string::npos);
  const auto wrong = Ask(world, Make<Audit>("filter { fql: \"command_string:>'Winter2025!'\" }"));
  EXPECT_EQ(wrong.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(world.gateway_program().Log().find("Winter2025"), std::string::npos);
}

TEST(RtrScopes, EachViewNamesTheScopeThatItLacks) {
  World world({{"--alerts", "50", "--deny-scope", "Real time response (audit):read"}});
  EXPECT_TRUE(Ask(world, List()).status.ok());
  const auto audit = Ask(world, Audit());
  EXPECT_EQ(audit.status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Details(audit.status).info.metadata().at("required_scopes"),
            "Real time response (audit):read");
}

TEST(RtrReads, ChangeNothing) {
  World world({{"--alerts", "50", "--rtr-sessions", "300"}});
  EXPECT_TRUE(Ask(world, List()).status.ok());
  EXPECT_TRUE(Ask(world, Audit()).status.ok());
  EXPECT_TRUE(Ask(world, Make<v1::AggregateRtrSessionsRequest>("field: 'hostname'")).status.ok());
  EXPECT_EQ(world.Ledger()["mutating"], 0);
}

}  // namespace
}  // namespace falcon::e2e
