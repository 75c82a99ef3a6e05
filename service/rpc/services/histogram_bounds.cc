// Walks from interval to interval by the calendar.
#include "rpc/services/histogram_bounds.h"

namespace falcon::rpc {
namespace {

namespace chrono = std::chrono;
using chrono::sys_seconds;

// The start of the interval that `instant` lies in.
sys_seconds Floor(sys_seconds instant, v1::AggregationInterval interval) {
  if (interval == v1::AGGREGATION_INTERVAL_HOUR) return chrono::floor<chrono::hours>(instant);
  const chrono::sys_days day = chrono::floor<chrono::days>(instant);
  if (interval == v1::AGGREGATION_INTERVAL_WEEK) {
    return day - (chrono::weekday(day) - chrono::Monday);
  }
  if (interval != v1::AGGREGATION_INTERVAL_MONTH) return day;
  const chrono::year_month_day date(day);
  return chrono::sys_days(date.year() / date.month() / 1);
}

sys_seconds Next(sys_seconds start, v1::AggregationInterval interval) {
  switch (interval) {
    case v1::AGGREGATION_INTERVAL_HOUR:
      return start + chrono::hours(1);
    case v1::AGGREGATION_INTERVAL_WEEK:
      return start + chrono::weeks(1);
    case v1::AGGREGATION_INTERVAL_MONTH: {
      const chrono::year_month_day date(chrono::floor<chrono::days>(start));
      return chrono::sys_days(date + chrono::months(1));
    }
    default:
      return start + chrono::days(1);
  }
}

}  // namespace

std::vector<sys_seconds> HistogramBounds(sys_seconds start, sys_seconds end,
                                         v1::AggregationInterval interval, size_t most) {
  std::vector<sys_seconds> bounds;
  if (start >= end) return bounds;
  bounds.push_back(Floor(start, interval));
  while (bounds.back() < end) {
    if (bounds.size() > most) return {};
    bounds.push_back(Next(bounds.back(), interval));
  }
  return bounds;
}

}  // namespace falcon::rpc
