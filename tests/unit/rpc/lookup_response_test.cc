// Look-ups of ids as callers write them.
#include "rpc/services/lookup_response.h"

#include <gmock/gmock.h>

#include "base/device_id.h"
#include "rpc/services/host_service.h"
#include "tests/unit/rpc/served_fixture.h"

namespace falcon::rpc {
namespace {

using ::testing::HasSubstr;

constexpr char kAid[] = "0123456789abcdef0123456789abcdef";
constexpr char kOther[] = "11111111111111111111111111111111";
constexpr char kJoined[] = "FEDCBA9876543210FEDCBA9876543210_0123456789ABCDEF0123456789ABCDEF";
constexpr char kEntities[] = "/devices/entities/devices/v2";

class DeviceLookupTest : public ServedTest<HostService, v1::HostService> {
 protected:
  v1::BatchGetHostsResponse BatchGet(const std::vector<std::string>& ids) {
    v1::BatchGetHostsRequest request;
    for (const std::string& id : ids) request.add_device_ids(id);
    grpc::ClientContext context;
    v1::BatchGetHostsResponse answer;
    const grpc::Status status = stub->BatchGetHosts(&context, request, &answer);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return answer;
  }
};

TEST_F(DeviceLookupTest, AJoinedIdStandsForItsDevice) {
  Script(kEntities, StrCat(R"({"meta":{},"resources":[{"device_id":")", kAid, R"("}]})"));
  v1::GetHostRequest request;
  request.set_device_id(kJoined);
  grpc::ClientContext context;
  v1::GetHostResponse answer;
  const grpc::Status status = stub->GetHost(&context, request, &answer);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.host().device_id(), kAid);
  EXPECT_THAT(transport.requests().at(0).body, HasSubstr(kAid));
}

TEST_F(DeviceLookupTest, MissingIdsAreNamedAsTheyWereAskedFor) {
  Script(kEntities, R"({"meta":{},"resources":[]})");
  const auto answer = BatchGet({kJoined, kAid, kOther, kAid});
  ASSERT_EQ(answer.missing_size(), 3);
  EXPECT_EQ(answer.missing(0).id(), kAid);
  EXPECT_EQ(answer.missing(1).id(), kJoined);
  EXPECT_EQ(answer.missing(2).id(), kOther);
}

TEST_F(DeviceLookupTest, FalconMaySpellIdsInUpperCase) {
  Script(kEntities,
         R"({"meta":{},"resources":[{"device_id":"0123456789ABCDEF0123456789ABCDEF"}]})");
  const auto answer = BatchGet({kAid});
  EXPECT_EQ(answer.hosts_size(), 1);
  EXPECT_EQ(answer.missing_size(), 0);
}

TEST_F(DeviceLookupTest, WhatWasNotAskedForIsNotAnswered) {
  Script(kEntities, StrCat(R"({"meta":{},"resources":[{"device_id":")", kOther,
                           R"("},{"device_id":")", kAid, R"("}]})"));
  const auto answer = BatchGet({kAid});
  ASSERT_EQ(answer.hosts_size(), 1);
  EXPECT_EQ(answer.hosts(0).device_id(), kAid);
}

}  // namespace
}  // namespace falcon::rpc
