// Where values come from: flags, variables, files; and what a process says of itself.
#include "config/sources.h"

#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>
#include <string>

namespace falcon::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// What the one variable of `line` is set to; "<bad>" when the line is none.
std::string ValueOf(std::string_view line) {
  const auto variables = ParseEnvFile(line);
  if (!variables.ok()) return "<bad>";
  if (variables->size() != 1 || !variables->contains("KEY")) return "<other>";
  return std::string(variables->at("KEY").Reveal());
}

TEST(ParseEnvFile, ReadsValuesAsAShellWould) {
  EXPECT_EQ(ValueOf("KEY=value"), "value");
  EXPECT_EQ(ValueOf("export KEY=value"), "value");
  EXPECT_EQ(ValueOf("  export\tKEY=value  "), "value");
  EXPECT_EQ(ValueOf("KEY= value # comment"), "value");
  EXPECT_EQ(ValueOf("KEY=a#b"), "a#b");
  EXPECT_EQ(ValueOf("KEY=a=b"), "a=b");
  EXPECT_EQ(ValueOf("KEY='a b # \"c\" \\n $d'"), "a b # \"c\" \\n $d");
  EXPECT_EQ(ValueOf("KEY=\"a b # 'c' \\\" \\\\ \\$ \\n\" # comment"), "a b # 'c' \" \\ $ \n");
  EXPECT_EQ(ValueOf("KEY=$HOME"), "$HOME");
  EXPECT_EQ(ValueOf("KEY=value\r\n"), "value");
  EXPECT_EQ(ValueOf("KEY="), "");
  EXPECT_EQ(ValueOf("KEY= # nothing"), "");
  EXPECT_EQ(ValueOf("KEY=''"), "");
  EXPECT_EQ(ValueOf("\xEF\xBB\xBFKEY=value"), "value");
  EXPECT_EQ(ValueOf("KEY=first\nKEY=last"), "last");
  EXPECT_EQ(ValueOf("\n\n# comment\n   # another\nKEY=value\n"), "value");
}

TEST(ParseEnvFile, RefusesLinesThatAreNoAssignment) {
  for (const char* line :
       {"KEY", "=value", "1KEY=value", "KE-Y=value", "KEY =value", "KEY='open", "KEY=\"open",
        "KEY='a'b", "KEY=\"a\" b", "KEY=\"a\\\"", "export", "key: value"}) {
    EXPECT_EQ(ValueOf(line), "<bad>") << line;
  }
}

TEST(ParseEnvFile, NamesEveryBadLineAndRepeatsNone) {
  const auto variables = ParseEnvFile("A=1\nhunter2\nB=2\nC='hunter2\n");
  ASSERT_FALSE(variables.ok());
  EXPECT_THAT(variables.status().ToString(), HasSubstr("line 2, 4 "));
  EXPECT_THAT(variables.status().ToString(), Not(HasSubstr("hunter2")));
}

TEST(ParseEnvFile, AnEmptyFileSetsNothing) {
  EXPECT_TRUE(ParseEnvFile("")->empty());
  EXPECT_TRUE(ParseEnvFile("\n\n")->empty());
}

TEST(ForbidCoreDumps, LeavesNoLimitAndNoDumpableMemory) {
  const auto check = [] {
    rlimit limit{1, 1};
    const bool good = ForbidCoreDumps().ok() && getrlimit(RLIMIT_CORE, &limit) == 0 &&
                      limit.rlim_cur == 0 && limit.rlim_max == 0 &&
                      prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
    std::_Exit(good ? 0 : 1);
  };
  EXPECT_EXIT(check(), ::testing::ExitedWithCode(0), "");
}

TEST(ProcessEnvironment, EraseOverwritesTheBytes) {
  std::string entry = "FALCON_TEST_SECRET=canary";
  ASSERT_EQ(putenv(entry.data()), 0);  // putenv keeps our own bytes, so that they can be looked at
  ProcessEnvironment environment;
  EXPECT_EQ(environment.Get("FALCON_TEST_SECRET").Reveal(), "canary");
  environment.Erase("FALCON_TEST_SECRET");
  EXPECT_TRUE(environment.Get("FALCON_TEST_SECRET").empty());
  EXPECT_THAT(entry, ::testing::Not(::testing::HasSubstr("canary")));
  environment.Erase("FALCON_TEST_SECRET");
}

}  // namespace
}  // namespace falcon::config
