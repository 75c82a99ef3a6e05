// Bounds of buckets: by the calendar, in UTC, and never too many.
#include "rpc/services/histogram_bounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <utility>

#include "rpc/services/rtr_histogram.h"

namespace falcon::rpc {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using Bounds = std::vector<sys_seconds>;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr sys_seconds Day(int year, unsigned month, unsigned day) {
  return sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day));
}

TEST(HistogramBounds, OfHoursStartAtTheFullHour) {
  EXPECT_EQ(HistogramBounds(Day(2026, 1, 31) + 22h + 20min, Day(2026, 2, 1) + 1s,
                            v1::AGGREGATION_INTERVAL_HOUR, 10),
            (Bounds{Day(2026, 1, 31) + 22h, Day(2026, 1, 31) + 23h, Day(2026, 2, 1),
                    Day(2026, 2, 1) + 1h}));
}

TEST(HistogramBounds, OfDaysEndWithTheDayOfTheEnd) {
  EXPECT_EQ(
      HistogramBounds(Day(2026, 2, 27) + 5h, Day(2026, 3, 1), v1::AGGREGATION_INTERVAL_DAY, 10),
      (Bounds{Day(2026, 2, 27), Day(2026, 2, 28), Day(2026, 3, 1)}));
}

TEST(HistogramBounds, OfWeeksStartOnMonday) {
  EXPECT_EQ(HistogramBounds(Day(2026, 1, 1), Day(2026, 1, 6), v1::AGGREGATION_INTERVAL_WEEK, 10),
            (Bounds{Day(2025, 12, 29), Day(2026, 1, 5), Day(2026, 1, 12)}));
}

TEST(HistogramBounds, OfMonthsAreAsLongAsTheMonths) {
  EXPECT_EQ(HistogramBounds(Day(2025, 12, 31), Day(2026, 2, 2), v1::AGGREGATION_INTERVAL_MONTH, 10),
            (Bounds{Day(2025, 12, 1), Day(2026, 1, 1), Day(2026, 2, 1), Day(2026, 3, 1)}));
}

TEST(HistogramBounds, AreNoneWhenThereAreTooMany) {
  EXPECT_EQ(
      HistogramBounds(Day(2026, 1, 1), Day(2026, 1, 11), v1::AGGREGATION_INTERVAL_DAY, 10).size(),
      11u);
  EXPECT_TRUE(
      HistogramBounds(Day(2026, 1, 1), Day(2026, 1, 12), v1::AGGREGATION_INTERVAL_DAY, 10).empty());
  EXPECT_TRUE(HistogramBounds(Day(1, 1, 1), Day(9999, 12, 31), v1::AGGREGATION_INTERVAL_HOUR, 1000)
                  .empty());
}

TEST(HistogramBounds, AreNoneOfAnEmptySpan) {
  EXPECT_TRUE(
      HistogramBounds(Day(2026, 1, 2), Day(2026, 1, 2), v1::AGGREGATION_INTERVAL_DAY, 10).empty());
}

v1::AggregateRtrSessionsRequest Histogram() {
  v1::AggregateRtrSessionsRequest request;
  request.set_field("created_at");
  request.set_kind(v1::AGGREGATION_KIND_DATE_HISTOGRAM);
  request.set_interval(v1::AGGREGATION_INTERVAL_DAY);
  return request;
}

TEST(RtrHistogramBounds, CoverTheRangeToTheFractionOfItsEnd) {
  v1::AggregateRtrSessionsRequest request = Histogram();
  request.mutable_filter()->mutable_created()->mutable_start()->set_seconds(
      1'767'225'600);  // 2026-01-01
  request.mutable_filter()->mutable_created()->mutable_end()->set_seconds(1'767'312'000);
  request.mutable_filter()->mutable_created()->mutable_end()->set_nanos(1);
  RequestValidator validator;
  EXPECT_THAT(RtrHistogramBounds(request, WallTime(), validator),
              ElementsAre("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"));
  EXPECT_TRUE(validator.status().ok());
}

TEST(RtrHistogramBounds, AreNoneWhereTheRangeIsUnsound) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  for (const auto& [start, end] : {std::pair(int64_t{0}, kMax), std::pair(kMin, int64_t{0}),
                                   std::pair(kMax, kMax), std::pair(kMin, kMin)}) {
    v1::AggregateRtrSessionsRequest request = Histogram();
    request.mutable_filter()->mutable_created()->mutable_start()->set_seconds(start);
    request.mutable_filter()->mutable_created()->mutable_end()->set_seconds(end);
    request.mutable_filter()->mutable_created()->mutable_end()->set_nanos(999'999'999);
    RequestValidator validator;
    EXPECT_THAT(RtrHistogramBounds(request, WallTime(), validator), IsEmpty());
  }
}

}  // namespace
}  // namespace falcon::rpc
