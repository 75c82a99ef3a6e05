// Request checks: limits, shapes, and all violations at once.
#include "rpc/checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rpc/collection.h"
#include "tests/support/status_matchers.h"

namespace falcon::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

google::protobuf::RepeatedPtrField<std::string> Ids(std::initializer_list<std::string> ids) {
  return {ids.begin(), ids.end()};
}

TEST(Checks, ReportsAllViolationsAtOnceAndKeepsTheSpecialReason) {
  Checks checks;
  checks.Violate("page_size", "must not be negative");
  checks.Add(InvalidField("filter", "no such field", "FQL_INVALID"));
  const absl::Status verdict = checks.Verdict();
  EXPECT_THAT(verdict, testing::FailsWith(absl::StatusCode::kInvalidArgument, "FQL_INVALID"));
  EXPECT_THAT(Violations(verdict), ElementsAre(Field(&FieldViolation::field, "page_size"),
                                               Field(&FieldViolation::field, "filter")));
}

TEST(Checks, AreContentWithNothingToSay) { EXPECT_THAT(Checks().Verdict(), testing::IsOk()); }

TEST(CheckIds, NamesTheWrongIdByItsIndex) {
  Checks checks;
  CheckIds(Ids({"061a51ec742c44624a176f079d742052", "nonsense"}), DeviceIdShape, "device_ids",
           checks);
  EXPECT_THAT(Violations(checks.Verdict()),
              ElementsAre(Field(&FieldViolation::field, "device_ids[1]")));
}

TEST(CompositeIdShape, TakesEveryKindAndRefusesOtherIds) {
  EXPECT_THAT(CompositeIdShape("c1d:ind:a1d:1234-5733-1"), IsEmpty());
  EXPECT_THAT(CompositeIdShape("c1d:automated-lead:c1d:77"), IsEmpty());
  EXPECT_NE(CompositeIdShape(""), "");
  EXPECT_NE(CompositeIdShape("061a51ec742c44624a176f079d742052"), "");
  EXPECT_NE(CompositeIdShape("a:b:c\n"), "");
}

TEST(IocIdShape, IsTheDigitsOfAHashInAnyCase) {
  EXPECT_EQ(IocIdShape(std::string(64, 'A')), "");
  EXPECT_NE(IocIdShape(std::string(63, 'a')), "");
  EXPECT_NE(IocIdShape(std::string(64, 'g')), "");
}

TEST(CheckQuery, TakesSoManyBytes) {
  Checks checks;
  CheckQuery(std::string(1024, 'a'), checks);
  EXPECT_THAT(checks.Verdict(), testing::IsOk());
  CheckQuery(std::string(1025, 'a'), checks);
  EXPECT_THAT(Violations(checks.Verdict()),
              ElementsAre(Field(&FieldViolation::field, "filter.query")));
}

TEST(CheckTimeRange, RefusesInvertedEmptyAndImpossibleRanges) {
  v1::TimeRange range;
  Checks open;
  CheckTimeRange(range, "time", open);
  EXPECT_FALSE(open.Verdict().ok());
  range.mutable_start()->set_seconds(20);
  range.mutable_end()->set_seconds(10);
  Checks inverted;
  CheckTimeRange(range, "time", inverted);
  EXPECT_THAT(std::string(inverted.Verdict().message()), HasSubstr("before"));
  range.mutable_end()->set_seconds(int64_t{1} << 50);
  Checks impossible;
  CheckTimeRange(range, "time", impossible);
  EXPECT_THAT(Violations(impossible.Verdict()),
              ElementsAre(Field(&FieldViolation::field, "time.end")));
}

TEST(NextBatch, AimsAtTheMessageTargetWhateverARecordWeighs) {
  EXPECT_EQ(NextBatch(500, 500, 500 * 1024, 1000), 1000);
  EXPECT_EQ(NextBatch(1000, 1000, 1000 * 4096, 1000), 511);
  EXPECT_EQ(NextBatch(1000, 1, 10 << 20, 1000), 1);
  EXPECT_EQ(NextBatch(1000, 0, 0, 1000), 1000);
}

}  // namespace
}  // namespace falcon::rpc
