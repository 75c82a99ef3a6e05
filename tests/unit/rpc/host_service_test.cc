// Hosts by name and by id, of a Falcon that also finds names that begin alike.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/hosts.grpc.pb.h"
#include "falcon_gateway/v1/vulnerabilities.grpc.pb.h"
#include "rpc/services/collection.h"
#include "rpc/services/host_names.h"
#include "tests/unit/rpc/served_fixture.h"

namespace falcon::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

std::string Page(const std::vector<std::string>& hostnames, std::string_view next = "",
                 int first_id = 0) {
  Json answer;
  answer["meta"]["pagination"] = {{"next", std::string(next)}};
  answer["resources"] = Json::array();
  for (const std::string& hostname : hostnames) {
    answer["resources"].push_back({{"device_id", "h" + std::to_string(first_id++)},
                                   {"hostname", hostname},
                                   {"first_seen", "2026-01-01T00:00:00Z"},
                                   {"os_version", "x"}});
  }
  return answer.dump();
}

class GetHostByNameTest : public ServedTest<NewHostService, v1::HostService> {
 protected:
  static constexpr char kDevices[] = "/devices/combined/devices/v1";

  grpc::Status Get(const std::string& hostname, std::vector<std::string> mask = {}) {
    v1::GetHostRequest request;
    request.set_hostname(hostname);
    for (const std::string& path : mask) request.mutable_read_mask()->add_paths(path);
    grpc::ClientContext context;
    answer.Clear();
    return stub->GetHost(&context, request, &answer);
  }
  v1::GetHostResponse answer;
};

struct NameCase {
  std::string name;
  std::string asked;
  std::vector<std::string> existing;
  std::string found;
};

class NameLookupTest : public GetHostByNameTest, public ::testing::WithParamInterface<NameCase> {};

TEST_P(NameLookupTest, ReturnsOnlyExactMatchInAnyCase) {
  Script(kDevices, Page(GetParam().existing));
  const grpc::Status status = Get(GetParam().asked);
  EXPECT_EQ(status.error_code(), GetParam().found.empty() ? grpc::NOT_FOUND : grpc::OK)
      << status.error_message();
  EXPECT_EQ(answer.host().hostname(), GetParam().found);
}

INSTANTIATE_TEST_SUITE_P(
    Names, NameLookupTest,
    ::testing::Values(
        NameCase{"LongerIsNoMatch", "10-0-0-5", {"10-0-0-51"}, ""},
        NameCase{"ExactAmongLonger", "ASSET1", {"ASSET10", "ASSET1", "ASSET11"}, "ASSET1"},
        NameCase{"OtherCase", "macbook-7.local", {"MacBook-7.local"}, "MacBook-7.local"},
        NameCase{"OtherScript", "über-pc", {"ÜBER-PC2", "ÜBER-PC"}, "ÜBER-PC"},
        NameCase{"DomainIsNoPartOfIt", "pc-1", {"pc-1.corp.example"}, ""},
        NameCase{"ShortIsNoMatchForFull", "pc-1.corp.example", {"pc-1"}, ""},
        NameCase{"QuoteAndBlank", "Bob's PC", {"Bobs PC", "BOB'S PC"}, "BOB'S PC"},
        NameCase{"Backslash", R"(CORP\pc)", {R"(corp\PC)"}, R"(corp\PC)"},
        NameCase{"NamelessIsNoMatch", "pc", {""}, ""}),
    [](const auto& test) { return test.param.name; });

TEST_F(GetHostByNameTest, ListsOtherHostsOfTheSameName) {
  Script(kDevices, Page({"pc10", "PC1", "pc1", "pc11", "Pc1"}));
  ASSERT_TRUE(Ok(Get("pc1")));
  EXPECT_EQ(answer.host().device_id(), "h1");
  EXPECT_THAT(answer.other_device_ids(), ElementsAre("h2", "h4"));
}

TEST_F(GetHostByNameTest, ReturnsOnlySelectedFields) {
  Script(kDevices, Page({"pc10", "PC1"}));
  ASSERT_TRUE(Ok(Get("pc1", {"os_version"})));
  EXPECT_EQ(answer.host().os_version(), "x");
  EXPECT_EQ(answer.host().device_id(), "");
  EXPECT_EQ(answer.host().hostname(), "");
}

TEST_F(GetHostByNameTest, ReadsPastPagesOfSimilarNames) {
  Script(kDevices, Page(std::vector<std::string>(500, "pc10"), "2"));
  Script(kDevices, Page({"pc11", "PC1"}, "", 500));
  ASSERT_TRUE(Ok(Get("pc1")));
  EXPECT_EQ(answer.host().hostname(), "PC1");
}

TEST_F(GetHostByNameTest, ReportsUndecidedBeyondTheLimitOfSimilarNames) {
  for (int page = 0; page < 21; ++page) {
    Script(kDevices, Page(std::vector<std::string>(500, "pc10"), StrCat("next", page), page * 500));
  }
  const grpc::Status status = Get("pc1");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_THAT(status.error_message(), HasSubstr("could not be decided"));
}

TEST_F(GetHostByNameTest, QueriesNameWithoutLettersAsAWhole) {
  Script(kDevices, Page({"10-0-0-5"}));
  ASSERT_TRUE(Get("10-0-0-5").ok());
  EXPECT_THAT(Url(0), HasSubstr("hostname%3A%5B%2710-0-0-5%27%5D"));
}

class VulnerabilitiesByNameTest
    : public ServedTest<NewVulnerabilityService, v1::VulnerabilityService> {
 protected:
  grpc::Status List(const std::string& hostname) {
    v1::ListVulnerabilitiesRequest request;
    request.mutable_filter()->set_hostname(hostname);
    grpc::ClientContext context;
    return stub->ListVulnerabilities(&context, request, &answer);
  }

  v1::ListVulnerabilitiesResponse answer;
};

TEST_F(VulnerabilitiesByNameTest, ReturnsVulnerabilitiesOfExactMatchOnly) {
  Script("/devices/combined/devices/v1", Page({"ASSET10", "ASSET1", "asset1"}));
  Script("/spotlight/", R"({"meta":{},"resources":[]})");
  ASSERT_TRUE(Ok(List("asset1")));
  EXPECT_THAT(Url(1), HasSubstr("h1"));
  EXPECT_THAT(Url(1), HasSubstr("h2"));
  EXPECT_THAT(Url(1), ::testing::Not(HasSubstr("h0")));
}

TEST_F(VulnerabilitiesByNameTest, ReturnsNoneWithNoteForUnknownHost) {
  Script("/devices/combined/devices/v1", Page({"ASSET10"}));
  EXPECT_TRUE(List("asset1").ok());
  EXPECT_EQ(answer.vulnerabilities_size(), 0);
  ASSERT_EQ(answer.read_info().notes_size(), 1);
  EXPECT_EQ(answer.read_info().notes(0).reason(), "NO_SUCH_HOST");
  EXPECT_EQ(answer.read_info().notes(0).field(), "filter.hostname");
}

constexpr char kAid[] = "0123456789abcdef0123456789abcdef";
constexpr char kOther[] = "11111111111111111111111111111111";
constexpr char kJoined[] = "FEDCBA9876543210FEDCBA9876543210_0123456789ABCDEF0123456789ABCDEF";
constexpr char kEntities[] = "/devices/entities/devices/v2";

class DeviceLookupTest : public ServedTest<NewHostService, v1::HostService> {
 protected:
  v1::BatchGetHostsResponse BatchGet(const std::vector<std::string>& ids) {
    v1::BatchGetHostsRequest request;
    for (const std::string& id : ids) request.add_device_ids(id);
    grpc::ClientContext context;
    v1::BatchGetHostsResponse answer;
    EXPECT_TRUE(Ok(stub->BatchGetHosts(&context, request, &answer)));
    return answer;
  }
};

TEST_F(DeviceLookupTest, AcceptsIdWithCustomerPrefix) {
  Script(kEntities, StrCat(R"({"meta":{},"resources":[{"device_id":")", kAid, R"("}]})"));
  v1::GetHostRequest request;
  request.set_device_id(kJoined);
  grpc::ClientContext context;
  v1::GetHostResponse answer;
  ASSERT_TRUE(Ok(stub->GetHost(&context, request, &answer)));
  EXPECT_EQ(answer.host().device_id(), kAid);
  EXPECT_THAT(transport.requests().at(0).body, HasSubstr(kAid));
}

TEST_F(DeviceLookupTest, NamesMissingIdsAsRequested) {
  Script(kEntities, R"({"meta":{},"resources":[]})");
  const auto answer = BatchGet({kJoined, kAid, kOther, kAid});
  ASSERT_EQ(answer.missing_size(), 3);
  EXPECT_EQ(answer.missing(0).id(), kAid);
  EXPECT_EQ(answer.missing(1).id(), kJoined);
  EXPECT_EQ(answer.missing(2).id(), kOther);
}

TEST_F(DeviceLookupTest, MatchesIdsOfFalconInUpperCase) {
  Script(kEntities,
         R"({"meta":{},"resources":[{"device_id":"0123456789ABCDEF0123456789ABCDEF"}]})");
  const auto answer = BatchGet({kAid});
  EXPECT_EQ(answer.hosts_size(), 1);
  EXPECT_EQ(answer.missing_size(), 0);
}

TEST_F(DeviceLookupTest, DropsRecordsThatWereNotRequested) {
  Script(kEntities, StrCat(R"({"meta":{},"resources":[{"device_id":")", kOther,
                           R"("},{"device_id":")", kAid, R"("}]})"));
  const auto answer = BatchGet({kAid});
  ASSERT_EQ(answer.hosts_size(), 1);
  EXPECT_EQ(answer.hosts(0).device_id(), kAid);
}

}  // namespace
}  // namespace falcon::rpc
