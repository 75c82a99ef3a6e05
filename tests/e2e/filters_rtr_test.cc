// Each filter of both views of real-time response sessions, compared with what the simulator holds.
#include <algorithm>
#include <ctime>
#include <set>

#include "google/protobuf/util/time_util.h"
#include "tests/e2e/rtr_journey.h"

namespace falcon::e2e {
namespace {

using List = v1::ListRtrSessionsRequest;
using Audit = v1::ListRtrAuditSessionsRequest;

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
        Filtered{"Hostname", "filter { hostname: 'srv-prod-001' }",
                 [](const auto& session) { return session.hostname() == "SRV-PROD-001"; }},
        Filtered{"HostnameWithAStar", "filter { hostname: 'SRV-*' }",
                 [](const auto& session) { return session.hostname().starts_with("SRV-"); }},
        Filtered{"Closed", "filter { statuses: RTR_SESSION_STATUS_CLOSED }",
                 [](const auto& session) { return session.has_deleted_at(); }},
        Filtered{"OpenInTheAudit", "filter { statuses: RTR_SESSION_STATUS_ACTIVE }",
                 [](const auto& session) { return !session.has_deleted_at(); }, false},
        Filtered{"ActiveOrQueued", "filter { fql: \"deleted_at:null\" }",
                 [](const auto& session) { return !session.has_deleted_at(); }},
        Filtered{"Me", "filter { user_id: '@me' }",
                 [](const auto& session) { return session.user_id() == kClientId; }},
        Filtered{"SomebodyByAStar", "filter { user_id: 'carol.*' }",
                 [](const auto& session) { return session.user_id().starts_with("carol."); }},
        Filtered{"Origin", "filter { origin: 'psfalcon' }",
                 [](const auto& session) { return session.origin() == "psfalcon"; }},
        Filtered{"Commands", "filter { commands: ['runscript', 'ifconfig'] }",
                 [](const auto& session) {
                   return Ran(session, "runscript") || Ran(session, "ifconfig");
                 }},
        Filtered{"CommandWithAStar", "filter { commands: 'net*' }",
                 [](const auto& session) { return Ran(session, "netstat"); }},
        Filtered{"Days", "filter { days: 7 }",
                 [](const auto& session) { return DaysAgo(session.created_at()) < 7; }},
        Filtered{"FilterAndStatus",
                 "filter { fql: \"origin:'psfalcon',origin:'falconpy'\" statuses: "
                 "RTR_SESSION_STATUS_CLOSED }",
                 [](const auto& session) {
                   return session.has_deleted_at() &&
                          (session.origin() == "psfalcon" || session.origin() == "falconpy");
                 }}),
    [](const auto& filtered) { return filtered.param.name; });

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

TEST_F(RtrJourney, PageTokenOfOtherStatesIsAMismatch) {
  auto request = Make<List>("page_size: 5 filter { statuses: RTR_SESSION_STATUS_CLOSED }");
  request.set_page_token(Ask(world(), request)->next_page_token());
  ASSERT_FALSE(request.page_token().empty());
  EXPECT_GT(Ask(world(), request)->rtr_sessions_size(), 0);
  request.mutable_filter()->set_statuses(0, v1::RTR_SESSION_STATUS_QUEUED);
  EXPECT_EQ(Ask(world(), request).reason(), "PAGE_TOKEN_MISMATCH");
}

}  // namespace
}  // namespace falcon::e2e
