// Journeys through DetectionService: the story of SRV-PROD-001 is found, page by page and by every
// filter.
#include <algorithm>
#include <set>

#include "google/protobuf/util/time_util.h"
#include "tests/e2e/calls/detections.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {
namespace {

using google::protobuf::util::TimeUtil;
using grpc::StatusCode;
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

TEST_F(DetectionJourney, NewestComeFirstInTheBriefView) {
  const auto page = Ask(world(), Make<List>("page_size: 20"));
  ASSERT_EQ(page->detections_size(), 20);
  for (int i = 1; i < 20; ++i) {
    EXPECT_GE(page->detections(i - 1).created_timestamp(), page->detections(i).created_timestamp());
  }
  EXPECT_FALSE(page->detections(0).composite_id().empty());
  EXPECT_TRUE(page->detections(0).cmdline().empty()) << "not brief";
  EXPECT_EQ(page->total_size(), 2000);
  EXPECT_EQ(page->read_info().upstream_calls(), 1);
  EXPECT_FALSE(page->read_info().trace_id().empty());
  EXPECT_FALSE(page->read_info().partial());
}

TEST_F(DetectionJourney, DefaultPageHasFiftyAndTheLargestAThousand) {
  EXPECT_EQ(Ask(world(), List())->detections_size(), 50);
  EXPECT_EQ(Ask(world(), Make<List>("page_size: 9999"))->detections_size(), 1000);
}

TEST_F(DetectionJourney, PageTokensLeadThroughEverythingOnce) {
  const auto all = All(Make<List>("page_size: 300"));
  std::set<std::string> ids;
  for (const v1::Detection& detection : all) ids.insert(detection.composite_id());
  EXPECT_EQ(all.size(), 2000U);
  EXPECT_EQ(ids.size(), 2000U);
}

TEST_F(DetectionJourney, PageSizeMayChangeFromPageToPage) {
  auto request = Make<List>("page_size: 10");
  request.set_page_token(Ask(world(), request)->next_page_token());
  request.set_page_size(3);
  const auto second = Ask(world(), request);
  EXPECT_TRUE(second.status.ok()) << second.status.error_message();
  EXPECT_EQ(second->detections_size(), 3);
}

TEST_F(DetectionJourney, OrderMayBeTurnedRound) {
  const auto page =
      Ask(world(), Make<List>("order_by: 'severity' page_size: 100 filter { min_severity: "
                              "SEVERITY_LOW } read_mask { paths: 'severity' }"));
  ASSERT_TRUE(page.status.ok()) << page.status.error_message();
  ASSERT_EQ(page->detections_size(), 100);
  for (int i = 1; i < 100; ++i) {
    EXPECT_LE(page->detections(i - 1).severity_score(), page->detections(i).severity_score());
    EXPECT_TRUE(page->detections(i).composite_id().empty()) << "not in the mask";
  }
}

struct Filtered {
  std::string name;
  std::string request;
  std::function<bool(const v1::Detection&)> fits;
};

class DetectionFilter : public DetectionJourney, public testing::WithParamInterface<Filtered> {};

TEST_P(DetectionFilter, FindsWhatFitsAndNothingElse) {
  const auto page =
      Ask(world(), Make<List>(GetParam().request + " page_size: 200 view: RECORD_VIEW_FULL"));
  ASSERT_TRUE(page.status.ok()) << page.status.error_message();
  EXPECT_GT(page->detections_size(), 0);
  EXPECT_LT(page->total_size(), 2000);
  for (const v1::Detection& one : page->detections()) {
    EXPECT_TRUE(GetParam().fits(one)) << one.ShortDebugString();
  }
}

bool NewerThan(const v1::Detection& one, int64_t days) {
  return one.created_timestamp() >
         TimeUtil::GetCurrentTime() - TimeUtil::HoursToDuration(24 * days + 1);
}

INSTANTIATE_TEST_SUITE_P(
    Typed, DetectionFilter,
    testing::Values(
        Filtered{"Days", "filter { days: 2 }", [](const auto& one) { return NewerThan(one, 2); }},
        Filtered{"Severities", "filter { severities: [SEVERITY_HIGH, SEVERITY_LOW] }",
                 [](const auto& one) {
                   return one.severity() == v1::SEVERITY_HIGH || one.severity() == v1::SEVERITY_LOW;
                 }},
        Filtered{"MinSeverity", "filter { min_severity: SEVERITY_CRITICAL }",
                 [](const auto& one) { return one.severity_score() >= 80; }},
        Filtered{"Statuses", "filter { statuses: DETECTION_STATUS_IN_PROGRESS }",
                 [](const auto& one) { return one.status() == v1::DETECTION_STATUS_IN_PROGRESS; }},
        Filtered{"Hostname", "filter { hostname: 'srv-prod-001' }",
                 [](const auto& one) { return one.device().hostname() == "SRV-PROD-001"; }},
        Filtered{"HostnameWithAStar", "filter { hostname: 'SRV-PROD-*' }",
                 [](const auto& one) { return one.device().hostname().starts_with("SRV-PROD-"); }},
        Filtered{"TechniqueById", "filter { technique: 'T1218.011' }",
                 [](const auto& one) { return one.technique_id() == "T1218.011"; }},
        Filtered{"TacticByName", "filter { tactic: 'Credential Access' }",
                 [](const auto& one) { return one.tactic() == "Credential Access"; }},
        Filtered{"Products", "filter { products: 'idp' }",
                 [](const auto& one) { return one.product() == "idp"; }},
        Filtered{"RawFilter", "filter { fql: \"status:'closed'+severity:>=60\" }",
                 [](const auto& one) {
                   return one.status() == v1::DETECTION_STATUS_CLOSED && one.severity_score() >= 60;
                 }},
        // The comma is an OR inside its parentheses: it cannot widen the typed filter.
        Filtered{"RawOrBesideATypedFilter",
                 "filter { severities: SEVERITY_HIGH fql: \"status:'closed',status:'new'\" }",
                 [](const auto& one) {
                   return one.severity() == v1::SEVERITY_HIGH &&
                          (one.status() == v1::DETECTION_STATUS_CLOSED ||
                           one.status() == v1::DETECTION_STATUS_NEW);
                 }},
        Filtered{"FreeText", "filter { query: 'rundll32' }",
                 [](const auto& one) {
                   return one.DebugString().find("rundll32") != std::string::npos;
                 }}),
    [](const auto& filtered) { return filtered.param.name; });

TEST_F(DetectionJourney, RangeTakesItsStartAndLeavesItsEnd) {
  const auto newest = Ask(world(), Make<List>("page_size: 3"));
  List request;
  *request.mutable_filter()->mutable_created()->mutable_start() =
      newest->detections(2).created_timestamp();
  *request.mutable_filter()->mutable_created()->mutable_end() =
      newest->detections(0).created_timestamp();
  const auto inside = Ask(world(), request);
  ASSERT_TRUE(inside.status.ok()) << inside.status.error_message();
  ASSERT_GE(inside->detections_size(), 1);
  for (const v1::Detection& one : inside->detections()) {
    EXPECT_GE(one.created_timestamp(), request.filter().created().start());
    EXPECT_LT(one.created_timestamp(), request.filter().created().end());
  }
}

TEST_F(DetectionJourney, NothingFoundIsAnEmptyAnswer) {
  const auto none = Ask(world(), Make<List>("filter { hostname: 'no-such-host' }"));
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_EQ(none->detections_size(), 0);
  EXPECT_TRUE(none->has_total_size());
  EXPECT_EQ(none->total_size(), 0);
  EXPECT_TRUE(none->next_page_token().empty());
}

TEST_F(DetectionJourney, OneIsReadInFullByItsId) {
  v1::GetDetectionRequest request;
  request.set_composite_id(
      All(Make<List>("filter { hostname: 'SRV-PROD-001' }")).at(0).composite_id());
  const auto answer = Ask(world(), request);
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer->detection().composite_id(), request.composite_id());
  EXPECT_FALSE(answer->detection().cid().empty());
  EXPECT_TRUE(answer->detection().additional_fields().fields().empty());
}

TEST_F(DetectionJourney, WhatIsNotModelledComesWhenAskedFor) {
  const auto page = Ask(world(), Make<List>("page_size: 50 view: RECORD_VIEW_FULL "
                                            "read_options { include_additional_fields: true }"));
  ASSERT_TRUE(page.status.ok()) << page.status.error_message();
  EXPECT_TRUE(
      std::any_of(page->detections().begin(), page->detections().end(),
                  [](const auto& one) { return !one.additional_fields().fields().empty(); }));
}

TEST_F(DetectionJourney, BatchKeepsItsOrderAndNamesWhatIsMissing) {
  const auto page = Ask(world(), Make<List>("page_size: 3"));
  const std::string unknown = "00000000000000000000000000000000:ind:1111:2";
  v1::BatchGetDetectionsRequest request;
  request.add_composite_ids(page->detections(2).composite_id());
  request.add_composite_ids(unknown);
  request.add_composite_ids(page->detections(0).composite_id());
  const auto answer = Ask(world(), request);
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  ASSERT_EQ(answer->detections_size(), 2);
  EXPECT_EQ(answer->detections(0).composite_id(), request.composite_ids(0));
  EXPECT_EQ(answer->detections(1).composite_id(), request.composite_ids(2));
  ASSERT_EQ(answer->missing_size(), 1);
  EXPECT_EQ(answer->missing(0).id(), unknown);
  EXPECT_EQ(answer->missing(0).code(), 404);
}

TEST_F(DetectionJourney, BatchOfManyIsReadInChunks) {
  v1::BatchGetDetectionsRequest request;
  for (const v1::Detection& one : All(Make<List>("page_size: 1000"))) {
    request.add_composite_ids(one.composite_id());
  }
  request.mutable_read_mask()->add_paths("composite_id");
  const auto answer = Ask(world(), request);
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer->detections_size(), 2000);
  EXPECT_EQ(answer->read_info().upstream_calls(), 2);
}

using Aggregate = v1::AggregateDetectionsRequest;

TEST_F(DetectionJourney, TermsAreCountedWithTheirSubTerms) {
  const auto answer = Ask(world(), Make<Aggregate>("field: 'severity_name' then_by: 'status'"));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
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
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_GT(answer->buckets_size(), 7);
  EXPECT_LE(answer->buckets_size(), 31);
}

TEST_F(DetectionJourney, NumbersAreComputed) {
  const auto value = [](const std::string& kind, const std::string& field) {
    const auto answer =
        Ask(world(), Make<Aggregate>("field: '" + field + "' kind: AGGREGATION_KIND_" + kind));
    EXPECT_TRUE(answer.status.ok()) << kind << ": " << answer.status.error_message();
    return answer->buckets_size() == 1 ? answer->buckets(0).value() : -1;
  };
  EXPECT_GE(value("MIN", "severity"), 1);
  EXPECT_LE(value("MAX", "severity"), 100);
  EXPECT_GE(value("MAX", "severity"), value("AVG", "severity"));
  EXPECT_GE(value("SUM", "severity"), value("MAX", "severity"));
  EXPECT_GT(value("CARDINALITY", "severity_name"), 3);
}

}  // namespace
}  // namespace falcon::e2e
