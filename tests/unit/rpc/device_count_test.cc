// The count of hosts that an indicator was seen on: what could not be read is never zero.
#include "rpc/services/ioc_service.h"
#include "tests/unit/rpc/served_fixture.h"

namespace falcon::rpc {
namespace {

class DeviceCountTest : public ServedTest<IocService, v1::IocService> {
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

TEST_F(DeviceCountTest, IsWhatFalconSaysZeroIncluded) {
  const grpc::Status seen = Ask(R"([{"device_count":7,"limit_exceeded":true}])");
  EXPECT_TRUE(seen.ok()) << seen.error_message();
  EXPECT_EQ(answer.count().device_count(), 7);
  EXPECT_TRUE(answer.count().limit_exceeded());
  EXPECT_EQ(answer.count().value(), "malicious.example");
  const grpc::Status unseen = Ask(R"([{"device_count":0}])");
  EXPECT_TRUE(unseen.ok()) << unseen.error_message();
  EXPECT_EQ(answer.count().device_count(), 0);
}

TEST_F(DeviceCountTest, KeepsAKindThatNoEnumKnows) {
  const grpc::Status status = Ask(R"([{"device_count":1,"type":"url","new_key":2}])");
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.count().type(), v1::IOC_TYPE_DOMAIN) << "as it was asked for";
  EXPECT_EQ(answer.count().additional_fields().fields().at("type").string_value(), "url");
  EXPECT_EQ(answer.count().additional_fields().fields_size(), 1) << "the new key was not asked for";
  ASSERT_EQ(answer.read_info().skipped_fields_size(), 1);
  EXPECT_EQ(answer.read_info().skipped_fields(0).field(), "type");
}

TEST_F(DeviceCountTest, ThatCannotBeReadIsAnError) {
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
