// Addresses that swallow what is sent to them, and names that nobody tells the addresses of.
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
#include "tests/unit/redis/scripted_redis.h"
#include "tests/unit/redis/store_fixture.h"

namespace falcon::testing {
namespace {

using ::testing::HasSubstr;

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
