// A log that nobody reads, or that no disk takes, stops no call.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <sstream>

#include "tests/e2e/calls/detections.h"
#include "tests/e2e/calls/gateway.h"
#include "tests/e2e/health.h"
#include "tests/e2e/scrape.h"

namespace falcon::e2e {
namespace {

using ::testing::HasSubstr;

struct Descriptor {
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
  int fd = -1;
};

// What may be read from `fd` now.
std::string ReadAvailable(int fd) {
  std::string text;
  std::array<char, 65536> buffer;
  for (ssize_t n; (n = read(fd, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<size_t>(n));
  }
  return text;
}

TEST(BulkheadsLog, ReaderThatStallsStopsNoCallAndGetsWholeLinesLater) {
  Descriptor held;  // outlives the gateway, so that its log has a reader to the end
  WorldOptions options;
  options.simulator = {"--alerts", "50"};
  options.gateway = {"--log-level=debug"};
  options.start_gateway = false;
  World world(options);
  const std::string path = world.folder() + "/gateway.log";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const int reader = open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  held.fd = reader;
  ASSERT_GT(fcntl(reader, F_SETPIPE_SZ, 4096), 0);
  world.StartGateway();

  // Each writes a line of some 200 bytes.
  constexpr int kCalls = 200;
  for (int i = 0; i < kCalls; ++i) {
    ASSERT_TRUE(Ask(world, v1::GetStatusRequest(), seconds(60)).status.ok()) << i;
  }
  EXPECT_EQ(HealthOf(world), kServing);

  std::string text;
  WaitUntil([&] {
    text += ReadAvailable(reader);
    std::istringstream lines(text);
    int finished = 0;
    for (std::string line; std::getline(lines, line);) {
      finished += line.find("rpc_finished") != std::string::npos ? 1 : 0;
    }
    return finished >= kCalls;
  });
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_FALSE(Json::parse(line, nullptr, /*allow_exceptions=*/false).is_discarded()) << line;
  }

  // Told to stop while the reader stalls, it ends: the end of the world waits for that.
  while (write(reader, "x", 1) == 1) {
  }
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Ask(world, v1::GetStatusRequest()).status.ok());
}

// A file size limit refuses writes as a full disk does, and can be lifted again.
void SetFileLimit(World& world, rlim_t bytes) {
  rlimit limit{};
  ASSERT_EQ(prlimit(world.gateway_program().pid(), RLIMIT_FSIZE, nullptr, &limit), 0);
  limit.rlim_cur = bytes;
  ASSERT_EQ(prlimit(world.gateway_program().pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
}

TEST(BulkheadsLog, DiskThatWasFullGetsTheLogAgainWithTheCountOfTheLost) {
  signal(SIGXFSZ, SIG_IGN);  // inherited: with a full disk there is no signal either
  WorldOptions options;
  options.simulator = {"--alerts", "50"};
  options.gateway = {"--log-level=debug", "--metrics-listen=0"};
  World world(options);
  ASSERT_TRUE(Ask(world, v1::GetStatusRequest()).status.ok());
  WaitUntil(
      [&] { return world.gateway_program().Log().find("rpc_finished") != std::string::npos; });

  SetFileLimit(world, std::filesystem::file_size(world.folder() + "/gateway.log") + 10);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Ask(world, v1::GetStatusRequest()).status.ok());
  WaitUntil([&] { return Metric(world, "falcon_gateway_log_lines_dropped_total") >= 20; });
  SetFileLimit(world, RLIM_INFINITY);
  EXPECT_TRUE(Ask(world, v1::ListDetectionsRequest()).status.ok());

  WaitUntil(
      [&] { return world.gateway_program().Log().find("ListDetections") != std::string::npos; });
  EXPECT_THAT(world.gateway_program().Log(),
              HasSubstr(R"("level":"warning","event":"log_lines_dropped","count":2)"));
}

TEST(BulkheadsLog, FrozenFalconHasALine) {
  World world({{"--alerts", "50"}});
  world.Fault(Rule("stall", {{"times", 0}}));
  EXPECT_EQ(Ask(world, v1::ListDetectionsRequest(), milliseconds(300)).status.error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  WaitUntil([&] {
    return world.gateway_program().Log().find(
               R"("event":"rpc_failed","method":"/falcon_gateway.v1.DetectionService/ListDetections",)"
               R"("grpc_code":"DEADLINE_EXCEEDED")") != std::string::npos;
  });
}

}  // namespace
}  // namespace falcon::e2e
