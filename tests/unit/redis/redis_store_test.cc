// The store before a real Redis: what is there, and what happens when Redis goes, stops or refuses.
#include "redis/redis_store.h"

#include <gmock/gmock.h>

#include "tests/support/redis_server.h"
#include "tests/unit/redis/store_fixture.h"

namespace falcon::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;
using ::testing::SizeIs;

class RedisStoreTest : public StoreTest {
 protected:
  std::vector<std::string> Lines() {
    std::istringstream in(Log());
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
};

TEST_F(RedisStoreTest, GetReturnsPutValuesInTheOrderOfTheKeys) {
  const RedisServer server;
  ConnectTo(server);
  const std::string binary("\0\r\n$5\r\n\xFF", 8);
  Put("a", "1");
  Put("b", binary);
  EXPECT_THAT(
      Get({"b", "none", "a", "b"}),
      ElementsAre(Optional(binary), std::nullopt, Optional(std::string("1")), Optional(binary)));
  EXPECT_TRUE(Get({}).empty());
  EXPECT_EQ(Stats().faults, 0);
  EXPECT_THAT(Log(), HasSubstr("redis_connected"));
}

TEST_F(RedisStoreTest, ValuesUpToTheMaximumAreStored) {
  const RedisServer server;
  ConnectTo(server);
  const std::string large(redis::KeyValueStore::kMaxValueBytes, 'x');
  Put("large", large);
  EXPECT_THAT(Get({"large"}), ElementsAre(Optional(large)));
  Put("too large", large + "x");
  EXPECT_THAT(Get({"too large"}), ElementsAre(std::nullopt));
  EXPECT_EQ(Stats().faults, 0);
}

TEST_F(RedisStoreTest, PutIsDroppedWhenTooMuchIsUnderWay) {
  const RedisServer server;
  ConnectTo(server);
  server.Stop();
  const std::string large(redis::KeyValueStore::kMaxValueBytes, 'x');
  Put("a", large);
  Put("b", "1");
  OnLoop(loop, [&] { EXPECT_FALSE(store->Takes(1)); });
  server.Continue();
  EXPECT_THAT(Get({"a", "b"}), ElementsAre(Optional(large), std::nullopt));
  OnLoop(loop, [&] { EXPECT_TRUE(store->Takes(1)); });
}

TEST_F(RedisStoreTest, AuthenticatesWithPasswordAndUser) {
  const RedisServer server({"--requirepass", "canary-1", "--user", "app", "on", ">canary-2",
                            "~falcon:*", "+get", "+set", "+ping"});
  Connect({server.address(), "", Secret("canary-1")});
  UntilConnected();
  Put("falcon:k", "1");
  EXPECT_THAT(Get({"falcon:k"}), ElementsAre(Optional(std::string("1"))));
  Connect({server.address(), "app", Secret("canary-2")});
  UntilConnected();
  EXPECT_THAT(Get({"falcon:k"}), ElementsAre(Optional(std::string("1"))));
  EXPECT_THAT(Get({"other"}), ElementsAre(std::nullopt)) << "Redis refuses it";
  EXPECT_EQ(Stats().faults, 1);
}

TEST_F(RedisStoreTest, WrongPasswordIsAFaultWithoutThePassword) {
  const RedisServer server({"--requirepass", "canary-1"});
  for (const char* password : {"", "canary-2"}) {
    Connect({server.address(), "", Secret(password)});
    UntilFaults(1);
    EXPECT_THAT(Get({"a"}), ElementsAre(std::nullopt));
  }
  EXPECT_THAT(Log(), HasSubstr("NOAUTH"));
  EXPECT_THAT(Log(), HasSubstr("WRONGPASS"));
  EXPECT_THAT(Log(), Not(HasSubstr("canary")));
}

TEST_F(RedisStoreTest, GetReturnsNothingAtOnceUntilRedisStarts) {
  RedisServer server;
  server.Kill();
  Connect(server.address());
  UntilFaults(1);
  EXPECT_THAT(Get({"a"}), ElementsAre(std::nullopt));
  Put("a", "1");
  server.Start();
  PassPause();
  UntilConnected();
  Put("a", "2");
  EXPECT_THAT(Get({"a"}), ElementsAre(Optional(std::string("2"))));
}

TEST_F(RedisStoreTest, NewReasonIsLoggedAgain) {
  RedisServer server({"--requirepass", "canary"});
  server.Kill();
  Connect(server.address());
  UntilFaults(1);
  PassPause();
  UntilFaults(2);
  EXPECT_THAT(Lines(), SizeIs(1));
  server.Start();
  PassPause();
  UntilFaults(3);
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("refused"), HasSubstr("NOAUTH")));
}

TEST_F(RedisStoreTest, ReconnectsAfterALoss) {
  RedisServer server;
  ConnectTo(server);
  server.Kill();
  UntilFaults(1);
  EXPECT_FALSE(Stats().connected);
  EXPECT_THAT(Get({"a"}), ElementsAre(std::nullopt));
  EXPECT_THAT(Log(), HasSubstr("redis_unavailable"));
  server.Start();
  PassPause();
  UntilConnected();
  EXPECT_THAT(Get({"a"}), ElementsAre(std::nullopt));
  EXPECT_EQ(Stats().faults, 1);
}

TEST_F(RedisStoreTest, ThreeTimeoutsInARowCloseTheConnection) {
  RedisServer server;
  ConnectTo(server);
  Put("a", "1");
  ASSERT_THAT(Get({"a"}), ElementsAre(Optional(std::string("1"))));
  server.Stop();
  for (int i = 1; i <= 3; ++i) {
    EXPECT_TRUE(Stats().connected);
    EXPECT_THAT(GetInVain({"a"}), ElementsAre(std::nullopt));
  }
  UntilFaults(4);
  EXPECT_FALSE(Stats().connected);
  EXPECT_THAT(Get({"a"}), ElementsAre(std::nullopt)) << "at once: no time passes here";
  server.Continue();
  PassPause();
  UntilConnected();
  EXPECT_THAT(Get({"a"}), ElementsAre(Optional(std::string("1"))));
}

TEST_F(RedisStoreTest, ConcurrentTimeoutsAreOneFailure) {
  RedisServer server;
  ConnectTo(server);
  server.Stop();
  std::vector<Running<redis::Values>> running;
  for (int i = 0; i < 10; ++i) running.push_back(Begin({"a"}));
  timer.Advance(milliseconds(0));
  timer.Advance(milliseconds(20));
  for (auto& one : running) EXPECT_THAT(*one.Get(), ElementsAre(std::nullopt));
  EXPECT_EQ(Stats().faults, 10);
  EXPECT_TRUE(Stats().connected);
  server.Continue();
}

TEST_F(RedisStoreTest, MayBeDestroyedWhileGetsWait) {
  RedisServer server;
  ConnectTo(server);
  server.Stop();
  Running<redis::Values> waiting = Begin({"a", "b"});
  Running<redis::Values> leaving = Begin({"a"});
  timer.Advance(milliseconds(0));
  leaving.Cancel();
  EXPECT_EQ(leaving.Get(), std::nullopt);
  store.reset();
  EXPECT_THAT(*waiting.Get(), ElementsAre(std::nullopt, std::nullopt));
}

TEST_F(RedisStoreTest, MayBeDestroyedAfterItsLoop) {
  RedisServer server;
  ConnectTo(server);
  server.Stop();
  const Running<redis::Values> waiting = Begin({"a", "b"});
  timer.Advance(milliseconds(0));
  Put("a", "1");
  loop.Stop();
}

}  // namespace
}  // namespace falcon::testing
