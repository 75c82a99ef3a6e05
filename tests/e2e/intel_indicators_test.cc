// IntelIndicatorService: its noun, and what it does beyond what every noun does: relations, deleted ones,
// exports past the wall of offsets.
#include <set>
#include <string>

#include "falcon_gateway/v1/intel_indicators.grpc.pb.h"
#include "tests/e2e/nouns.h"

namespace falcon::e2e {

FALCON_NOUN(IntelIndicatorService, IntelIndicator, IntelIndicators);

namespace {

WorldOptions Indicators(const std::string& count, std::vector<std::string> further = {}) {
  further.insert(further.end(), {"--alerts", "20", "--hosts", "200", "--rate-limit", "0",
                                 "--intel-indicators", count});
  return {further};
}

constexpr char kIntelPages[] = "GET /intel/combined/indicators/v1";

class IntelJourney : public SharedWorld<IntelJourney> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "50", "--hosts", "50", "--iocs", "300", "--intel-indicators", "1500",
             "--rate-limit", "0"}};
  }
};

TEST_F(IntelJourney, RelationsComeOnlyWhenAskedFor) {
  const std::string story = "filter { indicators: 'malicious-domain.com' }";
  const auto relations = [&](const std::string& how) {
    return Ask(world(), Make<v1::ListIntelIndicatorsRequest>(story + how))
        ->intel_indicators(0)
        .relations_size();
  };
  EXPECT_EQ(relations(""), 0);
  EXPECT_EQ(relations("read_mask { paths: 'id' paths: 'actors' }"), 0);
  EXPECT_EQ(relations("read_mask { paths: 'relations' }"), 2);
  EXPECT_EQ(relations("view: RECORD_VIEW_FULL"), 2);
  const auto with =
      Ask(world(), Make<v1::ListIntelIndicatorsRequest>(story + "view: RECORD_VIEW_FULL"));
  std::set<std::string> related;
  for (const auto& relation : with->intel_indicators(0).relations()) related.insert(relation.id());
  EXPECT_TRUE(related.contains("ip_address_203.0.113.42"));
  EXPECT_TRUE(with->intel_indicators(0).relations(0).has_created_date());
}

TEST_F(IntelJourney, DeletedOnesComeOnlyWhenAskedFor) {
  const auto total = [](const std::string& filter) {
    return Ask(world(),
               Make<v1::ListIntelIndicatorsRequest>("page_size: 1 filter { " + filter + " }"))
        ->total_size();
  };
  EXPECT_EQ(total("include_deleted: true"), 1500);
  EXPECT_GT(total("include_deleted: true fql: 'deleted:true'"), 0);
  EXPECT_EQ(total(""), 1500 - total("include_deleted: true fql: 'deleted:true'"));
  EXPECT_EQ(total("fql: 'deleted:true'"), 0);
}

TEST_F(IntelJourney, IndicatorIsFoundByItsIdWithItsRelations) {
  const auto found =
      Ask(world(), Make<v1::GetIntelIndicatorRequest>("id: 'domain_malicious-domain.com'"));
  ASSERT_THAT(found, IsOk());
  const v1::IntelIndicator& indicator = found->intel_indicator();
  EXPECT_EQ(indicator.type(), "domain");
  EXPECT_EQ(indicator.malicious_confidence(), v1::MALICIOUS_CONFIDENCE_HIGH);
  EXPECT_EQ(indicator.actors(0), "WIZARDSPIDER");
  EXPECT_FALSE(indicator.marker().empty());
  EXPECT_EQ(indicator.relations_size(), 2);
  EXPECT_EQ(found->read_info().upstream_calls(), 1);
}

TEST_F(IntelJourney, MaskMayNameNestedFields) {
  const auto answer =
      Ask(world(), Make<v1::GetIntelIndicatorRequest>(
                       "id: 'domain_malicious-domain.com' read_mask { paths: 'labels.name' }"));
  ASSERT_GT(answer->intel_indicator().labels_size(), 0) << answer.status.error_message();
  EXPECT_FALSE(answer->intel_indicator().labels(0).name().empty());
  EXPECT_FALSE(answer->intel_indicator().labels(0).has_created_on());
  EXPECT_TRUE(answer->intel_indicator().id().empty());
}

TEST(ExportIntelIndicators, BringsSixtyThousandPastTheWall) {
  World world(Indicators("60000"));
  const Exported all =
      Export(world, Make<v1::ExportIntelIndicatorsRequest>("filter { include_deleted: true }"));
  ExpectComplete(all, 60'000);
  EXPECT_EQ(world.Calls(kIntelPages), 60);
}

TEST(ExportIntelIndicators, NeedsNoLinkToTheNextPage) {
  World world(Indicators("6000"));
  world.Fault(Rule(
      "header", {{"path", "/intel/combined"}, {"times", 0}, {"name", "Next-Page"}, {"value", ""}}));
  ExpectComplete(
      Export(world, Make<v1::ExportIntelIndicatorsRequest>("filter { include_deleted: true }")),
      6000);
  auto request = Make<v1::ListIntelIndicatorsRequest>("order_by: 'last_updated' page_size: 1000");
  std::set<std::string> ids;
  for (int page = 0; page < 3; ++page) {
    const auto answer = Ask(world, request);
    ASSERT_EQ(answer->intel_indicators_size(), 1000) << answer.status.error_message();
    for (const v1::IntelIndicator& one : answer->intel_indicators()) ids.insert(one.id());
    request.set_page_token(answer->next_page_token());
  }
  EXPECT_EQ(ids.size(), 3000U);
}

TEST(ExportIntelIndicators, GoesOnInTheMiddleOfASecondFullOfThem) {
  World world(Indicators("6000", {"--cursor-uses", "2"}));
  ExpectComplete(Export(world, Make<v1::ExportIntelIndicatorsRequest>(
                                   "batch_size: 7 filter { include_deleted: true types: 'url' }")),
                 Ask(world, Make<v1::ListIntelIndicatorsRequest>(
                                "filter { include_deleted: true types: 'url' } page_size: 1"))
                     ->total_size());
}

TEST(ExportIntelIndicators, PagesThatLeadToThemselvesAreLostData) {
  World world(Indicators("3000"));
  world.Fault(Rule("repeated_cursor", {{"path", "/intel/combined"}, {"times", 0}}));
  EXPECT_THAT(Export(world, Make<v1::ExportIntelIndicatorsRequest>("batch_size: 200")),
              StatusIs(StatusCode::DATA_LOSS));
}

}  // namespace

extern const Noun kIntelIndicator;
const Noun kIntelIndicator = {
    .record = "IntelIndicator",
    .flag = "--intel-indicators",
    .small = 80,
    .medium = 700,
    .unknown_id = "url_http://no-such.example/a_b",
    .no_match = "indicators: 'no-such.example'",
    .order = "-published_date",
    .other_order = "last_updated last_updated",
    .everything = "include_deleted: true",
    .shown = "deleted = false",
    .filters =
        {
            {"types: ['url', 'hash_md5']", "+type = url|hash_md5"},
            {"indicators: ['malicious-domain.com', '203.0.113.42']",
             "+indicator = malicious-domain.com|203.0.113.42"},
            {"malicious_confidences: MALICIOUS_CONFIDENCE_HIGH", "+malicious_confidence = HIGH"},
            {"malware_families: 'njRATLime'", "+malware_families = njRATLime"},
            {"actors: ['FANCYBEAR', 'WIZARDSPIDER']", "+actors = FANCYBEAR|WIZARDSPIDER"},
            {"threat_types: 'ransomware'", "+threat_types = ransomware"},
            {"days: 300", "+published_date >= {interval}"},
            {"published_date { end { seconds: {500d} } }", "+published_date < {500d}"},
            {"last_updated { start { seconds: {500d} } }", "+last_updated >= {500d}"},
            {"query: 'cobaltstrike'", "+malware_families = CobaltStrike"},
            {"include_deleted: true fql: 'deleted:true'", "deleted = true"},
            {"fql: \"labels.name:'Malware/Emotet'+kill_chains:['c2']\"",
             "+malware_families = Emotet & kill_chains = c2"},
            {"fql: \"published_date:>'now-200d'\"", "+published_date > {200d}"},
        },
    .refused =
        {
            {"ListIntelIndicators"},
            {"filter { types: 'hash_sha257' }", "filter.types", "nearest: `hash_sha256`"},
            {"filter { fql: \"published_date:>'last week'\" }", "filter.fql", "seconds"},
            {"order_by: 'indicator'", "order_by", "no list is ordered by"},
            {"GetIntelIndicator"},
            {"id: 'malicious.example'", "id", "<type>_<indicator>"},
            {"id: 'domain_a\\nb'", "id", "control character"},
            {"BatchGetIntelIndicators"},
            {"ids: 'domain_'", "ids[0]", "<type>_<indicator>"},
        },
};

}  // namespace falcon::e2e
