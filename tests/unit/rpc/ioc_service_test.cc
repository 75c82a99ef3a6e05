// Sightings of indicators: parameters, pages, and counts of hosts.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/iocs.grpc.pb.h"
#include "rpc/services/indicator_sightings.h"
#include "tests/unit/rpc/served_fixture.h"

namespace falcon::rpc {
namespace {

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
  const grpc::Status seen = Ask(R"([{"device_count":7,"limit_exceeded":true}])");
  EXPECT_TRUE(seen.ok()) << seen.error_message();
  EXPECT_EQ(answer.count().device_count(), 7);
  EXPECT_TRUE(answer.count().limit_exceeded());
  EXPECT_EQ(answer.count().value(), "malicious.example");
  const grpc::Status unseen = Ask(R"([{"device_count":0}])");
  EXPECT_TRUE(unseen.ok()) << unseen.error_message();
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

}  // namespace
}  // namespace falcon::rpc
