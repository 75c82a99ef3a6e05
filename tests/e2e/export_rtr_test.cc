// Exports of real-time response sessions, and what holds for every read of them: scopes, secrets,
// and that nothing changes.
#include <set>

#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using List = v1::ListRtrSessionsRequest;
using Audit = v1::ListRtrAuditSessionsRequest;

// What came out of an export of either view.
struct Sessions {
  grpc::Status status;
  std::vector<std::string> ids;
  bool ascending = true;
  std::string resume_token;
  int64_t exported = 0;
};

template <class Response, class Reader, class Records>
Sessions ReadAll(Reader reader, grpc::ClientContext& context, Records records, int messages = 0) {
  Sessions all;
  Response batch;
  int64_t newest = 0;
  for (int count = 1; reader->Read(&batch); ++count) {
    if (messages > 0 && count > messages) break;
    for (const auto& session : records(batch)) {
      all.ids.push_back(session.id());
      all.ascending = all.ascending && session.created_at().seconds() >= newest;
      newest = session.created_at().seconds();
    }
    all.resume_token = batch.resume_token();
    all.exported = batch.exported();
    if (count == messages) context.TryCancel();
  }
  all.status = reader->Finish();
  return all;
}

Sessions Export(World& world, const v1::ExportRtrSessionsRequest& request, int messages = 0) {
  grpc::ClientContext context;
  return ReadAll<v1::ExportRtrSessionsResponse>(
      world.rtr_sessions().ExportRtrSessions(&context, request), context,
      [](const auto& batch) { return batch.rtr_sessions(); }, messages);
}

Sessions Export(World& world, const v1::ExportRtrAuditSessionsRequest& request) {
  grpc::ClientContext context;
  return ReadAll<v1::ExportRtrAuditSessionsResponse>(
      world.rtr_sessions().ExportRtrAuditSessions(&context, request), context,
      [](const auto& batch) { return batch.rtr_audit_sessions(); });
}

void ExpectWhole(const Sessions& all, size_t count) {
  EXPECT_TRUE(all.status.ok()) << all.status.error_message();
  EXPECT_EQ(all.ids.size(), count);
  EXPECT_EQ(std::set<std::string>(all.ids.begin(), all.ids.end()).size(), all.ids.size());
  EXPECT_TRUE(all.ascending);
  EXPECT_EQ(all.exported, static_cast<int64_t>(count));
}

TEST(RtrExport, BringsEverybodysSessionsPastTheWindowAndNoneTwice) {
  World world({{"--alerts", "50", "--rtr-sessions", "12000", "--rtr-window", "1500"}});
  ExpectWhole(Export(world, v1::ExportRtrAuditSessionsRequest()), 12'000);
  const int64_t own = Ask(world, Make<List>("page_size: 1"))->total_size();
  ExpectWhole(Export(world, v1::ExportRtrSessionsRequest()), static_cast<size_t>(own));
}

TEST(RtrExport, IsCompletedByItsResumeToken) {
  World world({{"--alerts", "50", "--rtr-sessions", "3000", "--now", "2026-01-31T10:00:00Z"}});
  auto request = Make<v1::ExportRtrSessionsRequest>("batch_size: 100");
  Sessions some = Export(world, request, 3);
  ASSERT_GT(some.ids.size(), 200U);
  ASSERT_LE(some.ids.size(), 300U);
  request.set_resume_token(some.resume_token);
  Sessions rest = Export(world, request);
  rest.ids.insert(rest.ids.begin(), some.ids.begin(), some.ids.end());
  const int64_t own = Ask(world, Make<List>("page_size: 1"))->total_size();
  ExpectWhole(rest, static_cast<size_t>(own));
}

TEST(RtrExport, HonoursStatesAndMasks) {
  World world({{"--alerts", "50", "--rtr-sessions", "2000"}});
  const Sessions closed =
      Export(world, Make<v1::ExportRtrSessionsRequest>("statuses: RTR_SESSION_STATUS_CLOSED"));
  const int64_t count =
      Ask(world, Make<List>("statuses: RTR_SESSION_STATUS_CLOSED page_size: 1"))->total_size();
  ExpectWhole(closed, static_cast<size_t>(count));
  world.ResetLedger();
  grpc::ClientContext context;
  const auto request =
      Make<v1::ExportRtrAuditSessionsRequest>("batch_size: 10 read_mask { paths: 'logs' }");
  const auto reader = world.rtr_sessions().ExportRtrAuditSessions(&context, request);
  v1::ExportRtrAuditSessionsResponse batch;
  ASSERT_TRUE(reader->Read(&batch));
  EXPECT_GT(batch.rtr_audit_sessions(0).logs_size(), 0);
  EXPECT_TRUE(batch.rtr_audit_sessions(0).id().empty()) << "not in the mask";
  context.TryCancel();
}

TEST(RtrSecrets, CommandLinesNeverReachTheLogs) {
  World world({{"--alerts", "50", "--rtr-sessions", "500"}});
  const auto page = Ask(world, Make<Audit>("commands: 'runscript' read_mask { paths: '*' }"));
  ASSERT_GT(page->rtr_audit_sessions_size(), 0) << page.status.error_message();
  EXPECT_NE(page->ShortDebugString().find("Winter2025"), std::string::npos);
  const auto wrong = Ask(world, Make<Audit>("filter: \"command_string:>'Winter2025!'\""));
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
