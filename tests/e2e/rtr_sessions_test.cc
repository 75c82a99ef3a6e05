// RtrSessionService beyond what every noun does: the API client's own sessions beside everybody's, queued
// commands, counts, and secrets in command lines.
#include <algorithm>
#include <map>
#include <set>

#include "google/protobuf/util/time_util.h"
#include "tests/e2e/nouns.h"

namespace falcon::e2e {
namespace {

using List = v1::ListRtrSessionsRequest;
using Audit = v1::ListRtrAuditSessionsRequest;

constexpr char kUnknown[] = "9f3c5e7a-1234-5678-abcd-ef0123456789";
constexpr char kAuditPages[] = "GET /real-time-response-audit/combined/sessions/v1";

class RtrJourney : public SharedWorld<RtrJourney> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "50", "--hosts", "300", "--rtr-sessions", "1000"}};
  }

 protected:
  // What the simulator's audit holds, whole, by Falcon's own keys.
  static std::vector<v1::RtrAuditSession> Everybodys() {
    const auto request =
        Make<v1::ListRtrAuditSessionsRequest>("page_size: 500 view: RECORD_VIEW_FULL");
    std::vector<v1::RtrAuditSession> all;
    ForEachPage(world(), request, [&](const auto& page) {
      for (const auto& session : page.rtr_audit_sessions()) all.push_back(session);
    });
    return all;
  }

  // The session of the story's response.
  static v1::RtrSession Response(const std::string& mask = "") {
    const auto page =
        Ask(world(),
            Make<v1::ListRtrSessionsRequest>(
                "filter { hostname: 'srv-prod-001' statuses: RTR_SESSION_STATUS_ACTIVE }" + mask));
    EXPECT_EQ(page->rtr_sessions_size(), 1) << page.status.error_message();
    return page->rtr_sessions().empty() ? v1::RtrSession() : page->rtr_sessions(0);
  }
};

TEST_F(RtrJourney, OwnSessionsAreThoseOfTheClientInTheAudit) {
  std::set<std::string> ids;
  ForEachPage(world(), Make<List>("page_size: 500"), [&](const auto& page) {
    for (const auto& session : page.rtr_sessions()) ids.insert(session.id());
  });
  std::set<std::string> own;
  for (const auto& session : Everybodys()) {
    if (session.user_id() == kClientId) own.insert(session.id());
  }
  EXPECT_EQ(ids, own);
}

TEST_F(RtrJourney, ResponseToTheIntrusionShowsItsCommands) {
  const v1::RtrSession session = Response();
  EXPECT_EQ(session.hostname(), "SRV-PROD-001");
  EXPECT_EQ(session.user_id(), kClientId);
  EXPECT_FALSE(session.has_deleted_at());
  EXPECT_TRUE(session.has_offline_queued() && !session.offline_queued());
  ASSERT_EQ(session.logs_size(), 6);
  EXPECT_EQ(session.logs(0).base_command(), "ps");
  EXPECT_EQ(session.logs(2).base_command(), "reg");
  EXPECT_TRUE(session.logs(2).command_string().empty()) << "the brief view has first words only";
  const auto whole = Response("view: RECORD_VIEW_FULL");
  EXPECT_NE(whole.logs(2).command_string().find("CurrentVersion\\Run"), std::string::npos);
  EXPECT_EQ(whole.device_details().product_type_desc(), v1::PRODUCT_TYPE_SERVER);
  EXPECT_EQ(whole.cloud_request_ids_size(), 6);
}

TEST_F(RtrJourney, SomebodyElsesSessionIsNotFoundById) {
  const auto others = Ask(world(), Make<Audit>("filter { fql: \"user_id:!'@me'\" } page_size: 1"));
  ASSERT_EQ(others->rtr_audit_sessions_size(), 1) << others.status.error_message();
  v1::GetRtrSessionRequest request;
  for (const std::string& id : {others->rtr_audit_sessions(0).id(), std::string(kUnknown)}) {
    request.set_id(id);
    const auto answer = Ask(world(), request);
    EXPECT_EQ(answer.status.error_code(), StatusCode::NOT_FOUND) << id;
    EXPECT_THAT(answer, HasReason("NOT_FOUND"));
  }
}

TEST_F(RtrJourney, NothingFoundIsAnEmptyAnswerForOneCall) {
  const auto none = Ask(world(), Make<List>("filter { hostname: 'no-such-host' }"));
  EXPECT_THAT(none, IsOk());
  EXPECT_EQ(none->rtr_sessions_size(), 0);
  EXPECT_TRUE(none->next_page_token().empty());
  EXPECT_EQ(none->read_info().upstream_calls(), 1);
}

TEST_F(RtrJourney, QueuedCommandsOfWaitingSessionsAreRead) {
  const auto waiting = Ask(world(), Make<List>("filter { statuses: RTR_SESSION_STATUS_QUEUED }"));
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
    EXPECT_THAT(page, IsOk());
    EXPECT_EQ(page->read_info().upstream_calls(), 1);
    EXPECT_EQ(world().Calls(kAuditPages), 1);
    return std::pair(world().Ledger()["recent"][0]["query"].get<std::string>(),
                     page->rtr_audit_sessions(0));
  };
  const auto [brief, without] = query("page_size: 5");
  EXPECT_EQ(brief.find("with_command_info"), std::string::npos) << brief;
  EXPECT_EQ(without.logs_size(), 0);
  for (const char* mask :
       {"view: RECORD_VIEW_FULL", "read_mask { paths: 'logs' }",
        "read_mask { paths: 'logs.base_command' }", "read_mask { paths: 'cloud_request_ids' }"}) {
    const auto [asked, with] = query(std::string("page_size: 5 ") + mask);
    EXPECT_NE(asked.find("with_command_info=true"), std::string::npos) << mask << ": " << asked;
    EXPECT_GT(with.logs_size() + with.cloud_request_ids_size(), 0) << mask;
  }
}

TEST_F(RtrJourney, CountsByAFieldAreThoseOfTheSessions) {
  world().ResetLedger();
  const auto answer =
      Ask(world(), Make<v1::AggregateRtrSessionsRequest>(
                       "field: 'origin' filter { statuses: RTR_SESSION_STATUS_CLOSED }"));
  ASSERT_THAT(answer, IsOk());
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
                       "field: 'created_at' kind: AGGREGATION_KIND_DATE_HISTOGRAM filter { days: "
                       "30 } interval: AGGREGATION_INTERVAL_WEEK then_by: 'origin'"));
  ASSERT_THAT(answer, IsOk());
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
  EXPECT_EQ(sum, Ask(world(), Make<List>("filter { days: 30 } page_size: 1"))->total_size());
}

TEST_F(RtrJourney, StatesOfOwnSessionsExcludeEachOtherAndCoverAll) {
  const auto total = [](const std::string& statuses) {
    return Ask(world(), Make<List>("page_size: 1 " + statuses))->total_size();
  };
  const int64_t active = total("filter { statuses: RTR_SESSION_STATUS_ACTIVE }");
  const int64_t closed = total("filter { statuses: RTR_SESSION_STATUS_CLOSED }");
  const int64_t queued = total("filter { statuses: RTR_SESSION_STATUS_QUEUED }");
  EXPECT_GT(active, 0);
  EXPECT_GT(closed, 0);
  EXPECT_GT(queued, 0);
  EXPECT_EQ(active + closed + queued, total(""));
  EXPECT_EQ(total("filter { user_id: '@me' }"), total(""));
  EXPECT_EQ(total("filter { user_id: 'carol.*' }"), 0);
  EXPECT_EQ(active + queued,
            total("filter { statuses: [RTR_SESSION_STATUS_ACTIVE, RTR_SESSION_STATUS_QUEUED] }"));
}

TEST_F(RtrJourney, HostAndIntervalNarrowTheList) {
  const v1::RtrSession response = Response("view: RECORD_VIEW_FULL");
  List request;
  request.mutable_filter()->set_device_id(response.device_id());
  *request.mutable_filter()->mutable_created()->mutable_start() = response.created_at();
  *request.mutable_filter()->mutable_updated()->mutable_end() =
      google::protobuf::util::TimeUtil::SecondsToTimestamp(response.updated_at().seconds() + 1);
  const auto page = Ask(world(), request);
  ASSERT_EQ(page->rtr_sessions_size(), 1) << page.status.error_message();
  EXPECT_EQ(page->rtr_sessions(0).id(), response.id());
  *request.mutable_filter()->mutable_updated()->mutable_end() = response.updated_at();
  EXPECT_EQ(Ask(world(), request)->rtr_sessions_size(), 0) << "the end is excluded";
}

TEST(RtrExport, BringsOwnSessionsPastTheWindowAndNoneTwice) {
  World world({{"--alerts", "50", "--rtr-sessions", "12000", "--rtr-window", "1500"}});
  const int64_t own = Ask(world, Make<List>("page_size: 1"))->total_size();
  EXPECT_GT(own, 1500);
  ExpectComplete(Export(world, v1::ExportRtrSessionsRequest()), own);
}

TEST(RtrScopes, OwnSessionsAreReadWithoutTheScopeOfTheAudit) {
  World world({{"--alerts", "50", "--deny-scope", "Real time response (audit):read"}});
  EXPECT_THAT(Ask(world, List()), IsOk());
}

TEST_F(RtrJourney, ExportOfTheAuditHonoursTheMask) {
  const auto request =
      Make<v1::ExportRtrAuditSessionsRequest>("batch_size: 10 read_mask { paths: 'logs' }");
  const auto status = ForEachBatch(world(), request, [](const auto& batch) {
    EXPECT_GT(batch.rtr_audit_sessions(0).logs_size(), 0);
    EXPECT_TRUE(batch.rtr_audit_sessions(0).id().empty()) << "not in the mask";
    return false;
  });
  EXPECT_THAT(status, StatusIs(StatusCode::CANCELLED));
}

TEST(RtrSecrets, CommandLinesNeverReachTheLogs) {
  World world({{"--alerts", "50", "--rtr-sessions", "500"}});
  const auto page =
      Ask(world, Make<Audit>("filter { commands: 'runscript' } view: RECORD_VIEW_FULL"));
  ASSERT_GT(page->rtr_audit_sessions_size(), 0) << page.status.error_message();
  EXPECT_NE(page->ShortDebugString().find("Winter2025"), std::string::npos);
  const auto wrong = Ask(world, Make<Audit>("filter { fql: \"command_string:>'Winter2025!'\" }"));
  EXPECT_THAT(wrong, StatusIs(StatusCode::INVALID_ARGUMENT));
  EXPECT_EQ(world.gateway_program().Log().find("Winter2025"), std::string::npos);
}

// Of the right shape, of no record.
constexpr char kNoSession[] = "9f3c5e7a-1234-5678-abcd-ef0123456789";

// The audit of all sessions, and the API client's own.
const std::vector<FilterRow> kFiltersOfRtrSessions = {
    {"hostname: 'srv-prod-001'", "hostname = SRV-PROD-001"},
    {"hostname: 'SRV-*'", "hostname ^ SRV-"},
    {"device_id: '{device_id}'", "device_id = {device_id}"},
    {"statuses: RTR_SESSION_STATUS_CLOSED", "deleted_at set"},
    {"fql: \"deleted_at:null\"", "deleted_at unset"},
    {"origin: 'psfalcon'", "origin = psfalcon"},
    {"commands: ['runscript', 'ifconfig']", "logs.base_command = runscript|ifconfig"},
    {"commands: 'net*'", "logs.base_command = netstat"},
    {"days: 7", "created_at >= {interval}"},
    {"created { end { seconds: {9d} } }", "created_at < {9d}"},
    {"updated { start { seconds: {9d} } }", "updated_at >= {9d}"},
    {"fql: \"origin:'psfalcon',origin:'falconpy'\" statuses: RTR_SESSION_STATUS_CLOSED",
     "deleted_at set & origin = psfalcon|falconpy"},
};

std::vector<FilterRow> With(std::vector<FilterRow> rows, const std::vector<FilterRow>& further) {
  rows.insert(rows.end(), further.begin(), further.end());
  return rows;
}

}  // namespace

extern const Noun kRtrSession;
extern const Noun kRtrAuditSession;
const Noun kRtrSession = {
    .record = "RtrSession",
    .unknown_id = kNoSession,
    .no_match = "hostname: 'no-such-host'",
    .order = "-created_at",
    .other_order = "hostname hostname",
    .list_calls = 2,
    .id_case = IdCase::kIgnored,
    .filters = kFiltersOfRtrSessions,
    // All own sessions are of one user.
    .untried = {"user_id"},
    .refused =
        {
            {"ListRtrSessions"},
            {"filter { fql: \"device_id:'x'\" }", "filter.fql", "device_id"},
            {"filter { fql: \"hostnme:'x'\" statuses: RTR_SESSION_STATUS_CLOSED }", "filter.fql",
             "hostname"},
            {"filter { fql: \"origin:'x'),(origin:'y'\" statuses: RTR_SESSION_STATUS_CLOSED }",
             "filter.fql"},
            {"filter { fql: \"date_created:>'now-1d'\" }", "filter.fql", "date_created"},
            {"order_by: 'deleted_at desc'", "order_by", "deleted_at"},
            {"read_mask { paths: 'status' }", "read_mask", "status"},
            {"GetRtrSession"},
            {"id: 'session-1'", "id", "UUID"},
            {"id: '9f3c5e7a-1234-5678-abcd-ef012345678\\n'", "id", "UUID"},
            {"BatchGetRtrSessions"},
            {"ids: ['9f3c5e7a-1234-5678-abcd-ef0123456789', 'x']", "ids[1]", "UUID"},
            {"BatchGetQueuedRtrSessions"},
            {"ids: 'x'", "ids[0]", "UUID"},
            {"AggregateRtrSessions"},
            {"field: 'hostnam'", "field", "hostname"},
            {"field: 'hostname' kind: AGGREGATION_KIND_CARDINALITY", "kind",
             "TERMS and DATE_HISTOGRAM"},
            {"field: 'hostname' kind: 99", "kind", "99"},
            {"{histogram}field: 'created_at' filter { days: 7 }", "interval", "HOUR"},
            {"{histogram}field: 'created_at' interval: AGGREGATION_INTERVAL_DAY", "field",
             "where it starts"},
            {"{histogram}field: 'deleted_at' filter { days: 7 } interval: AGGREGATION_INTERVAL_DAY",
             "field", "where it starts"},
            {"{histogram}field: 'created_at' filter { days: 365 } interval: "
             "AGGREGATION_INTERVAL_HOUR",
             "interval", "1000"},
        },
};

const Noun kRtrAuditSession = {
    .record = "RtrAuditSession",
    .flag = "--rtr-sessions",
    .small = 60,
    .medium = 600,
    .no_match = "hostname: 'no-such-host'",
    .order = "-created_at",
    .other_order = "deleted_at deleted_at",
    .filters = With(kFiltersOfRtrSessions,
                    {
                        {"statuses: RTR_SESSION_STATUS_ACTIVE", "deleted_at unset"},
                        {"user_id: '@me'", "user_id = simulator-client"},
                        {"user_id: 'carol.*'", "user_id ^ carol."},
                    }),
    .refused =
        {
            {"ListRtrAuditSessions"},
            {"filter { statuses: RTR_SESSION_STATUS_QUEUED }", "filter.statuses",
             "ask ListRtrSessions"},
            {"filter { user_id: '*' }", "filter.user_id", "star"},
            {"filter { fql: 'offline_queued:true' }", "filter.fql", "offline_queued"},
            {"filter { fql: \"(origin:'x'\" statuses: RTR_SESSION_STATUS_CLOSED }", "filter.fql"},
            {"order_by: 'hostname'", "order_by", "hostname"},
        },
};

}  // namespace falcon::e2e
