// The operation table, and the requests and responses of aggregates.
#include "upstream/operation/operation.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/status_matchers.h"
#include "upstream/operation/aggregate.h"
#include "upstream/operation/operation_table.h"

namespace falcon::upstream {
namespace {

using testing::FailsWith;
using testing::IsOk;

TEST(OperationTest, EveryOperationIsFoundByItsId) {
  for (const Operation* one : Operations()) EXPECT_EQ(FindOperation(one->id), one);
  EXPECT_EQ(FindOperation("PatchEntitiesAlertsV3"), nullptr);
}

TEST(OperationTest, IdsAndPathsAreUnique) {
  std::set<std::string_view> ids;
  std::set<std::string_view> paths;
  for (const Operation* one : Operations()) {
    EXPECT_TRUE(ids.insert(one->id).second) << one->id;
    EXPECT_TRUE(paths.insert(one->path).second) << one->path;
  }
}

TEST(OperationTest, EveryScopeIsAReadScope) {
  for (const Operation* one : Operations()) EXPECT_TRUE(one->scope.ends_with(":read")) << one->id;
}

TEST(OperationTest, OperationsThatTakeIdsNameThem) {
  for (const Operation* one : Operations()) {
    EXPECT_EQ(one->max_ids > 0, !one->ids_key.empty()) << one->id;
  }
}

TEST(OperationTest, OnlyOffsetPagingHasAWindow) {
  for (const Operation* one : Operations()) {
    if (one->max_window > 0) {
      EXPECT_EQ(one->paging, Paging::kOffset) << one->id;
    }
    if (one->paging != Paging::kNone) {
      EXPECT_GT(one->max_limit, 0) << one->id;
    }
  }
}

using Json = nlohmann::json;
using Buckets = google::protobuf::RepeatedPtrField<v1::AggregationBucket>;

Json Body(const AggregationQuery& query) {
  return Json::parse(AggregateRequest(operation::kPostAggregatesAlerts, query).body);
}

absl::StatusOr<int64_t> Read(const std::string& resources, Buckets& buckets) {
  const auto document = json::Document::Parse(R"({"resources":)" + resources + "}");
  return ReadAggregate(*document, &buckets);
}

TEST(AggregateTest, TheBodyIsOneElementWithEveryRequiredKey) {
  AggregationQuery query;
  query.field = "severity_name";
  query.filter = "status:'new'";
  query.text = "mimikatz";
  const Json body = Body(query);
  ASSERT_EQ(body.size(), 1u);
  for (const char* key :
       {"date_ranges", "exclude", "field", "filter", "from", "include", "interval", "missing",
        "name", "q", "ranges", "size", "sort", "sub_aggregates", "time_zone", "type"}) {
    EXPECT_TRUE(body[0].contains(key)) << key;
  }
  EXPECT_EQ(body[0]["type"], "terms");
  EXPECT_EQ(body[0]["field"], "severity_name");
  EXPECT_EQ(body[0]["filter"], "status:'new'");
  EXPECT_EQ(body[0]["q"], "mimikatz");
  EXPECT_EQ(body[0]["size"], 10);
  EXPECT_EQ(body[0]["sort"], "_count|desc");
  EXPECT_TRUE(body[0]["sub_aggregates"].empty());
}

TEST(AggregateTest, TheBodyIsOneObjectWhereTheServiceTakesOne) {
  AggregationQuery query;
  query.field = "type";
  const Json iocs = Json::parse(AggregateRequest(operation::kAggregateIocs, query).body);
  EXPECT_EQ(iocs, Body(query)[0]);
  EXPECT_TRUE(
      Json::parse(AggregateRequest(operation::kAggregateRtrSessions, query).body).is_array());
}

TEST(AggregateTest, AHistogramHasItsIntervalInUtc) {
  AggregationQuery query;
  query.kind = v1::AGGREGATION_KIND_DATE_HISTOGRAM;
  query.interval = v1::AGGREGATION_INTERVAL_WEEK;
  const Json body = Body(query);
  EXPECT_EQ(body[0]["type"], "date_histogram");
  EXPECT_EQ(body[0]["interval"], "week");
  EXPECT_EQ(body[0]["time_zone"], "UTC");
  EXPECT_EQ(body[0]["sort"], "");
}

TEST(AggregateTest, ASecondFieldIsASubAggregateOfTheSameSize) {
  AggregationQuery query;
  query.field = "tactic";
  query.then_by = "device.hostname";
  query.size = 25;
  const Json inner = Body(query)[0]["sub_aggregates"];
  ASSERT_EQ(inner.size(), 1u);
  EXPECT_EQ(inner[0]["field"], "device.hostname");
  EXPECT_EQ(inner[0]["type"], "terms");
  EXPECT_EQ(inner[0]["size"], 25);
  EXPECT_EQ(inner[0]["filter"], "");
}

TEST(AggregateTest, EveryKindHasItsName) {
  const std::pair<v1::AggregationKind, const char*> names[] = {
      {v1::AGGREGATION_KIND_UNSPECIFIED, "terms"},
      {v1::AGGREGATION_KIND_CARDINALITY, "cardinality"},
      {v1::AGGREGATION_KIND_MIN, "min"},
      {v1::AGGREGATION_KIND_MAX, "max"},
      {v1::AGGREGATION_KIND_AVG, "avg"},
      {v1::AGGREGATION_KIND_SUM, "sum"}};
  for (const auto& [kind, name] : names) {
    AggregationQuery query;
    query.kind = kind;
    EXPECT_EQ(Body(query)[0]["type"], name);
  }
}

TEST(AggregateTest, BucketsKeepFalconsOrderAndTheRestIsCounted) {
  Buckets buckets;
  const auto others = Read(
      R"([{"name":"x","sum_other_doc_count":7,"buckets":[{"label":"High","count":3},{"label":"Low","count":1}]}])",
      buckets);
  EXPECT_EQ(*others, 7);
  ASSERT_EQ(buckets.size(), 2);
  EXPECT_EQ(buckets[0].label(), "High");
  EXPECT_EQ(buckets[0].count(), 3);
  EXPECT_FALSE(buckets[0].has_value());
  EXPECT_EQ(buckets[1].label(), "Low");
}

TEST(AggregateTest, ALabelMayBeAnyJsonAndADatesTextWins) {
  Buckets buckets;
  const auto others = Read(
      R"([{"buckets":[{"label":70,"count":1},{"label":true,"count":1},{"count":1},
          {"label":1767225600000,"key_as_string":"2026-01-01T00:00:00.000Z","count":2.0}]}])",
      buckets);
  EXPECT_EQ(*others, 0);
  ASSERT_EQ(buckets.size(), 4);
  EXPECT_EQ(buckets[0].label(), "70");
  EXPECT_EQ(buckets[1].label(), "true");
  EXPECT_EQ(buckets[2].label(), "");
  EXPECT_EQ(buckets[3].label(), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(buckets[3].count(), 2);
}

TEST(AggregateTest, ANumberIsTheValueAndZeroIsOneToo) {
  Buckets buckets;
  EXPECT_THAT(Read(R"([{"buckets":[{"count":0,"value":0}]}])", buckets), IsOk());
  EXPECT_TRUE(buckets[0].has_value());
  EXPECT_EQ(buckets[0].value(), 0);
}

TEST(AggregateTest, SubAggregatesBecomeSubBuckets) {
  Buckets buckets;
  EXPECT_THAT(
      Read(
          R"([{"buckets":[{"label":"a","count":2,"sub_aggregates":[{"buckets":[{"label":"b","count":1}]}]}]}])",
          buckets),
      IsOk());
  ASSERT_EQ(buckets[0].sub_buckets_size(), 1);
  EXPECT_EQ(buckets[0].sub_buckets(0).label(), "b");
}

TEST(AggregateTest, WrongShapesAreLeftOut) {
  Buckets buckets;
  EXPECT_THAT(Read(R"([{"buckets":[7,null,{"label":"a","count":"many","value":"x"}]}])", buckets),
              IsOk());
  ASSERT_EQ(buckets.size(), 1);
  EXPECT_EQ(buckets[0].count(), 0);
  EXPECT_FALSE(buckets[0].has_value());
}

TEST(AggregateTest, AnAnswerWithoutAnAggregateFails) {
  Buckets buckets;
  for (const char* resources : {"[]", "null", "[7]"}) {
    EXPECT_THAT(Read(resources, buckets),
                FailsWith(absl::StatusCode::kUnavailable, "UPSTREAM_MALFORMED"));
  }
}

}  // namespace
}  // namespace falcon::upstream
