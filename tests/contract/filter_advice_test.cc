// What the gateway says of a wrong filter, and what the MCP bridge makes of it: the example that a
// model is given is a filter that the gateway takes.
#include <gmock/gmock.h>

#include "base/error.h"
#include "falcon/v1/detection_record.pb.h"
#include "falcon/v1/host_record.pb.h"
#include "falcon/v1/vulnerability_record.pb.h"
#include "fql/catalogue.h"
#include "fql/parser.h"
#include "mcp/tools/corrected_filter.h"

namespace falcon {
namespace {

// What the gateway finds wrong with a filter.
std::vector<std::string> Complaints(const fql::Catalogue& catalogue, const std::string& filter) {
  const auto parsed = fql::Parse(filter);
  const absl::Status status = parsed.ok() ? catalogue.Check(*parsed, "filter") : parsed.status();
  std::vector<std::string> complaints;
  for (const FieldViolation& violation : Violations(status)) {
    complaints.push_back(violation.description);
  }
  return complaints;
}

void ExpectCorrected(const google::protobuf::Descriptor* record,
                     const std::vector<std::pair<std::string, std::string>>& cases) {
  const fql::Catalogue catalogue(record);
  for (const auto& [wrong, right] : cases) {
    const std::vector<std::string> complaints = Complaints(catalogue, wrong);
    EXPECT_FALSE(complaints.empty()) << wrong;
    if (complaints.empty()) continue;
    const auto corrected = mcp::CorrectedFilter(wrong, complaints);
    EXPECT_EQ(corrected.value_or("none"), right) << complaints.front();
    if (!corrected) continue;
    EXPECT_THAT(Complaints(catalogue, *corrected), testing::IsEmpty()) << *corrected;
  }
}

TEST(FilterAdvice, BecomesAFilterThatTheGatewayTakes) {
  ExpectCorrected(
      v1::Detection::descriptor(),
      {{"severty:>60", "severity:>60"},
       {"severty:>60+statuss:'new'", "severity:>60+status:'new'"},
       {"aid:'061a51ec742c44624a176f079d742052'", "agent_id:'061a51ec742c44624a176f079d742052'"},
       {"severity_name:'critical'", "severity_name:'Critical'"},
       {"status:['new','close']", "status:['new','closed']"},
       {"status = 'new'", "status:'new'"},
       {"status == new", "status:'new'"},
       {R"(status != "new")", R"(status:!"new")"},
       {"severity >= 60 + status:'new'", "severity:>=60 + status:'new'"},
       {"severity is 60", "severity:60"},
       {"status:='new'", "status:'new'"},
       {"status:'new' and severity:>60", "status:'new' + severity:>60"},
       {"status:'new' OR severity:>60", "status:'new' , severity:>60"},
       {"created_timestamp:>2025-01-31", "created_timestamp:>'2025-01-31'"},
       {"created_timestamp:>'-7d'", "created_timestamp:>'now-7d'"},
       {"created_timestamp:>'2025-01-31 10:20:30'", "created_timestamp:>'2025-01-31T10:20:30Z'"}});
  ExpectCorrected(v1::Host::descriptor(), {{"platform_name:'windows'", "platform_name:'Windows'"}});
  ExpectCorrected(v1::Vulnerability::descriptor(),
                  {{"cve.id:'CVE-2021-44228'", "cve.id:['CVE-2021-44228']"}});
}

TEST(FilterAdvice, IsNotGuessedAtWhereTheGatewayHasNone) {
  ExpectCorrected(v1::Detection::descriptor(), {{"zzzzzz:'x'", "none"},
                                                {"status:'new", "none"},
                                                {"severity:'high'", "none"},
                                                {"created_timestamp:>'soon'", "none"}});
}

}  // namespace
}  // namespace falcon
