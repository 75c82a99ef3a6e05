// Bad input of VulnerabilityService: refused by name before anything is asked of Falcon.
#include <functional>

#include "tests/e2e/vulnerability_export.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;

struct Bad {
  std::string name;
  std::function<grpc::Status(World&)> call;
  std::string field;  // that BadRequest names
  std::string words;  // of the message
  std::string reason = "INVALID_FIELD";
};

template <class Request>
std::function<grpc::Status(World&)> Of(std::string text) {
  return [text](World& world) { return Ask(world, Make<Request>(text)).status; };
}

std::function<grpc::Status(World&)> ExportOf(std::string text) {
  return [text](World& world) {
    return ExportVulnerabilities(world, Make<v1::ExportVulnerabilitiesRequest>(text)).status;
  };
}

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }

class BadVulnerabilityInput : public testing::TestWithParam<Bad> {
 protected:
  static void SetUpTestSuite() {
    World_() = std::make_unique<World>(WorldOptions{{"--alerts", "10", "--vulnerabilities", "50"}});
    EXPECT_TRUE(Ask(*World_(), v1::ListVulnerabilitiesRequest()).status.ok());
  }
  static void TearDownTestSuite() { World_().reset(); }
  static std::unique_ptr<World>& World_() {
    static std::unique_ptr<World> world;
    return world;
  }
};

TEST_P(BadVulnerabilityInput, IsRefusedByNameAndTheNextCallWorks) {
  World& world = *World_();
  world.ResetLedger();
  const grpc::Status status = GetParam().call(world);
  const Details details(status);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << status.error_message();
  EXPECT_EQ(details.info.reason(), GetParam().reason) << status.error_message();
  ASSERT_GE(details.bad.field_violations_size(), 1) << status.error_message();
  EXPECT_EQ(details.bad.field_violations(0).field(), GetParam().field);
  EXPECT_NE(details.bad.field_violations(0).description().find(GetParam().words), std::string::npos)
      << details.bad.field_violations(0).description();
  EXPECT_EQ(world.Calls(), 0);
  EXPECT_TRUE(Ask(world, Make<v1::ListVulnerabilitiesRequest>("page_size: 1")).status.ok());
}

using List = v1::ListVulnerabilitiesRequest;
using Get = v1::GetVulnerabilityRequest;
using Batch = v1::BatchGetVulnerabilitiesRequest;

const Bad kBad[] = {
    {"PageSizeMinusOne", Of<List>("page_size: -1"), "page_size", "negative"},
    {"BatchSizeMinusOne", ExportOf("batch_size: -1"), "batch_size", "negative"},
    {"ForeignPageToken", Of<List>("page_token: 'AAAAAAAAAAAAAAAA'"), "page_token", "",
     "PAGE_TOKEN_INVALID"},
    {"ForeignResumeToken", ExportOf("resume_token: 'AAAA'"), "resume_token", "",
     "PAGE_TOKEN_INVALID"},
    {"OrderThatSpotlightDoesNotKnow", Of<List>("order_by: 'cve.base_score desc'"), "order_by",
     "no list is ordered by", "ORDER_INVALID"},
    {"DaysZero", Of<List>("days: 0"), "days", "1 to 365"},
    {"DaysOverAYear", ExportOf("days: 366"), "days", "1 to 365"},
    {"DaysAndCreated", Of<List>("days: 7 created { start { seconds: 1000 } }"), "created",
     "together with `days`"},
    {"InvertedRange", Of<List>("closed { start { seconds: 2000 } end { seconds: 1000 } }"),
     "closed", ""},
    {"UnknownSeverity", Of<List>("severities: 99"), "severities", "unknown number 99"},
    {"UnspecifiedStatus", Of<List>("statuses: VULNERABILITY_STATUS_UNSPECIFIED"), "statuses",
     "says nothing"},
    {"UnknownExploitStatus", ExportOf("exploit_statuses: 60"), "exploit_statuses",
     "unknown number 60"},
    {"UnknownPlatform", Of<List>("platforms: 'BeOS'"), "platforms", "Windows"},
    {"ScoreAboveTen", Of<List>("min_base_score: 11"), "min_base_score", "between 0 and 10"},
    {"ScoreBelowZero", ExportOf("min_base_score: -0.5"), "min_base_score", "between 0 and 10"},
    {"HostIdThatIsAName", Of<List>("device_ids: 'SRV-PROD-001'"), "device_ids[0]",
     "32 hexadecimal digits"},
    {"TooManyHosts", Of<List>(Repeated("device_ids: '0123456789abcdef0123456789abcdef' ", 101)),
     "device_ids", "at most 100"},
    {"TooManyCves", ExportOf(Repeated("cve_ids: 'CVE-2024-0001' ", 101)), "cve_ids", "at most 100"},
    {"StarsOnlyHostname", Of<List>("hostname: '***'"), "hostname", "star alone"},
    {"StarInTheMiddleOfAHostname", ExportOf("hostname: 'SRV-*-001'"), "hostname", "first or last"},
    {"StarInACve", Of<List>("cve_ids: 'CVE-2024-*'"), "cve_ids", "star"},
    {"StarInTheRawFilter", Of<List>("filter: \"vulnerability_id:['CVE-2024-*']\""), "filter",
     "star", "FQL_INVALID"},
    {"SeverityInLowerCase", Of<List>("filter: \"cve.severity:'critical'\""), "filter", "CRITICAL",
     "FQL_INVALID"},
    {"HostNameInTheRawFilter", Of<List>("filter: \"host_info.hostname:'DC-01'\""), "filter",
     "unknown field", "FQL_INVALID"},
    {"OperatorThatAidLacks", ExportOf("filter: \"aid:!'0123456789abcdef0123456789abcdef'\""),
     "filter", "aid", "FQL_INVALID"},
    {"EqualityThatNeedsBrackets", Of<List>("filter: \"cve.id:'CVE-2024-38063'\""), "filter",
     "cve.id", "FQL_INVALID"},
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

INSTANTIATE_TEST_SUITE_P(All, BadVulnerabilityInput, testing::ValuesIn(kBad),
                         [](const auto& bad) { return bad.param.name; });

}  // namespace
}  // namespace falcon::e2e
