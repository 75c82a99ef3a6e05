// Request checks: limits, shapes, and all violations at once.
#include "rpc/services/request_validator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rpc/services/collection.h"
#include "tests/support/status_matchers.h"

namespace falcon::rpc {
namespace {

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

}  // namespace
}  // namespace falcon::rpc
