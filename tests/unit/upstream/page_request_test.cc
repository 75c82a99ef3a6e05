// Requests of pages, and the tokens that resume them: what they hold, and whom they refuse.
#include "upstream/paging/page_request.h"

#include <gmock/gmock.h>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detections.pb.h"
#include "falcon_gateway/v1/vulnerabilities.pb.h"
#include "tests/support/fake_transport.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/upstream/pager_fixture.h"
#include "upstream/operation/upstream_request.h"
#include "upstream/paging/cursor.h"
#include "upstream/paging/page_token.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FailsWith;
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

constexpr std::string_view kBinding = "0123456789abcdef0123456789abcdef";

Secret Key() { return Secret("a key of thirty-two bytes or more"); }

Cursor Example() {
  Cursor cursor;
  cursor.upstream = "WzE3MDAwMDAwMDAwMDAsImFiYyJd";
  cursor.offset = 300;
  cursor.filter = "created_timestamp:>='2026-01-01T00:00:00Z'";
  cursor.anchor = "2026-01-02T00:00:00.001Z";
  cursor.seek_value = "2026-01-02T00:00:00.123Z";
  cursor.seen = {IdHash("a"), IdHash("b")};
  cursor.sent = 1'000'000'000'000;
  cursor.dropped = 999;
  cursor.total = 0;
  cursor.issued = WallTime(milliseconds(1'780'000'000'123));
  cursor.pages = 77;
  cursor.mark = ~uint64_t{0};
  return cursor;
}

class PageTokenTest : public ::testing::Test {
 protected:
  absl::StatusOr<Cursor> Open(std::string_view token, std::string_view binding = kBinding) const {
    return tokens.Open(token, binding, "page_token");
  }
  const PageTokens tokens{Key(), "client/cid"};
};

TEST_F(PageTokenTest, ATokenKeepsTheWholeCursor) {
  EXPECT_EQ(*Open(tokens.Seal(Example(), kBinding)), Example());
  EXPECT_EQ(*Open(tokens.Seal(Cursor(), kBinding)), Cursor());
}

TEST_F(PageTokenTest, ATokenIsTextThatAnyUrlCarries) {
  const std::string token = tokens.Seal(Example(), kBinding);
  EXPECT_EQ(
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
}

TEST_F(PageTokenTest, ATokenWithAnyByteChangedIsRefused) {
  const std::string token = tokens.Seal(Example(), kBinding);
  for (size_t i = 0; i < token.size(); ++i) {
    for (const char other : {'A', '_', '=', ' ', '\0'}) {
      std::string forged = token;
      if (forged[i] == other) continue;
      forged[i] = other;
      EXPECT_THAT(Open(forged), FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID")) << i;
    }
  }
}

TEST_F(PageTokenTest, ATokenThatIsCutOrLengthenedIsRefused) {
  const std::string token = tokens.Seal(Example(), kBinding);
  for (size_t length = 0; length < token.size(); ++length) {
    EXPECT_FALSE(Open(token.substr(0, length)).ok()) << length;
  }
  EXPECT_FALSE(Open(token + "A").ok());
  EXPECT_FALSE(Open(token + "=").ok());
  EXPECT_FALSE(Open(" " + token).ok());
  EXPECT_FALSE(Open(std::string(4 << 20, 'A')).ok());
}

TEST_F(PageTokenTest, ARefusedTokenNamesItsFieldAndWhatToDo) {
  const auto refused = tokens.Open("nonsense", kBinding, "resume_token");
  ASSERT_EQ(Violations(refused.status()).size(), 1u);
  EXPECT_EQ(Violations(refused.status())[0].field, "resume_token");
}

TEST_F(PageTokenTest, ATokenOfAnotherTenantOrKeyIsRefused) {
  const std::string token = tokens.Seal(Example(), kBinding);
  const PageTokens stranger(Key(), "client/other");
  EXPECT_THAT(stranger.Open(token, kBinding, "page_token"),
              FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  const PageTokens rotated(Secret("another key of thirty-two bytes.."), "client/cid");
  EXPECT_FALSE(rotated.Open(token, kBinding, "page_token").ok());
}

TEST_F(PageTokenTest, ATokenOfAnotherRequestIsAMismatch) {
  const std::string token = tokens.Seal(Example(), kBinding);
  EXPECT_THAT(Open(token, "fedcba9876543210fedcba9876543210"),
              FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
}

TEST_F(PageTokenTest, AReplicaWithTheSameSecretOpensTheToken) {
  const Secret secret("the client secret");
  const PageTokens one(DerivePageTokenKey(secret), "t");
  const PageTokens two(DerivePageTokenKey(secret), "t");
  EXPECT_EQ(*two.Open(one.Seal(Example(), kBinding), kBinding, "page_token"), Example());
  EXPECT_EQ(DerivePageTokenKey(secret).Reveal().size(), 32u);
  EXPECT_NE(DerivePageTokenKey(secret), DerivePageTokenKey(Secret("another")));
}

TEST_F(PageTokenTest, ALongTieIsLeftOutTogetherWithTheWayPastADeadCursor) {
  Cursor cursor = Example();
  cursor.seen.assign(5000, 1);
  const std::string token = tokens.Seal(cursor, kBinding);
  EXPECT_LE(token.size(), 16u << 10);
  const Cursor opened = *Open(token);
  EXPECT_TRUE(opened.seen.empty());
  EXPECT_TRUE(opened.seek_value.empty());
  EXPECT_EQ(opened.upstream, cursor.upstream);
}

TEST_F(PageTokenTest, InsideASeamThatIsLeftOutFalconsCursorGoesToo) {
  Cursor cursor = Example();
  cursor.seen.assign(5000, 1);
  cursor.anchor = cursor.seek_value;
  EXPECT_TRUE(Open(tokens.Seal(cursor, kBinding))->upstream.empty());
}

TEST_F(PageTokenTest, ALongFilterStillFits) {
  Cursor cursor = Example();
  cursor.filter = std::string(100'000, 'f');
  EXPECT_EQ(Open(tokens.Seal(cursor, kBinding))->filter, cursor.filter);
}

TEST(BindingTest, ThePageSizeAndTheTokenMayChangeNothingElse) {
  v1::ListDetectionsRequest request;
  request.mutable_filter()->set_hostname("SRV-*");
  request.mutable_filter()->set_days(7);
  const std::string binding = PageTokens::Binding(request);
  v1::ListDetectionsRequest next = request;
  next.set_page_size(500);
  next.set_page_token("x");
  EXPECT_EQ(PageTokens::Binding(next), binding);
  next.mutable_filter()->set_days(8);
  EXPECT_NE(PageTokens::Binding(next), binding);
  next = request;
  next.mutable_read_mask()->add_paths("status");
  EXPECT_NE(PageTokens::Binding(next), binding);
}

TEST(BindingTest, AnExportMayChangeItsBatchSize) {
  v1::ExportDetectionsRequest request;
  const std::string binding = PageTokens::Binding(request);
  request.set_batch_size(10);
  request.set_resume_token("x");
  EXPECT_EQ(PageTokens::Binding(request), binding);
}

TEST(BindingTest, RequestsOfTwoMethodsDiffer) {
  EXPECT_NE(PageTokens::Binding(v1::ListDetectionsRequest()),
            PageTokens::Binding(v1::ExportDetectionsRequest()));
}

TEST(CursorCodecTest, BytesThatNoCursorWroteAreRefused) {
  const std::string bytes = EncodeCursor(Example());
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(DecodeCursor(bytes.substr(0, length)), std::nullopt) << length;
  }
  EXPECT_EQ(DecodeCursor(bytes + "x"), std::nullopt);
  std::string other_version = bytes;
  other_version.back() = 1;
  EXPECT_EQ(DecodeCursor(other_version), std::nullopt);
  std::string huge = bytes.substr(0, 1) + "\xFF\xFF\xFF\xFF\x0F";
  EXPECT_EQ(DecodeCursor(huge), std::nullopt);
}

}  // namespace
}  // namespace falcon::upstream
