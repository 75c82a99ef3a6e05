// The store before a Redis that answers as it should not.
#include <gmock/gmock.h>

#include <mutex>

#include "tests/unit/redis/scripted_redis.h"
#include "tests/unit/redis/store_fixture.h"

namespace falcon::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

constexpr const char* kNothing = "$-1\r\n";

// Takes the log-in, and answers the rest so.
ScriptedRedis::Handler ThenAnswer(std::optional<std::string> answer) {
  return [answer = std::move(answer)](const ScriptedRedis::Command& command) {
    return command[0] == "PING" ? std::optional<std::string>("+PONG\r\n") : answer;
  };
}
ScriptedRedis::Handler AnswerAll(std::optional<std::string> answer) {
  return [answer = std::move(answer)](const ScriptedRedis::Command&) { return answer; };
}

class RedisFaults : public StoreTest {
 protected:
  // The one Get is not answered, and ends the connection.
  void ExpectLost(const std::optional<std::string>& answer, const std::string& why) {
    const ScriptedRedis server(ThenAnswer(answer));
    Connect(server.address());
    UntilConnected();
    EXPECT_THAT(Get({"a"}), ElementsAre(std::nullopt)) << why;
    UntilFaults(1);
    EXPECT_FALSE(Stats().connected) << why;
    EXPECT_THAT(Log(), HasSubstr(why));
    store.reset();
  }
  // The log-in does not get through.
  void ExpectRefused(const std::optional<std::string>& answer, const std::string& why) {
    OnLoop(loop, [&] { out.str(""); });
    const ScriptedRedis server(AnswerAll(answer));
    Connect({server.address(), "", Secret("canary")});
    UntilFaults(1);
    EXPECT_FALSE(Stats().connected) << why;
    EXPECT_THAT(Get({"a"}), ElementsAre(std::nullopt));
    EXPECT_THAT(Log(), HasSubstr(why));
    EXPECT_THAT(Log(), Not(HasSubstr("canary")));
    store.reset();
  }
};

TEST_F(RedisFaults, RefusedAuthenticationLogsOnlyTheCode) {
  ExpectRefused("-LOADING Redis is loading the dataset in memory\r\n", "Redis answers LOADING");
  ExpectRefused("-ERR unknown command `AUTH`, with args beginning with: `canary`\r\n",
                "Redis answers ERR");
  ExpectRefused(std::nullopt, "redis_unavailable");
  ExpectRefused("SSH-2.0-OpenSSH\r\n", "not a reply of Redis");
}

TEST_F(RedisFaults, ServerThatDoesNotReplyToTheAuthenticationIsClosed) {
  const ScriptedRedis server(AnswerAll(""));
  Connect(server.address());
  while (server.connections() == 0) std::this_thread::yield();
  timer.Advance(seconds(1));
  UntilFaults(1);
  EXPECT_THAT(Log(), HasSubstr("no reply to the authentication"));
  PassPause();
  while (server.connections() < 2) std::this_thread::yield();
}

TEST_F(RedisFaults, InvalidReplyClosesTheConnection) {
  ExpectLost(std::nullopt, "End of file");
  ExpectLost("HTTP/1.1 400 Bad Request\r\n\r\n", "not a reply of Redis");
  ExpectLost("*3\r\n$1\r\na\r\n", "not a reply of Redis: it is an array");
  ExpectLost("*1000000000\r\n", "not a reply of Redis: it is an array");
  ExpectLost("$2000000000\r\n" + std::string(size_t{2} << 20, 'x'), "too large");
}

TEST_F(RedisFaults, UnexpectedReplyClosesTheConnection) {
  const ScriptedRedis server(ThenAnswer("$1\r\n1\r\n+OK\r\n"));
  ConnectTo(server);
  EXPECT_THAT(Get({"a"}), ElementsAre(Optional(std::string("1"))));
  UntilFaults(1);
  EXPECT_THAT(Log(), HasSubstr("nobody asked for"));
}

TEST_F(RedisFaults, ThreeErrorsInARowCloseTheConnection) {
  const ScriptedRedis server(ThenAnswer("-LOADING Redis is loading\r\n"));
  ConnectTo(server);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(Stats().connected);
    EXPECT_THAT(Get({"a", "b"}), ElementsAre(std::nullopt, std::nullopt));
    timer.Advance(milliseconds(1));
  }
  UntilFaults(4);
  EXPECT_FALSE(Stats().connected);
}

TEST_F(RedisFaults, RefusedPutIsCountedAndKeepsTheConnection) {
  const ScriptedRedis server([](const ScriptedRedis::Command& command) {
    if (command[0] == "PING") return "+PONG\r\n";
    return command[0] == "GET" ? kNothing : "-OOM command not allowed\r\n";
  });
  ConnectTo(server);
  for (int i = 0; i < 5; ++i) Put("a", "1");
  EXPECT_THAT(Get({"a"}), ElementsAre(std::nullopt));
  EXPECT_EQ(Stats().faults, 5);
  EXPECT_TRUE(Stats().connected);
}

TEST_F(RedisFaults, LateReplyIsNotMatchedToALaterGet) {
  std::string owed;
  const ScriptedRedis server([&](const ScriptedRedis::Command& command) -> std::string {
    if (command[0] == "PING") return "+PONG\r\n";
    if (command[1] == "slow") {
      owed = "$4\r\nlate\r\n";
      return "";
    }
    return std::exchange(owed, "") + "$2\r\nok\r\n";
  });
  ConnectTo(server);
  EXPECT_THAT(GetInVain({"slow"}), ElementsAre(std::nullopt));
  EXPECT_THAT(Get({"fast"}), ElementsAre(Optional(std::string("ok"))));
  EXPECT_EQ(Stats().faults, 1);
}

TEST_F(RedisFaults, PutSetsTheTtl) {
  std::mutex mutex;
  ScriptedRedis::Command seen;
  const ScriptedRedis server([&](const ScriptedRedis::Command& command) {
    if (command[0] == "PING") return "+PONG\r\n";
    if (command[0] == "GET") return kNothing;
    const std::lock_guard lock(mutex);
    seen = command;
    return "+OK\r\n";
  });
  ConnectTo(server);
  Put("k", "v");
  EXPECT_THAT(Get({"k"}), ElementsAre(std::nullopt));
  const std::lock_guard lock(mutex);
  EXPECT_THAT(seen, ElementsAre("SET", "k", "v", "PX", "60000"));
}

TEST_F(RedisFaults, InvalidAddressIsAFault) {
  const std::string too_long = "unix:/" + std::string(200, 'x');
  for (const std::string& address :
       {std::string("no-such-host.invalid:6379"), std::string("unix:/no/such/socket"), too_long}) {
    Connect(address);
    UntilFaults(1);
    EXPECT_THAT(Get({"a"}), ElementsAre(std::nullopt)) << address;
  }
}

}  // namespace
}  // namespace falcon::testing
