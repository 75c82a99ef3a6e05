// FQL of Falcon Discover: stars before the quotes, lists, words for flags.
#include <gtest/gtest.h>

#include "catalogued.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/discover.pb.h"
#include "falcon_gateway/v1/discovered_account_record.pb.h"
#include "falcon_gateway/v1/discovered_application_record.pb.h"
#include "falcon_gateway/v1/discovered_host_record.pb.h"
#include "falcon_gateway/v1/discovered_login_record.pb.h"
#include "fql/filter_compiler.h"
#include "fql/parser.h"

namespace falcon::fql {
namespace {

bool Works(const Catalogue& catalogue, std::string_view filter) {
  const auto parsed = Parse(filter);
  return parsed.ok() && catalogue.Check(*parsed, "filter").ok();
}

class DiscoverCatalogue : public ::testing::Test {
 protected:
  const Catalogue hosts_{v1::DiscoveredHost::descriptor()};
  const Catalogue applications_{v1::DiscoveredApplication::descriptor()};
  const Catalogue accounts_{v1::DiscoveredAccount::descriptor()};
  const Catalogue logins_{v1::DiscoveredLogin::descriptor()};
};

TEST_F(DiscoverCatalogue, HasEveryDocumentedFieldAndNoOther) {
  testing::ExpectCatalogued(hosts_, "fql_fields_discovered_hosts.txt");
  testing::ExpectCatalogued(applications_, "fql_fields_discovered_applications.txt");
  testing::ExpectCatalogued(accounts_, "fql_fields_discovered_accounts.txt");
  testing::ExpectCatalogued(logins_, "fql_fields_discovered_logins.txt");
  EXPECT_EQ(hosts_.fields().size(), 108u);
  EXPECT_EQ(applications_.fields().size(), 42u);
  EXPECT_EQ(accounts_.fields().size(), 20u);
  EXPECT_EQ(logins_.fields().size(), 24u);
}

TEST_F(DiscoverCatalogue, TakesEachDocumentedOperatorOfEachKind) {
  for (const std::string_view filter :
       {"entity_type:'managed'", "entity_type:!'unsupported'", "hostname:*'srv-*'",
        "hostname:!*'*prod*'", "tags:*'FalconGroupingTags/*'", "confidence:>=50",
        "criticality:['Critical','High']", "os_is_eol:'Yes'", "internet_exposure:!'Pending'",
        "last_seen_timestamp:>'now-7d'", "reduced_functionality_mode:'No'", "total_memory:<8192",
        "os_security.secure_boot_enabled_status:false", "network_interfaces.local_ip:*'10.0.*'",
        "aid:'6fa2c1d04b7e4f0c9d3ab8e5127f90aa'", "creation_timestamp:'2026-01-01T00:00:00Z'"}) {
    EXPECT_TRUE(Works(hosts_, filter)) << filter;
  }
  EXPECT_TRUE(Works(applications_, "is_suspicious:true+name:*'*Chrome*'"));
  EXPECT_TRUE(Works(applications_, "software_type:['application','package']"));
  EXPECT_TRUE(Works(accounts_, "first_seen_timestamp:null+admin_privileges:'Unknown'"));
  EXPECT_TRUE(Works(logins_, "login_type:'Remote interactive'+login_event_count:>5"));
}

TEST_F(DiscoverCatalogue, RefusesWhatFalconWouldAnswerWithNothing) {
  for (const std::string_view filter :
       {"hostname:~'srv'", "entity_type:'Managed'", "os_is_eol:true", "os_is_eol:'yes'",
        "criticality:'critical'", "criticality:*'Crit*'", "hostname:>'a'",
        "current_local_ip:'10.0.0.1'", "status:'managed'", "aid:'6FA2'",
        "reduced_functionality_mode:true"}) {
    EXPECT_FALSE(Works(hosts_, filter)) << filter;
  }
  EXPECT_FALSE(Works(logins_, "login_status:'Succesful'"));
  EXPECT_FALSE(Works(applications_, "category:*'Web*'"));
}

TEST_F(DiscoverCatalogue, TakesListsOnEveryFieldWithEquality) {
  for (const Catalogue* catalogue : {&hosts_, &applications_, &accounts_, &logins_}) {
    for (const auto& [name, field] : catalogue->fields()) {
      if (field.kind != options::v1::FQL_KIND_STRING) continue;
      EXPECT_TRUE(field.lists && field.equality) << name;
    }
  }
}

TEST_F(DiscoverCatalogue, OrdersByWhatIsDocumentedAndWhatExportsGoBy) {
  EXPECT_TRUE(hosts_.ParseOrder("hostname").ok());
  EXPECT_TRUE(hosts_.ParseOrder("first_seen_timestamp desc").ok());
  EXPECT_FALSE(hosts_.ParseOrder("last_seen_timestamp desc").ok());
  EXPECT_TRUE(accounts_.ParseOrder("last_failed_login_timestamp desc").ok());
  EXPECT_TRUE(logins_.ParseOrder("login_timestamp").ok());
}

TEST_F(DiscoverCatalogue, WritesSeveralValuesOfATypedFilterAsAList) {
  v1::ListDiscoveredHostsRequest request;
  request.mutable_filter()->add_statuses(v1::ENTITY_TYPE_UNMANAGED);
  request.mutable_filter()->add_statuses(v1::ENTITY_TYPE_UNSUPPORTED);
  request.mutable_filter()->add_criticalities(v1::ASSET_CRITICALITY_NONCRITICAL);
  request.mutable_filter()->set_internet_exposure(v1::YES_NO_YES);
  const auto filter = CompileFilters(request, hosts_, WallTime());
  ASSERT_TRUE(filter.ok()) << filter.status();
  EXPECT_EQ(filter->expression.Text(),
            "entity_type:['unmanaged','unsupported']+criticality:['Noncritical']+"
            "internet_exposure:'Yes'");
}

}  // namespace
}  // namespace falcon::fql
