// Request checks: limits, shapes, views, and all violations at once.
#include "rpc/services/request_validator.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detections.pb.h"
#include "falcon_gateway/v1/gateway.pb.h"
#include "falcon_gateway/v1/hosts.pb.h"
#include "falcon_gateway/v1/incidents.pb.h"
#include "falcon_gateway/v1/reputation.pb.h"
#include "falcon_gateway/v1/rtr_sessions.pb.h"
#include "falcon_gateway/v1/vulnerabilities.pb.h"
#include "rpc/server/field_access.h"
#include "rpc/server/request_bounds.h"
#include "rpc/services/collection.h"
#include "tests/support/status_matchers.h"

namespace falcon::rpc {
namespace {

using ::falcon::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

google::protobuf::RepeatedPtrField<std::string> Ids(std::initializer_list<std::string> ids) {
  return {ids.begin(), ids.end()};
}

TEST(RequestValidator, ReportsAllViolationsWithTheSpecificReason) {
  RequestValidator validator;
  validator.AddViolation("page_size", "must not be negative");
  validator.Add(InvalidField("filter", "no such field", "FQL_INVALID"));
  const absl::Status verdict = validator.status();
  EXPECT_THAT(verdict, testing::FailsWith(absl::StatusCode::kInvalidArgument, "FQL_INVALID"));
  EXPECT_THAT(Violations(verdict), ElementsAre(Field(&FieldViolation::field, "page_size"),
                                               Field(&FieldViolation::field, "filter")));
}

TEST(RequestValidator, IsOkWithoutViolations) {
  EXPECT_THAT(RequestValidator().status(), testing::IsOk());
}

TEST(ValidateIds, NamesInvalidIdByIndex) {
  RequestValidator validator;
  ValidateIds(Ids({"061a51ec742c44624a176f079d742052", "nonsense"}), ValidateDeviceId, "device_ids",
              validator);
  EXPECT_THAT(Violations(validator.status()),
              ElementsAre(Field(&FieldViolation::field, "device_ids[1]")));
}

TEST(ValidateId, AcceptsOnlyIdsOfItsKind) {
  const std::string aid = "061a51ec742c44624a176f079d742052";
  struct Case {
    IdValidator validate;
    std::string id;
    bool valid;
  };
  for (const Case& c : std::vector<Case>{
           {ValidateCompositeId, "c1d:ind:a1d:1234-5733-1", true},
           {ValidateCompositeId, "c1d:automated-lead:c1d:77", true},
           {ValidateCompositeId, "", false},
           {ValidateCompositeId, aid, false},
           {ValidateCompositeId, "a:b:c\n", false},
           {ValidateIocId, std::string(64, 'A'), true},
           {ValidateIocId, std::string(63, 'a'), false},
           {ValidateIocId, std::string(64, 'g'), false},
       }) {
    EXPECT_EQ(c.validate(c.id).empty(), c.valid) << c.id;
  }
}

TEST(ValidateQuery, RejectsMoreThan1024Bytes) {
  RequestValidator validator;
  ValidateQuery(std::string(1024, 'a'), validator);
  EXPECT_THAT(validator.status(), testing::IsOk());
  ValidateQuery(std::string(1025, 'a'), validator);
  EXPECT_THAT(Violations(validator.status()),
              ElementsAre(Field(&FieldViolation::field, "filter.query")));
}

TEST(ValidateTimeRange, RefusesInvertedEmptyAndImpossibleRanges) {
  v1::TimeRange range;
  RequestValidator open;
  ValidateTimeRange(range, "time", open);
  EXPECT_FALSE(open.status().ok());
  range.mutable_start()->set_seconds(20);
  range.mutable_end()->set_seconds(10);
  RequestValidator inverted;
  ValidateTimeRange(range, "time", inverted);
  EXPECT_THAT(std::string(inverted.status().message()), HasSubstr("before"));
  range.mutable_end()->set_seconds(int64_t{1} << 50);
  RequestValidator impossible;
  ValidateTimeRange(range, "time", impossible);
  EXPECT_THAT(Violations(impossible.status()),
              ElementsAre(Field(&FieldViolation::field, "time.end")));
}

TEST(AdaptPageSize, ReachesTargetSizeForAnyRecordSize) {
  EXPECT_EQ(AdaptPageSize(500, 500, 500 * 1024, 1000), 1000);
  EXPECT_EQ(AdaptPageSize(1000, 1000, 1000 * 4096, 1000), 511);
  EXPECT_EQ(AdaptPageSize(1000, 1, 10 << 20, 1000), 1);
  EXPECT_EQ(AdaptPageSize(1000, 0, 0, 1000), 1000);
}

TEST(RecordView, IsBriefInListsAndExportsAndFullInGets) {
  EXPECT_EQ(ShownView(v1::ListHostsRequest()), v1::RECORD_VIEW_BRIEF);
  EXPECT_EQ(ShownView(v1::ExportHostsRequest()), v1::RECORD_VIEW_BRIEF);
  EXPECT_EQ(ShownView(v1::GetHostRequest()), v1::RECORD_VIEW_FULL);
  EXPECT_EQ(ShownView(v1::BatchGetHostsRequest()), v1::RECORD_VIEW_FULL);
}

TEST(RecordView, IsTheViewOfTheRequest) {
  v1::ListHostsRequest list;
  list.set_view(v1::RECORD_VIEW_FULL);
  EXPECT_EQ(ShownView(list), v1::RECORD_VIEW_FULL);
  v1::GetHostRequest get;
  get.set_view(v1::RECORD_VIEW_BRIEF);
  EXPECT_EQ(ShownView(get), v1::RECORD_VIEW_BRIEF);
}

TEST(RecordView, IsUnspecifiedWithAMaskOrWithoutRecords) {
  v1::ListHostsRequest list;
  list.set_view(v1::RECORD_VIEW_FULL);
  list.mutable_read_mask();
  EXPECT_EQ(ShownView(list), v1::RECORD_VIEW_FULL);
  EXPECT_EQ(MaskOf(list), nullptr);
  list.mutable_read_mask()->add_paths("hostname");
  EXPECT_EQ(ShownView(list), v1::RECORD_VIEW_UNSPECIFIED);
  EXPECT_NE(MaskOf(list), nullptr);
  EXPECT_EQ(ShownView(v1::GetStatusRequest()), v1::RECORD_VIEW_UNSPECIFIED);
}

// "field: description" of each violation.
std::vector<std::string> Problems(const google::protobuf::Message& request) {
  const auto size = CheckBounds(request);
  EXPECT_THAT(size, FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  std::vector<std::string> problems;
  for (const FieldViolation& one : Violations(size.status())) {
    problems.push_back(StrCat(one.field, ": ", one.description));
  }
  return problems;
}

TEST(RequestBounds, RejectsAMillionItemsWithoutVisitingThem) {
  v1::ListRtrSessionsRequest request;
  for (int i = 0; i < 1'000'000; ++i)
    request.mutable_filter()->add_statuses(v1::RTR_SESSION_STATUS_ACTIVE);
  EXPECT_THAT(
      Problems(request),
      ElementsAre("filter.statuses: takes at most 100 items, got 1000000; split them over several "
                  "calls"));
}

TEST(RequestBounds, BoundsIdsByFieldOption) {
  v1::BatchGetDetectionsRequest request;
  for (int i = 0; i < 5000; ++i) request.add_composite_ids("a:b:c:d");
  const auto size = CheckBounds(request);
  ASSERT_TRUE(size.ok()) << size.status();
  EXPECT_EQ(size->records, 5000);
  EXPECT_LE(size->visited, 5001);
  request.add_composite_ids("a:b:c:d");
  EXPECT_THAT(Problems(request),
              ElementsAre("composite_ids: takes at most 5000 items, got 5001; split them over "
                          "several calls"));
}

TEST(RequestBounds, ReportsMaskAsOneField) {
  v1::ListDetectionsRequest request;
  request.mutable_read_mask()->add_paths(std::string(513, 'z'));
  EXPECT_THAT(Problems(request), ElementsAre("read_mask: takes at most 512 bytes, got 513"));
}

TEST(RequestBounds, NamesFieldsInListsByIndex) {
  v1::CheckIocsRequest request;
  request.add_iocs();
  request.add_iocs()->set_value(std::string(20'000, 'a'));
  EXPECT_THAT(Problems(request),
              ElementsAre("iocs[1].value: takes at most 16384 bytes, got 20000"));
}

TEST(RequestBounds, ReportsAllViolationsAtOnce) {
  v1::ListDetectionsRequest request;
  request.mutable_filter()->set_fql(std::string(16'385, 'a'));
  request.mutable_filter()->add_products(std::string(4097, 'a'));
  EXPECT_THAT(Problems(request),
              ElementsAre("filter.products[0]: takes at most 4096 bytes, got 4097",
                          "filter.fql: takes at most 16384 bytes, got 16385"));
}

TEST(RequestBounds, ReportsMissingRequiredFields) {
  EXPECT_THAT(Problems(v1::GetDetectionRequest()), ElementsAre("composite_id: is required"));
  EXPECT_THAT(Problems(v1::BatchGetDetectionsRequest()),
              ElementsAre("composite_ids: needs from 1 to 5000 items"));
  EXPECT_THAT(Problems(v1::BatchGetVulnerabilitiesRequest()),
              ElementsAre("ids: needs from 1 to 5000 items"));
  EXPECT_THAT(Problems(v1::BatchGetSlasRequest()), ElementsAre("ids: needs from 1 to 1000 items"));
  EXPECT_THAT(Problems(v1::GetHostRequest()), ElementsAre("device_id: one of these is required",
                                                          "hostname: one of these is required"));
  v1::GetHostRequest by_name;
  by_name.set_hostname("a");
  EXPECT_TRUE(CheckBounds(by_name).ok());
}

TEST(RequestBounds, BoundsNumbersByFieldOption) {
  v1::ListDetectionsRequest list;
  EXPECT_EQ(PageSize(list, "page_size"), 50);
  list.set_page_size(7);
  EXPECT_EQ(PageSize(list, "page_size"), 7);
  list.set_page_size(5000);
  EXPECT_TRUE(CheckBounds(list).ok());
  EXPECT_EQ(PageSize(list, "page_size"), 1000);
  list.set_page_size(-1);
  EXPECT_THAT(Problems(list), ElementsAre("page_size: must not be negative, got -1"));
  EXPECT_EQ(PageSize(v1::ExportDetectionsRequest(), "batch_size"), 1000);
  v1::ListVulnerabilitiesRequest scores;
  scores.mutable_filter()->set_min_base_score(10);
  EXPECT_TRUE(CheckBounds(scores).ok());
  scores.mutable_filter()->set_min_base_score(10.1);
  EXPECT_THAT(Problems(scores),
              ElementsAre("filter.min_base_score: must lie between 0 and 10, got 10.1"));
}

TEST(RequestBounds, CountsUnknownFields) {
  v1::ListDetectionsRequest request;
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(
      900, std::string(kMaxRequestBytes, 'a'));
  EXPECT_THAT(CheckBounds(request), FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
}

}  // namespace
}  // namespace falcon::rpc
