// Journeys through IocService: lists, filters, look-ups and counts.
#include <algorithm>
#include <set>

#include "google/protobuf/util/time_util.h"
#include "tests/e2e/calls/iocs.h"
#include "tests/e2e/shared_world.h"
#include "tests/e2e/story.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using List = v1::ListIocsRequest;

constexpr char kPages[] = "GET /iocs/combined/indicator/v1";
constexpr char kEntities[] = "GET /iocs/entities/indicators/v1";
constexpr char kUnknown[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
constexpr int kIocs = 700;

class IocJourney : public SharedWorld<IocJourney> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "3000", "--hosts", "300", "--iocs", "700", "--rate-limit", "0"}};
  }

 protected:
  // Every IOC that a list finds, whole, page by page.
  static std::vector<v1::Ioc> All(const std::string& text) {
    const auto request = Make<List>(text + " view: RECORD_VIEW_FULL");
    std::vector<v1::Ioc> iocs;
    ForEachPage(world(), request, [&](const auto& page) {
      iocs.insert(iocs.end(), page.iocs().begin(), page.iocs().end());
    });
    return iocs;
  }

  static v1::Ioc StoryHash() {
    return Ask(world(), Make<List>(std::string("filter { value: '") + kStoryHash + "' }"))->iocs(0);
  }
};

TEST_F(IocJourney, PageTokensLeadThroughEveryIocOnceNewestFirst) {
  world().ResetLedger();
  const auto request = Make<List>("page_size: 300");
  std::set<std::string> ids;
  std::string last = "~";
  size_t records = 0;
  ForEachPage(world(), request, [&](const auto& page) {
    EXPECT_EQ(page.total_size(), kIocs);
    for (const v1::Ioc& ioc : page.iocs()) {
      ids.insert(ioc.id());
      const std::string made = google::protobuf::util::TimeUtil::ToString(ioc.created_on());
      EXPECT_GE(last.substr(0, 19), made.substr(0, 19));
      last = made;
      ++records;
    }
  });
  EXPECT_EQ(records, size_t{kIocs});
  EXPECT_EQ(ids.size(), size_t{kIocs});
  EXPECT_EQ(world().Calls(kPages), 3);
}

struct Filtered {
  std::string name;
  std::string request;
  std::function<bool(const v1::Ioc&)> fits;
};

void PrintTo(const Filtered& filtered, std::ostream* out) { *out << filtered.name; }

class IocFilter : public IocJourney, public testing::WithParamInterface<Filtered> {};

TEST_P(IocFilter, FindsAllThatFitsAndNothingElse) {
  std::set<std::string> fitting;
  for (const v1::Ioc& ioc : All("page_size: 500")) {
    if (GetParam().fits(ioc)) fitting.insert(ioc.id());
  }
  std::set<std::string> found;
  for (const v1::Ioc& ioc : All(GetParam().request + " page_size: 500")) found.insert(ioc.id());
  EXPECT_EQ(found, fitting);
  EXPECT_GT(found.size(), 0U);
  EXPECT_LT(found.size(), size_t{kIocs});
}

int64_t DaysAgo(int days) { return time(nullptr) - days * 86'400; }

INSTANTIATE_TEST_SUITE_P(
    Typed, IocFilter,
    testing::Values(
        Filtered{"Types", "filter { types: [IOC_TYPE_DOMAIN, IOC_TYPE_IPV6] }",
                 [](const auto& ioc) {
                   return ioc.type() == v1::IOC_TYPE_DOMAIN || ioc.type() == v1::IOC_TYPE_IPV6;
                 }},
        Filtered{"Value", std::string("filter { value: '") + kStoryHash + "' }",
                 [](const auto& ioc) { return ioc.value() == kStoryHash; }},
        Filtered{"ValueInUpperCase", "filter { value: 'MALICIOUS-DOMAIN.COM' }",
                 [](const auto& ioc) { return ioc.value() == "malicious-domain.com"; }},
        Filtered{"ValueWithAStar", "filter { value: '*.example.org' }",
                 [](const auto& ioc) { return ioc.value().ends_with(".example.org"); }},
        Filtered{"Severities", "filter { severities: [SEVERITY_HIGH, SEVERITY_INFORMATIONAL] }",
                 [](const auto& ioc) {
                   return ioc.severity() == v1::SEVERITY_HIGH ||
                          ioc.severity() == v1::SEVERITY_INFORMATIONAL;
                 }},
        Filtered{"MinSeverity", "filter { min_severity: SEVERITY_HIGH }",
                 [](const auto& ioc) { return ioc.severity() >= v1::SEVERITY_HIGH; }},
        Filtered{"Actions", "filter { actions: [IOC_ACTION_PREVENT, IOC_ACTION_PREVENT_NO_UI] }",
                 [](const auto& ioc) {
                   return ioc.action() == v1::IOC_ACTION_PREVENT ||
                          ioc.action() == v1::IOC_ACTION_PREVENT_NO_UI;
                 }},
        Filtered{"Platforms", "filter { platforms: 'linux' }",
                 [](const auto& ioc) {
                   return std::count(ioc.platforms().begin(), ioc.platforms().end(), "linux") > 0;
                 }},
        Filtered{
            "Sources", "filter { sources: ['mcp', \"soc'team\"] }",
            [](const auto& ioc) { return ioc.source() == "mcp" || ioc.source() == "soc'team"; }},
        Filtered{"Expired", "filter { expired: true }",
                 [](const auto& ioc) { return ioc.expired(); }},
        Filtered{"InForce", "filter { expired: false }",
                 [](const auto& ioc) { return !ioc.expired(); }},
        Filtered{"Days", "filter { days: 200 }",
                 [](const auto& ioc) { return ioc.created_on().seconds() >= DaysAgo(200); }},
        Filtered{"CreatedOn",
                 "filter { created_on { end { seconds: " + std::to_string(DaysAgo(300)) + " } } }",
                 [](const auto& ioc) { return ioc.created_on().seconds() < DaysAgo(300); }},
        Filtered{
            "ModifiedOn",
            "filter { modified_on { start { seconds: " + std::to_string(DaysAgo(300)) + " } } }",
            [](const auto& ioc) { return ioc.modified_on().seconds() >= DaysAgo(300); }},
        Filtered{"Expiration",
                 "filter { expiration { start { seconds: " + std::to_string(DaysAgo(0)) + " } } }",
                 [](const auto& ioc) { return ioc.expiration().seconds() >= DaysAgo(0); }},
        Filtered{"RawFilter",
                 "filter { fql: \"metadata.filename.raw:*'sample-*'+applied_globally:true\" }",
                 [](const auto& ioc) {
                   return ioc.metadata().filename().starts_with("sample-") &&
                          ioc.applied_globally();
                 }}),
    [](const auto& filtered) { return filtered.param.name; });

TEST_F(IocJourney, NothingFoundIsAnEmptyAnswer) {
  const auto none = Ask(world(), Make<List>("filter { value: 'no-such.example' }"));
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_EQ(none->iocs_size(), 0);
  EXPECT_EQ(none->total_size(), 0);
  EXPECT_TRUE(none->next_page_token().empty());
}

TEST_F(IocJourney, OrderMayBeAskedByTheNumberOfTheSeverity) {
  const auto page = Ask(world(), Make<List>("order_by: 'severity_number desc' page_size: 300"));
  ASSERT_EQ(page->iocs_size(), 300) << page.status.error_message();
  EXPECT_EQ(page->iocs(0).severity(), v1::SEVERITY_CRITICAL);
  for (int i = 1; i < 300; ++i) EXPECT_GE(page->iocs(i - 1).severity(), page->iocs(i).severity());
}

TEST_F(IocJourney, IocIsFoundByItsIdInAnyCaseWhole) {
  const v1::Ioc brief = StoryHash();
  EXPECT_FALSE(brief.has_metadata()) << "no part of the brief view";
  std::string id = brief.id();
  std::transform(id.begin(), id.end(), id.begin(), [](char c) { return c >= 'a' ? c - 32 : c; });
  v1::GetIocRequest request;
  request.set_id(id);
  const auto found = Ask(world(), request);
  ASSERT_TRUE(found.status.ok()) << found.status.error_message();
  EXPECT_EQ(found->ioc().value(), kStoryHash);
  EXPECT_EQ(found->ioc().severity(), v1::SEVERITY_CRITICAL);
  EXPECT_EQ(found->ioc().action(), v1::IOC_ACTION_PREVENT);
  EXPECT_EQ(found->ioc().metadata().filename(), "svchost.exe");
  EXPECT_EQ(found->read_info().upstream_calls(), 1);
}

TEST_F(IocJourney, UnknownIdIsNotFound) {
  v1::GetIocRequest request;
  request.set_id(kUnknown);
  const auto answer = Ask(world(), request);
  EXPECT_EQ(answer.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(answer.reason(), "NOT_FOUND");
}

TEST_F(IocJourney, MaskMayNameNestedFields) {
  v1::GetIocRequest request =
      Make<v1::GetIocRequest>("read_mask { paths: 'value' paths: 'metadata.filename' }");
  request.set_id(StoryHash().id());
  const auto answer = Ask(world(), request);
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer->ioc().value(), kStoryHash);
  EXPECT_TRUE(answer->ioc().id().empty());
  EXPECT_EQ(answer->ioc().metadata().filename(), "svchost.exe");
  EXPECT_TRUE(answer->ioc().metadata().company_name().empty());
}

TEST_F(IocJourney, BatchKeepsTheOrderNamesWhatIsMissingAndGoesInChunks) {
  v1::BatchGetIocsRequest request;
  for (const v1::Ioc& ioc : All("page_size: 500")) request.add_ids(ioc.id());
  std::reverse(request.mutable_ids()->begin(), request.mutable_ids()->end());
  request.add_ids(kUnknown);
  world().ResetLedger();
  const auto answer = Ask(world(), request);
  ASSERT_EQ(answer->iocs_size(), kIocs) << answer.status.error_message();
  for (int i = 0; i < kIocs; ++i) EXPECT_EQ(answer->iocs(i).id(), request.ids(i));
  ASSERT_EQ(answer->missing_size(), 1);
  EXPECT_EQ(answer->missing(0).id(), kUnknown);
  EXPECT_EQ(answer->missing(0).code(), 404);
  EXPECT_EQ(world().Calls(kEntities), 6) << "as many at a time as a URL of 8 KiB holds";
}

TEST_F(IocJourney, CountsByTypeAreWhatListsFind) {
  const auto answer = Ask(world(), Make<v1::AggregateIocsRequest>("field: 'type'"));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  ASSERT_EQ(answer->buckets_size(), 5);
  int64_t all = 0;
  for (const v1::AggregationBucket& bucket : answer->buckets()) {
    const auto list =
        Ask(world(), Make<List>("page_size: 1 filter { fql: \"type:'" + bucket.label() + "'\" }"));
    EXPECT_EQ(list->total_size(), bucket.count()) << bucket.label();
    all += bucket.count();
  }
  EXPECT_EQ(all, kIocs);
  const auto some =
      Ask(world(), Make<v1::AggregateIocsRequest>("field: 'action' filter { types: IOC_TYPE_MD5 "
                                                  "severities: SEVERITY_HIGH } then_by: 'source'"));
  const auto list = Ask(
      world(), Make<List>("filter { types: IOC_TYPE_MD5 severities: SEVERITY_HIGH } page_size: 1"));
  int64_t md5 = 0;
  for (const v1::AggregationBucket& bucket : some->buckets()) {
    md5 += bucket.count();
    EXPECT_GT(bucket.sub_buckets_size(), 0);
  }
  EXPECT_EQ(md5, list->total_size()) << some.status.error_message();
}

TEST_F(IocJourney, HistogramAndMeanAreCounted) {
  const auto months =
      Ask(world(), Make<v1::AggregateIocsRequest>("field: 'created_on' kind: "
                                                  "AGGREGATION_KIND_DATE_HISTOGRAM interval: "
                                                  "AGGREGATION_INTERVAL_MONTH"));
  ASSERT_TRUE(months.status.ok()) << months.status.error_message();
  int64_t all = 0;
  for (const v1::AggregationBucket& bucket : months->buckets()) all += bucket.count();
  EXPECT_EQ(all, kIocs);
  const auto mean =
      Ask(world(),
          Make<v1::AggregateIocsRequest>("field: 'severity_number' kind: AGGREGATION_KIND_AVG"));
  ASSERT_EQ(mean->buckets_size(), 1) << mean.status.error_message();
  EXPECT_GT(mean->buckets(0).value(), 10);
  EXPECT_LT(mean->buckets(0).value(), 90);
}

}  // namespace
}  // namespace falcon::e2e
