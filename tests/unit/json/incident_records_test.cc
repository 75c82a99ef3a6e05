// The decoder on records of the Cases API: full and ugly cases, agreements, templates, attachments.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/incident_record.pb.h"
#include "falcon_gateway/v1/incident_settings.pb.h"
#include "full_record.h"

namespace falcon::json {
namespace {

using Skipped = std::map<std::string, int64_t>;

// `derived` is the gateway's own: no case has it.
TEST(IncidentRecords, FillEveryFieldOfAFullCase) {
  const auto [incident, report] =
      DecodeRecord<v1::Incident>(TestData("incident_full.json"), WithAdditionalFields());
  std::vector<std::string> unset;
  AddUnset(incident, "", unset);
  EXPECT_EQ(unset, std::vector<std::string>{"derived"});
  EXPECT_EQ(report.skipped_values, 0);
  EXPECT_EQ(incident.severity_score(), 95);
  EXPECT_EQ(incident.severity(), v1::SEVERITY_CRITICAL);
  EXPECT_EQ(incident.status(), v1::INCIDENT_STATUS_IN_PROGRESS);
  EXPECT_EQ(incident.sla().active_timer_time_due().seconds(), 1767600900);
  EXPECT_EQ(incident.sla().timers().resolution().status(), v1::INCIDENT_TIMER_STATUS_PAUSED);
  EXPECT_EQ(incident.additional_fields().fields().count("key_of_tomorrow"), 1u);
}

TEST(IncidentRecords, HaveTheBandOfTheirScore) {
  const std::pair<std::string, v1::Severity> bands[] = {
      {"100", v1::SEVERITY_CRITICAL},    {"80", v1::SEVERITY_CRITICAL},
      {"79", v1::SEVERITY_HIGH},         {"\"60\"", v1::SEVERITY_HIGH},
      {"59.0", v1::SEVERITY_MEDIUM},     {"20", v1::SEVERITY_LOW},
      {"1", v1::SEVERITY_INFORMATIONAL}, {"0", v1::SEVERITY_UNSPECIFIED},
      {"-5", v1::SEVERITY_UNSPECIFIED},  {"null", v1::SEVERITY_UNSPECIFIED}};
  for (const auto& [score, severity] : bands) {
    const auto [incident, report] = DecodeRecord<v1::Incident>(
        R"({"id":"i","severity":)" + score + "}", WithAdditionalFields());
    EXPECT_EQ(incident.severity(), severity) << score;
    EXPECT_EQ(report.skipped_values, 0) << score;
  }
}

TEST(IncidentRecords, KeepAScoreThatIsNoneOnce) {
  const auto [incident, report] =
      DecodeRecord<v1::Incident>(R"({"id":"i","severity":"grave"})", WithAdditionalFields());
  EXPECT_EQ(report.skipped_values, 1);
  EXPECT_EQ(incident.severity(), v1::SEVERITY_UNSPECIFIED);
}

TEST(IncidentRecords, FillEveryFieldOfAFullAgreement) {
  ExpectEveryFieldSet<v1::Sla>("sla_full.json");
}

TEST(IncidentRecords, FillEveryFieldOfAFullTemplate) {
  ExpectEveryFieldSet<v1::CaseTemplate>("case_template_full.json");
}

TEST(IncidentRecords, FillEveryFieldOfAFullAttachment) {
  ExpectEveryFieldSet<v1::IncidentAttachment>("incident_attachment_full.json");
}

TEST(IncidentRecords, LoseOnlyTheBadFieldsOfAnUglyCase) {
  const auto [incident, report] =
      DecodeRecord<v1::Incident>(TestData("incident_ugly.json"), WithAdditionalFields());
  const Skipped skipped = {
      {"analysis_results.data_domains", 1},
      {"created_by", 1},
      {"creation_actor.workflow", 1},
      {"evidence.alerts.records", 1},
      {"evidence.alerts.records.selector", 1},
      {"evidence.leads", 1},
      {"fields", 1},
      {"name", 1},
      {"read_only.is_read_only", 1},
      {"sla.active_timer_status", 1},
      {"sla.timers.resolution.duration_seconds", 1},
      {"template.version", 1},
      {"updated_timestamp", 1},
  };
  EXPECT_EQ(CountsOf(report), skipped);
  EXPECT_EQ(incident.id(), "4711");
  EXPECT_EQ(incident.severity_score(), 95);
  EXPECT_EQ(incident.status(), v1::INCIDENT_STATUS_IN_PROGRESS);
  EXPECT_EQ(incident.created_timestamp().seconds(), 1767600900);
  EXPECT_FALSE(incident.has_start_timestamp());
  EXPECT_FALSE(incident.has_end_timestamp());
  EXPECT_EQ(incident.last_updated_by().uuid(), "7");
  EXPECT_EQ(incident.tags(0), "one-tag");
  EXPECT_EQ(incident.version(), 12);
  EXPECT_TRUE(incident.consistency().consistent());
  EXPECT_FALSE(incident.read_only().has_is_read_only());
  EXPECT_EQ(incident.access_tags(0).key(), "SOC");
  EXPECT_EQ(incident.evidence().alerts().records_size(), 2);
  EXPECT_EQ(incident.evidence().alerts().records(0).selector().id(), "c:ind:a:1-2-3");
  EXPECT_EQ(incident.evidence().custom_evidence().records(0).value().name(), "note");
  EXPECT_EQ(incident.analysis_results().hosts().records(0).hostname(), "SRV-PROD-001");
  EXPECT_EQ(incident.analysis_results().users().records(0).email_addresses_size(), 1);
  EXPECT_EQ(incident.analysis_results().data_domains_size(), 1);
  EXPECT_EQ(incident.fields_size(), 1);
  EXPECT_EQ(incident.fields(0).display_order(), 3);
  EXPECT_EQ(incident.fields(0).values_size(), 3);
  EXPECT_EQ(incident.sla().timers().acknowledgement().time_due().seconds(), 1767600900);
  EXPECT_FALSE(incident.sla().timers().acknowledgement().has_time_paused());
  EXPECT_EQ(incident.template_().id(), "t1");
}

}  // namespace
}  // namespace falcon::json
