// Journeys through IncidentService: lists, look-ups, exports, and what stands around incidents.
#include <algorithm>
#include <set>

#include "tests/e2e/calls/incidents.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
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

bool Names(const google::protobuf::RepeatedPtrField<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool HasHost(const Incident& incident, const std::string& hostname) {
  const auto& hosts = incident.analysis_results().hosts().records();
  return std::any_of(hosts.begin(), hosts.end(),
                     [&](const auto& host) { return host.hostname() == hostname; });
}

TEST_F(IncidentJourney, ListsBeginWithTheNewestInTheBriefViewWithoutAskingForAlerts) {
  world().ResetLedger();
  const auto page = Ask(world(), Make<List>("page_size: 20"));
  ASSERT_EQ(page->incidents_size(), 20) << page.status.error_message();
  EXPECT_EQ(page->total_size(), 300);
  EXPECT_EQ(page->read_info().upstream_calls(), 2);
  EXPECT_EQ(world().Calls(kQueries), 1);
  EXPECT_EQ(world().Calls(kEntities), 1);
  EXPECT_EQ(world().Calls(), 2);
  for (int i = 1; i < page->incidents_size(); ++i) {
    EXPECT_GE(page->incidents(i - 1).created_timestamp().seconds(),
              page->incidents(i).created_timestamp().seconds());
  }
  for (const Incident& incident : page->incidents()) {
    EXPECT_FALSE(incident.name().empty());
    EXPECT_NE(incident.derived().state(), v1::INCIDENT_STATE_UNSPECIFIED);
    EXPECT_EQ(incident.derived().alert_count(), 0);
    EXPECT_FALSE(incident.has_evidence());
    EXPECT_TRUE(incident.description().empty());
  }
}

TEST_F(IncidentJourney, PageTokensLeadThroughEveryIncidentOnce) {
  const auto request = Make<List>("page_size: 70");
  std::set<std::string> ids;
  ForEachPage(world(), request, [&](const auto& page) {
    for (const Incident& incident : page.incidents()) {
      EXPECT_TRUE(ids.insert(incident.id()).second);
    }
  });
  EXPECT_EQ(ids.size(), 300U);
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

struct Filtered {
  std::string name;
  std::string request;
  std::function<bool(const Incident&)> fits;
};

class IncidentFilter : public IncidentJourney, public testing::WithParamInterface<Filtered> {};

// What fits, among all, is what the filter finds: nothing else, and nothing less.
TEST_P(IncidentFilter, FindsWhatFitsAndNothingElse) {
  std::set<std::string> want;
  auto all = Make<List>("page_size: 100 view: RECORD_VIEW_FULL");
  do {
    const auto page = Ask(world(), all);
    ASSERT_TRUE(page.status.ok()) << page.status.error_message();
    for (const Incident& incident : page->incidents()) {
      if (GetParam().fits(incident)) want.insert(incident.id());
    }
    all.set_page_token(page->next_page_token());
  } while (!all.page_token().empty());
  const auto found = Ask(world(), Make<List>(GetParam().request + " page_size: 500"));
  ASSERT_TRUE(found.status.ok()) << found.status.error_message();
  std::set<std::string> have;
  for (const Incident& incident : found->incidents()) have.insert(incident.id());
  EXPECT_EQ(have, want);
  EXPECT_GT(want.size(), 0U);
  EXPECT_LT(want.size(), 300U);
}

bool Is(const Incident& incident, v1::IncidentStatus status) { return incident.status() == status; }
bool IsOpen(const Incident& incident) { return !Is(incident, v1::INCIDENT_STATUS_CLOSED); }
bool IsNewOrReopened(const Incident& incident) {
  return Is(incident, v1::INCIDENT_STATUS_NEW) || Is(incident, v1::INCIDENT_STATUS_REOPENED);
}

INSTANTIATE_TEST_SUITE_P(
    Typed, IncidentFilter,
    testing::Values(
        Filtered{"Statuses", "filter { statuses: [INCIDENT_STATUS_NEW, INCIDENT_STATUS_REOPENED] }",
                 IsNewOrReopened},
        Filtered{"StatusesByTheirOldNumbers", "filter { statuses: [20, 25] }", IsNewOrReopened},
        Filtered{"StateOpen", "filter { state: INCIDENT_STATE_OPEN }", IsOpen},
        Filtered{"StateClosed", "filter { state: INCIDENT_STATE_CLOSED }",
                 [](const Incident& i) { return !IsOpen(i); }},
        Filtered{"StateAndRawFilter",
                 "filter { state: INCIDENT_STATE_OPEN fql: \"severity:>=70,tags:'identity'\" }",
                 [](const Incident& i) {
                   return IsOpen(i) && (i.severity_score() >= 70 || Names(i.tags(), "identity"));
                 }},
        Filtered{"OldWordsInTheRawFilter",
                 "filter { fql: \"state:'open'+status:![25,'In Progress']\" }",
                 [](const Incident& i) { return Is(i, v1::INCIDENT_STATUS_NEW); }},
        Filtered{"Severities", "filter { severities: [SEVERITY_LOW, SEVERITY_HIGH] }",
                 [](const Incident& i) {
                   return (i.severity_score() >= 20 && i.severity_score() < 40) ||
                          (i.severity_score() >= 60 && i.severity_score() < 80);
                 }},
        Filtered{"MinSeverity", "filter { min_severity: SEVERITY_HIGH }",
                 [](const Incident& i) { return i.severity_score() >= 60; }},
        Filtered{"AssignedTo", "filter { assigned_to: 'Alice*' }",
                 [](const Incident& i) { return i.assigned_to().full_name() == "Alice Anderson"; }},
        Filtered{"Unassigned", "filter { fql: \"assigned_to_uuid:!'*'\" }",
                 [](const Incident& i) { return i.assigned_to().full_name().empty(); }},
        Filtered{"Tags", "filter { tags: ['phish*', 'dair'] }",
                 [](const Incident& i) {
                   return Names(i.tags(), "phishing") || Names(i.tags(), "dair");
                 }},
        Filtered{"Hostname", "filter { hostname: 'dc-01' }",
                 [](const Incident& i) { return HasHost(i, "DC-01"); }},
        Filtered{"Username", "filter { username: 'svc-backup' }",
                 [](const Incident& i) {
                   const auto& users = i.analysis_results().users().records();
                   return std::any_of(users.begin(), users.end(), [](const auto& user) {
                     return user.username() == "svc-backup";
                   });
                 }},
        Filtered{"TacticById", "filter { tactic: 'TA0006' }",
                 [](const Incident& i) { return Names(i.derived().tactic_ids(), "TA0006"); }},
        Filtered{
            "TacticByName", "filter { tactic: 'Credential Access' }",
            [](const Incident& i) { return Names(i.derived().tactics(), "Credential Access"); }},
        Filtered{
            "Technique", "filter { technique: 'T1059.001' }",
            [](const Incident& i) { return Names(i.derived().technique_ids(), "T1059.001"); }}),
    [](const auto& filtered) { return filtered.param.name; });

TEST_F(IncidentJourney, DaysAndIntervalsBoundTheirInstants) {
  const auto recent = Ask(world(), Make<List>("filter { days: 7 } page_size: 500"));
  const auto all = Ask(world(), Make<List>("page_size: 500"));
  EXPECT_GT(recent->incidents_size(), 0) << recent.status.error_message();
  EXPECT_LT(recent->incidents_size(), all->incidents_size());
  const int64_t middle = all->incidents(150).updated_timestamp().seconds();
  List changed;
  changed.mutable_filter()->mutable_updated()->mutable_start()->set_seconds(middle);
  changed.set_page_size(500);
  int later = 0;
  for (const Incident& incident : all->incidents()) {
    later += incident.updated_timestamp().seconds() >= middle ? 1 : 0;
  }
  EXPECT_EQ(Ask(world(), changed)->incidents_size(), later);
}

TEST_F(IncidentJourney, EvidenceAndHostsAndFreeTextFindTheStory) {
  const Incident story = Story();
  List by_alert;
  by_alert.mutable_filter()->set_alert_id(story.evidence().alerts().records(3).selector().id());
  List by_host;
  std::string aid = story.analysis_results().hosts().records(0).aid();
  std::transform(aid.begin(), aid.end(), aid.begin(), [](char c) { return c >= 'a' ? c - 32 : c; });
  by_host.mutable_filter()->set_device_id(aid);
  for (const List& request :
       {by_alert, by_host, Make<List>("filter { query: 'malicious-domain.com' }")}) {
    const auto found = Ask(world(), request);
    ASSERT_EQ(found->incidents_size(), 1) << request.ShortDebugString();
    EXPECT_EQ(found->incidents(0).id(), story.id());
  }
  const auto none = Ask(world(), Make<List>("filter { query: 'no such words' }"));
  EXPECT_TRUE(none.status.ok());
  EXPECT_EQ(none->incidents_size(), 0);
  EXPECT_TRUE(none->next_page_token().empty());
}

TEST_F(IncidentJourney, BatchKeepsTheOrderOfTheIdsAndNamesWhatIsMissing) {
  const auto page = Ask(world(), Make<List>("page_size: 30 order_by: 'severity desc'"));
  v1::BatchGetIncidentsRequest request;
  request.mutable_read_mask()->add_paths("reference_id");
  for (const Incident& incident : page->incidents()) request.add_ids(incident.id());
  request.add_ids("no-such-case");
  world().ResetLedger();
  const auto batch = Ask(world(), request);
  ASSERT_EQ(batch->incidents_size(), 30) << batch.status.error_message();
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(batch->incidents(i).reference_id(), page->incidents(i).reference_id());
    EXPECT_TRUE(batch->incidents(i).id().empty()) << "not asked for";
  }
  ASSERT_EQ(batch->missing_size(), 1);
  EXPECT_EQ(batch->missing(0).id(), "no-such-case");
  EXPECT_EQ(batch->missing(0).code(), 404);
  EXPECT_EQ(world().Calls(), 1);
}

TEST_F(IncidentJourney, UnknownIdIsNotFound) {
  const auto answer = Ask(world(), Make<v1::GetIncidentRequest>("id: 'no-such-case'"));
  EXPECT_EQ(answer.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(answer.reason(), "NOT_FOUND");
}

TEST_F(IncidentJourney, AReferenceIdStandsForItsIncident) {
  const Incident story = Story();
  const auto one = Ask(world(), Make<v1::GetIncidentRequest>("id: 'sim-0001'"));
  ASSERT_TRUE(one.status.ok()) << one.status.error_message();
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
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
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

TEST_F(IncidentJourney, NothingWasChangedAtFalcon) { EXPECT_EQ(world().Ledger()["mutating"], 0); }

}  // namespace
}  // namespace falcon::e2e
