// Investigations: what stands around a subject, and what of it could not be read.
#include <algorithm>

#include "tests/e2e/calls.h"
#include "tests/e2e/nouns.h"

namespace falcon::e2e {
namespace {

constexpr char kVulnerabilities[] = "/spotlight/combined/vulnerabilities/v1";
constexpr char kAlerts[] = "/alerts/combined/alerts/v1";
constexpr char kStoryHost[] = "hostname: 'SRV-PROD-001'";

class Investigations : public SharedWorld<Investigations> {
 public:
  static WorldOptions Options() {
    WorldOptions options = SmallWorld();
    options.gateway = {"--cache-mib=8"};
    return options;
  }

 protected:
  void SetUp() override {
    world().ClearFaults();
    world().ResetLedger();
  }
  void TearDown() override { world().ClearFaults(); }

  static Answer<v1::InvestigateHostResponse> Host(const std::string& text) {
    return Ask(world(), Make<v1::InvestigateHostRequest>(text));
  }
  // Not from the cache.
  static Answer<v1::InvestigateHostResponse> FreshHost(const std::string& text) {
    return Host(text + " read_options { max_staleness {} }");
  }
};

v1::SectionStatus Section(const v1::Investigation& investigation,
                          v1::InvestigationSection section) {
  for (const v1::SectionStatus& status : investigation.sections()) {
    if (status.section() == section) return status;
  }
  ADD_FAILURE() << v1::InvestigationSection_Name(section) << " is missing";
  return {};
}

TEST_F(Investigations, StoryOfAHostTakesFifteenCallsAndTwoMoreWithinAMinute) {
  const auto first = FreshHost(kStoryHost);
  ASSERT_THAT(first, IsOk());
  const v1::Investigation& found = first->investigation();
  EXPECT_EQ(found.sections_size(), v1::InvestigationSection_MAX);
  for (const v1::SectionStatus& section : found.sections()) {
    EXPECT_EQ(section.state(), v1::SECTION_STATE_COMPLETE) << section.ShortDebugString();
  }
  EXPECT_FALSE(first->read_info().partial());
  EXPECT_EQ(found.subject_id(), found.hosts(0).device_id());
  EXPECT_EQ(found.hosts(0).local_ip(), "192.168.1.100");
  EXPECT_EQ(found.domain_controllers_size(), 2);
  EXPECT_GT(found.rtr_audit_sessions(0).logs_size(), 0);
  EXPECT_LE(world().Calls(), 15);
  EXPECT_EQ(first->read_info().upstream_calls(), world().Calls());
  world().ResetLedger();
  EXPECT_THAT(Host(kStoryHost), IsOk());
  EXPECT_LE(world().Calls(), 2);
}

TEST_F(Investigations, TimelineIsInOrderAndEachEventLeadsToARecordOfTheAnswer) {
  const auto answer = Host(kStoryHost);
  ASSERT_THAT(answer, IsOk());
  const auto& timeline = answer->investigation().timeline();
  EXPECT_GT(timeline.size(), 10);
  EXPECT_TRUE(std::ranges::is_sorted(timeline, {}, [](const v1::TimelineEvent& event) {
    return std::pair(event.time().seconds(), event.time().nanos());
  }));
  const std::string records = answer->investigation().ShortDebugString();
  for (const v1::TimelineEvent& event : timeline) {
    EXPECT_NE(records.find(event.record_id()), std::string::npos) << event.ShortDebugString();
    EXPECT_FALSE(event.record_id().empty());
  }
}

TEST_F(Investigations, SectionThatCannotBeReadIsFailedAndTheOthersStand) {
  world().Fault(Rule("status", {{"code", 403}, {"times", 0}, {"path", kVulnerabilities}}));
  const auto answer = FreshHost(kStoryHost);
  ASSERT_THAT(answer, IsOk());
  const auto failed = Section(answer->investigation(), v1::INVESTIGATION_SECTION_VULNERABILITIES);
  EXPECT_EQ(failed.state(), v1::SECTION_STATE_FAILED);
  EXPECT_TRUE(answer->read_info().partial());
  EXPECT_EQ(answer->read_info().errors_size(), 1);
  EXPECT_NE(failed.reason(), "");
  EXPECT_NE(failed.message(), "");
  for (const v1::SectionStatus& section : answer->investigation().sections()) {
    if (section.section() == failed.section()) continue;
    EXPECT_EQ(section.state(), v1::SECTION_STATE_COMPLETE) << section.ShortDebugString();
  }
}

TEST_F(Investigations, HostKnownByItsIdIsInvestigatedWhileItsRecordIsNotToBeHad) {
  const auto known = Host(kStoryHost);
  ASSERT_THAT(known, IsOk());
  world().Fault(
      Rule("status", {{"code", 403}, {"times", 0}, {"path", "/devices/entities/devices"}}));
  const auto answer = FreshHost("device_id: '" + known->investigation().subject_id() + "'");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(Section(answer->investigation(), v1::INVESTIGATION_SECTION_HOSTS).state(),
            v1::SECTION_STATE_FAILED);
  EXPECT_EQ(answer->investigation().detections_size(), known->investigation().detections_size());
}

// Without detections nobody knows what to look up: that is no finding.
TEST_F(Investigations, SectionsThatUnreadDetectionsWouldNameAreFailedToo) {
  world().Fault(Rule("status", {{"code", 403}, {"times", 0}, {"path", kAlerts}}));
  const auto answer = FreshHost(kStoryHost);
  ASSERT_THAT(answer, IsOk());
  for (const auto section : {v1::INVESTIGATION_SECTION_DETECTIONS, v1::INVESTIGATION_SECTION_IOCS,
                             v1::INVESTIGATION_SECTION_INTEL_INDICATORS}) {
    EXPECT_EQ(Section(answer->investigation(), section).state(), v1::SECTION_STATE_FAILED);
  }
  EXPECT_EQ(answer->investigation().incidents_size(), 1);
}

TEST_F(Investigations, QuietIntervalIsEmptyAndNotFailed) {
  const auto answer =
      FreshHost(std::string(kStoryHost) +
                " time { start { seconds: 1000000000 } end { seconds: 1000086400 } }");
  ASSERT_THAT(answer, IsOk());
  for (const auto section :
       {v1::INVESTIGATION_SECTION_DETECTIONS, v1::INVESTIGATION_SECTION_IOCS}) {
    EXPECT_EQ(Section(answer->investigation(), section).state(), v1::SECTION_STATE_EMPTY);
  }
}

TEST_F(Investigations, ChosenSectionsAloneAreReadAndShown) {
  const auto answer =
      FreshHost(std::string(kStoryHost) + " sections: INVESTIGATION_SECTION_INTEL_INDICATORS");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->investigation().sections_size(), 1);
  EXPECT_EQ(answer->investigation().intel_indicators_size(), 5);
  EXPECT_EQ(answer->investigation().detections_size(), 0);
  EXPECT_EQ(answer->investigation().hosts_size(), 0);
  // The name, the detections, the values.
  EXPECT_EQ(world().Calls(), 3);
}

TEST_F(Investigations, IncidentAndItsDetectionsLeadToTheSameHosts) {
  const auto host = Host(kStoryHost);
  ASSERT_THAT(host, IsOk());
  const v1::Incident& incident = host->investigation().incidents(0);
  const auto of_incident =
      Ask(world(), Make<v1::InvestigateIncidentRequest>("id: '" + incident.reference_id() + "'"));
  ASSERT_THAT(of_incident, IsOk());
  const v1::Investigation& found = of_incident->investigation();
  EXPECT_EQ(found.subject_id(), incident.id());
  std::set<std::string> names;
  for (const v1::Host& one : found.hosts()) names.insert(one.hostname());
  EXPECT_TRUE(names.contains("SRV-PROD-001") && names.contains("SRV-PROD-002"));
  const auto of_detection =
      Ask(world(), Make<v1::InvestigateDetectionRequest>("composite_id: '" +
                                                         found.detections(0).composite_id() + "'"));
  ASSERT_THAT(of_detection, IsOk());
  EXPECT_EQ(of_detection->investigation().incidents(0).id(), incident.id());
  EXPECT_EQ(of_detection->investigation().hosts(0).device_id(),
            found.detections(0).device().device_id());
}

TEST_F(Investigations, UnknownSubjectsAndWrongRequestsFailByName) {
  EXPECT_THAT(Host("hostname: 'NO-SUCH-HOST'"), StatusIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(Host("device_id: '00000000000000000000000000000000'"),
              StatusIs(StatusCode::NOT_FOUND));
  const auto wrong = Host("hostname: 'SRV-*' days: 0 sections: INVESTIGATION_SECTION_UNSPECIFIED");
  EXPECT_THAT(wrong, StatusIs(StatusCode::INVALID_ARGUMENT));
  EXPECT_EQ(Details(wrong.status).bad.field_violations_size(), 3);
}

// Of what is large the first page is read; what only the rest names is not known to be nothing.
TEST(InvestigationOfABusyHost, IsPartialAndSoIsWhatItsDetectionsName) {
  World world({{"--alerts", "1500", "--hosts", "4"}});
  const auto hosts = Ask(world, v1::ListHostsRequest());
  ASSERT_GT(hosts->hosts_size(), 0) << hosts.status.error_message();
  const auto answer = Ask(world, Make<v1::InvestigateHostRequest>(
                                     "days: 365 device_id: '" + hosts->hosts(0).device_id() + "'"));
  ASSERT_THAT(answer, IsOk());
  const auto detections = Section(answer->investigation(), v1::INVESTIGATION_SECTION_DETECTIONS);
  EXPECT_EQ(detections.state(), v1::SECTION_STATE_PARTIAL) << detections.ShortDebugString();
  EXPECT_EQ(answer->investigation().detections_size(), 100);
  EXPECT_GT(detections.total_size(), 100);
  const auto intelligence =
      Section(answer->investigation(), v1::INVESTIGATION_SECTION_INTEL_INDICATORS);
  EXPECT_EQ(intelligence.state(), v1::SECTION_STATE_PARTIAL);
  EXPECT_NE(intelligence.message(), "");
}

}  // namespace
}  // namespace falcon::e2e
