// Connections: listening sockets, limits of accepting, and clients that cancel at once.
#include "rpc/server/acceptor.h"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>

#include "rpc/server/connection_table.h"
#include "rpc/server/listen_socket.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace falcon::rpc {
namespace {

using ::falcon::testing::FailsWith;
using ::falcon::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AcceptorTest : public ::testing::Test {
 protected:
  ~AcceptorTest() override { acceptor_.reset(); }

  void Start(AcceptorOptions options, int max_connections = 1000, int per_address = 1000) {
    connections_ = std::make_unique<ConnectionTable>(max_connections, per_address, metrics_);
    auto listening = ListenSocket::Open("127.0.0.1:0");
    ASSERT_THAT(listening, IsOk());
    acceptor_ = std::make_unique<Acceptor>(
        *std::move(listening), options, *connections_, [this] { return used_.load(); }, log_,
        metrics_);
    ASSERT_THAT(acceptor_->Start([this](int fd) {
      const std::lock_guard lock(mutex_);
      taken_.emplace_back(fd);
    }),
                IsOk());
  }

  // A connection to it that has sent `bytes`.
  FileDescriptor Dial(std::string_view bytes) const {
    FileDescriptor client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<in_port_t>(acceptor_->port()));
    EXPECT_EQ(connect(client.get(), reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
    // It fails where the connection is refused already.
    send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return client;
  }
  // Whether the other end has closed it; waits for that.
  static bool IsClosed(const FileDescriptor& client) {
    char byte = 0;
    return recv(client.get(), &byte, 1, 0) <= 0;
  }
  // As gRPC names the client.
  static std::string PeerName(const FileDescriptor& client) {
    sockaddr_in own = {};
    socklen_t size = sizeof(own);
    EXPECT_EQ(getsockname(client.get(), reinterpret_cast<sockaddr*>(&own), &size), 0);
    return "ipv4:127.0.0.1:" + std::to_string(ntohs(own.sin_port));
  }
  static void Take(const FileDescriptor& from, size_t bytes) {
    char buffer[4096];
    while (bytes > 0) {
      const ssize_t got = recv(from.get(), buffer, std::min(bytes, sizeof(buffer)), 0);
      if (got > 0) bytes -= static_cast<size_t>(got);
    }
  }
  template <class Condition>
  static void WaitUntil(Condition condition) {
    while (!condition()) std::this_thread::yield();
  }
  size_t Taken() {
    const std::lock_guard lock(mutex_);
    return taken_.size();
  }
  void ExpectRefused(const std::string& reason) {
    const std::string line = "falcon_gateway_connections_refused_total{reason=\"" + reason + "\"}";
    WaitUntil([&] { return metrics_.Text().find(line) != std::string::npos; });
  }
  void ExpectClosed(const std::string& reason) {
    const std::string line = "falcon_gateway_connections_closed_total{reason=\"" + reason + "\"} 1";
    WaitUntil([&] { return metrics_.Text().find(line) != std::string::npos; });
  }

  SystemClock clock_;
  std::ostringstream out_;
  telemetry::Log log_{telemetry::Level::kInfo, clock_, out_};
  telemetry::Metrics metrics_;
  std::mutex mutex_;
  std::vector<FileDescriptor> taken_;
  std::atomic<size_t> used_ = 0;
  std::unique_ptr<ConnectionTable> connections_;
  std::unique_ptr<Acceptor> acceptor_;
};

// Clients that look at their sockets now and then only must find gRPC's settings there.
TEST_F(AcceptorTest, HandsConnectionOverBeforeItsFirstByte) {
  Start({});
  const FileDescriptor client = Dial("");
  WaitUntil([&] { return Taken() == 1 && connections_->size() == 1; });
}

TEST_F(AcceptorTest, CountsConnectionUntilBothEndsAreShut) {
  Start({}, /*max_connections=*/1);
  const FileDescriptor client = Dial("x");
  WaitUntil([&] { return Taken() == 1; });
  EXPECT_TRUE(IsClosed(Dial("x")));
  ExpectRefused("limit");
  shutdown(taken_[0].get(), SHUT_RDWR);
  WaitUntil([&] { return connections_->size() == 0; });
  const FileDescriptor next = Dial("x");
  WaitUntil([&] { return Taken() == 2; });
}

TEST_F(AcceptorTest, RefusesConnectionBeyondLimitOfItsAddress) {
  Start({}, /*max_connections=*/10, /*per_address=*/2);
  const FileDescriptor first = Dial("x");
  const FileDescriptor second = Dial("x");
  WaitUntil([&] { return Taken() == 2; });
  EXPECT_TRUE(IsClosed(Dial("x")));
  ExpectRefused("address_limit");
}

TEST_F(AcceptorTest, ClosesConnectionThatSendsNothing) {
  Start({.first_byte = milliseconds(20)});
  const FileDescriptor speaks = Dial("x");
  EXPECT_TRUE(IsClosed(Dial("")));
  WaitUntil([&] { return connections_->size() == 1; });
  ExpectClosed("silent");
  EXPECT_EQ(send(speaks.get(), "y", 1, MSG_NOSIGNAL), 1);
}

TEST_F(AcceptorTest, ClosesConnectionByPeerName) {
  Start({});
  const FileDescriptor client = Dial("x");
  WaitUntil([&] { return Taken() == 1; });
  connections_->Close("ipv4:127.0.0.1:1");
  connections_->Close(PeerName(client));
  EXPECT_TRUE(IsClosed(client));
}

TEST_F(AcceptorTest, ClosesConnectionWhoseBytesMadeNoCallsWhenMemoryIsShort) {
  Start({.memory_mark = 100, .sample_interval = milliseconds(1)});
  const FileDescriptor caller = Dial("x");
  const FileDescriptor burden = Dial("x");
  WaitUntil([&] { return Taken() == 2; });
  const std::string bytes(100 << 10, 'x');
  for (int i = 0; i < 10; ++i) {
    for (const FileDescriptor* client : {&caller, &burden}) {
      EXPECT_GT(send(client->get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
    }
    connections_->Credit(PeerName(caller), bytes.size());
    for (const FileDescriptor& one : taken_) Take(one, bytes.size());
  }
  used_ = 101;
  EXPECT_TRUE(IsClosed(burden));
  ExpectClosed("memory");
  EXPECT_EQ(send(caller.get(), "y", 1, MSG_NOSIGNAL), 1);
}

TEST_F(AcceptorTest, ResumesAcceptingWhenFileDescriptorsAreFree) {
  Start({.pause = milliseconds(5)});
  const FileDescriptor client = Dial("x");
  WaitUntil([&] { return Taken() == 1; });
  const FileDescriptor waiting(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit usual = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
  const rlimit none = {.rlim_cur = static_cast<rlim_t>(waiting.get()), .rlim_max = usual.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(static_cast<in_port_t>(acceptor_->port()));
  EXPECT_EQ(connect(waiting.get(), reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
  EXPECT_EQ(send(waiting.get(), "x", 1, MSG_NOSIGNAL), 1);
  ExpectRefused("files");
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);
  WaitUntil([&] { return Taken() == 2; });
  EXPECT_THAT(out_.str(), HasSubstr("accepting_paused"));
}

TEST_F(AcceptorTest, KeepsConnectionsWhenListeningStops) {
  Start({});
  const FileDescriptor client = Dial("x");
  WaitUntil([&] { return Taken() == 1; });
  acceptor_->StopListening();
  EXPECT_EQ(send(taken_[0].get(), "y", 1, MSG_NOSIGNAL), 1);
  char byte = 0;
  EXPECT_EQ(recv(client.get(), &byte, 1, 0), 1);
}

const auto kTaken = FailsWith(absl::StatusCode::kUnavailable, "LISTEN_FAILED");

TEST(ListenSocket, BindsPortZeroOnEveryAddressOfAName) {
  const auto listening = ListenSocket::Open("localhost:0");
  ASSERT_THAT(listening, IsOk());
  EXPECT_GT(listening->port(), 0);
  EXPECT_GE(listening->sockets().size(), 1U);
}

TEST(ListenSocket, RefusesPortInUse) {
  const auto first = ListenSocket::Open("127.0.0.1:0");
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(ListenSocket::Open("127.0.0.1:" + std::to_string(first->port())), kTaken);
}

TEST(ListenSocket, RefusesUnknownName) {
  EXPECT_THAT(ListenSocket::Open("no-such-host.invalid:0"), kTaken);
}

TEST(ListenSocket, RefusesPathThatAProcessServes) {
  const testing::TempDir folder;
  const std::string address = "unix:" + folder.folder() + "/socket";
  const auto first = ListenSocket::Open(address);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(ListenSocket::Open(address), kTaken);
  EXPECT_TRUE(std::filesystem::exists(folder.folder() + "/socket"));
}

TEST(ListenSocket, ReplacesStalePath) {
  const testing::TempDir folder;
  const std::string path = folder.folder() + "/socket";
  {
    auto gone = ListenSocket::Open("unix:" + path);
    ASSERT_THAT(gone, IsOk());
    std::filesystem::rename(path, path + ".kept");  // outlives its process, as after a kill
  }
  std::filesystem::rename(path + ".kept", path);
  EXPECT_THAT(ListenSocket::Open("unix:" + path), IsOk());
}

TEST(ListenSocket, KeepsFileThatIsNoSocket) {
  const testing::TempDir folder;
  std::ofstream(folder.folder() + "/notes") << "keep";
  EXPECT_THAT(ListenSocket::Open("unix:" + folder.folder() + "/notes"), kTaken);
  EXPECT_TRUE(std::filesystem::exists(folder.folder() + "/notes"));
}

TEST(ListenSocket, UnlinksOnlyItsOwnSocket) {
  const testing::TempDir folder;
  const std::string path = folder.folder() + "/socket";
  auto first = ListenSocket::Open("unix:" + path);
  ASSERT_THAT(first, IsOk());
  std::filesystem::rename(path, path + ".moved");
  auto second = ListenSocket::Open("unix:" + path);
  ASSERT_THAT(second, IsOk());
  first->Close();
  EXPECT_TRUE(std::filesystem::exists(path));
  second->Close();
  EXPECT_FALSE(std::filesystem::exists(path));
}

class ResetLimiterTest : public ::testing::Test {
 protected:
  void Reset(const std::string& peer, int times) {
    for (int i = 0; i < times; ++i) limiter_.Count(peer);
  }

  testing::FakeClock clock_;
  telemetry::Metrics metrics_;
  std::vector<std::string> closed_;
  ResetLimiter limiter_{clock_, [this](const std::string& peer) { closed_.push_back(peer); },
                        metrics_};
};

TEST_F(ResetLimiterTest, ClosesConnectionOnceBeyondResetsPerSecond) {
  Reset("ipv4:192.0.2.1:1", ResetLimiter::kMaxResets + 10);
  EXPECT_THAT(closed_, ElementsAre("ipv4:192.0.2.1:1"));
}

TEST_F(ResetLimiterTest, CountsEachConnectionAndSecondSeparately) {
  Reset("ipv4:192.0.2.1:1", ResetLimiter::kMaxResets - 1);
  Reset("ipv4:192.0.2.1:2", ResetLimiter::kMaxResets - 1);
  clock_.Advance(seconds(1));
  Reset("ipv4:192.0.2.1:1", ResetLimiter::kMaxResets - 1);
  EXPECT_THAT(closed_, IsEmpty());
}

}  // namespace
}  // namespace falcon::rpc
