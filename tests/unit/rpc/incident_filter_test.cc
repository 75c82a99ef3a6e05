// The retired Incidents API's words in filters, and what is left alone.
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/incident_record.pb.h"
#include "rpc/services/incidents.h"

namespace falcon::rpc {
namespace {

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
