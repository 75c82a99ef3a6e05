// DetectionService beyond what every noun does: the intrusion, keys that are not modelled, aggregations.
#include <algorithm>
#include <set>

#include "tests/e2e/nouns.h"

namespace falcon::e2e {
namespace {

using List = v1::ListDetectionsRequest;

class DetectionJourney : public SharedWorld<DetectionJourney> {
 public:
  static WorldOptions Options() { return {{"--alerts", "2000"}}; }

 protected:
  // Everything that the request lists, by page tokens.
  static std::vector<v1::Detection> All(List request) {
    std::vector<v1::Detection> all;
    ForEachPage(world(), request, [&](const auto& page) {
      all.insert(all.end(), page.detections().begin(), page.detections().end());
    });
    return all;
  }
};

using Aggregate = v1::AggregateDetectionsRequest;

TEST_F(DetectionJourney, StoryOfTheIntrusionIsFound) {
  const auto story = All(Make<List>("filter { hostname: 'SRV-PROD-001' } view: RECORD_VIEW_FULL"));
  std::set<std::string> techniques;
  std::string text;
  for (const v1::Detection& detection : story) {
    EXPECT_EQ(detection.device().hostname(), "SRV-PROD-001");
    techniques.insert(detection.technique_id());
    text += detection.DebugString();
  }
  for (const char* technique : {"T1059.001", "T1036.005", "T1218.011", "T1547.001", "T1071.001"}) {
    EXPECT_TRUE(techniques.contains(technique)) << technique;
  }
  for (const char* trace : {"203.0.113.42", "UpdateService", "rundll32.exe", "svchost.exe",
                            "malicious-domain.com", "1234"}) {
    EXPECT_NE(text.find(trace), std::string::npos) << trace;
  }
  EXPECT_FALSE(All(Make<List>("filter { hostname: 'dc-01' days: 365 }")).empty())
      << "names ignore case";
}

TEST_F(DetectionJourney, SecondPageHasTheSizeThatItAsksFor) {
  auto request = Make<List>("page_size: 10");
  request.set_page_token(Ask(world(), request)->next_page_token());
  request.set_page_size(3);
  EXPECT_EQ(Ask(world(), request)->detections_size(), 3);
}

TEST_F(DetectionJourney, WhatIsNotModelledComesWhenAskedFor) {
  const auto page = Ask(world(), Make<List>("page_size: 50 view: RECORD_VIEW_FULL "
                                            "read_options { include_additional_fields: true }"));
  ASSERT_THAT(page, IsOk());
  EXPECT_TRUE(
      std::any_of(page->detections().begin(), page->detections().end(),
                  [](const auto& one) { return !one.additional_fields().fields().empty(); }));
}

TEST_F(DetectionJourney, BatchOfManyIsReadInChunks) {
  v1::BatchGetDetectionsRequest request;
  for (const v1::Detection& one : All(Make<List>("page_size: 1000"))) {
    request.add_composite_ids(one.composite_id());
  }
  request.mutable_read_mask()->add_paths("composite_id");
  const auto answer = Ask(world(), request);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->detections_size(), 2000);
  EXPECT_EQ(answer->read_info().upstream_calls(), 2);
}

TEST_F(DetectionJourney, TermsAreCountedWithTheirSubTerms) {
  const auto answer = Ask(world(), Make<Aggregate>("field: 'severity_name' then_by: 'status'"));
  ASSERT_THAT(answer, IsOk());
  int64_t sum = answer->other_count();
  for (const auto& bucket : answer->buckets()) {
    sum += bucket.count();
    EXPECT_GT(bucket.sub_buckets_size(), 0) << bucket.label();
  }
  EXPECT_GT(answer->buckets_size(), 3);
  EXPECT_LE(sum, 2000);
  EXPECT_GT(sum, 1800) << "only leads have no severity";
}

TEST_F(DetectionJourney, DaysMakeAHistogram) {
  const auto answer =
      Ask(world(),
          Make<Aggregate>("field: 'created_timestamp' filter { days: 30 } kind: "
                          "AGGREGATION_KIND_DATE_HISTOGRAM interval: AGGREGATION_INTERVAL_DAY"));
  ASSERT_THAT(answer, IsOk());
  EXPECT_GT(answer->buckets_size(), 7);
  EXPECT_LE(answer->buckets_size(), 31);
}

TEST_F(DetectionJourney, NumbersAreComputed) {
  const auto value = [](const std::string& kind, const std::string& field) {
    const auto answer =
        Ask(world(), Make<Aggregate>("field: '" + field + "' kind: AGGREGATION_KIND_" + kind));
    EXPECT_THAT(answer, IsOk()) << kind;
    return answer->buckets_size() == 1 ? answer->buckets(0).value() : -1;
  };
  EXPECT_GE(value("MIN", "severity"), 1);
  EXPECT_LE(value("MAX", "severity"), 100);
  EXPECT_GE(value("MAX", "severity"), value("AVG", "severity"));
  EXPECT_GE(value("SUM", "severity"), value("MAX", "severity"));
  EXPECT_GT(value("CARDINALITY", "severity_name"), 3);
}

// Of the right shape, of no record.
constexpr char kNoDetection[] = "00000000000000000000000000000000:ind:1111:2";

}  // namespace

extern const Noun kDetection;
const Noun kDetection = {
    .record = "Detection",
    .flag = "--alerts",
    .small = 200,
    .medium = 600,
    .unknown_id = kNoDetection,
    .no_match = "hostname: 'no-such-host'",
    .order = "-created_timestamp",
    .other_order = "severity severity_score",
    .filters =
        {
            {"days: 2", "created_timestamp >= {interval}"},
            {"created { start { seconds: {40d} } end { seconds: {9d} } }",
             "created_timestamp >= {40d} & created_timestamp < {9d}"},
            {"severities: [SEVERITY_HIGH, SEVERITY_LOW]", "severity = HIGH|LOW"},
            {"min_severity: SEVERITY_CRITICAL", "severity_score >= 80"},
            {"statuses: DETECTION_STATUS_IN_PROGRESS", "status = IN_PROGRESS"},
            {"hostname: 'srv-prod-001'", "device.hostname = SRV-PROD-001"},
            {"hostname: 'SRV-PROD-*'", "device.hostname ^ SRV-PROD-"},
            {"technique: 'T1218.011'", "technique_id = T1218.011"},
            {"tactic: 'Credential Access'", "tactic = Credential Access"},
            {"products: 'idp'", "product = idp"},
            {"query: 'rundll32'", "* ~ rundll32"},
            {"fql: \"status:'closed'+severity:>=60\"", "status = CLOSED & severity_score >= 60"},
            // The comma is an OR inside its parentheses: it cannot widen the typed filter.
            {"severities: SEVERITY_HIGH fql: \"status:'closed',status:'new'\"",
             "severity = HIGH & status = CLOSED|NEW"},
        },
    .refused =
        {
            {"ListDetections"},
            {"filter { min_severity: 99 }", "filter.min_severity", "SEVERITY_CRITICAL"},
            {"filter { days: 7 fql: \"status:'new'),(status:'closed'\" }", "filter.fql"},
            {"filter { fql: 'severty:>60' }", "filter.fql", "severity"},
            {"GetDetection"},
            {"composite_id: 'ldt:1'", "composite_id"},
            {"composite_id: 'a:ind:b:c\\r\\nX: y'", "composite_id"},
            {"BatchGetDetections"},
            {"composite_ids: ['a:ind:b:c', 'x']", "composite_ids[1]"},
            {"AggregateDetections"},
            {"field: 'nothing'", "field"},
            {"field: 'status' kind: 99", "kind"},
            {"field: 'created_timestamp' {histogram}", "interval"},
            {"field: 'status' kind: AGGREGATION_KIND_SUM", "field"},
        },
};

}  // namespace falcon::e2e
