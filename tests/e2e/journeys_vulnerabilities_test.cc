// Journeys through VulnerabilityService: lists, their filters, and hosts by name.
#include <algorithm>
#include <set>

#include "google/protobuf/util/time_util.h"
#include "tests/e2e/vulnerability_journey.h"

namespace falcon::e2e {
namespace {

using google::protobuf::util::TimeUtil;
using grpc::StatusCode;
using List = v1::ListVulnerabilitiesRequest;

constexpr char kNames[] = "GET /devices/combined/devices/v1";

TEST_F(VulnerabilityJourney, FirstPageShowsTheNewestThatStandWithHostAndCve) {
  const auto page = Ask(world(), Make<List>("page_size: 100"));
  ASSERT_EQ(page->vulnerabilities_size(), 100) << page.status.error_message();
  const v1::Vulnerability* before = nullptr;
  for (const v1::Vulnerability& one : page->vulnerabilities()) {
    EXPECT_TRUE(Stands(one));
    EXPECT_TRUE(one.id().starts_with(one.aid() + "_"));
    EXPECT_FALSE(one.host_info().hostname().empty());
    EXPECT_NE(one.cve().severity(), v1::CVE_SEVERITY_UNSPECIFIED);
    EXPECT_TRUE(one.cve().cisa_info().has_is_cisa_kev());
    EXPECT_FALSE(one.apps(0).product_name_version().empty());
    EXPECT_FALSE(one.has_remediation());
    EXPECT_FALSE(one.apps(0).has_evaluation_logic());
    if (before != nullptr) {
      EXPECT_GE(TimeUtil::TimestampToSeconds(before->created_timestamp()),
                TimeUtil::TimestampToSeconds(one.created_timestamp()));
    }
    before = &one;
  }
  EXPECT_EQ(world().Calls(), 1);
  EXPECT_EQ(Facets(), (std::vector<std::string>{"cve", "host_info"}));
}

TEST_F(VulnerabilityJourney, PageTokensLeadThroughEveryOneThatStandsOnce) {
  std::set<std::string> expected;
  for (const auto& one : All()) {
    if (Stands(one)) expected.insert(one.id());
  }
  EXPECT_EQ(Listed(List()), expected);
  EXPECT_EQ(Ask(world(), List())->total_size(), static_cast<int64_t>(expected.size()));
}

struct Filtered {
  std::string name;
  std::string request;
  std::function<bool(const v1::Vulnerability&)> fits;
};

class VulnerabilityFilter : public VulnerabilityJourney,
                            public testing::WithParamInterface<Filtered> {};

TEST_P(VulnerabilityFilter, FindsAllThatFitsAndNothingElse) {
  std::set<std::string> expected;
  for (const v1::Vulnerability& one : All()) {
    if (GetParam().fits(one)) expected.insert(one.id());
  }
  EXPECT_FALSE(expected.empty()) << "the data set holds none";
  EXPECT_LT(expected.size(), All().size());
  EXPECT_EQ(Listed(Make<List>(GetParam().request)), expected);
}

const Filtered kFiltered[] = {
    {"Severities", "filter { severities: CVE_SEVERITY_CRITICAL severities: CVE_SEVERITY_LOW }",
     [](const auto& one) {
       return Stands(one) && (one.cve().severity() == v1::CVE_SEVERITY_CRITICAL ||
                              one.cve().severity() == v1::CVE_SEVERITY_LOW);
     }},
    {"Statuses", "filter { statuses: VULNERABILITY_STATUS_EXPIRED }",
     [](const auto& one) { return one.status() == v1::VULNERABILITY_STATUS_EXPIRED; }},
    {"CveIdsInAnyCase", "filter { cve_ids: 'cve-2021-44228' cve_ids: 'CVE-2024-38063' }",
     [](const auto& one) {
       return Stands(one) &&
              (one.cve().id() == "CVE-2021-44228" || one.cve().id() == "CVE-2024-38063");
     }},
    {"ExprtRatings", "filter { exprt_ratings: EXPRT_RATING_CRITICAL }",
     [](const auto& one) {
       return Stands(one) && one.cve().exprt_rating() == v1::EXPRT_RATING_CRITICAL;
     }},
    {"ExploitStatuses",
     "filter { exploit_statuses: EXPLOIT_STATUS_EASILY_ACCESSIBLE exploit_statuses: "
     "EXPLOIT_STATUS_ACTIVELY_USED }",
     [](const auto& one) { return Stands(one) && one.cve().exploit_status() >= 60; }},
    {"UnprovenExploits", "filter { exploit_statuses: EXPLOIT_STATUS_UNPROVEN }",
     [](const auto& one) { return Stands(one) && one.cve().exploit_status() == 0; }},
    {"CisaKev", "filter { cisa_kev: true }",
     [](const auto& one) { return Stands(one) && one.cve().cisa_info().is_cisa_kev(); }},
    {"NotCisaKev", "filter { cisa_kev: false }",
     [](const auto& one) { return Stands(one) && !one.cve().cisa_info().is_cisa_kev(); }},
    {"MinBaseScore", "filter { min_base_score: 9 }",
     [](const auto& one) { return Stands(one) && one.cve().base_score() >= 9; }},
    {"Platforms", "filter { platforms: 'Linux' platforms: 'Mac' }",
     [](const auto& one) { return Stands(one) && one.host_info().platform() != "Windows"; }},
    {"ProductTypes", "filter { product_types: PRODUCT_TYPE_DOMAIN_CONTROLLER }",
     [](const auto& one) {
       return Stands(one) &&
              one.host_info().product_type_desc() == v1::PRODUCT_TYPE_DOMAIN_CONTROLLER;
     }},
    {"Suppressed", "filter { suppressed: true }",
     [](const auto& one) { return Stands(one) && one.suppression_info().is_suppressed(); }},
    {"Hostname", "filter { hostname: 'srv-prod-001' }",
     [](const auto& one) { return Stands(one) && one.host_info().hostname() == "SRV-PROD-001"; }},
    {"HostnameWithAStar", "filter { hostname: 'DC-*' }",
     [](const auto& one) { return Stands(one) && one.host_info().hostname().starts_with("DC-0"); }},
    {"HostnameAndSeverity",
     "filter { hostname: 'SRV-PROD-001' severities: CVE_SEVERITY_CRITICAL cisa_kev: true }",
     [](const auto& one) {
       return Stands(one) && one.host_info().hostname() == "SRV-PROD-001" &&
              one.cve().severity() == v1::CVE_SEVERITY_CRITICAL &&
              one.cve().cisa_info().is_cisa_kev();
     }},
    {"StatusInTheRawFilter", "filter { fql: \"status:'closed'\" }",
     [](const auto& one) { return one.status() == v1::VULNERABILITY_STATUS_CLOSED; }},
    {"OtherStatusInTheRawFilter", "filter { fql: \"(status:!'open'+confidence:'potential')\" }",
     [](const auto& one) {
       return one.status() != v1::VULNERABILITY_STATUS_OPEN &&
              one.confidence() == v1::VULNERABILITY_CONFIDENCE_POTENTIAL;
     }},
    {"RawFilter", "filter { fql: \"host_info.internet_exposure:'Yes'\" }",
     [](const auto& one) { return Stands(one) && one.host_info().internet_exposure() == "Yes"; }},
    {"ClosedIsClosed", "filter { closed { start { seconds: 1 } } }",
     [](const auto& one) { return one.has_closed_timestamp(); }},
};

INSTANTIATE_TEST_SUITE_P(Typed, VulnerabilityFilter, testing::ValuesIn(kFiltered),
                         [](const auto& filtered) { return filtered.param.name; });

TEST_F(VulnerabilityJourney, TimesFilter) {
  const int64_t now = TimeUtil::TimestampToSeconds(TimeUtil::GetCurrentTime());
  // A day in the middle, away from both ends of what `days` rounds.
  const int64_t from = now - int64_t{40} * 86'400;
  const auto count = [](const auto& fits) {
    return std::count_if(All().begin(), All().end(),
                         [&fits](const auto& one) { return Stands(one) && fits(one); });
  };
  const auto created = [&](const auto& one) {
    return TimeUtil::TimestampToSeconds(one.created_timestamp()) >= from;
  };
  const auto updated = [&](const auto& one) {
    return TimeUtil::TimestampToSeconds(one.updated_timestamp()) >= from;
  };
  const std::string range = " { start { seconds: " + std::to_string(from) + " } } }";
  EXPECT_EQ(Ask(world(), Make<List>("filter { created" + range))->total_size(), count(created));
  EXPECT_EQ(Ask(world(), Make<List>("filter { updated" + range))->total_size(), count(updated));
  EXPECT_NEAR(Ask(world(), Make<List>("filter { days: 40 }"))->total_size(), count(created), 2);
}

TEST_F(VulnerabilityJourney, HostsAreNamedByIdInAnyCaseToo) {
  std::string id = OfHost("DC-01").aid();
  std::transform(id.begin(), id.end(), id.begin(), [](char c) { return c >= 'a' ? c - 32 : c; });
  List request;
  request.mutable_filter()->add_device_ids(id);
  request.mutable_filter()->add_device_ids(OfHost("DC-02").aid());
  world().ResetLedger();
  const auto page = Ask(world(), request);
  ASSERT_GT(page->vulnerabilities_size(), 0) << page.status.error_message();
  std::set<std::string> names;
  for (const auto& one : page->vulnerabilities()) names.insert(one.host_info().hostname());
  EXPECT_EQ(names, (std::set<std::string>{"DC-01", "DC-02"}));
  EXPECT_EQ(world().Calls(), 1);
}

TEST_F(VulnerabilityJourney, NameIsLookedUpOnceForAllPages) {
  auto request = Make<List>("filter { hostname: 'SRV-PROD-001' } page_size: 5");
  const auto first = Ask(world(), request);
  ASSERT_EQ(first->vulnerabilities_size(), 5) << first.status.error_message();
  EXPECT_EQ(first->read_info().upstream_calls(), 2);
  request.set_page_token(first->next_page_token());
  const auto second = Ask(world(), request);
  ASSERT_GT(second->vulnerabilities_size(), 0) << second.status.error_message();
  EXPECT_EQ(second->read_info().upstream_calls(), 1);
  EXPECT_EQ(world().Calls(kNames), 1);
  EXPECT_EQ(world().Calls(kVulnerabilityPages), 2);
}

TEST_F(VulnerabilityJourney, UnknownNameIsNotedRatherThanClean) {
  const auto answer = Ask(world(), Make<List>("filter { hostname: 'no-such-host' }"));
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer->vulnerabilities_size(), 0);
  ASSERT_EQ(answer->read_info().notes_size(), 1);
  EXPECT_EQ(answer->read_info().notes(0).reason(), "NO_SUCH_HOST");
  EXPECT_EQ(answer->read_info().effective_filter(), "") << "Spotlight was not asked";
  EXPECT_NE(answer->read_info().notes(0).message().find("no-such-host"), std::string::npos);
  EXPECT_EQ(world().Calls(kVulnerabilityPages), 0);
}

TEST_F(VulnerabilityJourney, NameOfTooManyHostsIsRefusedRatherThanCut) {
  const auto answer = Ask(world(), Make<List>("filter { hostname: 'WKS-*' }"));
  EXPECT_EQ(answer.status.error_code(), StatusCode::INVALID_ARGUMENT);
  ASSERT_EQ(Details(answer.status).bad.field_violations_size(), 1);
  EXPECT_EQ(Details(answer.status).bad.field_violations(0).field(), "filter.hostname");
  EXPECT_EQ(world().Calls(kVulnerabilityPages), 0);
}

TEST_F(VulnerabilityJourney, NothingFoundIsAnEmptyAnswer) {
  const auto none = Ask(world(), Make<List>("filter { cve_ids: 'CVE-1999-0001' }"));
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_EQ(none->vulnerabilities_size(), 0);
  EXPECT_TRUE(none->next_page_token().empty());
  EXPECT_EQ(none->total_size(), 0);
}

TEST_F(VulnerabilityJourney, OrderMayBeAsked) {
  const auto page = Ask(world(), Make<List>("order_by: 'updated_timestamp' page_size: 200 "
                                            "read_mask { paths: 'updated_timestamp' }"));
  ASSERT_EQ(page->vulnerabilities_size(), 200) << page.status.error_message();
  EXPECT_TRUE(std::is_sorted(page->vulnerabilities().begin(), page->vulnerabilities().end(),
                             [](const auto& left, const auto& right) {
                               return left.updated_timestamp() < right.updated_timestamp();
                             }));
}

}  // namespace
}  // namespace falcon::e2e
