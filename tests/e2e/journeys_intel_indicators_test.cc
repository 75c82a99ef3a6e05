// Journeys through IntelIndicatorService: lists past the wall of offsets, filters, look-ups.
#include <algorithm>
#include <set>

#include "tests/e2e/calls/intel_indicators.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using List = v1::ListIntelIndicatorsRequest;

constexpr char kPages[] = "GET /intel/combined/indicators/v1";
constexpr int kAll = 1500;

class IntelJourney : public SharedWorld<IntelJourney> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "50", "--hosts", "50", "--iocs", "300", "--intel-indicators", "1500",
             "--rate-limit", "0"}};
  }

 protected:
  // Every intel indicator that a list finds, whole, page by page.
  static std::vector<v1::IntelIndicator> All(const std::string& text) {
    const auto request = Make<List>(text + " view: RECORD_VIEW_FULL");
    std::vector<v1::IntelIndicator> all;
    ForEachPage(world(), request, [&](const auto& page) {
      const auto& records = page.intel_indicators();
      all.insert(all.end(), records.begin(), records.end());
    });
    return all;
  }
};

TEST_F(IntelJourney, PageTokensLeadThroughEveryIndicatorOnceNewestFirst) {
  world().ResetLedger();
  const auto request = Make<List>("page_size: 400 filter { include_deleted: true }");
  std::set<std::string> ids;
  int64_t last = INT64_MAX;
  ForEachPage(world(), request, [&](const auto& page) {
    EXPECT_EQ(page.total_size(), kAll);
    for (const v1::IntelIndicator& indicator : page.intel_indicators()) {
      EXPECT_TRUE(ids.insert(indicator.id()).second) << indicator.id();
      EXPECT_GE(last, indicator.published_date().seconds());
      last = indicator.published_date().seconds();
    }
  });
  EXPECT_EQ(ids.size(), size_t{kAll});
  EXPECT_EQ(world().Calls(kPages), 4);
}

struct Filtered {
  std::string name;
  std::string request;
  std::function<bool(const v1::IntelIndicator&)> fits;
};

void PrintTo(const Filtered& filtered, std::ostream* out) { *out << filtered.name; }

class IntelFilter : public IntelJourney, public testing::WithParamInterface<Filtered> {};

TEST_P(IntelFilter, FindsAllThatFitsAndNothingElse) {
  std::set<std::string> fitting;
  for (const v1::IntelIndicator& indicator : All("page_size: 500")) {
    if (GetParam().fits(indicator)) fitting.insert(indicator.id());
  }
  std::set<std::string> found;
  for (const auto& indicator : All(GetParam().request + " page_size: 500")) {
    found.insert(indicator.id());
  }
  EXPECT_EQ(found, fitting);
  EXPECT_GT(found.size(), 0U);
  EXPECT_LT(found.size(), size_t{kAll});
}

int64_t DaysAgo(int days) { return time(nullptr) - days * 86'400; }

template <class List>
bool Holds(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

INSTANTIATE_TEST_SUITE_P(
    Typed, IntelFilter,
    testing::Values(
        Filtered{"Types", "filter { types: ['url', 'hash_md5'] }",
                 [](const auto& i) { return i.type() == "url" || i.type() == "hash_md5"; }},
        Filtered{"Indicators", "filter { indicators: ['malicious-domain.com', '203.0.113.42'] }",
                 [](const auto& i) {
                   return i.indicator() == "malicious-domain.com" ||
                          i.indicator() == "203.0.113.42";
                 }},
        Filtered{"Confidences", "filter { malicious_confidences: MALICIOUS_CONFIDENCE_HIGH }",
                 [](const auto& i) {
                   return i.malicious_confidence() == v1::MALICIOUS_CONFIDENCE_HIGH;
                 }},
        Filtered{"Families", "filter { malware_families: 'njRATLime' }",
                 [](const auto& i) { return Holds(i.malware_families(), "njRATLime"); }},
        Filtered{"Actors", "filter { actors: ['FANCYBEAR', 'WIZARDSPIDER'] }",
                 [](const auto& i) {
                   return Holds(i.actors(), "FANCYBEAR") || Holds(i.actors(), "WIZARDSPIDER");
                 }},
        Filtered{"ThreatTypes", "filter { threat_types: 'ransomware' }",
                 [](const auto& i) { return Holds(i.threat_types(), "ransomware"); }},
        Filtered{"Days", "filter { days: 300 }",
                 [](const auto& i) { return i.published_date().seconds() >= DaysAgo(300); }},
        Filtered{
            "PublishedDate",
            "filter { published_date { end { seconds: " + std::to_string(DaysAgo(500)) + " } } }",
            [](const auto& i) { return i.published_date().seconds() < DaysAgo(500); }},
        Filtered{
            "LastUpdated",
            "filter { last_updated { start { seconds: " + std::to_string(DaysAgo(500)) + " } } }",
            [](const auto& i) { return i.last_updated().seconds() >= DaysAgo(500); }},
        Filtered{"FreeText", "filter { query: 'cobaltstrike' }",
                 [](const auto& i) { return Holds(i.malware_families(), "CobaltStrike"); }},
        Filtered{"RawFilter", "filter { fql: \"labels.name:'Malware/Emotet'+kill_chains:['c2']\" }",
                 [](const auto& i) {
                   return Holds(i.malware_families(), "Emotet") && Holds(i.kill_chains(), "c2");
                 }},
        Filtered{"RelativeDate", "filter { fql: \"published_date:>'now-200d'\" }",
                 [](const auto& i) { return i.published_date().seconds() > DaysAgo(200); }}),
    [](const auto& filtered) { return filtered.param.name; });

TEST_F(IntelJourney, NothingFoundIsAnEmptyAnswer) {
  const auto none = Ask(world(), Make<List>("filter { indicators: 'no-such.example' }"));
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_EQ(none->intel_indicators_size(), 0);
  EXPECT_TRUE(none->next_page_token().empty());
}

TEST_F(IntelJourney, RelationsComeOnlyWhenAskedFor) {
  const std::string story = "filter { indicators: 'malicious-domain.com' }";
  const auto relations = [&](const std::string& how) {
    return Ask(world(), Make<List>(story + how))->intel_indicators(0).relations_size();
  };
  EXPECT_EQ(relations(""), 0);
  EXPECT_EQ(relations("read_mask { paths: 'id' paths: 'actors' }"), 0);
  EXPECT_EQ(relations("read_mask { paths: 'relations' }"), 2);
  EXPECT_EQ(relations("view: RECORD_VIEW_FULL"), 2);
  const auto with = Ask(world(), Make<List>(story + "view: RECORD_VIEW_FULL"));
  std::set<std::string> related;
  for (const auto& relation : with->intel_indicators(0).relations()) related.insert(relation.id());
  EXPECT_TRUE(related.contains("ip_address_203.0.113.42"));
  EXPECT_TRUE(with->intel_indicators(0).relations(0).has_created_date());
}

TEST_F(IntelJourney, DeletedOnesComeOnlyWhenAskedFor) {
  for (const v1::IntelIndicator& indicator : All("page_size: 500")) {
    EXPECT_FALSE(indicator.deleted());
  }
  const auto gone = All("page_size: 500 filter { include_deleted: true fql: 'deleted:true' }");
  EXPECT_GT(gone.size(), 0U);
  EXPECT_TRUE(std::all_of(gone.begin(), gone.end(), [](const auto& one) { return one.deleted(); }));
}

TEST_F(IntelJourney, IndicatorIsFoundByItsIdWithItsRelations) {
  const auto found =
      Ask(world(), Make<v1::GetIntelIndicatorRequest>("id: 'domain_malicious-domain.com'"));
  ASSERT_TRUE(found.status.ok()) << found.status.error_message();
  const v1::IntelIndicator& indicator = found->intel_indicator();
  EXPECT_EQ(indicator.type(), "domain");
  EXPECT_EQ(indicator.malicious_confidence(), v1::MALICIOUS_CONFIDENCE_HIGH);
  EXPECT_EQ(indicator.actors(0), "WIZARDSPIDER");
  EXPECT_FALSE(indicator.marker().empty());
  EXPECT_EQ(indicator.relations_size(), 2);
  EXPECT_EQ(found->read_info().upstream_calls(), 1);
}

TEST_F(IntelJourney, UnknownIdIsNotFound) {
  const auto answer =
      Ask(world(), Make<v1::GetIntelIndicatorRequest>("id: 'domain_no-such.example'"));
  EXPECT_EQ(answer.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(answer.reason(), "NOT_FOUND");
}

TEST_F(IntelJourney, BatchKeepsTheOrderAndNamesWhatIsMissing) {
  v1::BatchGetIntelIndicatorsRequest request;
  request.add_ids("ip_address_203.0.113.42");
  request.add_ids("url_http://no-such.example/a_b");
  for (const auto& url : All("filter { types: 'url' } page_size: 500")) request.add_ids(url.id());
  request.add_ids("domain_malicious-domain.com");
  const auto answer = Ask(world(), request);
  ASSERT_EQ(answer->intel_indicators_size(), request.ids_size() - 1)
      << answer.status.error_message();
  EXPECT_EQ(answer->intel_indicators(0).indicator(), "203.0.113.42");
  EXPECT_EQ(answer->intel_indicators(answer->intel_indicators_size() - 1).type(), "domain");
  ASSERT_EQ(answer->missing_size(), 1);
  EXPECT_EQ(answer->missing(0).id(), request.ids(1));
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

}  // namespace
}  // namespace falcon::e2e
