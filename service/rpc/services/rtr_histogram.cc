// Finds the first and the last instant of a histogram in its request's filters.
#include "rpc/services/rtr_histogram.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/text.h"
#include "google/protobuf/util/time_util.h"
#include "rpc/services/histogram_bounds.h"

namespace falcon::rpc {
namespace {

using google::protobuf::util::TimeUtil;

constexpr size_t kMaxIntervals = 1000;

using std::chrono::sys_seconds;

struct Span {
  sys_seconds start;
  sys_seconds end;
};

constexpr sys_seconds kLastInstant{seconds(253'402'300'799)};  // 9999-12-31T23:59:59Z

std::optional<Span> SpanOf(const v1::TimeRange& range, sys_seconds now) {
  if (!range.has_start()) return std::nullopt;
  // The end is excluded, its fraction is not. An end that is too late stays so.
  const int64_t whole =
      std::min<int64_t>(range.end().seconds(), kLastInstant.time_since_epoch().count() + 1);
  const int64_t end = whole + (range.end().nanos() > 0 ? 1 : 0);
  return Span{sys_seconds(seconds(range.start().seconds())),
              range.has_end() ? sys_seconds(seconds(end)) : now};
}

std::optional<Span> SpanOf(const v1::AggregateRtrSessionsRequest& request, sys_seconds now) {
  if (request.field() == "updated_at") return SpanOf(request.filter().updated(), now);
  if (request.field() != "created_at") return std::nullopt;
  // As the filter has it: whole minutes.
  const auto minute = std::chrono::floor<std::chrono::minutes>(now);
  if (request.filter().has_days()) {
    return Span{minute - std::chrono::days(request.filter().days()), now};
  }
  return SpanOf(request.filter().created(), now);
}

// What is wrong with these is said by the checks of every filter and every aggregate.
bool IsSound(const v1::AggregateRtrSessionsRequest& request, const Span& span) {
  constexpr sys_seconds kFirstInstant{seconds(-62'135'596'800)};  // 0001-01-01T00:00:00Z
  return request.interval() != v1::AGGREGATION_INTERVAL_UNSPECIFIED &&
         v1::AggregationInterval_IsValid(request.interval()) && kFirstInstant <= span.start &&
         span.start < span.end && span.end <= kLastInstant;
}

}  // namespace

std::vector<std::string> RtrHistogramBounds(const v1::AggregateRtrSessionsRequest& request,
                                            WallTime now, RequestValidator& validator) {
  std::vector<std::string> texts;
  const v1::AggregationKind kind = request.kind();
  if (kind != v1::AGGREGATION_KIND_DATE_HISTOGRAM) {
    const bool offered = kind == v1::AGGREGATION_KIND_UNSPECIFIED ||
                         kind == v1::AGGREGATION_KIND_TERMS || !v1::AggregationKind_IsValid(kind);
    if (!offered)
      validator.AddViolation("kind", "of sessions Falcon offers TERMS and DATE_HISTOGRAM only");
    return texts;
  }
  const std::optional<Span> span = SpanOf(request, std::chrono::ceil<seconds>(now));
  if (!span.has_value()) {
    validator.AddViolation(
        "field",
        "DATE_HISTOGRAM of sessions needs to know where it starts: `created_at` with "
        "`filter.days` or `filter.created`, or `updated_at` with `filter.updated`");
    return texts;
  }
  if (!IsSound(request, *span)) return texts;
  const std::vector<sys_seconds> bounds =
      HistogramBounds(span->start, span->end, request.interval(), kMaxIntervals);
  if (bounds.empty()) {
    validator.AddViolation("interval", StrCat("makes more than ", kMaxIntervals,
                                              " buckets of so long a time; take a longer one"));
  }
  texts.reserve(bounds.size());
  for (const sys_seconds bound : bounds) {
    const sys_seconds known = std::min(bound, kLastInstant);
    texts.push_back(
        TimeUtil::ToString(TimeUtil::SecondsToTimestamp(known.time_since_epoch().count())));
  }
  return texts;
}

}  // namespace falcon::rpc
