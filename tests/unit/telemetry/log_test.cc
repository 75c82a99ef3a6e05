// Lines that a machine reads, and that nobody can forge.
#include "telemetry/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>
#include <vector>

#include "base/secret.h"
#include "tests/support/fake_clock.h"

namespace falcon::telemetry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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

}  // namespace
}  // namespace falcon::telemetry
