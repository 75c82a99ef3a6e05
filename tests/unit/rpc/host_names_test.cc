// Hosts by name, of a Falcon that also finds names that begin alike.
#include "rpc/services/host_names.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "rpc/services/host_service.h"
#include "rpc/services/vulnerability_service.h"
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

class GetHostByNameTest : public ServedTest<HostService, v1::HostService> {
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

TEST_P(NameLookupTest, ReturnsOnlyTheWholeNameInAnyCase) {
  Script(kDevices, Page(GetParam().existing));
  const grpc::Status status = Get(GetParam().asked);
  if (GetParam().found.empty()) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND) << status.error_message();
  } else {
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
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

TEST_F(GetHostByNameTest, ListsNamesakesAndNoOthers) {
  Script(kDevices, Page({"pc10", "PC1", "pc1", "pc11", "Pc1"}));
  const grpc::Status status = Get("pc1");
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.host().device_id(), "h1");
  EXPECT_THAT(answer.other_device_ids(), ElementsAre("h2", "h4"));
}

TEST_F(GetHostByNameTest, ShowsNoMoreThanTheMaskSelects) {
  Script(kDevices, Page({"pc10", "PC1"}));
  const grpc::Status status = Get("pc1", {"os_version"});
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.host().os_version(), "x");
  EXPECT_EQ(answer.host().device_id(), "");
  EXPECT_EQ(answer.host().hostname(), "");
}

TEST_F(GetHostByNameTest, GoesOnPastPagesOfNamesThatBeginAlike) {
  Script(kDevices, Page(std::vector<std::string>(500, "pc10"), "2"));
  Script(kDevices, Page({"pc11", "PC1"}, "", 500));
  const grpc::Status status = Get("pc1");
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.host().hostname(), "PC1");
}

TEST_F(GetHostByNameTest, SaysThatItCouldNotDecideRatherThanNotFound) {
  for (int page = 0; page < 21; ++page) {
    Script(kDevices, Page(std::vector<std::string>(500, "pc10"), StrCat("next", page), page * 500));
  }
  const grpc::Status status = Get("pc1");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_THAT(status.error_message(), HasSubstr("could not be decided"));
}

TEST_F(GetHostByNameTest, ANameWithoutLettersIsAskedForWhole) {
  Script(kDevices, Page({"10-0-0-5"}));
  ASSERT_TRUE(Get("10-0-0-5").ok());
  EXPECT_THAT(Url(0), HasSubstr("hostname%3A%5B%2710-0-0-5%27%5D"));
}

class VulnerabilitiesByNameTest
    : public ServedTest<VulnerabilityService, v1::VulnerabilityService> {
 protected:
  grpc::Status List(const std::string& hostname) {
    v1::ListVulnerabilitiesRequest request;
    request.mutable_filter()->set_hostname(hostname);
    grpc::ClientContext context;
    return stub->ListVulnerabilities(&context, request, &answer);
  }

  v1::ListVulnerabilitiesResponse answer;
};

TEST_F(VulnerabilitiesByNameTest, AreThoseOfTheHostsOfExactlyThatName) {
  Script("/devices/combined/devices/v1", Page({"ASSET10", "ASSET1", "asset1"}));
  Script("/spotlight/", R"({"meta":{},"resources":[]})");
  const grpc::Status status = List("asset1");
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_THAT(Url(1), HasSubstr("h1"));
  EXPECT_THAT(Url(1), HasSubstr("h2"));
  EXPECT_THAT(Url(1), ::testing::Not(HasSubstr("h0")));
}

TEST_F(VulnerabilitiesByNameTest, WithoutSuchAHostAreNoneWithANote) {
  Script("/devices/combined/devices/v1", Page({"ASSET10"}));
  EXPECT_TRUE(List("asset1").ok());
  EXPECT_EQ(answer.vulnerabilities_size(), 0);
  ASSERT_EQ(answer.read_info().notes_size(), 1);
  EXPECT_EQ(answer.read_info().notes(0).reason(), "NO_SUCH_HOST");
  EXPECT_EQ(answer.read_info().notes(0).field(), "filter.hostname");
}

}  // namespace
}  // namespace falcon::rpc
