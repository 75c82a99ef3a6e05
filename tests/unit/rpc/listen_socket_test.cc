// Listening sockets: free ports, names, and paths that somebody has already.
#include "rpc/server/listen_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace falcon::rpc {
namespace {

using ::falcon::testing::FailsWith;
using ::falcon::testing::IsOk;

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

}  // namespace
}  // namespace falcon::rpc
