// Journeys through RtrSessionService: the API client's own sessions, their counts and queued
// commands, and the audit of everybody's.
#include <algorithm>
#include <numeric>
#include <set>

#include "google/protobuf/util/time_util.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using List = v1::ListRtrSessionsRequest;
using Audit = v1::ListRtrAuditSessionsRequest;

constexpr char kUnknown[] = "9f3c5e7a-1234-5678-abcd-ef0123456789";
constexpr char kIds[] = "GET /real-time-response/queries/sessions/v1";
constexpr char kEntities[] = "POST /real-time-response/entities/sessions/GET/v1";
constexpr char kAuditPages[] = "GET /real-time-response-audit/combined/sessions/v1";

class RtrJourney : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    World_() = std::make_unique<World>(
        WorldOptions{{"--alerts", "50", "--hosts", "300", "--rtr-sessions", "1000"}});
  }
  static void TearDownTestSuite() { World_().reset(); }
  static World& world() { return *World_(); }

  // What the simulator's audit holds, whole, by Falcon's own keys.
  static std::vector<v1::RtrAuditSession> Everybodys() {
    auto request = Make<Audit>("page_size: 500 read_mask { paths: '*' }");
    std::vector<v1::RtrAuditSession> all;
    do {
      const auto page = Ask(world(), request);
      EXPECT_TRUE(page.status.ok()) << page.status.error_message();
      for (const auto& session : page->rtr_audit_sessions()) all.push_back(session);
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return all;
  }

  // The session of the story's response.
  static v1::RtrSession Response(const std::string& mask = "") {
    const auto page = Ask(world(), Make<List>("hostname: 'srv-prod-001' statuses: "
                                              "RTR_SESSION_STATUS_ACTIVE " +
                                              mask));
    EXPECT_EQ(page->rtr_sessions_size(), 1) << page.status.error_message();
    return page->rtr_sessions().empty() ? v1::RtrSession() : page->rtr_sessions(0);
  }

 private:
  static std::unique_ptr<World>& World_() {
    static std::unique_ptr<World> world;
    return world;
  }
};

TEST_F(RtrJourney, PageOfOwnSessionsCostsTwoCallsAndIsNewestFirst) {
  world().ResetLedger();
  const auto page = Ask(world(), List());
  ASSERT_TRUE(page.status.ok()) << page.status.error_message();
  EXPECT_EQ(page->rtr_sessions_size(), 50);
  EXPECT_FALSE(page->next_page_token().empty());
  EXPECT_EQ(page->read_info().upstream_calls(), 2);
  EXPECT_EQ(world().Calls(kIds), 1);
  EXPECT_EQ(world().Calls(kEntities), 1);
  for (int i = 1; i < 50; ++i) {
    EXPECT_GE(page->rtr_sessions(i - 1).created_at().seconds(),
              page->rtr_sessions(i).created_at().seconds());
  }
}

TEST_F(RtrJourney, PageTokensLeadThroughEveryOwnSessionOnce) {
  auto request = Make<List>("page_size: 64");
  std::set<std::string> ids;
  int64_t rows = 0, total = 0;
  do {
    const auto page = Ask(world(), request);
    ASSERT_TRUE(page.status.ok()) << page.status.error_message();
    total = page->total_size();
    for (const auto& session : page->rtr_sessions()) ids.insert(session.id());
    rows += page->rtr_sessions_size();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(rows, static_cast<int64_t>(ids.size()));
  EXPECT_EQ(rows, total);
  std::set<std::string> own;
  for (const auto& session : Everybodys()) {
    if (session.user_id() == kClientId) own.insert(session.id());
  }
  EXPECT_EQ(ids, own);
}

TEST_F(RtrJourney, TheAnswerToTheIntrusionTellsItsCommands) {
  const v1::RtrSession session = Response();
  EXPECT_EQ(session.hostname(), "SRV-PROD-001");
  EXPECT_EQ(session.user_id(), kClientId);
  EXPECT_FALSE(session.has_deleted_at());
  EXPECT_TRUE(session.has_offline_queued() && !session.offline_queued());
  ASSERT_EQ(session.logs_size(), 6);
  EXPECT_EQ(session.logs(0).base_command(), "ps");
  EXPECT_EQ(session.logs(2).base_command(), "reg");
  EXPECT_TRUE(session.logs(2).command_string().empty()) << "the brief view has first words only";
  const auto whole = Response("read_mask { paths: '*' }");
  EXPECT_NE(whole.logs(2).command_string().find("CurrentVersion\\Run"), std::string::npos);
  EXPECT_EQ(whole.device_details().product_type_desc(), v1::PRODUCT_TYPE_SERVER);
  EXPECT_EQ(whole.cloud_request_ids_size(), 6);
}

TEST_F(RtrJourney, SessionIsFoundByItsIdWhateverItsCase) {
  std::string id = Response().id();
  v1::GetRtrSessionRequest request;
  request.set_id(id);
  const auto answer = Ask(world(), request);
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer->rtr_session().hostname(), "SRV-PROD-001");
  EXPECT_EQ(answer->read_info().upstream_calls(), 1);
  std::transform(id.begin(), id.end(), id.begin(), [](char c) { return c >= 'a' ? c - 32 : c; });
  request.set_id(id);
  EXPECT_EQ(Ask(world(), request)->rtr_session().id(), answer->rtr_session().id());
}

TEST_F(RtrJourney, SomebodyElsesSessionIsNotFoundById) {
  const auto others = Ask(world(), Make<Audit>("filter: \"user_id:!'@me'\" page_size: 1"));
  ASSERT_EQ(others->rtr_audit_sessions_size(), 1) << others.status.error_message();
  v1::GetRtrSessionRequest request;
  for (const std::string& id : {others->rtr_audit_sessions(0).id(), std::string(kUnknown)}) {
    request.set_id(id);
    const auto answer = Ask(world(), request);
    EXPECT_EQ(answer.status.error_code(), StatusCode::NOT_FOUND) << id;
    EXPECT_EQ(answer.reason(), "NOT_FOUND");
  }
}

TEST_F(RtrJourney, BatchKeepsTheOrderAndNamesWhatIsMissing) {
  const auto page = Ask(world(), Make<List>("page_size: 2"));
  v1::BatchGetRtrSessionsRequest request;
  request.add_ids(page->rtr_sessions(1).id());
  request.add_ids(kUnknown);
  request.add_ids(page->rtr_sessions(0).id());
  const auto answer = Ask(world(), request);
  ASSERT_EQ(answer->rtr_sessions_size(), 2) << answer.status.error_message();
  EXPECT_EQ(answer->rtr_sessions(0).id(), request.ids(0));
  EXPECT_EQ(answer->rtr_sessions(1).id(), request.ids(2));
  ASSERT_EQ(answer->missing_size(), 1);
  EXPECT_EQ(answer->missing(0).id(), kUnknown);
  EXPECT_EQ(answer->missing(0).code(), 404);
}

TEST_F(RtrJourney, NothingFoundIsAnEmptyAnswerForOneCall) {
  const auto none = Ask(world(), Make<List>("hostname: 'no-such-host'"));
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_EQ(none->rtr_sessions_size(), 0);
  EXPECT_TRUE(none->next_page_token().empty());
  EXPECT_EQ(none->read_info().upstream_calls(), 1);
}

TEST_F(RtrJourney, OrderMayBeAsked) {
  const auto page = Ask(world(), Make<List>("order_by: 'hostname' page_size: 100"));
  ASSERT_EQ(page->rtr_sessions_size(), 100) << page.status.error_message();
  for (int i = 1; i < 100; ++i) {
    EXPECT_LE(page->rtr_sessions(i - 1).hostname(), page->rtr_sessions(i).hostname());
  }
  EXPECT_TRUE(Ask(world(), Make<Audit>("order_by: 'deleted_at desc'")).status.ok());
}

TEST_F(RtrJourney, QueuedCommandsOfWaitingSessionsAreTold) {
  const auto waiting = Ask(world(), Make<List>("statuses: RTR_SESSION_STATUS_QUEUED"));
  ASSERT_GT(waiting->rtr_sessions_size(), 0) << waiting.status.error_message();
  v1::BatchGetQueuedRtrSessionsRequest request;
  for (const auto& session : waiting->rtr_sessions()) request.add_ids(session.id());
  request.add_ids(Response().id());
  const auto answer = Ask(world(), request);
  ASSERT_EQ(answer->queued_rtr_sessions_size(), waiting->rtr_sessions_size())
      << answer.status.error_message();
  const auto& first = answer->queued_rtr_sessions(0);
  EXPECT_EQ(first.id(), request.ids(0));
  EXPECT_EQ(first.aid(), waiting->rtr_sessions(0).device_id());
  EXPECT_EQ(first.status(), "PENDING");
  ASSERT_GT(first.commands_size(), 0);
  EXPECT_FALSE(first.commands(0).command_string().empty());
  ASSERT_EQ(answer->missing_size(), 1);
  EXPECT_EQ(answer->missing(0).id(), request.ids(waiting->rtr_sessions_size()));
}

TEST_F(RtrJourney, AuditBringsCommandsOnlyWhenTheMaskWantsThem) {
  const auto query = [](const std::string& request) {
    world().ResetLedger();
    const auto page = Ask(world(), Make<Audit>(request));
    EXPECT_TRUE(page.status.ok()) << page.status.error_message();
    EXPECT_EQ(page->read_info().upstream_calls(), 1);
    EXPECT_EQ(world().Calls(kAuditPages), 1);
    return std::pair(world().Ledger()["recent"][0]["query"].get<std::string>(),
                     page->rtr_audit_sessions(0));
  };
  const auto [brief, without] = query("page_size: 5");
  EXPECT_EQ(brief.find("with_command_info"), std::string::npos) << brief;
  EXPECT_EQ(without.logs_size(), 0);
  for (const char* mask : {"*", "logs", "logs.base_command", "cloud_request_ids"}) {
    const auto [asked, with] =
        query(std::string("page_size: 5 read_mask { paths: '") + mask + "' }");
    EXPECT_NE(asked.find("with_command_info=true"), std::string::npos) << mask << ": " << asked;
    EXPECT_GT(with.logs_size() + with.cloud_request_ids_size(), 0) << mask;
  }
}

struct Filtered {
  std::string name;
  std::string request;
  std::function<bool(const v1::RtrAuditSession&)> fits;
  bool own = true;  // ListRtrSessions takes it too
};

bool Ran(const v1::RtrAuditSession& session, const std::string& command) {
  return std::any_of(session.logs().begin(), session.logs().end(),
                     [&](const auto& log) { return log.base_command() == command; });
}

class RtrFilter : public RtrJourney, public testing::WithParamInterface<Filtered> {};

TEST_P(RtrFilter, FindsWhatTheSimulatorHoldsOfItAndNothingElse) {
  std::set<std::string> expected;
  std::set<std::string> expected_own;
  for (const auto& session : Everybodys()) {
    if (!GetParam().fits(session)) continue;
    expected.insert(session.id());
    if (session.user_id() == kClientId) expected_own.insert(session.id());
  }
  ASSERT_FALSE(expected.empty());
  ASSERT_LT(expected.size(), 1000U);
  std::set<std::string> found;
  const auto audit = Ask(world(), Make<Audit>(GetParam().request + " page_size: 1000"));
  for (const auto& session : audit->rtr_audit_sessions()) found.insert(session.id());
  EXPECT_EQ(found, expected) << audit.status.error_message();
  EXPECT_EQ(audit->total_size(), static_cast<int64_t>(expected.size()));
  if (!GetParam().own) return;
  std::set<std::string> found_own;
  const auto own = Ask(world(), Make<List>(GetParam().request + " page_size: 1000"));
  for (const auto& session : own->rtr_sessions()) found_own.insert(session.id());
  EXPECT_EQ(found_own, expected_own) << own.status.error_message();
}

int64_t DaysAgo(const google::protobuf::Timestamp& instant) {
  return (std::time(nullptr) - instant.seconds()) / 86'400;
}

INSTANTIATE_TEST_SUITE_P(
    Typed, RtrFilter,
    testing::Values(
        Filtered{"Hostname", "hostname: 'srv-prod-001'",
                 [](const auto& session) { return session.hostname() == "SRV-PROD-001"; }},
        Filtered{"HostnameWithAStar", "hostname: 'SRV-*'",
                 [](const auto& session) { return session.hostname().starts_with("SRV-"); }},
        Filtered{"Closed", "statuses: RTR_SESSION_STATUS_CLOSED",
                 [](const auto& session) { return session.has_deleted_at(); }},
        Filtered{"OpenInTheAudit", "statuses: RTR_SESSION_STATUS_ACTIVE",
                 [](const auto& session) { return !session.has_deleted_at(); }, false},
        Filtered{"ActiveOrQueued", "filter: \"deleted_at:null\"",
                 [](const auto& session) { return !session.has_deleted_at(); }},
        Filtered{"Me", "user_id: '@me'",
                 [](const auto& session) { return session.user_id() == kClientId; }},
        Filtered{"SomebodyByAStar", "user_id: 'carol.*'",
                 [](const auto& session) { return session.user_id().starts_with("carol."); }},
        Filtered{"Origin", "origin: 'psfalcon'",
                 [](const auto& session) { return session.origin() == "psfalcon"; }},
        Filtered{"Commands", "commands: ['runscript', 'ifconfig']",
                 [](const auto& session) {
                   return Ran(session, "runscript") || Ran(session, "ifconfig");
                 }},
        Filtered{"CommandWithAStar", "commands: 'net*'",
                 [](const auto& session) { return Ran(session, "netstat"); }},
        Filtered{"Days", "days: 7",
                 [](const auto& session) { return DaysAgo(session.created_at()) < 7; }},
        Filtered{"FilterAndStatus",
                 "filter: \"origin:'psfalcon',origin:'falconpy'\" "
                 "statuses: RTR_SESSION_STATUS_CLOSED",
                 [](const auto& session) {
                   return session.has_deleted_at() &&
                          (session.origin() == "psfalcon" || session.origin() == "falconpy");
                 }}),
    [](const auto& filtered) { return filtered.param.name; });

TEST_F(RtrJourney, StatesOfOwnSessionsExcludeEachOtherAndCoverAll) {
  const auto total = [](const std::string& statuses) {
    return Ask(world(), Make<List>("page_size: 1 " + statuses))->total_size();
  };
  const int64_t active = total("statuses: RTR_SESSION_STATUS_ACTIVE");
  const int64_t closed = total("statuses: RTR_SESSION_STATUS_CLOSED");
  const int64_t queued = total("statuses: RTR_SESSION_STATUS_QUEUED");
  EXPECT_GT(active, 0);
  EXPECT_GT(closed, 0);
  EXPECT_GT(queued, 0);
  EXPECT_EQ(active + closed + queued, total(""));
  EXPECT_EQ(active + queued,
            total("statuses: [RTR_SESSION_STATUS_ACTIVE, RTR_SESSION_STATUS_QUEUED]"));
}

TEST_F(RtrJourney, HostAndIntervalNarrowTheList) {
  const v1::RtrSession response = Response("read_mask { paths: '*' }");
  List request;
  request.set_device_id(response.device_id());
  *request.mutable_created()->mutable_start() = response.created_at();
  *request.mutable_updated()->mutable_end() =
      google::protobuf::util::TimeUtil::SecondsToTimestamp(response.updated_at().seconds() + 1);
  const auto page = Ask(world(), request);
  ASSERT_EQ(page->rtr_sessions_size(), 1) << page.status.error_message();
  EXPECT_EQ(page->rtr_sessions(0).id(), response.id());
  *request.mutable_updated()->mutable_end() = response.updated_at();
  EXPECT_EQ(Ask(world(), request)->rtr_sessions_size(), 0) << "the end is excluded";
}

TEST_F(RtrJourney, PageTokenOfOtherStatesIsAMismatch) {
  auto request = Make<List>("page_size: 5 statuses: RTR_SESSION_STATUS_CLOSED");
  request.set_page_token(Ask(world(), request)->next_page_token());
  ASSERT_FALSE(request.page_token().empty());
  EXPECT_GT(Ask(world(), request)->rtr_sessions_size(), 0);
  request.set_statuses(0, v1::RTR_SESSION_STATUS_QUEUED);
  EXPECT_EQ(Ask(world(), request).reason(), "PAGE_TOKEN_MISMATCH");
}

TEST_F(RtrJourney, CountsByAFieldAreThoseOfTheSessions) {
  world().ResetLedger();
  const auto answer = Ask(world(), Make<v1::AggregateRtrSessionsRequest>(
                                       "field: 'origin' statuses: RTR_SESSION_STATUS_CLOSED"));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer->read_info().upstream_calls(), 1);
  std::map<std::string, int64_t> expected;
  for (const auto& session : Everybodys()) {
    if (session.user_id() == kClientId && session.has_deleted_at()) ++expected[session.origin()];
  }
  std::map<std::string, int64_t> counted;
  for (const auto& bucket : answer->buckets()) counted[bucket.label()] = bucket.count();
  EXPECT_EQ(counted, expected);
  EXPECT_EQ(answer->other_count(), 0);
}

TEST_F(RtrJourney, HistogramCountsEverySessionOfItsDaysOnce) {
  const auto answer =
      Ask(world(), Make<v1::AggregateRtrSessionsRequest>(
                       "field: 'created_at' kind: AGGREGATION_KIND_DATE_HISTOGRAM days: 30 "
                       "interval: AGGREGATION_INTERVAL_WEEK then_by: 'origin'"));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  const auto& buckets = answer->buckets();
  ASSERT_GE(buckets.size(), 4);
  EXPECT_TRUE(buckets[0].label().ends_with("T00:00:00.000Z") ||
              buckets[0].label().ends_with("T00:00:00Z"))
      << buckets[0].label();
  int64_t sum = 0;
  for (int i = 0; i < buckets.size(); ++i) {
    sum += buckets[i].count();
    EXPECT_GT(buckets[i].count(), 0);
    EXPECT_GT(buckets[i].sub_buckets_size(), 0);
    if (i > 0) EXPECT_LT(buckets[i - 1].label(), buckets[i].label());
  }
  EXPECT_EQ(sum, Ask(world(), Make<List>("days: 30 page_size: 1"))->total_size());
}

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
