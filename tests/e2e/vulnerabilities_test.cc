// VulnerabilityService beyond what every noun does: hosts by name, blocks by read mask, remediations.
#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "tests/e2e/nouns.h"

namespace falcon::e2e {
namespace {

constexpr char kVulnerabilityPages[] = "GET /spotlight/combined/vulnerabilities/v1";

class VulnerabilityJourney : public SharedWorld<VulnerabilityJourney> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "50", "--hosts", "120", "--vulnerabilities", "3000"}};
  }

 protected:
  void SetUp() override { world().ResetLedger(); }

  // The facets that the last call of Spotlight named, in order.
  static std::vector<std::string> Facets() {
    std::vector<std::string> facets;
    const Json ledger = world().Ledger();
    for (const Json& line : ledger["recent"]) {
      if (line["call"] != kVulnerabilityPages) continue;
      facets.clear();
      const std::string query = line["query"];
      for (size_t at = 0; (at = query.find("facet=", at)) != std::string::npos;) {
        at += 6;
        facets.push_back(query.substr(at, query.find('&', at) - at));
      }
    }
    std::sort(facets.begin(), facets.end());
    return facets;
  }

  static v1::Vulnerability OfHost(const std::string& hostname) {
    const auto page = Ask(world(), Make<v1::ListVulnerabilitiesRequest>(
                                       "page_size: 1 view: RECORD_VIEW_FULL filter { hostname: '" +
                                       hostname + "' }"));
    EXPECT_EQ(page->vulnerabilities_size(), 1) << page.status.error_message();
    return page->vulnerabilities_size() > 0 ? page->vulnerabilities(0) : v1::Vulnerability();
  }
};

bool Stands(const v1::Vulnerability& one) {
  return one.status() == v1::VULNERABILITY_STATUS_OPEN ||
         one.status() == v1::VULNERABILITY_STATUS_REOPEN;
}

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
      EXPECT_GE(before->created_timestamp().seconds(), one.created_timestamp().seconds());
    }
    before = &one;
  }
  EXPECT_EQ(world().Calls(), 1);
  EXPECT_EQ(Facets(), (std::vector<std::string>{"cve", "host_info"}));
}

TEST_F(VulnerabilityJourney, HostsByIdInAnyCaseCostOneCall) {
  List request = Make<List>("page_size: 1000 view: RECORD_VIEW_FULL");
  request.mutable_filter()->add_device_ids(absl::AsciiStrToUpper(OfHost("DC-01").aid()));
  request.mutable_filter()->add_device_ids(OfHost("DC-02").aid());
  world().ResetLedger();
  const auto page = Ask(world(), request);
  std::set<std::string> names;
  for (const auto& one : page->vulnerabilities()) names.insert(one.host_info().hostname());
  EXPECT_EQ(names, (std::set<std::string>{"DC-01", "DC-02"})) << page.status.error_message();
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
  EXPECT_THAT(answer, IsOk());
  EXPECT_EQ(answer->vulnerabilities_size(), 0);
  ASSERT_EQ(answer->read_info().notes_size(), 1);
  EXPECT_EQ(answer->read_info().notes(0).reason(), "NO_SUCH_HOST");
  EXPECT_EQ(answer->read_info().effective_filter(), "") << "Spotlight was not asked";
  EXPECT_NE(answer->read_info().notes(0).message().find("no-such-host"), std::string::npos);
  EXPECT_EQ(world().Calls(kVulnerabilityPages), 0);
}

TEST_F(VulnerabilityJourney, NameOfTooManyHostsIsRefusedRatherThanCut) {
  const auto answer = Ask(world(), Make<List>("filter { hostname: 'WKS-*' }"));
  EXPECT_THAT(answer, StatusIs(StatusCode::INVALID_ARGUMENT));
  ASSERT_EQ(Details(answer.status).bad.field_violations_size(), 1);
  EXPECT_EQ(Details(answer.status).bad.field_violations(0).field(), "filter.hostname");
  EXPECT_EQ(world().Calls(kVulnerabilityPages), 0);
}

struct Masked {
  std::string name;
  std::string mask;
  std::vector<std::string> facets;
};

class VulnerabilityMask : public VulnerabilityJourney,
                          public ::testing::WithParamInterface<Masked> {};

TEST_P(VulnerabilityMask, AsksForTheBlocksThatItNeedsAndNoOthers) {
  const auto page = Ask(world(), Make<List>("page_size: 3 " + GetParam().mask));
  ASSERT_EQ(page->vulnerabilities_size(), 3) << page.status.error_message();
  EXPECT_EQ(Facets(), GetParam().facets);
  for (const auto& one : page->vulnerabilities()) {
    const auto has = [](const std::string& facet) {
      const auto& facets = GetParam().facets;
      return std::find(facets.begin(), facets.end(), facet) != facets.end();
    };
    EXPECT_EQ(one.has_cve(), has("cve"));
    EXPECT_EQ(one.has_host_info(), has("host_info"));
    EXPECT_EQ(one.has_remediation(), has("remediation"));
    EXPECT_EQ(one.apps_size() > 0 && one.apps(0).evaluation_logic().logic_size() > 0,
              has("evaluation_logic"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Blocks, VulnerabilityMask,
    ::testing::Values(
        Masked{"None", "read_mask { paths: 'id' paths: 'status' paths: 'apps.remediation' }", {}},
        Masked{"Cve", "read_mask { paths: 'cve.severity' }", {"cve"}},
        Masked{"HostInfo", "read_mask { paths: 'host_info' }", {"host_info"}},
        Masked{
            "Remediation", "read_mask { paths: 'remediation.entities.action' }", {"remediation"}},
        Masked{"EvaluationLogic",
               "read_mask { paths: 'apps.evaluation_logic' }",
               {"evaluation_logic"}},
        Masked{"Everything",
               "view: RECORD_VIEW_FULL",
               {"cve", "evaluation_logic", "host_info", "remediation"}}),
    [](const auto& masked) { return masked.param.name; });

TEST_F(VulnerabilityJourney, RemediationsAndEvaluationsAreFoundByTheIdsOfARecord) {
  const v1::Vulnerability known = OfHost("SRV-PROD-001");
  v1::BatchGetRemediationsRequest remediations;
  for (const std::string& id : known.apps(0).remediation().ids()) remediations.add_ids(id);
  remediations.add_ids(std::string(32, 'a'));
  const auto mended = Ask(world(), remediations);
  ASSERT_EQ(mended->remediations_size(), known.apps(0).remediation().ids_size())
      << mended.status.error_message();
  EXPECT_EQ(mended->remediations(0).SerializeAsString(),
            known.remediation().entities(0).SerializeAsString());
  EXPECT_EQ(mended->missing_size(), 1);
  v1::BatchGetEvaluationLogicRequest evaluations;
  evaluations.add_ids(known.apps(0).evaluation_logic().id());
  const auto why = Ask(world(), evaluations);
  ASSERT_EQ(why->evaluation_logic_size(), 1) << why.status.error_message();
  EXPECT_EQ(why->evaluation_logic(0).SerializeAsString(),
            known.apps(0).evaluation_logic().SerializeAsString());
  EXPECT_GE(std::stoull(why->evaluation_logic(0).logic(0).id()), 1ULL << 63);
}

TEST(Vulnerabilities, AreReadWithoutTheScopeOfHostsUnlessAHostIsNamed) {
  World world({{"--alerts", "10", "--vulnerabilities", "50", "--deny-scope", "Hosts:read"}});
  EXPECT_TRUE(Ask(world, List()).status.ok());
  const auto named = Ask(world, Make<List>("filter { hostname: 'DC-01' }"));
  EXPECT_THAT(named, StatusIs(StatusCode::PERMISSION_DENIED));
  EXPECT_THAT(named, HasFact("required_scopes", "Hosts:read"));
}

TEST(Vulnerabilities, OfABadShapeKeepTheirBadValuesAsTheyAre) {
  World world({{"--alerts", "10", "--vulnerabilities", "300", "--corrupt-every", "10"}});
  const auto page =
      Ask(world,
          Make<List>("filter { statuses: [VULNERABILITY_STATUS_OPEN, VULNERABILITY_STATUS_REOPEN, "
                     "VULNERABILITY_STATUS_CLOSED, VULNERABILITY_STATUS_EXPIRED] } page_size: 300 "
                     "read_mask { paths: 'apps' "
                     "paths: 'updated_timestamp' paths: 'status' }"));
  ASSERT_EQ(page->vulnerabilities_size(), 300) << page.status.error_message();
  EXPECT_EQ(page->read_info().skipped_values(), 60);
  ASSERT_EQ(page->read_info().skipped_fields_size(), 2);
  EXPECT_EQ(page->read_info().skipped_fields(0).field(), "apps");
  EXPECT_EQ(page->read_info().skipped_fields(0).count(), 30);
  EXPECT_EQ(page->read_info().skipped_fields(1).example(), "[true]");
  const auto kept = std::count_if(
      page->vulnerabilities().begin(), page->vulnerabilities().end(), [](const auto& one) {
        const auto& fields = one.additional_fields().fields();
        return fields.contains("apps") && fields.at("apps").string_value() == "not-a-list";
      });
  EXPECT_EQ(kept, 30) << "although no mask names additional_fields";
}

// Of the right shape, of no record.
constexpr char kNoVulnerability[] =
    "0123456789abcdef0123456789abcdef_0123456789abcdef0123456789abcdef";

}  // namespace

extern const Noun kVulnerability;
const Noun kVulnerability = {
    .record = "Vulnerability",
    .flag = "--vulnerabilities",
    .small = 300,
    .medium = 700,
    .unknown_id = kNoVulnerability,
    .no_match = "cve_ids: 'CVE-1999-0001'",
    .order = "-created_timestamp",
    .other_order = "updated_timestamp updated_timestamp",
    .ids_per_call = 113,
    .everything =
        "statuses: [VULNERABILITY_STATUS_OPEN, VULNERABILITY_STATUS_REOPEN, "
        "VULNERABILITY_STATUS_CLOSED, VULNERABILITY_STATUS_EXPIRED]",
    .shown = "status = OPEN|REOPEN",
    .filters =
        {
            {"", "+"},
            {"severities: [CVE_SEVERITY_CRITICAL, CVE_SEVERITY_LOW]",
             "+cve.severity = CRITICAL|LOW"},
            {"statuses: VULNERABILITY_STATUS_EXPIRED", "status = EXPIRED"},
            {"cve_ids: ['cve-2021-44228', 'CVE-2024-38063']",
             "+cve.id = CVE-2021-44228|CVE-2024-38063"},
            {"exprt_ratings: EXPRT_RATING_CRITICAL", "+cve.exprt_rating = CRITICAL"},
            {"exploit_statuses: [EXPLOIT_STATUS_EASILY_ACCESSIBLE, EXPLOIT_STATUS_ACTIVELY_USED]",
             "+cve.exploit_status >= 60"},
            {"exploit_statuses: EXPLOIT_STATUS_UNPROVEN", "+cve.exploit_status <= 0"},
            {"cisa_kev: true", "+cve.cisa_info.is_cisa_kev = true"},
            {"cisa_kev: false", "+cve.cisa_info.is_cisa_kev = false"},
            {"min_base_score: 9", "+cve.base_score >= 9"},
            {"platforms: ['Linux', 'Mac']", "+host_info.platform != Windows"},
            {"product_types: PRODUCT_TYPE_DOMAIN_CONTROLLER",
             "+host_info.product_type_desc = DOMAIN_CONTROLLER"},
            {"suppressed: true", "+suppression_info.is_suppressed = true"},
            {"hostname: 'srv-prod-001'", "+host_info.hostname = SRV-PROD-001"},
            {"hostname: 'DC-*'", "+host_info.hostname ^ DC-0"},
            {"hostname: 'SRV-PROD-001' severities: CVE_SEVERITY_CRITICAL cisa_kev: true",
             "+host_info.hostname = SRV-PROD-001 & cve.severity = CRITICAL & "
             "cve.cisa_info.is_cisa_kev = "
             "true"},
            {"device_ids: '{aid}'", "+aid = {aid}"},
            {"fql: \"status:'closed'\"", "status = CLOSED"},
            {"fql: \"(status:!'open'+confidence:'potential')\"",
             "status != OPEN & confidence = POTENTIAL"},
            {"fql: \"host_info.internet_exposure:'Yes'\"", "+host_info.internet_exposure = Yes"},
            {"closed { start { seconds: 1 } }", "closed_timestamp set"},
            {"created { start { seconds: {40d} } }", "+created_timestamp >= {40d}"},
            {"updated { start { seconds: {40d} } }", "+updated_timestamp >= {40d}"},
            {"days: 40", "+created_timestamp >= {interval}"},
        },
    .refused =
        {
            {"ListVulnerabilities"},
            {"filter { platforms: 'windows' }", "filter.platforms", "Windows"},
            {"filter { min_base_score: 11 }", "filter.min_base_score", "between 0 and 10"},
            {"filter { device_ids: 'SRV-PROD-001' }", "filter.device_ids[0]",
             "32 hexadecimal digits"},
            {"filter { cve_ids: 'CVE-2024-*' }", "filter.cve_ids", "star"},
            {"filter { fql: \"vulnerability_id:['CVE-2024-*']\" }", "filter.fql", "star"},
            {"filter { fql: \"cve.severity:'critical'\" }", "filter.fql", "CRITICAL"},
            {"filter { fql: \"host_info.hostname:'DC-01'\" }", "filter.fql",
             "`filter.hostname` instead"},
            {"filter { fql: \"cve.id:'2024-38063'\" }", "filter.fql", "cve.id"},
            {"order_by: 'cve.base_score desc'", "order_by", "no list is ordered by"},
            {"read_mask { paths: 'cve.severty' }", "read_mask", "cve.severity"},
            {"ExportVulnerabilities"},
            // Falcon's own number of a status.
            {"filter { exploit_statuses: 60 }", "filter.exploit_statuses", "unknown number 60"},
            {"filter { min_base_score: -0.5 }", "filter.min_base_score", "between 0 and 10"},
            {"filter { fql: \"aid:!'0123456789abcdef0123456789abcdef'\" }", "filter.fql", "aid"},
            {"GetVulnerability"},
            {"id: '0123456789abcdef0123456789abcdef'", "id", "<aid>_<hash>"},
            {"BatchGetRemediations"},
            {"ids: 'a b'", "ids[0]", "without blanks"},
        },
};

}  // namespace falcon::e2e
