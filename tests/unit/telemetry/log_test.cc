// Log lines: what they hold, how they repeat, and writers that stall or fail.
#include "telemetry/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace falcon::telemetry {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

static_assert(!std::is_constructible_v<Field, const char*, Secret>, "a Secret is no field");
static_assert(!std::is_constructible_v<Field, const char*, const Secret&>);

class LogTest : public ::testing::Test {
 protected:
  std::string Text() const { return out_.str(); }

  testing::FakeClock clock_;
  std::ostringstream out_;
  Log log_{Level::kInfo, clock_, out_};
};

TEST_F(LogTest, WritesOneJsonObjectALine) {
  log_.Info("server_started",
            {{"listen", "127.0.0.1:50051"}, {"threads", 2}, {"tls", true}, {"load", 0.5}});
  EXPECT_EQ(Text(), R"({"ts":"2026-05-28T20:26:40.000Z","level":"info","event":"server_started",)"
                    R"("listen":"127.0.0.1:50051","threads":2,"tls":true,"load":0.5})"
                    "\n");
}

TEST_F(LogTest, ShowsMillisecondsOfTheWallClock) {
  clock_.Advance(milliseconds(123));
  log_.Info("x");
  EXPECT_THAT(Text(), HasSubstr(R"("ts":"2026-05-28T20:26:40.123Z")"));
}

TEST_F(LogTest, DropsEventsBelowItsLevel) {
  log_.Debug("hidden");
  log_.Info("shown");
  log_.Warning("warned");
  log_.Error("failed");
  EXPECT_THAT(Text(), Not(HasSubstr("hidden")));
  EXPECT_THAT(Text(), HasSubstr(R"("level":"warning","event":"warned")"));
  EXPECT_THAT(Text(), HasSubstr(R"("level":"error","event":"failed")"));
  std::ostringstream silent;
  Log off(Level::kOff, clock_, silent);
  off.Error("nothing");
  EXPECT_EQ(silent.str(), "");
}

TEST_F(LogTest, TextCannotBreakTheLineOrTheTerminal) {
  log_.Info("x", {{"host", "a\"b\\c\nlevel\x1b[2J\xE2\x80\xAE\xFF"}, {"text", std::string("y")}});
  EXPECT_THAT(
      Text(),
      HasSubstr(R"("host":"a\"b\\c\\u{000A}level\\u{001B}[2J\\u{202E}\\x{FF}","text":"y")"));
  EXPECT_EQ(std::ranges::count(Text(), '\n'), 1);
}

TEST_F(LogTest, PercentAndBracesAreNotFormatted) {
  log_.Info("x", {{"text", "{} %s %n {0}"}});
  EXPECT_THAT(Text(), HasSubstr(R"("text":"{} %s %n {0}")"));
}

TEST_F(LogTest, LongTextIsCut) {
  log_.Info("x", {{"text", std::string(10'000, 'a')}});
  EXPECT_LT(Text().size(), 4300u);
  EXPECT_THAT(Text(), HasSubstr("aaa...\"}"));
}

TEST_F(LogTest, LinesOfManyThreadsStayWhole) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 100; ++i) log_.Info("x", {{"text", "whole"}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::istringstream lines(Text());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_EQ(line,
              R"({"ts":"2026-05-28T20:26:40.000Z","level":"info","event":"x","text":"whole"})");
  }
  EXPECT_EQ(count, 400);
}

TEST(ParseLevel, TakesTheNamesInAnyCase) {
  EXPECT_EQ(ParseLevel("debug"), Level::kDebug);
  EXPECT_EQ(ParseLevel("INFO"), Level::kInfo);
  EXPECT_EQ(ParseLevel("warn"), Level::kWarning);
  EXPECT_EQ(ParseLevel("warning"), Level::kWarning);
  EXPECT_EQ(ParseLevel("Error"), Level::kError);
  EXPECT_EQ(ParseLevel("off"), Level::kOff);
  EXPECT_EQ(ParseLevel("loud"), std::nullopt);
  EXPECT_EQ(ParseLevel(""), std::nullopt);
}

class RepeatLimiterTest : public ::testing::Test {
 protected:
  std::vector<std::pair<RepeatLimiter::Key, int64_t>> Flush() {
    std::vector<std::pair<RepeatLimiter::Key, int64_t>> told;
    limiter_.Flush([&](const auto& key, int64_t count) { told.emplace_back(key, count); });
    return told;
  }

  testing::FakeClock clock_;
  RepeatLimiter limiter_{clock_, {.burst = 2, .window = seconds(10), .max_keys = 3}};
};

TEST_F(RepeatLimiterTest, CountsLinesAfterTheBurst) {
  EXPECT_TRUE(limiter_.Admit({"a"}));
  EXPECT_TRUE(limiter_.Admit({"a"}));
  EXPECT_FALSE(limiter_.Admit({"a"}));
  EXPECT_FALSE(limiter_.Admit({"a"}));
  EXPECT_TRUE(limiter_.Admit({"b"})) << "another key";
  EXPECT_THAT(Flush(), IsEmpty()) << "the window is not over";

  clock_.Advance(seconds(10));

  EXPECT_THAT(Flush(), ElementsAre(Pair(ElementsAre("a"), 2)));
  EXPECT_THAT(Flush(), IsEmpty()) << "told once";
  EXPECT_TRUE(limiter_.Admit({"a"})) << "a new window";
}

TEST_F(RepeatLimiterTest, KeysAboveTheMaximumShareOne) {
  for (const char* key : {"a", "b", "c"}) EXPECT_TRUE(limiter_.Admit({key}));
  EXPECT_TRUE(limiter_.Admit({"d"}));
  EXPECT_TRUE(limiter_.Admit({"e"}));
  EXPECT_FALSE(limiter_.Admit({"f"}));
  EXPECT_TRUE(limiter_.Admit({"a"})) << "known already";
  clock_.Advance(seconds(10));
  EXPECT_THAT(Flush(), ElementsAre(Pair(ElementsAre("other"), 1)));
}

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
