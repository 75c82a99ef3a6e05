// FQL of real-time response sessions: the API client's own and the audit's, which knows fewer
// fields.
#include <gtest/gtest.h>

#include "catalogued.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/rtr_session_record.pb.h"
#include "fql/parser.h"

namespace falcon::fql {
namespace {

bool Works(const Catalogue& catalogue, std::string_view filter) {
  const auto parsed = Parse(filter);
  return parsed.ok() && catalogue.Check(*parsed, "filter").ok();
}

class RtrCatalogue : public ::testing::Test {
 protected:
  const Catalogue own_{v1::RtrSession::descriptor()};
  const Catalogue audit_{v1::RtrAuditSession::descriptor()};
};

TEST_F(RtrCatalogue, HasEveryDocumentedFieldOfASessionAndNoOther) {
  testing::ExpectCatalogued(own_, "fql_fields_rtr_sessions.txt");
  EXPECT_EQ(own_.fields().size(), 14u);
}

TEST_F(RtrCatalogue, HasEveryDocumentedFieldOfTheAuditAndNoOther) {
  testing::ExpectCatalogued(audit_, "fql_fields_rtr_audit_sessions.txt");
  EXPECT_EQ(audit_.fields().size(), 10u);
}

TEST_F(RtrCatalogue, TakesEachDocumentedOperatorOfEachKind) {
  for (const std::string_view filter :
       {"hostname:'SRV-*'", "hostname:!'*PROD*'", "hostname:~'srv prod'", "hostname:!~'srv'",
        "hostname:['a','b']", "user_id:'@me'", "base_command:'ps'", "command_string:~'svchost'",
        "created_at:>='now-7d'", "deleted_at:<'2026-01-31T10:00:00Z'", "deleted_at:null",
        "deleted_at:!null", "cloud_request_id:'a1b2'", "aid:'6fa2c1d04b7e4f0c9d3ab8e5127f90aa'"}) {
    EXPECT_TRUE(Works(own_, filter)) << filter;
    EXPECT_TRUE(Works(audit_, filter)) << filter;
  }
  EXPECT_TRUE(Works(own_, "offline_queued:!true"));
  EXPECT_TRUE(Works(own_, "commands_queued:true"));
}

TEST_F(RtrCatalogue, RefusesWhatFalconWouldAnswerWithNothing) {
  for (const std::string_view filter :
       {"device_id:'6fa2c1d04b7e4f0c9d3ab8e5127f90aa'", "status:'active'", "aid:'6FA2'",
        "logs.base_command:'ps'", "hostname:>'a'", "created_at:'last week'",
        "created_at:~'2026'"}) {
    EXPECT_FALSE(Works(own_, filter)) << filter;
    EXPECT_FALSE(Works(audit_, filter)) << filter;
  }
  EXPECT_FALSE(Works(own_, "date_created:>'now-1d'")) << "lists are ordered by it, no more";
  EXPECT_FALSE(Works(own_, "offline_queued:'yes'"));
  EXPECT_FALSE(Works(audit_, "offline_queued:true"));
  EXPECT_FALSE(Works(audit_, "id:'9f3c5e7a-1234-5678-abcd-ef0123456789'"));
}

TEST_F(RtrCatalogue, OrdersEachViewByItsOwnFields) {
  EXPECT_TRUE(own_.ParseOrder("hostname desc").ok());
  EXPECT_TRUE(own_.ParseOrder("date_created").ok());
  EXPECT_FALSE(own_.ParseOrder("deleted_at desc").ok());
  EXPECT_TRUE(audit_.ParseOrder("deleted_at desc").ok());
  EXPECT_FALSE(audit_.ParseOrder("hostname").ok());
}

}  // namespace
}  // namespace falcon::fql
