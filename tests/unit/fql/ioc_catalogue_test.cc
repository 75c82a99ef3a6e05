// The catalogues of IOCs and of intel indicators, and what their typed filters become.
#include <gtest/gtest.h>

#include <string>

#include "catalogued.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/intel_indicator_record.pb.h"
#include "falcon_gateway/v1/intel_indicators.pb.h"
#include "falcon_gateway/v1/ioc_record.pb.h"
#include "falcon_gateway/v1/iocs.pb.h"
#include "fql/filter_compiler.h"
#include "fql/parser.h"
#include "google/protobuf/text_format.h"

namespace falcon::fql {
namespace {

const WallTime kNow = WallTime(std::chrono::seconds(1'753'022'288));

class IocCatalogue : public ::testing::Test {
 protected:
  template <class Request>
  static std::string Filter(const Catalogue& catalogue, const std::string& text) {
    Request request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString("filter { " + text + " }", &request))
        << text;
    const auto filter = CompileFilters(request, catalogue, kNow);
    return filter.ok() ? filter->expression.Text() : std::string(filter.status().message());
  }
  std::string OfIocs(const std::string& text) const {
    return Filter<v1::ListIocsRequest>(iocs_, text);
  }
  std::string OfIntel(const std::string& text) const {
    return Filter<v1::ListIntelIndicatorsRequest>(intel_, text);
  }
  static bool Takes(const Catalogue& catalogue, const std::string& filter) {
    const auto parsed = Parse(filter);
    EXPECT_TRUE(parsed.ok()) << filter;
    return parsed.ok() && catalogue.Check(*parsed, "filter").ok();
  }

  const Catalogue iocs_{v1::Ioc::descriptor()};
  const Catalogue intel_{v1::IntelIndicator::descriptor()};
};

TEST_F(IocCatalogue, HasEveryDocumentedFieldOfAnIoc) {
  testing::ExpectCatalogued(iocs_, "fql_fields_iocs.txt");
}

TEST_F(IocCatalogue, HasEveryDocumentedFieldOfAnIntelIndicator) {
  testing::ExpectCatalogued(intel_, "fql_fields_intel_indicators.txt");
}

TEST_F(IocCatalogue, AllowsWhatFalconDocumentsAndNothingElse) {
  for (const char* filter :
       {"type:'sha256'", "type:['sha256','md5']", "value:*'*.example.com'", "value:~'example'",
        "severity_number:>=70", "severity_number:[10,30]", "expired:true", "action:!'allow'",
        "metadata.filename.raw:*'svchost*'", "metadata.av_hits:3", "platforms:['windows']",
        "created_on:>'now-7d'", "value:'*.example.com'", "metadata.av_hits:[1,2]",
        "metadata.company_name.raw:['a','b']", "expired:'true'", "deleted:false",
        "host_groups:['g1']", "tags:!'a'"}) {
    EXPECT_TRUE(Takes(iocs_, filter)) << filter;
  }
  for (const char* filter : {"type:'sha265'", "severity:'high'", "severity_number:'high'",
                             "metadata.av_hits:>3", "metadata.filename:'x'", "id:'x'",
                             "expired:'yes'", "created_on:'today'", "platforms:['Windows']"}) {
    EXPECT_FALSE(Takes(iocs_, filter)) << filter;
  }
  for (const char* filter :
       {"published_date:>1753022288", "last_updated:<='now-7d'", "malicious_confidence:'high'",
        "labels.name:'Malware/Xworm'", "labels:'x'", "_marker:'1'", "created_date:>1",
        "kill_chains:['c2']", "deleted:false", "reports.slug:'x'", "_marker:>='1700000000'",
        "published_date:>'2025-07-20T00:00:00Z'"}) {
    EXPECT_TRUE(Takes(intel_, filter)) << filter;
  }
  for (const char* filter :
       {"published_date:>'yesterday'", "malicious_confidence:'High'", "indicator:'*.example'",
        "labels.created_on:>1", "actors:~'bear'", "marker:'1'"}) {
    EXPECT_FALSE(Takes(intel_, filter)) << filter;
  }
}

TEST_F(IocCatalogue, SeveritiesAreBandsOfTheNumber) {
  EXPECT_EQ(OfIocs("severities: SEVERITY_HIGH"), "severity_number:>=60+severity_number:<80");
  EXPECT_EQ(OfIocs("severities: [SEVERITY_INFORMATIONAL, SEVERITY_CRITICAL, SEVERITY_CRITICAL]"),
            "(severity_number:>=1+severity_number:<20),severity_number:>=80");
  EXPECT_EQ(OfIocs("min_severity: SEVERITY_MEDIUM"), "severity_number:>=40");
  EXPECT_EQ(OfIocs("severities: [SEVERITY_LOW, SEVERITY_UNSPECIFIED]"),
            "filter.severities: element 1 is SEVERITY_UNSPECIFIED, which says nothing; known: "
            "`SEVERITY_INFORMATIONAL`, `SEVERITY_LOW`, `SEVERITY_MEDIUM`, `SEVERITY_HIGH` or "
            "`SEVERITY_CRITICAL`");
}

TEST_F(IocCatalogue, OtherTypedFiltersOfIocsSpeakFalconsWords) {
  EXPECT_EQ(OfIocs("types: [IOC_TYPE_SHA256, IOC_TYPE_IPV4]"), "type:['sha256','ipv4']");
  EXPECT_EQ(OfIocs("actions: IOC_ACTION_PREVENT_NO_UI"), "action:['prevent_no_ui']");
  EXPECT_EQ(OfIocs("value: '*.example.com'"), "value:*'*.example.com',value:*'*.EXAMPLE.COM'");
  EXPECT_EQ(OfIocs("value: '203.0.113.42'"), "value:['203.0.113.42']");
  EXPECT_EQ(OfIocs("expired: false platforms: 'mac'"), "platforms:['mac']+expired:false");
  EXPECT_EQ(OfIocs("sources: \"soc'team\""), R"(source:['soc\'team'])");
  EXPECT_EQ(OfIocs("expiration { end { seconds: 1000 } }"), "expiration:<'1970-01-01T00:16:40Z'");
}

TEST_F(IocCatalogue, IntervalsOfIntelIndicatorsAreUnixSeconds) {
  EXPECT_EQ(OfIntel("published_date { start { seconds: 5 nanos: 1 } end { seconds: 9 } }"),
            "published_date:>=6+published_date:<9");
  EXPECT_EQ(OfIntel("days: 1"), "published_date:>=1752935880");
  EXPECT_EQ(OfIntel("malicious_confidences: MALICIOUS_CONFIDENCE_HIGH actors: 'FANCYBEAR'"),
            "malicious_confidence:['high']+actors:['FANCYBEAR']");
}

}  // namespace
}  // namespace falcon::fql
