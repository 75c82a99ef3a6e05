// RpcMethod: names and staleness by the descriptor of the request.
#include "rpc/server/rpc_method.h"

#include <gtest/gtest.h>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/discovered_accounts.pb.h"
#include "falcon_gateway/v1/hosts.pb.h"

namespace falcon::rpc {
namespace {

TEST(RpcMethod, IsTheMethodOfTheRequest) {
  EXPECT_EQ(MethodOf<v1::GetHostRequest>().name, "/falcon_gateway.v1.HostService/GetHost");
}

TEST(RpcMethod, IsFoundInAnotherFileThanItsRequest) {
  EXPECT_EQ(MethodOf<v1::ListDiscoveredAccountsRequest>().name,
            "/falcon_gateway.v1.DiscoverService/ListDiscoveredAccounts");
}

TEST(RpcMethod, HasTheStalenessOfItsOption) {
  EXPECT_EQ(MethodOf<v1::GetHostRequest>().default_staleness, seconds(30));
  EXPECT_EQ(MethodOf<v1::ExportHostsRequest>().default_staleness, std::nullopt);
}

}  // namespace
}  // namespace falcon::rpc
