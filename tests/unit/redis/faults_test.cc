// The store before a Redis that answers as it should not, addresses that swallow what is sent to them,
// and names that nobody tells the addresses of.
#include <arpa/inet.h>
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "redis/redis_store.h"
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

using Addresses = std::vector<std::string>;

// What getaddrinfo says of one name, and when.
struct Directory {
  std::mutex mutex;
  std::condition_variable changed;
  Addresses addresses;
  bool held_up = false;
  int asked = 0;
};
Directory directory;
constexpr std::string_view kName = "redis.test";

// The name has these addresses while this is there.
class FakeName {
 public:
  explicit FakeName(Addresses addresses) {
    const std::lock_guard lock(directory.mutex);
    directory.addresses = std::move(addresses);
    directory.asked = 0;
  }
  ~FakeName() { Tell(); }
  FakeName(const FakeName&) = delete;
  FakeName& operator=(const FakeName&) = delete;

  // From now on who asks is told nothing before Tell.
  void HoldUp() { Set(true); }
  void Tell() { Set(false); }

  int asked() const {
    const std::lock_guard lock(directory.mutex);
    return directory.asked;
  }
  void UntilAsked(int count) const {
    std::unique_lock lock(directory.mutex);
    directory.changed.wait(lock, [&] { return directory.asked >= count; });
  }

 private:
  static void Set(bool held_up) {
    const std::lock_guard lock(directory.mutex);
    directory.held_up = held_up;
    directory.changed.notify_all();
  }
};

Addresses Ask() {
  std::unique_lock lock(directory.mutex);
  ++directory.asked;
  directory.changed.notify_all();
  directory.changed.wait(lock, [] { return !directory.held_up; });
  return directory.addresses;
}

// Takes no connection on 127.0.0.2, and refuses none: there is one in the queue that is its length.
class BlackHole {
 public:
  explicit BlackHole(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    address.sin_port = htons(static_cast<uint16_t>(port));
    const auto* const raw = reinterpret_cast<const sockaddr*>(&address);
    if (bind(listener_, raw, sizeof(address)) != 0 || listen(listener_, 0) != 0 ||
        connect(first_, raw, sizeof(address)) != 0) {
      throw std::runtime_error("cannot listen");
    }
  }
  ~BlackHole() {
    close(first_);
    close(listener_);
  }
  BlackHole(const BlackHole&) = delete;
  BlackHole& operator=(const BlackHole&) = delete;

 private:
  const int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int first_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

class DialTest : public StoreTest {
 protected:
  // Lets the time pass that connecting and logging in may take.
  void PassLogIn() { timer.Advance(seconds(1)); }

  const ScriptedRedis server{[](const ScriptedRedis::Command&) { return "+PONG\r\n"; }};
  const std::string port = StrCat(server.port());
  const std::string named = StrCat(kName, ":", port);
};

TEST_F(DialTest, HangingConnectEndsAtItsTimeout) {
  const BlackHole hole(server.port());
  Connect("127.0.0.2:" + port);
  for (int attempt = 1; attempt <= 3; ++attempt) {
    timer.Advance(milliseconds(0));  // it is connecting by now
    PassLogIn();
    UntilFaults(attempt);
    PassPause();
  }
  EXPECT_THAT(Log(), HasSubstr("no reply to the authentication"));
}

TEST_F(DialTest, HangingAddressIsFollowedByTheNextOne) {
  const BlackHole hole(server.port());
  const FakeName name({"127.0.0.2", "127.0.0.2", "127.0.0.1"});
  Connect(named);
  for (int attempt = 1; attempt <= 2; ++attempt) {
    name.UntilAsked(attempt);
    PassLogIn();
    UntilFaults(attempt);
    PassPause();
  }
  UntilConnected();
  EXPECT_EQ(name.asked(), 3);
}

TEST_F(DialTest, RefusingAddressIsFollowedByTheNextAtOnce) {
  const FakeName name({"127.0.0.2", "127.0.0.1"});
  Connect(named);
  UntilConnected();
  EXPECT_EQ(Stats().faults, 0);
}

TEST_F(DialTest, HangingResolveRunsOnceAndItsLateResultIsIgnored) {
  FakeName name({"127.0.0.1"});
  name.HoldUp();
  Connect(named);
  name.UntilAsked(1);
  PassLogIn();
  UntilFaults(1);
  for (int i = 0; i < 20; ++i) PassPause();
  EXPECT_EQ(Stats().faults, 1) << "there was no further attempt";
  name.Tell();
  UntilConnected();
  EXPECT_EQ(name.asked(), 2);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(DialTest, StoreMayBeDestroyedDuringAResolve) {
  FakeName name({"127.0.0.1"});
  name.HoldUp();
  Connect(named);
  name.UntilAsked(1);
  store.reset();
}

}  // namespace

// Comes before the C library's in this program. What the library makes of single addresses can be
// put together, and freed together.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (name == nullptr || name != kName) return real(name, service, hints, found);
  *found = nullptr;
  for (const std::string& address : Ask()) {
    if (const int error = real(address.c_str(), service, hints, found); error != 0) return error;
    while (*found != nullptr) found = &(*found)->ai_next;
  }
  return 0;
}

}  // namespace falcon::testing
