// What incidents say by their alerts: one more call an answer, none unless asked, nothing lost
// without it.
#include <set>

#include "tests/e2e/calls/incidents.h"
#include "tests/e2e/export.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using v1::Incident;
using List = v1::ListIncidentsRequest;

constexpr char kEntities[] = "POST /cases/entities/cases/v2";
constexpr char kAlerts[] = "POST /alerts/entities/alerts/v2";
constexpr char kTactics[] = "read_mask { paths: 'id' paths: 'derived.tactics' }";

class IncidentJoin : public SharedWorld<IncidentJoin> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "3000", "--hosts", "300", "--cases", "250"}};
  }
};

TEST_F(IncidentJoin, CostsOneMoreCallAPageAndShowsOnlyWhatWasAsked) {
  world().ResetLedger();
  const auto page = Ask(world(), Make<List>(std::string("page_size: 40 ") + kTactics));
  ASSERT_EQ(page->incidents_size(), 40) << page.status.error_message();
  EXPECT_EQ(world().Calls(kAlerts), 1);
  EXPECT_EQ(world().Calls(), 3);
  EXPECT_EQ(page->read_info().upstream_calls(), 3);
  EXPECT_FALSE(page->read_info().partial());
  int with_tactics = 0;
  for (const Incident& incident : page->incidents()) {
    with_tactics += incident.derived().tactics().empty() ? 0 : 1;
    EXPECT_FALSE(incident.has_evidence());
    EXPECT_EQ(incident.status(), v1::INCIDENT_STATUS_UNSPECIFIED);
    EXPECT_EQ(incident.derived().state(), v1::INCIDENT_STATE_UNSPECIFIED);
    EXPECT_TRUE(incident.derived().users().empty());
  }
  EXPECT_GT(with_tactics, 20);
}

TEST_F(IncidentJoin, StateAndCountOfAlertsCostNoCall) {
  world().ResetLedger();
  const auto page = Ask(world(), Make<List>("page_size: 40 read_mask { paths: 'derived.state' "
                                            "paths: 'derived.alert_count' }"));
  ASSERT_EQ(page->incidents_size(), 40) << page.status.error_message();
  EXPECT_EQ(world().Calls(), 2);
  EXPECT_NE(page->incidents(0).derived().state(), v1::INCIDENT_STATE_UNSPECIFIED);
  EXPECT_GT(page->incidents(0).derived().alert_count(), 0);
  EXPECT_FALSE(page->incidents(0).has_evidence());
}

TEST_F(IncidentJoin, StoryIsToldByItsAlerts) {
  const auto page = Ask(world(), Make<List>("filter { reference_ids: 'SIM-0001' }"));
  v1::GetIncidentRequest request;
  request.set_id(page->incidents(0).id());
  world().ResetLedger();
  const auto answer = Ask(world(), request);
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(world().Calls(kEntities), 1);
  EXPECT_EQ(world().Calls(kAlerts), 1);
  const v1::IncidentDerived& derived = answer->incident().derived();
  EXPECT_EQ(derived.state(), v1::INCIDENT_STATE_OPEN);
  EXPECT_EQ(derived.alert_count(), 15);
  EXPECT_EQ(derived.joined_alert_count(), 15);
  EXPECT_EQ(derived.tactics(0), "Execution") << "the first thing that happened";
  EXPECT_EQ(derived.max_alert_severity(), 95);
  EXPECT_EQ(derived.hosts_size(), 4) << derived.ShortDebugString();
  EXPECT_EQ(derived.users_size(), 1);
  EXPECT_LT(derived.first_alert_time().seconds(), derived.last_alert_time().seconds());
  EXPECT_EQ(derived.events_interval(), v1::AGGREGATION_INTERVAL_HOUR);
  int events = 0;
  for (const auto& bucket : derived.events_histogram()) events += bucket.count();
  EXPECT_EQ(events, 15);
  EXPECT_TRUE(answer->incident().has_evidence());
}

TEST_F(IncidentJoin, PagesWithItHaveAtMostAHundredIncidents) {
  const auto page = Ask(world(), Make<List>(std::string("page_size: 500 ") + kTactics));
  EXPECT_EQ(page->incidents_size(), 100) << page.status.error_message();
  EXPECT_FALSE(page->next_page_token().empty());
  const auto without = Ask(world(), Make<List>("page_size: 500"));
  EXPECT_EQ(without->incidents_size(), 250) << without.status.error_message();
}

TEST_F(IncidentJoin, ExportsAskOnceForEachMessage) {
  world().ResetLedger();
  const auto request = Make<v1::ExportIncidentsRequest>(std::string("batch_size: 80 ") + kTactics);
  Exported all;
  int told = 0;
  const auto status = ForEachBatch(world(), request, [&](const auto& batch) {
    all.Add(batch);
    EXPECT_EQ(batch.read_info().upstream_calls(), 3);
    for (const Incident& incident : batch.incidents()) {
      told += incident.derived().tactics().empty() ? 0 : 1;
    }
    return true;
  });
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(std::set<std::string>(all.ids.begin(), all.ids.end()).size(), 250U);
  EXPECT_EQ(all.count(), 250);
  EXPECT_EQ(world().Calls(kAlerts), all.messages);
  EXPECT_GT(told, 150);
}

TEST_F(IncidentJoin, ExportsAreCompleteInOrderAndCheapWithoutIt) {
  world().ResetLedger();
  ExpectWhole(Export(world(), Make<v1::ExportIncidentsRequest>("batch_size: 30")), 250);
  EXPECT_EQ(world().Calls(kAlerts), 0);
}

TEST_F(IncidentJoin, ExportThatBreaksIsCompletedByItsToken) {
  auto request =
      Make<v1::ExportIncidentsRequest>("batch_size: 40 filter { state: INCIDENT_STATE_OPEN }");
  const Exported whole = Export(world(), request);
  const Exported first =
      Export(world(), request, [](const Exported& so_far) { return so_far.messages < 2; });
  request.set_resume_token(first.resume_token);
  const Exported rest = Export(world(), request);
  EXPECT_TRUE(rest.status.ok()) << rest.status.error_message();
  std::vector<std::string> ids = first.ids;
  ids.insert(ids.end(), rest.ids.begin(), rest.ids.end());
  EXPECT_EQ(ids, whole.ids);
  EXPECT_GT(ids.size(), 80U);
  request.mutable_filter()->set_state(v1::INCIDENT_STATE_CLOSED);
  EXPECT_EQ(Details(Export(world(), request).status).info.reason(), "PAGE_TOKEN_MISMATCH");
}

TEST_F(IncidentJoin, FailureOfAlertsLosesNoIncident) {
  world().Fault(Rule("status", {{"path", "/alerts"}, {"times", 0}, {"code", 500}}));
  const auto page = Ask(world(), Make<List>(std::string("page_size: 5 ") + kTactics));
  world().ClearFaults();
  ASSERT_TRUE(page.status.ok()) << page.status.error_message();
  EXPECT_EQ(page->incidents_size(), 5);
  EXPECT_TRUE(page->read_info().partial());
}

TEST_F(IncidentJoin, AlertsThatNeverComeCostHalfOfTheTimeAndNoIncident) {
  world().Fault(Rule("stall", {{"path", "/alerts"}, {"times", 0}}));
  const auto page =
      Ask(world(), Make<List>(std::string("page_size: 5 ") + kTactics), milliseconds(4000));
  world().ClearFaults();
  ASSERT_TRUE(page.status.ok()) << page.status.error_message();
  EXPECT_EQ(page->incidents_size(), 5);
  EXPECT_TRUE(page->read_info().partial());
}

TEST(IncidentExport, PassesTenThousandWhereFalconsOffsetsEnd) {
  World world({{"--alerts", "1000", "--cases", "10600"}});
  const Exported all = Export(world, Make<v1::ExportIncidentsRequest>("read_mask { paths: 'id' }"));
  ExpectWhole(all, 10'600, all.undated);
}

TEST(IncidentJoinWithout, ScopeOfAlertsTheIncidentsComeInPart) {
  World world(
      {{"--alerts", "500", "--hosts", "50", "--cases", "40", "--deny-scope", "Alerts:read"}});
  const auto page = Ask(world, Make<List>("page_size: 40 view: RECORD_VIEW_FULL"));
  ASSERT_EQ(page->incidents_size(), 40) << page.status.error_message();
  EXPECT_TRUE(page->read_info().partial());
  ASSERT_EQ(page->read_info().errors_size(), 1);
  EXPECT_EQ(page->read_info().errors(0).code(), 403);
  EXPECT_NE(page->read_info().errors(0).message().find("derived"), std::string::npos);
  for (const Incident& incident : page->incidents()) {
    EXPECT_NE(incident.derived().state(), v1::INCIDENT_STATE_UNSPECIFIED);
    EXPECT_TRUE(incident.derived().tactics().empty());
    EXPECT_EQ(incident.derived().joined_alert_count(), 0);
  }
  int exported = 0;
  const auto status =
      ForEachBatch(world, Make<v1::ExportIncidentsRequest>(kTactics), [&](const auto& batch) {
        exported += batch.incidents_size();
        EXPECT_TRUE(batch.read_info().partial());
        return true;
      });
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(exported, 40);
}

TEST(IncidentJoinKept, AlertsServeAgainWhereTheRequestTakesThem) {
  World world({.simulator = {"--alerts", "500", "--hosts", "50", "--cases", "40"},
               .gateway = {"--cache-mib=8"},
               .environment = {}});
  const std::string kept =
      std::string(kTactics) + " read_options { max_staleness { seconds: 600 } }";
  auto request = Make<v1::ExportIncidentsRequest>(kept);
  ExpectWhole(Export(world, request), 40, 40);
  EXPECT_EQ(world.Calls(kAlerts), 1);
  const int calls = world.Calls();
  ExpectWhole(Export(world, request), 40, 40);
  EXPECT_EQ(world.Calls(), calls);
  const auto page = Ask(world, Make<List>("page_size: 40 " + kept));
  EXPECT_EQ(page->incidents_size(), 40) << page.status.error_message();
  EXPECT_TRUE(page->read_info().has_age());
  EXPECT_EQ(world.Calls(kAlerts), 1);
  request.clear_read_options();
  ExpectWhole(Export(world, request), 40, 40);
  EXPECT_EQ(world.Calls(kAlerts), 2) << "else Falcon is asked";
}

TEST(IncidentJoinBeyond, AThousandAlertsSaysForWhichItHolds) {
  World world({{"--alerts", "20000", "--hosts", "300", "--cases", "250"}});
  v1::BatchGetIncidentsRequest request;
  const auto all = Ask(world, Make<List>("page_size: 500"));
  for (const Incident& incident : all->incidents()) request.add_ids(incident.id());
  request.mutable_read_mask()->add_paths("derived");
  world.ResetLedger();
  const auto batch = Ask(world, request);
  ASSERT_EQ(batch->incidents_size(), 250) << batch.status.error_message();
  EXPECT_EQ(world.Calls(kAlerts), 1);
  EXPECT_TRUE(batch->read_info().partial());
  int alerts = 0;
  int joined = 0;
  for (const Incident& incident : batch->incidents()) {
    alerts += incident.derived().alert_count();
    joined += incident.derived().joined_alert_count();
  }
  EXPECT_GT(alerts, 1000);
  EXPECT_EQ(joined, 1000);
  const v1::IncidentDerived& first = batch->incidents(0).derived();
  EXPECT_EQ(first.joined_alert_count(), first.alert_count());
}

}  // namespace
}  // namespace falcon::e2e
