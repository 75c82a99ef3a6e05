// Filters of sessions and incidents: statuses, bounds and legacy terms.
#include <gmock/gmock.h>

#include <limits>
#include <string>
#include <utility>

#include "base/error.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/incident_record.pb.h"
#include "fql/parser.h"
#include "rpc/services/incidents.h"
#include "rpc/services/rtr_filter.h"
#include "tests/support/status_matchers.h"

namespace falcon::rpc {
namespace {

class RtrStatusFilter : public ::testing::Test {
 protected:
  std::string Own(const std::string& filter, std::initializer_list<int> statuses) {
    return WithStatuses(filter, {statuses.begin(), statuses.end()}, RtrView::kOwn, &own_,
                        validator_);
  }
  std::string Audit(std::initializer_list<int> statuses) {
    return WithStatuses("", {statuses.begin(), statuses.end()}, RtrView::kAudit, &audit_,
                        validator_);
  }

  const fql::Catalogue own_{v1::RtrSession::descriptor()};
  const fql::Catalogue audit_{v1::RtrAuditSession::descriptor()};
  RequestValidator validator_;
};

TEST_F(RtrStatusFilter, AddsNothingWithoutStatuses) {
  EXPECT_EQ(Own("hostname:'x'", {}), "hostname:'x'");
  EXPECT_EQ(Own("", {}), "");
}

TEST_F(RtrStatusFilter, DistinguishesOwnSessionsByTwoFields) {
  EXPECT_EQ(Own("", {v1::RTR_SESSION_STATUS_ACTIVE}), "deleted_at:null+offline_queued:!true");
  EXPECT_EQ(Own("", {v1::RTR_SESSION_STATUS_CLOSED}), "deleted_at:!null");
  EXPECT_EQ(Own("", {v1::RTR_SESSION_STATUS_QUEUED}), "deleted_at:null+offline_queued:true");
  EXPECT_EQ(Own("", {v1::RTR_SESSION_STATUS_CLOSED, v1::RTR_SESSION_STATUS_QUEUED}),
            "deleted_at:!null,(deleted_at:null+offline_queued:true)");
  EXPECT_TRUE(validator_.status().ok());
}

TEST_F(RtrStatusFilter, KeepsTheCallersFilterInParentheses) {
  EXPECT_EQ(Own("hostname:'a',hostname:'b'", {v1::RTR_SESSION_STATUS_CLOSED}),
            "(hostname:'a',hostname:'b')+deleted_at:!null");
}

TEST_F(RtrStatusFilter, LeavesInvalidFilterUnchanged) {
  EXPECT_EQ(Own("hostnme:'a'", {v1::RTR_SESSION_STATUS_CLOSED}), "hostnme:'a'");
  EXPECT_EQ(Own("hostname:'a", {v1::RTR_SESSION_STATUS_CLOSED}), "hostname:'a");
  EXPECT_TRUE(validator_.status().ok());
}

TEST_F(RtrStatusFilter, AddsStatusesToFilterCheckedForSyntaxOnly) {
  google::protobuf::RepeatedField<int> closed;
  closed.Add(v1::RTR_SESSION_STATUS_CLOSED);
  EXPECT_EQ(WithStatuses("hostnme:'a'", closed, RtrView::kOwn, nullptr, validator_),
            "hostnme:'a'+deleted_at:!null");
  EXPECT_EQ(WithStatuses("hostname:'a", closed, RtrView::kOwn, nullptr, validator_), "hostname:'a");
}

TEST_F(RtrStatusFilter, DistinguishesAuditedSessionsByOneField) {
  EXPECT_EQ(Audit({v1::RTR_SESSION_STATUS_ACTIVE}), "deleted_at:null");
  EXPECT_EQ(Audit({v1::RTR_SESSION_STATUS_CLOSED}), "deleted_at:!null");
  EXPECT_TRUE(validator_.status().ok());
  EXPECT_EQ(Audit({v1::RTR_SESSION_STATUS_QUEUED}), "");
  EXPECT_NE(validator_.status().message().find("ask for ACTIVE"), std::string::npos);
}

TEST_F(RtrStatusFilter, RejectsUnknownStatus) {
  Own("", {99});
  EXPECT_NE(validator_.status().message().find("RTR_SESSION_STATUS_QUEUED"), std::string::npos);
}

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using Bounds = std::vector<sys_seconds>;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr sys_seconds Day(int year, unsigned month, unsigned day) {
  return sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day));
}

TEST(HistogramBounds, FollowTheCalendarInUtc) {
  struct Case {
    v1::AggregationInterval interval;
    sys_seconds start;
    sys_seconds end;
    Bounds bounds;
  };
  for (const Case& c : std::vector<Case>{
           {v1::AGGREGATION_INTERVAL_HOUR,
            Day(2026, 1, 31) + 22h + 20min,
            Day(2026, 2, 1) + 1s,
            {Day(2026, 1, 31) + 22h, Day(2026, 1, 31) + 23h, Day(2026, 2, 1),
             Day(2026, 2, 1) + 1h}},
           {v1::AGGREGATION_INTERVAL_DAY,
            Day(2026, 2, 27) + 5h,
            Day(2026, 3, 1),
            {Day(2026, 2, 27), Day(2026, 2, 28), Day(2026, 3, 1)}},
           {v1::AGGREGATION_INTERVAL_WEEK,
            Day(2026, 1, 1),
            Day(2026, 1, 6),
            {Day(2025, 12, 29), Day(2026, 1, 5), Day(2026, 1, 12)}},
           {v1::AGGREGATION_INTERVAL_MONTH,
            Day(2025, 12, 31),
            Day(2026, 2, 2),
            {Day(2025, 12, 1), Day(2026, 1, 1), Day(2026, 2, 1), Day(2026, 3, 1)}},
           {v1::AGGREGATION_INTERVAL_DAY, Day(2026, 1, 2), Day(2026, 1, 2), {}},
       }) {
    EXPECT_EQ(HistogramBounds(c.start, c.end, c.interval, 10), c.bounds)
        << v1::AggregationInterval_Name(c.interval);
  }
}

TEST(HistogramBounds, AreEmptyBeyondTheLimit) {
  EXPECT_EQ(
      HistogramBounds(Day(2026, 1, 1), Day(2026, 1, 11), v1::AGGREGATION_INTERVAL_DAY, 10).size(),
      11u);
  EXPECT_TRUE(
      HistogramBounds(Day(2026, 1, 1), Day(2026, 1, 12), v1::AGGREGATION_INTERVAL_DAY, 10).empty());
  EXPECT_TRUE(HistogramBounds(Day(1, 1, 1), Day(9999, 12, 31), v1::AGGREGATION_INTERVAL_HOUR, 1000)
                  .empty());
}

v1::AggregateRtrSessionsRequest Histogram() {
  v1::AggregateRtrSessionsRequest request;
  request.set_field("created_at");
  request.set_kind(v1::AGGREGATION_KIND_DATE_HISTOGRAM);
  request.set_interval(v1::AGGREGATION_INTERVAL_DAY);
  return request;
}

TEST(RtrHistogramBounds, CoverTheFractionOfTheEnd) {
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

TEST(RtrHistogramBounds, AreEmptyForInvalidRange) {
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

class IncidentFilter : public ::testing::Test {
 protected:
  // The filter, or the first violation.
  std::string Translate(const std::string& filter) const {
    RequestValidator validator;
    const std::string translated = RewriteLegacyTerms(filter, catalogue_, validator);
    const auto violations = Violations(validator.status());
    return violations.empty() ? translated : violations[0].field + ": " + violations[0].description;
  }

  const fql::Catalogue catalogue_{v1::Incident::descriptor()};
};

TEST_F(IncidentFilter, RewritesStatusNumbersAndNames) {
  EXPECT_EQ(Translate("status:20"), "status:'new'");
  EXPECT_EQ(Translate("status:'25'"), "status:'reopened'");
  EXPECT_EQ(Translate("status:!'In Progress'"), "status:!'in_progress'");
  EXPECT_EQ(Translate("status:'Closed'"), "status:'closed'");
  EXPECT_EQ(Translate("status:[20,'30']"), "status:'new',status:'in_progress'");
  EXPECT_EQ(Translate("status:![20,40]"), "status:!'new'+status:!'closed'");
}

TEST_F(IncidentFilter, RewritesStates) {
  EXPECT_EQ(Translate("state:'open'"), "status:!'closed'");
  EXPECT_EQ(Translate("state:'Closed'"), "status:'closed'");
  EXPECT_EQ(Translate("state:!'open'"), "status:'closed'");
  EXPECT_EQ(Translate("state:!'closed'"), "status:!'closed'");
  EXPECT_EQ(Translate("name:'x'+(state:'open',severity:>80)"),
            "name:'x'+(status:!'closed',severity:>80)");
}

TEST_F(IncidentFilter, LeavesCurrentTermsAndInvalidFiltersUnchanged) {
  for (const char* filter : {"", "status:'new'", "status: 'new'", "severity:>70+tags:'a*'",
                             "status:'done'", "status:>20", "status:", "hostname:'x'"}) {
    EXPECT_EQ(Translate(filter), filter);
  }
}

TEST_F(IncidentFilter, ReportsPositionInTheOriginalFilter) {
  EXPECT_EQ(Translate("status:20+state:'ajar'").substr(0, 24), "filter.fql: at byte 10: ");
  EXPECT_EQ(Translate("status:20+state:>'open'").substr(0, 24), "filter.fql: at byte 10: ");
  const std::string unknown = Translate("status:20+hostname:'x'");
  EXPECT_EQ(unknown.substr(0, 24), "filter.fql: at byte 10: ");
  EXPECT_NE(unknown.find("hostnames"), std::string::npos) << unknown;
}

TEST_F(IncidentFilter, StateIsAConditionOnStatus) {
  RequestValidator validator;
  EXPECT_TRUE(StateFilter(v1::INCIDENT_STATE_UNSPECIFIED, validator).empty());
  EXPECT_EQ(StateFilter(v1::INCIDENT_STATE_OPEN, validator).Text(), "status:!'closed'");
  EXPECT_EQ(StateFilter(v1::INCIDENT_STATE_CLOSED, validator).Text(), "status:'closed'");
  EXPECT_TRUE(validator.status().ok());
  EXPECT_TRUE(StateFilter(static_cast<v1::IncidentState>(9), validator).empty());
  EXPECT_EQ(Violations(validator.status())[0].field, "filter.state");
}

}  // namespace
}  // namespace falcon::rpc
