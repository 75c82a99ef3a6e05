// States as conditions, spans as intervals of the calendar.
#include "rpc/services/rtr_filter.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "fql/expression.h"
#include "fql/parser.h"
#include "google/protobuf/util/time_util.h"
#include "rpc/services/value_counts.h"

namespace falcon::rpc {
namespace {

namespace chrono = std::chrono;
using chrono::sys_seconds;
using fql::Expression;
using google::protobuf::util::TimeUtil;

Expression Compare(std::string field, fql::Operator op, fql::Value value) {
  return Expression::Of({.field = std::move(field), .op = op, .values = {std::move(value)}});
}

Expression Open() { return Compare("deleted_at", fql::Operator::kEqual, fql::Null()); }

// Not `:false`: a record may lack the key.
Expression Waits(bool waits) {
  return Compare("offline_queued", waits ? fql::Operator::kEqual : fql::Operator::kNotEqual, true);
}

Expression Condition(int status, RtrView view, RequestValidator& validator) {
  const bool audit = view == RtrView::kAudit;
  switch (status) {
    case v1::RTR_SESSION_STATUS_ACTIVE:
      return audit ? Open() : Expression::And({Open(), Waits(false)});
    case v1::RTR_SESSION_STATUS_CLOSED:
      return Compare("deleted_at", fql::Operator::kNotEqual, fql::Null());
    case v1::RTR_SESSION_STATUS_QUEUED:
      if (!audit) return Expression::And({Open(), Waits(true)});
      validator.AddViolation(
          "filter.statuses",
          "holds QUEUED, by which Falcon does not filter its audit; ask for ACTIVE, "
          "which covers it, or ask ListRtrSessions");
      return {};
    default:
      validator.AddViolation(
          "filter.statuses",
          StrCat("holds ", status, status == 0 ? ", which says nothing" : ", which is unknown",
                 "; known: RTR_SESSION_STATUS_ACTIVE, "
                 "RTR_SESSION_STATUS_CLOSED, RTR_SESSION_STATUS_QUEUED"));
      return {};
  }
}

constexpr size_t kMaxIntervals = 1000;

struct Span {
  sys_seconds start;
  sys_seconds end;
};

constexpr sys_seconds kLastInstant{seconds(253'402'300'799)};  // 9999-12-31T23:59:59Z

std::optional<Span> SpanOf(const v1::TimeRange& range, sys_seconds now) {
  if (!range.has_start()) return std::nullopt;
  // The end is exclusive; a fraction of a second counts as a whole one. An end that is too late stays
  // too late.
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

// Other checks report what is wrong with an unsound span.
bool IsSound(const v1::AggregateRtrSessionsRequest& request, const Span& span) {
  constexpr sys_seconds kFirstInstant{seconds(-62'135'596'800)};  // 0001-01-01T00:00:00Z
  return request.interval() != v1::AGGREGATION_INTERVAL_UNSPECIFIED &&
         v1::AggregationInterval_IsValid(request.interval()) && kFirstInstant <= span.start &&
         span.start < span.end && span.end <= kLastInstant;
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

std::string WithStatuses(const std::string& filter,
                         const google::protobuf::RepeatedField<int>& statuses, RtrView view,
                         const fql::Catalogue* catalogue, RequestValidator& validator) {
  if (statuses.empty()) return filter;
  std::vector<Expression> states;
  for (const int status : std::set<int>(statuses.begin(), statuses.end())) {
    Expression state = Condition(status, view, validator);
    if (state.empty()) return filter;
    states.push_back(std::move(state));
  }
  const absl::StatusOr<Expression> given = fql::Parse(filter);
  if (!given.ok()) return filter;
  if (catalogue != nullptr && !catalogue->Check(*given, "filter.fql").ok()) return filter;
  return Expression::And({*given, Expression::Or(std::move(states))}).Text();
}

std::vector<sys_seconds> HistogramBounds(sys_seconds start, sys_seconds end,
                                         v1::AggregationInterval interval, size_t most) {
  std::vector<sys_seconds> bounds;
  if (start >= end) return bounds;
  bounds.push_back(IntervalStart(start, interval));
  while (bounds.back() < end) {
    if (bounds.size() > most) return {};
    bounds.push_back(Next(bounds.back(), interval));
  }
  return bounds;
}

std::vector<std::string> RtrHistogramBounds(const v1::AggregateRtrSessionsRequest& request,
                                            WallTime now, RequestValidator& validator) {
  std::vector<std::string> texts;
  const v1::AggregationKind kind = request.kind();
  if (kind != v1::AGGREGATION_KIND_DATE_HISTOGRAM) {
    const bool offered = kind == v1::AGGREGATION_KIND_UNSPECIFIED ||
                         kind == v1::AGGREGATION_KIND_TERMS || !v1::AggregationKind_IsValid(kind);
    if (!offered) {
      validator.AddViolation("kind", "of sessions Falcon offers TERMS and DATE_HISTOGRAM only");
    }
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
