// Counts by reading: values of fields, and what is kept of a result.
#include "rpc/services/full_read.h"

#include <gmock/gmock.h>

#include "falcon_gateway/v1/rtr_sessions.pb.h"
#include "falcon_gateway/v1/vulnerabilities.pb.h"
#include "google/protobuf/text_format.h"
#include "rpc/services/collection.h"
#include "tests/unit/rpc/served_fixture.h"
#include "tests/unit/upstream/upstream_fixture.h"

namespace falcon::rpc {
namespace {

using google::protobuf::TextFormat;
using testing::FailsWith;
using testing::IsOk;
using testing::Response;
using Counts = std::vector<std::pair<std::string, int64_t>>;

constexpr CollectionSpec kSpec = {
    .list_operation = &upstream::operation::kCombinedVulnerabilities,
    .default_order = "created_timestamp desc",
    .resume_field = "created_timestamp",
};

Counts Buckets(const v1::AggregationTable& table) {
  Counts counts;
  for (const auto& bucket : table.buckets()) counts.emplace_back(bucket.label(), bucket.count());
  return counts;
}

template <class Record>
class Counted {
 public:
  explicit Counted(const std::string& field,
                   v1::AggregationInterval interval = v1::AGGREGATION_INTERVAL_UNSPECIFIED)
      : counts_(ValueCounts::Of(field, "fields[0]", interval, Record::descriptor(), catalogue_)) {}

  absl::Status status() const { return counts_.status(); }
  ValueCounts& counts() { return *counts_; }
  v1::AggregationTable Table(size_t size, const std::vector<const char*>& records) {
    for (const char* text : records) {
      Record record;
      EXPECT_TRUE(TextFormat::ParseFromString(text, &record));
      EXPECT_THAT(counts_->Add(record), IsOk());
    }
    return counts_->Table(size);
  }

 private:
  const fql::Catalogue catalogue_{Record::descriptor()};
  absl::StatusOr<ValueCounts> counts_;
};

TEST(ValueCounts, CountARecordOnceForEachDifferentValue) {
  Counted<v1::RtrAuditSession> commands("logs.base_command");
  const v1::AggregationTable table = commands.Table(
      2, {"logs { base_command: 'ls' } logs { base_command: 'ls' } logs { base_command: 'ps' }",
          "logs { base_command: 'ps' }", "logs { base_command: 'cd' }", "hostname: 'h'"});
  EXPECT_EQ(Buckets(table), (Counts{{"ps", 2}, {"cd", 1}}));
  EXPECT_EQ(table.distinct_values(), 3);
  EXPECT_EQ(table.other_count(), 1);
  EXPECT_EQ(table.missing_count(), 1);
}

TEST(ValueCounts, LabelEnumsAsFiltersDoAndMisfitsAsTheyCame) {
  Counted<v1::Vulnerability> severities("cve.severity");
  const v1::AggregationTable table = severities.Table(
      10, {"cve { severity: CVE_SEVERITY_HIGH }", "cve { }",
           "additional_fields { fields { key: 'cve.severity' value { string_value: 'WILD' } } }"});
  EXPECT_EQ(Buckets(table), (Counts{{"HIGH", 1}, {"WILD", 1}}));
  EXPECT_EQ(table.missing_count(), 1);
}

TEST(ValueCounts, OfInstantsAreAllIntervalsInTheirOrder) {
  Counted<v1::Vulnerability> weeks("created_timestamp", v1::AGGREGATION_INTERVAL_WEEK);
  const v1::AggregationTable table = weeks.Table(
      1, {"created_timestamp { seconds: 1764547199 }", "created_timestamp { seconds: 1764547200 }",
          "created_timestamp { seconds: 1764633600 }"});
  EXPECT_EQ(Buckets(table), (Counts{{"2025-11-24T00:00:00Z", 1}, {"2025-12-01T00:00:00Z", 2}}));
}

TEST(ValueCounts, RefuseWhatHoldsNoValues) {
  for (const char* field : {"cve", "cve.severty", "additional_fields", "created_timestamp.seconds",
                            "last_seen_within", "", "cve..id"}) {
    EXPECT_THAT(Counted<v1::Vulnerability>(field).status(),
                FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"))
        << field;
  }
}

TEST(ValueCounts, EndWithTheirMaximum) {
  Counted<v1::Vulnerability> ids("id");
  v1::Vulnerability record;
  for (size_t i = 0; i < ValueCounts::kMaxValues; ++i) {
    record.set_id(std::to_string(i));
    ASSERT_THAT(ids.counts().Add(record), IsOk());
  }
  EXPECT_THAT(ids.counts().Add(record), IsOk());
  record.set_id("another");
  EXPECT_THAT(ids.counts().Add(record),
              FailsWith(absl::StatusCode::kOutOfRange, "TOO_MANY_VALUES"));
}

class FullReadTest : public upstream::UpstreamTest {
 protected:
  // One record, and where the next page starts.
  void Page(int id, const char* after, int total = 1) {
    transport.Answer(
        "spotlight",
        Response(200, StrCat(R"({"meta":{"pagination":{"total":)", total, R"(,"after":")", after,
                             R"("}},"errors":[],"resources":[{"id":"a_)", id,
                             R"(","status":"open","created_timestamp":"2026-01-0)", id,
                             R"(T00:00:00Z"}]})")));
  }
  absl::Status Count(std::optional<seconds> max_age = std::nullopt) {
    RpcContext context(In(seconds(60)), upstream::Priority::kExport);
    context.options.max_staleness = max_age;
    v1::AggregateVulnerabilitiesRequest request;
    request.add_fields("status");
    request.set_allow_full_read(true);
    response.Clear();
    const absl::Status status = testing::Await(
        loop, reads.Count(context, request, response,
                          {.request = v1::ExportVulnerabilitiesRequest::default_instance(),
                           .response = v1::ExportVulnerabilitiesResponse::default_instance(),
                           .run = std::bind_front(&Collection::ExportAll, &records)}));
    age = context.stats.age;
    calls = context.stats.upstream_calls;
    return status;
  }

  const upstream::PageTokens tokens{Secret(std::string(32, 'k')), "tenant"};
  const ServiceDeps deps{client, tokens, clock, timer};
  SilentObserver observer;
  const RpcEnvironment environment{loop, clock, observer, CallLimits()};
  const Collection records{environment, deps, v1::Vulnerability::descriptor(), kSpec};
  FullReads reads{deps, v1::Vulnerability::descriptor(), records.catalogue(), records.id_field()};
  v1::AggregateVulnerabilitiesResponse response;
  milliseconds age{0};
  int calls = 0;
};

TEST_F(FullReadTest, CountsARecordOfOverlappingPagesOnce) {
  Page(1, "x", 3);
  Page(1, "y", 3);
  Page(2, "", 3);

  ASSERT_THAT(Count(), IsOk());

  EXPECT_EQ(response.cost().records(), 2);
  EXPECT_EQ(response.cost().upstream_calls(), 3);
  EXPECT_EQ(Buckets(response.tables(0)), (Counts{{"open", 2}}));
}

TEST_F(FullReadTest, KeepsAResultForFiveMinutes) {
  Page(1, "");
  ASSERT_THAT(Count(), IsOk());
  clock.Advance(seconds(300));
  ASSERT_THAT(Count(), IsOk());
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(age, seconds(300));

  clock.Advance(milliseconds(1));
  Page(2, "");
  ASSERT_THAT(Count(), IsOk());
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(age, seconds(0));
}

TEST_F(FullReadTest, AnswersNoYoungerThanTheRequestWants) {
  Page(1, "");
  ASSERT_THAT(Count(), IsOk());
  clock.Advance(seconds(10));
  Page(2, "");
  ASSERT_THAT(Count(seconds(9)), IsOk());
  EXPECT_EQ(calls, 1);
  ASSERT_THAT(Count(seconds(9)), IsOk());
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace falcon::rpc
