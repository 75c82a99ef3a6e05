// Bad input of VulnerabilityService: refused by name before anything is asked of Falcon.
#include "tests/e2e/bad_input.h"
#include "tests/e2e/calls/vulnerabilities.h"

namespace falcon::e2e {
namespace {

class BadVulnerabilityInput : public BadInputSuite<BadVulnerabilityInput> {
 public:
  static WorldOptions Options() { return {{"--alerts", "10", "--vulnerabilities", "50"}}; }
};

TEST_P(BadVulnerabilityInput, IsRefusedByNameAndTheNextCallWorks) {
  ExpectRefused(world(), GetParam());
  const auto next = Make<v1::ListVulnerabilitiesRequest>("page_size: 1");
  EXPECT_TRUE(Ask(world(), next).status.ok());
}

using List = v1::ListVulnerabilitiesRequest;
using Export = v1::ExportVulnerabilitiesRequest;
using Get = v1::GetVulnerabilityRequest;
using Batch = v1::BatchGetVulnerabilitiesRequest;

const Bad kBad[] = {
    {"PageSizeMinusOne", Of<List>("page_size: -1"), "page_size", "negative"},
    {"BatchSizeMinusOne", Of<Export>("batch_size: -1"), "batch_size", "negative"},
    {"ForeignPageToken", Of<List>("page_token: 'AAAAAAAAAAAAAAAA'"), "page_token", "",
     "PAGE_TOKEN_INVALID"},
    {"ForeignResumeToken", Of<Export>("resume_token: 'AAAA'"), "resume_token", "",
     "PAGE_TOKEN_INVALID"},
    {"OrderThatSpotlightDoesNotKnow", Of<List>("order_by: 'cve.base_score desc'"), "order_by",
     "no list is ordered by", "ORDER_INVALID"},
    {"DaysZero", Of<List>("filter { days: 0 }"), "filter.days", "1 to 365"},
    {"DaysOverAYear", Of<Export>("filter { days: 366 }"), "filter.days", "1 to 365"},
    {"InvertedRange",
     Of<List>("filter { closed { start { seconds: 2000 } end { seconds: 1000 } } }"),
     "filter.closed"},
    {"UnknownSeverity", Of<List>("filter { severities: 99 }"), "filter.severities",
     "unknown number 99"},
    {"UnspecifiedStatus", Of<List>("filter { statuses: VULNERABILITY_STATUS_UNSPECIFIED }"),
     "filter.statuses", "says nothing"},
    {"UnknownExploitStatus", Of<Export>("filter { exploit_statuses: 60 }"),
     "filter.exploit_statuses", "unknown number 60"},
    {"PlatformInOtherCase", Of<List>("filter { platforms: 'windows' }"), "filter.platforms",
     "Windows"},
    {"ScoreAboveTen", Of<List>("filter { min_base_score: 11 }"), "filter.min_base_score",
     "between 0 and 10"},
    {"ScoreBelowZero", Of<Export>("filter { min_base_score: -0.5 }"), "filter.min_base_score",
     "between 0 and 10"},
    {"HostIdThatIsAName", Of<List>("filter { device_ids: 'SRV-PROD-001' }"), "filter.device_ids[0]",
     "32 hexadecimal digits"},
    {"TooManyHosts",
     Of<List>("filter { " + Repeated("device_ids: '0123456789abcdef0123456789abcdef' ", 101) + "}"),
     "filter.device_ids", "at most 100"},
    {"TooManyCves", Of<Export>("filter { " + Repeated("cve_ids: 'CVE-2024-0001' ", 101) + "}"),
     "filter.cve_ids", "at most 100"},
    {"StarsOnlyHostname", Of<List>("filter { hostname: '***' }"), "filter.hostname", "star alone"},
    {"StarInACve", Of<List>("filter { cve_ids: 'CVE-2024-*' }"), "filter.cve_ids", "star"},
    {"StarInTheRawFilter", Of<List>("filter { fql: \"vulnerability_id:['CVE-2024-*']\" }"),
     "filter.fql", "star", "FQL_INVALID"},
    {"SeverityInLowerCase", Of<List>("filter { fql: \"cve.severity:'critical'\" }"), "filter.fql",
     "CRITICAL", "FQL_INVALID"},
    {"HostNameInTheRawFilter", Of<List>("filter { fql: \"host_info.hostname:'DC-01'\" }"),
     "filter.fql", "`filter.hostname` instead", "FQL_INVALID"},
    {"OperatorThatAidLacks",
     Of<Export>("filter { fql: \"aid:!'0123456789abcdef0123456789abcdef'\" }"), "filter.fql", "aid",
     "FQL_INVALID"},
    {"NoCve", Of<List>("filter { fql: \"cve.id:'2024-38063'\" }"), "filter.fql", "cve.id",
     "FQL_INVALID"},
    {"UnbalancedQuote", Of<List>("filter { fql: \"status:'open\" }"), "filter.fql", "",
     "FQL_INVALID"},
    {"IdWithoutItsHash", Of<Get>("id: '0123456789abcdef0123456789abcdef'"), "id", "<aid>_<hash>"},
    {"NoId", Of<Get>(""), "id", "is required"},
    {"NoIds", Of<Batch>(""), "ids", "1 to 5000"},
    {"TooManyIds", Of<Batch>(Repeated("ids: 'a_b' ", 5001)), "ids", "at most 5000"},
    {"IdWithABlank", Of<v1::BatchGetRemediationsRequest>("ids: 'a b'"), "ids[0]", "without blanks"},
    {"TooManyEvaluations", Of<v1::BatchGetEvaluationLogicRequest>(Repeated("ids: 'a' ", 1001)),
     "ids", "at most 1000"},
    {"UnknownPathInTheMask", Of<List>("read_mask { paths: 'cve.severty' }"), "read_mask",
     "cve.severity"},
};

INSTANTIATE_TEST_SUITE_P(All, BadVulnerabilityInput, testing::ValuesIn(kBad), NameOfBad);

}  // namespace
}  // namespace falcon::e2e
