// IncidentService beyond what every noun does: the story, attachments, SLAs, templates, and the join with alerts.
#include <algorithm>
#include <set>

#include "tests/e2e/nouns.h"

namespace falcon::e2e {
namespace {

using v1::Incident;
using List = v1::ListIncidentsRequest;

constexpr char kQueries[] = "GET /cases/queries/cases/v1";
constexpr char kEntities[] = "POST /cases/entities/cases/v2";

class IncidentJourney : public SharedWorld<IncidentJourney> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "4000", "--hosts", "400", "--cases", "300"}};
  }

 protected:
  static Incident Story() {
    const auto page = Ask(world(), Make<List>("filter { reference_ids: 'SIM-0001' }"));
    EXPECT_EQ(page->incidents_size(), 1) << page.status.error_message();
    v1::GetIncidentRequest request;
    request.set_id(page->incidents(0).id());
    return Ask(world(), request)->incident();
  }
};

bool HasHost(const Incident& incident, const std::string& hostname) {
  const auto& hosts = incident.analysis_results().hosts().records();
  return std::any_of(hosts.begin(), hosts.end(),
                     [&](const auto& host) { return host.hostname() == hostname; });
}

TEST_F(IncidentJourney, BriefViewTellsTheStateWithoutAskingForAlerts) {
  world().ResetLedger();
  const auto page = Ask(world(), Make<List>("page_size: 20"));
  ASSERT_EQ(page->incidents_size(), 20) << page.status.error_message();
  EXPECT_EQ(page->total_size(), 300);
  EXPECT_EQ(page->read_info().upstream_calls(), 2);
  EXPECT_EQ(world().Calls(kQueries), 1);
  EXPECT_EQ(world().Calls(kEntities), 1);
  EXPECT_EQ(world().Calls(), 2);
  for (const Incident& incident : page->incidents()) {
    EXPECT_FALSE(incident.name().empty());
    EXPECT_NE(incident.derived().state(), v1::INCIDENT_STATE_UNSPECIFIED);
    EXPECT_EQ(incident.derived().alert_count(), 0);
    EXPECT_FALSE(incident.has_evidence());
    EXPECT_TRUE(incident.description().empty());
  }
}

TEST_F(IncidentJourney, StoryTellsItsHostsItsUserAndItsTimers) {
  const Incident incident = Story();
  EXPECT_EQ(incident.name(), "Intrusion on SRV-PROD-001");
  for (const char* host : {"SRV-PROD-001", "SRV-PROD-002", "DC-01", "DC-02"}) {
    EXPECT_TRUE(HasHost(incident, host)) << host;
  }
  EXPECT_EQ(incident.analysis_results().users().records(0).username(), "svc-backup");
  EXPECT_EQ(incident.sla().timers().acknowledgement().duration_seconds(), 900);
  EXPECT_TRUE(incident.sla().has_active_timer_time_due());
  EXPECT_GT(incident.severity_score(), 90);
  EXPECT_TRUE(incident.has_start_timestamp());
}

TEST_F(IncidentJourney, AReferenceIdStandsForItsIncident) {
  const Incident story = Story();
  const auto one = Ask(world(), Make<v1::GetIncidentRequest>("id: 'sim-0001'"));
  ASSERT_THAT(one, IsOk());
  EXPECT_EQ(one->incident().id(), story.id());
  const auto many =
      Ask(world(), Make<v1::BatchGetIncidentsRequest>("ids: ['SIM-0002', 'SIM-0001', 'SIM-9999']"));
  ASSERT_EQ(many->incidents_size(), 2) << many.status.error_message();
  EXPECT_EQ(many->incidents(0).reference_id(), "SIM-0002");
  EXPECT_EQ(many->incidents(1).id(), story.id());
  ASSERT_EQ(many->missing_size(), 1);
  EXPECT_EQ(many->missing(0).id(), "SIM-9999");
}

TEST_F(IncidentJourney, AllAttachmentsOfAnIncidentArrive) {
  world().ResetLedger();
  v1::GetIncidentAttachmentsRequest request;
  request.set_id(Story().id());
  world().ResetLedger();
  const auto files = Ask(world(), request);
  EXPECT_EQ(files->attachments_size(), 23) << files.status.error_message();
  EXPECT_EQ(files->total_size(), 23);
  EXPECT_EQ(world().Calls("GET /case-files/combined/file-details/v1"), 3);
  EXPECT_FALSE(files->read_info().partial());
  v1::BatchGetIncidentAttachmentsRequest batch;
  batch.add_ids(files->attachments(7).id());
  batch.add_ids("no-such-file");
  batch.add_ids(files->attachments(2).id());
  const auto found = Ask(world(), batch);
  ASSERT_EQ(found->attachments_size(), 2) << found.status.error_message();
  EXPECT_EQ(found->attachments(0).name(), files->attachments(7).name());
  EXPECT_EQ(found->attachments(1).case_id(), request.id());
  EXPECT_EQ(found->missing(0).id(), "no-such-file");
  request.set_id("no-such-case");
  const auto none = Ask(world(), request);
  EXPECT_THAT(none, IsOk());
  EXPECT_EQ(none->attachments_size(), 0);
}

TEST_F(IncidentJourney, AgreementsAndTemplatesTellTheirNamesAndGoals) {
  const Incident story = Story();
  v1::BatchGetSlasRequest slas;
  slas.add_ids(story.sla().id());
  const auto sla = Ask(world(), slas);
  ASSERT_EQ(sla->slas_size(), 1) << sla.status.error_message();
  EXPECT_EQ(sla->slas(0).name(), story.sla().name());
  EXPECT_EQ(sla->slas(0).goals(0).type(), v1::SLA_GOAL_TYPE_ACK);
  EXPECT_EQ(sla->slas(0).goals(0).duration_seconds(), 900);
  v1::BatchGetCaseTemplatesRequest templates;
  templates.add_ids(story.template_().id());
  templates.add_ids("no-such-template");
  const auto plain = Ask(world(), templates);
  ASSERT_EQ(plain->templates_size(), 1) << plain.status.error_message();
  EXPECT_EQ(plain->templates(0).name(), "Intrusion");
  EXPECT_FALSE(plain->templates(0).has_has_access());
  EXPECT_EQ(plain->missing_size(), 1);
  templates.set_with_has_access(true);
  EXPECT_TRUE(Ask(world(), templates)->templates(0).has_access());
}

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

TEST_F(IncidentJoin, StoryIsDerivedFromItsAlerts) {
  const auto page = Ask(world(), Make<List>("filter { reference_ids: 'SIM-0001' }"));
  v1::GetIncidentRequest request;
  request.set_id(page->incidents(0).id());
  world().ResetLedger();
  const auto answer = Ask(world(), request);
  ASSERT_THAT(answer, IsOk());
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
  ASSERT_THAT(status, IsOk());
  EXPECT_EQ(std::set<std::string>(all.ids.begin(), all.ids.end()).size(), 250U);
  EXPECT_EQ(all.count(), 250);
  EXPECT_EQ(world().Calls(kAlerts), all.messages);
  EXPECT_GT(told, 150);
}

TEST_F(IncidentJoin, ExportsAreCompleteInOrderAndCheapWithoutIt) {
  world().ResetLedger();
  ExpectComplete(Export(world(), Make<v1::ExportIncidentsRequest>("batch_size: 30")), 250);
  EXPECT_EQ(world().Calls(kAlerts), 0);
}

TEST_F(IncidentJoin, FailureOfAlertsLosesNoIncident) {
  world().Fault(Rule("status", {{"path", "/alerts"}, {"times", 0}, {"code", 500}}));
  const auto page = Ask(world(), Make<List>(std::string("page_size: 5 ") + kTactics));
  world().ClearFaults();
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->incidents_size(), 5);
  EXPECT_TRUE(page->read_info().partial());
}

TEST_F(IncidentJoin, HangingAlertsCostHalfOfTheDeadlineAndNoIncident) {
  world().Fault(Rule("stall", {{"path", "/alerts"}, {"times", 0}}));
  const auto page =
      Ask(world(), Make<List>(std::string("page_size: 5 ") + kTactics), milliseconds(4000));
  world().ClearFaults();
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->incidents_size(), 5);
  EXPECT_TRUE(page->read_info().partial());
}

TEST(IncidentJoinFaults, MissingScopeOfAlertsMakesIncidentsPartial) {
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
  EXPECT_THAT(status, IsOk());
  EXPECT_EQ(exported, 40);
}

TEST(IncidentJoinCache, AlertsServeAgainWhereTheRequestAllowsStaleness) {
  World world({.simulator = {"--alerts", "500", "--hosts", "50", "--cases", "40"},
               .gateway = {"--cache-mib=8"}});
  const std::string kept =
      std::string(kTactics) + " read_options { max_staleness { seconds: 600 } }";
  auto request = Make<v1::ExportIncidentsRequest>(kept);
  ExpectComplete(Export(world, request), 40, 40);
  EXPECT_EQ(world.Calls(kAlerts), 1);
  const int calls = world.Calls();
  ExpectComplete(Export(world, request), 40, 40);
  EXPECT_EQ(world.Calls(), calls);
  const auto page = Ask(world, Make<List>("page_size: 40 " + kept));
  EXPECT_EQ(page->incidents_size(), 40) << page.status.error_message();
  EXPECT_TRUE(page->read_info().has_age());
  EXPECT_EQ(world.Calls(kAlerts), 1);
  request.clear_read_options();
  ExpectComplete(Export(world, request), 40, 40);
  EXPECT_EQ(world.Calls(kAlerts), 2) << "else Falcon is asked";
}

TEST(IncidentJoinLimit, JoinsAThousandAlertsAndSaysForWhichIncidents) {
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

extern const Noun kIncident;
const Noun kIncident = {
    .record = "Incident",
    .flag = "--cases",
    .small = 20,
    .medium = 300,
    .unknown_id = "no-such-case",
    .no_match = "query: 'no such words'",
    .order = "-created_timestamp",
    .other_order = "severity severity_score",
    .list_calls = 2,
    .get_calls = 2,
    .filters =
        {
            {"statuses: [INCIDENT_STATUS_NEW, INCIDENT_STATUS_REOPENED]", "status = NEW|REOPENED"},
            {"statuses: [20, 25]", "status = NEW|REOPENED"},
            {"state: INCIDENT_STATE_OPEN", "status != CLOSED"},
            {"state: INCIDENT_STATE_CLOSED", "status = CLOSED"},
            {"state: INCIDENT_STATE_OPEN fql: \"severity:>=70,tags:'identity'\"",
             "status != CLOSED & severity_score >= 70 or status != CLOSED & tags = identity"},
            {"fql: \"state:'open'+status:![25,'In Progress']\"", "status = NEW"},
            {"fql: \"assigned_to_uuid:!'*'\"", "assigned_to.full_name unset"},
            {"severities: [SEVERITY_LOW, SEVERITY_HIGH]",
             "severity_score >= 20 & severity_score < 40 or severity_score >= 60 & severity_score "
             "< 80"},
            {"min_severity: SEVERITY_HIGH", "severity_score >= 60"},
            {"assigned_to: 'Alice*'", "assigned_to.full_name = Alice Anderson"},
            {"tags: ['phish*', 'dair']", "tags = phishing|dair"},
            {"reference_ids: 'SIM-0001'", "reference_id = SIM-0001"},
            {"query: 'malicious-domain.com'", "reference_id = SIM-0001"},
            {"hostname: 'dc-01'", "analysis_results.hosts.records.hostname = DC-01"},
            {"device_id: '{analysis_results.hosts.records.aid}'",
             "analysis_results.hosts.records.aid = {analysis_results.hosts.records.aid}"},
            {"alert_id: '{evidence.alerts.records.selector.id}'",
             "evidence.alerts.records.selector.id = {evidence.alerts.records.selector.id}"},
            {"username: 'svc-backup'", "analysis_results.users.records.username = svc-backup"},
            {"tactic: 'TA0006'", "derived.tactic_ids = TA0006"},
            {"tactic: 'Credential Access'", "derived.tactics = Credential Access"},
            {"technique: 'T1059.001'", "derived.technique_ids = T1059.001"},
            {"days: 7", "created_timestamp >= {interval}"},
            {"created { end { seconds: {9d} } }", "created_timestamp < {9d}"},
            {"updated { start { seconds: {9d} } }", "updated_timestamp >= {9d}"},
        },
    .refused =
        {
            {"ListIncidents"},
            {"filter { statuses: 21 }", "filter.statuses", "21"},
            {"filter { state: 7 }", "filter.state", "INCIDENT_STATE_OPEN"},
            {"filter { alert_id: 'ldt:1' }", "filter.alert_id", "composite id"},
            {"filter { fql: \"hostname:'x'\" }", "filter.fql", "hostnames"},
            {"filter { fql: \"assigned_to.uuid:'x'\" }", "filter.fql", "assigned_to_uuid"},
            {"filter { fql: \"status:'clsoed'\" }", "filter.fql", "reopened"},
            {"filter { fql: \"state:'ajar'\" }", "filter.fql", "'open' or 'closed'"},
            {"filter { fql: 'status:20+score:>3' }", "filter.fql", "at byte 10"},
            {"filter { fql: 'severity:>[1,2]' }", "filter.fql", "not a list"},
            {"filter { fql: \"severity:'high'\" }", "filter.fql", "severity"},
            {"order_by: 'hostnames'", "order_by", "ordered by"},
            {"read_mask { paths: 'derived.tactic' }", "read_mask", "derived.tactics"},
            {"ExportIncidents"},
            {"filter { state: 7 }", "filter.state", "INCIDENT_STATE_CLOSED"},
            {"GetIncident"},
            {"id: 'inc:061a51ec742c44624a176f079d742052:1'", "id", "retired Incidents API"},
            {"id: 'a b'", "id"},
            {"BatchGetIncidents"},
            {"ids: ['a', 'inc:1:2']", "ids[1]", "retired"},
        },
};

}  // namespace falcon::e2e
