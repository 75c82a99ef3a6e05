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
    {"DaysZero", Of<List>("days: 0"), "days", "1 to 365"},
    {"DaysOverAYear", Of<Export>("days: 366"), "days", "1 to 365"},
    {"DaysAndCreated", Of<List>("days: 7 created { start { seconds: 1000 } }"), "created",
     "together with `days`"},
    {"InvertedRange", Of<List>("closed { start { seconds: 2000 } end { seconds: 1000 } }"),
     "closed"},
    {"UnknownSeverity", Of<List>("severities: 99"), "severities", "unknown number 99"},
    {"UnspecifiedStatus", Of<List>("statuses: VULNERABILITY_STATUS_UNSPECIFIED"), "statuses",
     "says nothing"},
    {"UnknownExploitStatus", Of<Export>("exploit_statuses: 60"), "exploit_statuses",
     "unknown number 60"},
    {"PlatformInOtherCase", Of<List>("platforms: 'windows'"), "platforms", "Windows"},
    {"ScoreAboveTen", Of<List>("min_base_score: 11"), "min_base_score", "between 0 and 10"},
    {"ScoreBelowZero", Of<Export>("min_base_score: -0.5"), "min_base_score", "between 0 and 10"},
    {"HostIdThatIsAName", Of<List>("device_ids: 'SRV-PROD-001'"), "device_ids[0]",
     "32 hexadecimal digits"},
    {"TooManyHosts", Of<List>(Repeated("device_ids: '0123456789abcdef0123456789abcdef' ", 101)),
     "device_ids", "at most 100"},
    {"TooManyCves", Of<Export>(Repeated("cve_ids: 'CVE-2024-0001' ", 101)), "cve_ids",
     "at most 100"},
    {"StarsOnlyHostname", Of<List>("hostname: '***'"), "hostname", "star alone"},
    {"StarInACve", Of<List>("cve_ids: 'CVE-2024-*'"), "cve_ids", "star"},
    {"StarInTheRawFilter", Of<List>("filter: \"vulnerability_id:['CVE-2024-*']\""), "filter",
     "star", "FQL_INVALID"},
    {"SeverityInLowerCase", Of<List>("filter: \"cve.severity:'critical'\""), "filter", "CRITICAL",
     "FQL_INVALID"},
    {"HostNameInTheRawFilter", Of<List>("filter: \"host_info.hostname:'DC-01'\""), "filter",
     "`hostname` instead", "FQL_INVALID"},
    {"OperatorThatAidLacks", Of<Export>("filter: \"aid:!'0123456789abcdef0123456789abcdef'\""),
     "filter", "aid", "FQL_INVALID"},
    {"NoCve", Of<List>("filter: \"cve.id:'2024-38063'\""), "filter", "cve.id", "FQL_INVALID"},
    {"UnbalancedQuote", Of<List>("filter: \"status:'open\""), "filter", "", "FQL_INVALID"},
    {"IdWithoutItsHash", Of<Get>("id: '0123456789abcdef0123456789abcdef'"), "id", "<aid>_<hash>"},
    {"NoId", Of<Get>(""), "id", "<aid>_<hash>"},
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
