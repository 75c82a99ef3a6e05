// What a page's call says: parameters, facets, links.
#include "upstream/paging/page_request.h"

#include <gmock/gmock.h>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/vulnerabilities.pb.h"
#include "tests/support/fake_transport.h"
#include "tests/unit/upstream/pager_fixture.h"
#include "upstream/operation/request_text.h"

namespace falcon::upstream {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::Pair;

constexpr Operation kLinked = {.id = "linked",
                               .method = http::Method::kGet,
                               .path = "/intel/combined/indicators/v1",
                               .scope = "Linked:read",
                               .paging = Paging::kNextPage,
                               .max_limit = 10'000};

class PageRequestTest : public PagerTest {
 protected:
  PagePlan Vulnerabilities(std::initializer_list<const char*> mask) {
    const auto* record = v1::Vulnerability::descriptor();
    PagePlan plan{};
    plan.operation = &operation::kCombinedVulnerabilities;
    plan.id_field = record->FindFieldByName("id");
    plan.order = {"created_timestamp", false};
    google::protobuf::FieldMask paths;
    for (const char* path : mask) paths.add_paths(path);
    plan.options.selection = *json::FieldSelection::FromMask(paths, record);
    return plan;
  }
  PagePlan Linked() {
    PagePlan plan = Hosts(5);
    plan.operation = &kLinked;
    return plan;
  }
};

TEST_F(PageRequestTest, FacetsGoAlongForTheSelectedFieldsOnly) {
  EXPECT_THAT(PageCall(Vulnerabilities({"id", "status"}), Cursor(), 5).query,
              Not(Contains(Pair("facet", ::testing::_))));
  const Parameters some =
      PageCall(Vulnerabilities({"id", "host_info.hostname"}), Cursor(), 5).query;
  EXPECT_THAT(some, Contains(Pair("facet", "host_info")));
  EXPECT_THAT(some, Not(Contains(Pair("facet", "cve"))));
  EXPECT_THAT(PageCall(Vulnerabilities({}), Cursor(), 5).query,
              Contains(Pair("facet", "evaluation_logic")));
}

TEST_F(PageRequestTest, FurtherParametersStandBesideThoseOfPaging) {
  PagePlan plan = Hosts(5);
  plan.query = {{"include_deleted", "true"}};
  EXPECT_THAT(PageCall(plan, Cursor(), 5).query,
              ElementsAre(Pair("sort", "first_seen|asc"), Pair("include_deleted", "true"),
                          Pair("limit", "5")));
}

TEST_F(PageRequestTest, ALinkToTheNextPageIsFollowedWithOurLimitAndWhatItLeavesOut) {
  PagePlan plan = Linked();
  plan.query = {{"include_relations", "false"}};
  Cursor cursor;
  cursor.filter = "type:'domain'";
  cursor.upstream = "filter=_marker%3A%3E%27x%2By%27&limit=1000&sort=_marker";
  const UpstreamRequest call = PageCall(plan, cursor, 7);
  EXPECT_THAT(call.query, ElementsAre(Pair("filter", "_marker:>'x+y'"), Pair("sort", "_marker"),
                                      Pair("include_relations", "false"), Pair("limit", "7")));
  EXPECT_TRUE(call.continuation);
}

TEST_F(PageRequestTest, AnchorsInEpochSecondsStandWithoutQuotes) {
  PagePlan plan = Linked();
  plan.seek_kind = options::v1::FQL_KIND_EPOCH_SECONDS;
  Cursor cursor;
  cursor.anchor = "1767225600";
  EXPECT_THAT(PageCall(plan, cursor, 7).query, Contains(Pair("filter", "first_seen:>=1767225600")));
}

TEST_F(PageRequestTest, OffsetsAreNoCursorsThatCouldDie) {
  PagePlan plan = HostsById(operation::kQueryDevices, 5);
  Cursor cursor;
  cursor.upstream = "40";
  EXPECT_EQ(OffsetOf(cursor), 40);
  const UpstreamRequest call = PageCall(plan, cursor, 5);
  EXPECT_THAT(call.query, Contains(Pair("offset", "40")));
  EXPECT_FALSE(call.continuation);
}

TEST_F(PageRequestTest, TheNextPageHeaderLeadsOn) {
  http::HttpResponse first =
      Response(200, R"({"meta":{"pagination":{"total":2}},"resources":[{"device_id":"a"}]})");
  first.headers.emplace_back("next-page", "/intel/combined/indicators/v1?_marker=m1&limit=1");
  transport.Answer("/", first);
  transport.Answer("/", Response(200, R"({"resources":[{"device_id":"b"}]})"));
  v1::ListHostsResponse answer;
  const auto one = Fetch(client, Linked(), Cursor(), answer);
  ASSERT_THAT(one, IsOk());
  EXPECT_FALSE(one->last);
  const auto two = Fetch(client, Linked(), one->next, answer);
  ASSERT_THAT(two, IsOk());
  EXPECT_TRUE(two->last);
  EXPECT_EQ(answer.hosts_size(), 2);
  EXPECT_THAT(transport.requests().at(1).url, ::testing::HasSubstr("_marker=m1"));
}

TEST_F(PageRequestTest, AnAbsoluteLinkLeadsOnAtTheSameHost) {
  http::HttpResponse first =
      Response(200, R"({"meta":{"pagination":{"total":2}},"resources":[{"device_id":"a"}]})");
  first.headers.emplace_back("Next-Page",
                             "https://elsewhere.test/intel/combined/indicators/v1?next_token=n1");
  transport.Answer("/", first);
  transport.Answer("/", Response(200, R"({"meta":{},"resources":[{"device_id":"b"}]})"));
  v1::ListHostsResponse answer;

  const auto one = Fetch(client, Linked(), Cursor(), answer);
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(Fetch(client, Linked(), one->next, answer), IsOk());

  EXPECT_EQ(answer.hosts_size(), 2);
  const std::string& url = transport.requests().at(1).url;
  EXPECT_THAT(url, ::testing::HasSubstr("next_token=n1"));
  EXPECT_THAT(url, ::testing::Not(::testing::HasSubstr("elsewhere")));
}

TEST_F(PageRequestTest, ALinkToAnotherPathIsRefused) {
  for (const std::string_view link :
       {"/devices/entities/devices-actions/v2?ids=1", "https://elsewhere.test/a/b?ids=1",
        "https://elsewhere.test", "//intel/combined/indicators/v1?a=b",
        "/x?u=https://a/intel/combined/indicators/v1?a=b"}) {
    http::HttpResponse first = Response(200, R"({"meta":{},"resources":[{"device_id":"a"}]})");
    first.headers.emplace_back("Next-Page", link);
    transport.Answer("/", first);
    v1::ListHostsResponse answer;
    EXPECT_EQ(Reason(Fetch(client, Linked(), Cursor(), answer).status()), "UPSTREAM_PROTOCOL")
        << link;
  }
}

TEST(ParseQuery, DecodesWhatUrlForEncodes) {
  const Parameters parameters = {{"filter", "a:'x y+z&=%'"}, {"empty", ""}, {"sort", "a|desc"}};
  const std::string url = BuildUrl("/p", parameters);
  EXPECT_EQ(ParseQuery(std::string_view(url).substr(3)), parameters);
  EXPECT_THAT(ParseQuery("a=%zz&&b"), ElementsAre(Pair("a", "%zz"), Pair("b", "")));
}

}  // namespace
}  // namespace falcon::upstream
