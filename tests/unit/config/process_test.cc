// The process hides its secrets. Dumps are forbidden in a child, so that tests can be debugged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>
#include <string>

#include "config/sources.h"

namespace falcon::config {
namespace {

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
