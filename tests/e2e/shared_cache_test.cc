// Two gateways that share kept answers by a real Redis, and what their callers see of its faults:
// nothing.
#include <gmock/gmock.h>

#include <string>

#include "tests/e2e/calls.h"
#include "tests/e2e/calls/gateway.h"
#include "tests/e2e/calls/hosts.h"
#include "tests/support/redis_server.h"

namespace falcon::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::RedisServer;

constexpr char kPassword[] = "redis-canary";

class SharedCache : public ::testing::Test {
 protected:
  SharedCache() {
    WaitUntil([&] { return Shared(one).connected() && Shared(other).connected(); });
  }

  WorldOptions Options() const {
    return {.simulator = {"--alerts", "10", "--hosts", "300"},
            .gateway = {"--cache-mib=8", "--redis=" + redis.address()},
            .environment = {{"REDIS_PASSWORD", kPassword}}};
  }
  WorldOptions OtherOptions() const {
    WorldOptions options = Options();
    options.simulator_url = one.simulator_url();
    options.ca_file = one.folder() + "/ca.pem";
    return options;
  }
  static v1::SharedCacheStatus Shared(World& world) {
    return Ask(world, v1::GetStatusRequest())->upstream().shared_cache();
  }
  // A list that nobody has asked for yet.
  v1::ListHostsRequest Fresh() {
    return Make<v1::ListHostsRequest>("order_by: 'hostname' page_size: " +
                                      std::to_string(++page_size_));
  }
  void ExpectAnswers(int lists) {
    for (int i = 0; i < lists; ++i) {
      const auto request = Fresh();
      for (World* world : {&one, &other}) {
        const auto answer = Ask(*world, request);
        ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
        ASSERT_EQ(answer->hosts_size(), request.page_size());
      }
    }
  }

  RedisServer redis{{"--requirepass", kPassword}};
  World one{Options()};
  World other{OtherOptions()};

 private:
  int page_size_ = 0;
};

// Of many lists, since on a machine that is busy one may take longer than Redis is given.
TEST_F(SharedCache, WhatOneGatewayReadTheOtherAnswersWithoutACall) {
  WaitUntil([&] {
    const auto request = Fresh();
    one.ResetLedger();
    const auto first = Ask(one, request);
    const auto second = Ask(other, request);
    EXPECT_TRUE(first.status.ok() && second.status.ok());
    EXPECT_EQ(second->hosts_size(), first->hosts_size());
    EXPECT_EQ(second->hosts(0).SerializeAsString(), first->hosts(0).SerializeAsString());
    return one.Calls() == 1 && second->read_info().upstream_calls() == 0 &&
           second->read_info().has_age();
  });
  EXPECT_GE(Shared(other).hits(), 1);
  EXPECT_GE(Shared(one).misses(), 1);
  EXPECT_EQ(Shared(other).refused(), 0);
  EXPECT_THAT(one.gateway_program().Log(), Not(HasSubstr(kPassword)));
}

TEST_F(SharedCache, ARedisThatIsKilledFailsNoCallAndIsFoundAgain) {
  ExpectAnswers(5);
  redis.Kill();
  ExpectAnswers(20);
  WaitUntil([&] { return !Shared(one).connected() && Shared(one).faults() > 0; });
  redis.Start();
  WaitUntil([&] { return Shared(one).connected() && Shared(other).connected(); });
  ExpectAnswers(5);
}

TEST_F(SharedCache, ARedisThatIsStoppedFailsNoCall) {
  ExpectAnswers(5);
  redis.Stop();
  ExpectAnswers(20);
  EXPECT_GT(Shared(one).faults(), 0);
  EXPECT_FALSE(Shared(one).connected());
}

TEST(NothingShared, IsSaidByLeavingItOut) {
  World world({.simulator = {"--alerts", "10", "--hosts", "10"},
               .gateway = {"--cache-mib=8"},
               .environment = {}});
  EXPECT_FALSE(Ask(world, v1::GetStatusRequest())->upstream().has_shared_cache());
}

}  // namespace
}  // namespace falcon::e2e
