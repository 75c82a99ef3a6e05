// Readers that stall and disks that are full: nothing waits, nothing is lost uncounted.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "telemetry/log.h"
#include "tests/support/temp_dir.h"

namespace falcon::telemetry {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kLine = std::string(999, 'a') + "\n";

class Pipe {
 public:
  Pipe() {
    signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0);
  }
  ~Pipe() {
    CloseReader();
    close(ends_[1]);
  }
  int writer() const { return ends_[1]; }
  void CloseReader() {
    if (ends_[0] >= 0) close(ends_[0]);
    ends_[0] = -1;
  }
  // With its line feed; the next one must come.
  std::string ReadLine() {
    while (text_.find('\n') == std::string::npos) {
      std::array<char, 4096> buffer;
      const ssize_t count = read(ends_[0], buffer.data(), buffer.size());
      if (count <= 0) return "no more: " + text_;
      text_.append(buffer.data(), static_cast<size_t>(count));
    }
    const size_t length = text_.find('\n') + 1;
    const std::string line = text_.substr(0, length);
    text_.erase(0, length);
    return line;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
  std::string text_;
};

void WaitForDropped(const LogWriter& writer, int64_t count) {
  while (writer.dropped() < count) std::this_thread::yield();
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(LogWriter, WritesLinesInTheirOrder) {
  Pipe pipe;
  LogWriter writer(pipe.writer());
  writer.Write("one\n");
  writer.Write("two\n");
  EXPECT_EQ(pipe.ReadLine(), "one\n");
  EXPECT_EQ(pipe.ReadLine(), "two\n");
  EXPECT_EQ(writer.dropped(), 0);
}

TEST(LogWriter, StalledReaderBlocksNoWriterAndEachLineIsWrittenOrCounted) {
  Pipe pipe;
  // A pipe holds 64 KiB, the queue 100 lines: most of these find it full.
  LogWriter writer(pipe.writer(), {.max_bytes = 100 * kLine.size()});
  constexpr int64_t kLines = 1'000;
  for (int64_t i = 0; i < kLines; ++i) writer.Write(kLine);
  EXPECT_GE(writer.dropped(), kLines - 300);

  int64_t written = 0;
  int64_t told = 0;
  while (written + told < kLines) {
    const std::string line = pipe.ReadLine();
    if (line == kLine) {
      ++written;
    } else {
      const auto event = nlohmann::json::parse(line);
      EXPECT_EQ(event.at("event"), "log_lines_dropped");
      told += event.at("count").get<int64_t>();
    }
  }

  EXPECT_EQ(told, writer.dropped());
}

TEST(LogWriter, EndsAfterItsGraceWhenNobodyReads) {
  Pipe pipe;
  auto writer = std::make_unique<LogWriter>(
      pipe.writer(), LogWriterOptions{.max_bytes = 1 << 20, .grace = milliseconds(50)});
  for (int i = 0; i < 500; ++i) writer->Write(kLine);
  writer.reset();  // for ever, if it waited for the reader
}

TEST(LogWriter, WritesQueuedLinesAtItsEnd) {
  const testing::TempDir scratch;
  const std::string path = scratch.Write("log", "");
  const int fd = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  {
    LogWriter writer(fd);
    for (int i = 0; i < 100; ++i) writer.Write(kLine);
  }
  EXPECT_EQ(ReadFile(path).size(), 100 * kLine.size());
  close(fd);
}

TEST(LogWriter, DiskThatHasSpaceAgainGetsTheCountOfLostLines) {
  const testing::TempDir scratch;
  const std::string path = scratch.Write("log", "");
  const int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
  {
    LogWriter writer(fd);
    writer.Write("lost\n");
    writer.Write("lost too\n");
    WaitForDropped(writer, 2);
    const int space = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    ASSERT_EQ(dup2(space, fd), fd);
    close(space);
    writer.Write("kept\n");
  }
  const std::string text = ReadFile(path);
  EXPECT_THAT(text, StartsWith("{\"ts\""));
  EXPECT_THAT(text, HasSubstr(R"("level":"warning","event":"log_lines_dropped","count":2})"));
  EXPECT_THAT(text, EndsWith("}\nkept\n"));
  close(fd);
}

TEST(LogWriter, ClosedReaderLosesOnlyLines) {
  Pipe pipe;
  pipe.CloseReader();
  LogWriter writer(pipe.writer());
  writer.Write("lost\n");
  WaitForDropped(writer, 1);
  EXPECT_EQ(writer.dropped(), 1);
}

}  // namespace
}  // namespace falcon::telemetry
