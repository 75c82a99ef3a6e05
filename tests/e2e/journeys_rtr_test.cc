// Journeys through RtrSessionService: the API client's own sessions, their counts and queued
// commands, and the audit of everybody's.
#include <algorithm>
#include <map>
#include <set>

#include "tests/e2e/rtr_journey.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using List = v1::ListRtrSessionsRequest;
using Audit = v1::ListRtrAuditSessionsRequest;

constexpr char kUnknown[] = "9f3c5e7a-1234-5678-abcd-ef0123456789";
constexpr char kIds[] = "GET /real-time-response/queries/sessions/v1";
constexpr char kEntities[] = "POST /real-time-response/entities/sessions/GET/v1";
constexpr char kAuditPages[] = "GET /real-time-response-audit/combined/sessions/v1";

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
  const auto request = Make<List>("page_size: 64");
  std::set<std::string> ids;
  int64_t rows = 0, total = 0;
  ForEachPage(world(), request, [&](const auto& page) {
    total = page.total_size();
    for (const auto& session : page.rtr_sessions()) ids.insert(session.id());
    rows += page.rtr_sessions_size();
  });
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
  const auto whole = Response("view: RECORD_VIEW_FULL");
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
  const auto others = Ask(world(), Make<Audit>("filter { fql: \"user_id:!'@me'\" } page_size: 1"));
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
  const auto none = Ask(world(), Make<List>("filter { hostname: 'no-such-host' }"));
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
    EXPECT_TRUE(page.status.ok()) << page.status.error_message();
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
                       "field: 'created_at' kind: AGGREGATION_KIND_DATE_HISTOGRAM filter { days: "
                       "30 } interval: AGGREGATION_INTERVAL_WEEK then_by: 'origin'"));
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
  EXPECT_EQ(sum, Ask(world(), Make<List>("filter { days: 30 } page_size: 1"))->total_size());
}

}  // namespace
}  // namespace falcon::e2e
