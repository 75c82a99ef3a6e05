// Services of incidents, indicators and discovered accounts: what is theirs alone.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/discover.grpc.pb.h"
#include "falcon_gateway/v1/incidents.grpc.pb.h"
#include "falcon_gateway/v1/iocs.grpc.pb.h"
#include "rpc/services/incidents.h"
#include "rpc/services/indicator_sightings.h"
#include "tests/unit/rpc/served_fixture.h"
#include "upstream/operation/upstream_request.h"

namespace falcon::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class IncidentReferencesTest : public ServedTest<NewIncidentService, v1::IncidentService> {
 protected:
  static constexpr char kQuery[] = "/cases/queries/cases/v1";
  static constexpr char kCases[] = "/cases/entities/cases/v2";

  grpc::Status Get(const std::string& id) {
    v1::GetIncidentRequest request;
    request.set_id(id);
    request.mutable_read_mask()->add_paths("name");
    grpc::ClientContext context;
    one.Clear();
    return stub->GetIncident(&context, request, &one);
  }
  grpc::Status BatchGet(const std::vector<std::string>& ids) {
    v1::BatchGetIncidentsRequest request;
    for (const std::string& id : ids) request.add_ids(id);
    request.mutable_read_mask()->add_paths("id");
    grpc::ClientContext context;
    many.Clear();
    return stub->BatchGetIncidents(&context, request, &many);
  }
  v1::GetIncidentResponse one;
  v1::BatchGetIncidentsResponse many;
};

TEST_F(IncidentReferencesTest, RecognizesReferenceIds) {
  for (const char* id : {"SIM-0025", "abc-1", "A1B2-99"}) EXPECT_TRUE(IsReferenceId(id)) << id;
  for (const char* id : {"", "SIM", "SIM-", "-25", "SIM-0025-1", "1SIM-25", "SIM-25x", "SIM 25",
                         "0f8b7c1e-1234-5678-abcd-ef0123456789"}) {
    EXPECT_FALSE(IsReferenceId(id)) << id;
  }
}

TEST_F(IncidentReferencesTest, ResolvesInAnyLetterCase) {
  Script(kQuery, R"({"meta":{},"resources":["c1","c2"]})");
  Script(kCases, R"({"meta":{},"resources":[{"id":"c1","reference_id":"SIM-00255"},)"
                 R"({"id":"c2","reference_id":"SIM-0025"}]})");
  Script(kCases, R"({"meta":{},"resources":[{"id":"c2","name":"the case"}]})");
  ASSERT_TRUE(Ok(Get("sim-0025")));
  EXPECT_EQ(one.incident().name(), "the case");
  EXPECT_THAT(Url(0), HasSubstr("sim-0025"));
  EXPECT_THAT(Url(0), HasSubstr("SIM-0025"));
}

TEST_F(IncidentReferencesTest, ReportsUnknownReferenceByItsName) {
  Script(kQuery, R"({"meta":{},"resources":[]})");
  const grpc::Status status = Get("SIM-9999");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("SIM-9999"));
}

TEST_F(IncidentReferencesTest, MakesNoCallForOpaqueIds) {
  Script(kCases, R"({"meta":{},"resources":[{"id":"0f8b7c1e-1234","name":"x"}]})");
  EXPECT_TRUE(Get("0f8b7c1e-1234").ok());
  EXPECT_EQ(transport.requests().size(), 1U);
}

TEST_F(IncidentReferencesTest, KeepsOrderAndNamesMissingInBatch) {
  Script(kQuery, R"({"meta":{},"resources":["c2"]})");
  Script(kCases, R"({"meta":{},"resources":[{"id":"c2","reference_id":"SIM-2"}]})");
  Script(kCases, R"({"meta":{},"resources":[{"id":"c1"},{"id":"c2"}]})");
  ASSERT_TRUE(Ok(BatchGet({"c1", "SIM-2", "SIM-3"})));
  ASSERT_EQ(many.incidents_size(), 2);
  EXPECT_EQ(many.incidents(1).id(), "c2");
  ASSERT_EQ(many.missing_size(), 1);
  EXPECT_EQ(many.missing(0).id(), "SIM-3");
}

// `count` files from number `first` on; `pagination`: what goes into it.
std::string Files(int first, int count, std::string_view pagination = "") {
  std::string files;
  for (int i = first; i < first + count; ++i) {
    files += StrCat(files.empty() ? "" : ",", R"({"id":"f)", i, R"(","name":"n"})");
  }
  return StrCat(R"({"meta":{"pagination":{)", pagination, R"(}},"errors":[],"resources":[)", files,
                "]}");
}

class AttachmentsTest : public ServedTest<NewIncidentService, v1::IncidentService> {
 protected:
  void Page(std::string_view body) { Script("file-details", body); }
  v1::GetIncidentAttachmentsResponse Ask() {
    v1::GetIncidentAttachmentsRequest request;
    request.set_id("0f8b7c1e");
    v1::GetIncidentAttachmentsResponse answer;
    grpc::ClientContext context;
    EXPECT_TRUE(Ok(stub->GetIncidentAttachments(&context, request, &answer)));
    return answer;
  }
};

TEST_F(AttachmentsTest, DropsRepeatedFilesAndKeepsFilesWithoutId) {
  Page(R"({"meta":{"pagination":{"total":5}},"errors":[],"resources":[
      {"name":"a"},{"name":"b"},{"id":"x","name":"c"}]})");
  Page(R"({"meta":{"pagination":{"total":5}},"errors":[],"resources":[
      {"id":"x","name":"c"},{"name":"d"}]})");
  const auto answer = Ask();
  ASSERT_EQ(answer.attachments_size(), 4);
  EXPECT_EQ(answer.attachments(1).name(), "b");
  EXPECT_EQ(answer.attachments(3).name(), "d");
  EXPECT_FALSE(answer.read_info().partial());
}

TEST_F(AttachmentsTest, ReportsMoreThanAThousandWithoutTotal) {
  for (int i = 0; i < 101; ++i) Page(Files(10 * i, 10));
  const auto answer = Ask();
  EXPECT_EQ(answer.attachments_size(), 1000);
  EXPECT_FALSE(answer.has_total_size());
  ASSERT_EQ(answer.read_info().errors_size(), 1);
  EXPECT_TRUE(answer.read_info().partial());
  EXPECT_EQ(answer.read_info().errors(0).message(),
            "the first 1000 attachments are here; there may be more");
}

TEST_F(AttachmentsTest, ReturnsAtMostAThousandWithShortPages) {
  for (int i = 0; i < 142; ++i) Page(Files(7 * i, 7, R"("total":1200)"));
  Page(Files(994, 6, R"("total":1200)"));
  const auto answer = Ask();
  EXPECT_EQ(answer.attachments_size(), 1000);
  EXPECT_NE(Url(142).find("limit=6"), std::string::npos) << Url(142);
  EXPECT_EQ(answer.total_size(), 1200);
  ASSERT_EQ(answer.read_info().errors_size(), 1);
  EXPECT_EQ(answer.read_info().errors(0).message(),
            "the first 1000 attachments are here, not all 1200");
}

TEST_F(AttachmentsTest, ReportsListThatEndsBeforeItsTotal) {
  Page(Files(0, 10, R"("total":12)"));
  Page(Files(10, 0, R"("total":12)"));
  const auto answer = Ask();
  EXPECT_EQ(answer.attachments_size(), 10);
  EXPECT_TRUE(answer.read_info().partial());
}

TEST_F(AttachmentsTest, EndsWithEmptyPageWithoutTotal) {
  Page(Files(0, 3));
  Page(Files(3, 0));
  const auto answer = Ask();
  EXPECT_EQ(answer.attachments_size(), 3);
  EXPECT_FALSE(answer.read_info().partial());
}

json::Pagination WithOffset(std::string offset, std::optional<int64_t> total = std::nullopt) {
  json::Pagination pagination;
  pagination.total = total;
  pagination.offset_token = std::move(offset);
  return pagination;
}

TEST(NextOffset, FollowsTokensAndCountsWhereFalconDoes) {
  struct Case {
    std::string what;
    json::Pagination page;
    std::string sent;
    size_t received;
    std::string next;
  };
  for (const Case& c : std::vector<Case>{
           {"a token", WithOffset("WzE3=="), "", 100, "WzE3=="},
           {"a token after another", WithOffset("WzE4=="), "WzE3==", 3, "WzE4=="},
           {"no token after tokens", WithOffset(""), "WzE3==", 100, ""},
           {"a count", WithOffset("0"), "", 100, "100"},
           {"a further count", WithOffset("100"), "100", 100, "200"},
           {"a page that is not full", WithOffset("200"), "200", 99, ""},
           {"a full page may not be the last", WithOffset(""), "", 100, "100"},
           {"a short page", WithOffset(""), "", 7, ""},
           {"an empty page", WithOffset(""), "", 0, ""},
           {"a short page below the total is not the last", WithOffset("0", 250), "", 60, "60"},
           {"a total without an offset", WithOffset("", 250), "60", 100, "160"},
           {"the total is reached", WithOffset("160", 250), "160", 90, ""},
           {"short, and the last", WithOffset("", 99), "", 99, ""},
           {"full: the total may be wrong", WithOffset("", 100), "", 100, "100"},
           {"a total that cannot be", WithOffset("", 0), "", 100, "100"},
           {"nothing follows an empty page", WithOffset("", 250), "200", 0, ""},
       }) {
    EXPECT_EQ(NextOffset(c.page, c.sent, c.received, 100), c.next) << c.what;
  }
}

TEST(IndicatorParameters, UseFalconsTermsInLowerCase) {
  RequestValidator validator;
  const upstream::Parameters parameters =
      IndicatorParameters(v1::IOC_TYPE_DOMAIN, "Malicious-Domain.COM", validator);
  EXPECT_TRUE(validator.status().ok());
  EXPECT_EQ(parameters,
            (upstream::Parameters{{"type", "domain"}, {"value", "malicious-domain.com"}}));
}

TEST(IndicatorParameters, RejectInvalidIndicators) {
  const auto refused = [](v1::IocType type, const std::string& value) {
    RequestValidator validator;
    IndicatorParameters(type, value, validator);
    return !validator.status().ok();
  };
  EXPECT_TRUE(refused(v1::IOC_TYPE_UNSPECIFIED, "x"));
  EXPECT_TRUE(refused(v1::IOC_TYPE_SHA256, std::string(63, 'a')));
  EXPECT_TRUE(refused(v1::IOC_TYPE_SHA256, std::string(64, 'g')));
  EXPECT_TRUE(refused(v1::IOC_TYPE_MD5, std::string(64, 'a')));
  EXPECT_TRUE(refused(v1::IOC_TYPE_DOMAIN, ""));
  EXPECT_TRUE(refused(v1::IOC_TYPE_DOMAIN, "a b"));
  EXPECT_TRUE(refused(v1::IOC_TYPE_DOMAIN, std::string(201, 'a')));
  EXPECT_TRUE(refused(v1::IOC_TYPE_IPV4, "256.1.1.1"));
  EXPECT_TRUE(refused(v1::IOC_TYPE_IPV6, std::string("2001:db8::1\0x", 13)));
  EXPECT_FALSE(refused(v1::IOC_TYPE_SHA256, std::string(64, 'A')));
  EXPECT_FALSE(refused(v1::IOC_TYPE_IPV6, "2001:DB8::1"));
}

class DeviceCountTest : public ServedTest<NewIocService, v1::IocService> {
 protected:
  grpc::Status Ask(std::string_view resources) {
    Script("device-count", StrCat(R"({"meta":{},"errors":[],"resources":)", resources, "}"));
    v1::GetIocDeviceCountRequest request;
    request.set_type(v1::IOC_TYPE_DOMAIN);
    request.set_value("malicious.example");
    grpc::ClientContext context;
    return stub->GetIocDeviceCount(&context, request, &answer);
  }
  v1::GetIocDeviceCountResponse answer;
};

TEST_F(DeviceCountTest, ReturnsCountsIncludingZero) {
  EXPECT_TRUE(Ok(Ask(R"([{"device_count":7,"limit_exceeded":true}])")));
  EXPECT_EQ(answer.count().device_count(), 7);
  EXPECT_TRUE(answer.count().limit_exceeded());
  EXPECT_EQ(answer.count().value(), "malicious.example");
  EXPECT_TRUE(Ok(Ask(R"([{"device_count":0}])")));
  EXPECT_EQ(answer.count().device_count(), 0);
}

TEST_F(DeviceCountTest, KeepsUnknownTypeAsAdditionalField) {
  EXPECT_TRUE(Ok(Ask(R"([{"device_count":1,"type":"url","new_key":2}])")));
  EXPECT_EQ(answer.count().type(), v1::IOC_TYPE_DOMAIN) << "as it was asked for";
  EXPECT_EQ(answer.count().additional_fields().fields().at("type").string_value(), "url");
  EXPECT_EQ(answer.count().additional_fields().fields_size(), 1) << "the new key was not asked for";
  ASSERT_EQ(answer.read_info().skipped_fields_size(), 1);
  EXPECT_EQ(answer.read_info().skipped_fields(0).field(), "type");
}

TEST_F(DeviceCountTest, FailsOnMalformedCount) {
  for (const std::string_view resources :
       {"[]", "null", R"(["7"])", "[null]", R"([{"device_count":"many"}])",
        R"([{"device_count":[7]}])", "[{}]", R"([{"device_count":null}])"}) {
    // What is no answer of Falcon's at all is asked for twice.
    Script("device-count", StrCat(R"({"meta":{},"errors":[],"resources":)", resources, "}"));
    const grpc::Status status = Ask(resources);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << resources;
    EXPECT_EQ(status.error_message().find("no such record"), std::string::npos)
        << status.error_message();
  }
}

using Batch = v1::ExportDiscoveredAccountsResponse;

constexpr std::string_view kEither = "username:*'a*',first_seen_timestamp:null";
constexpr std::string_view kKnownPart =
    "(username:*'a*',first_seen_timestamp:null)+first_seen_timestamp:>='1970-01-01T00:00:00Z'";
constexpr std::string_view kStrangerPart =
    "(username:*'a*',first_seen_timestamp:null)+first_seen_timestamp:null";

class AccountsTest : public ServedTest<NewDiscoverService, v1::DiscoverService> {
 protected:
  // A page of ids, of `total`.
  void Ids(std::string_view id, int total) {
    Script("queries/accounts", StrCat(R"({"meta":{"pagination":{"total":)", total,
                                      R"(}},"errors":[],"resources":[")", id, R"("]})"));
  }
  void Record(std::string_view id, std::string_view further = "") {
    Script("entities/accounts",
           StrCat(R"({"meta":{},"errors":[],"resources":[{"id":")", id, "\"", further, "}]}"));
  }
  void ScriptBothParts() {
    Ids("s", 1);
    Ids("k", 2);
    Ids("k", 1);
    Record("k", R"(,"first_seen_timestamp":"2026-01-01T00:00:00Z")");
    Ids("s", 1);
    Record("s");
  }
  // All batches from `resume_token` on.
  std::vector<Batch> Export(const std::string& resume_token = "") {
    v1::ExportDiscoveredAccountsRequest request;
    request.mutable_filter()->set_fql(std::string(kEither));
    request.set_resume_token(resume_token);
    grpc::ClientContext context;
    const auto reader = stub->ExportDiscoveredAccounts(&context, request);
    std::vector<Batch> batches;
    for (Batch batch; reader->Read(&batch);) batches.push_back(batch);
    EXPECT_TRUE(Ok(reader->Finish()));
    return batches;
  }
  // The filters of the calls that list ids, from call `first` on.
  std::vector<std::string> Filters(size_t first = 0) const {
    std::vector<std::string> filters;
    for (size_t i = first; i < transport.requests().size(); ++i) {
      const std::string& url = transport.requests()[i].url;
      if (url.find("queries/accounts") == std::string::npos) continue;
      for (auto& [name, value] : upstream::ParseQuery(url.substr(url.find('?') + 1))) {
        if (name == "filter") filters.push_back(std::move(value));
      }
    }
    return filters;
  }
};

TEST_F(AccountsTest, StartsWithKnownAccountsWhateverTheFilterEndsWith) {
  ScriptBothParts();
  const std::vector<Batch> batches = Export();
  EXPECT_THAT(Filters(), ElementsAre(kStrangerPart, kEither, kKnownPart, kStrangerPart));
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_EQ(batches[0].accounts(0).id(), "k");
  EXPECT_EQ(batches[1].accounts(0).id(), "s");
  EXPECT_EQ(batches[1].exported(), 2);
}

TEST_F(AccountsTest, ResumesInThePartOfItsToken) {
  ScriptBothParts();
  const std::vector<Batch> batches = Export();
  ASSERT_EQ(batches.size(), 2U);
  const size_t before = transport.requests().size();
  Ids("k", 1);
  Record("k", R"(,"first_seen_timestamp":"2026-01-01T00:00:00Z")");
  Ids("s", 1);
  Record("s");
  const std::vector<Batch> rest = Export(batches[0].resume_token());
  const std::string after_k =
      "(username:*'a*',first_seen_timestamp:null)+first_seen_timestamp:>='2026-01-01T00:00:00Z'";
  EXPECT_THAT(Filters(before), ElementsAre(after_k, kStrangerPart));
  ASSERT_FALSE(rest.empty());
  EXPECT_EQ(rest.back().accounts(0).id(), "s");
  EXPECT_EQ(rest.back().exported(), 2);

  const size_t second = transport.requests().size();
  Script("queries/accounts", R"({"meta":{"pagination":{"total":1}},"errors":[],"resources":[]})");
  const std::vector<Batch> none = Export(batches[1].resume_token());
  EXPECT_THAT(Filters(second), ElementsAre(kStrangerPart));
  EXPECT_NE(Url(second).find("offset=1"), std::string::npos) << Url(second);
  for (const Batch& batch : none) EXPECT_EQ(batch.accounts_size(), 0);
}

}  // namespace
}  // namespace falcon::rpc
