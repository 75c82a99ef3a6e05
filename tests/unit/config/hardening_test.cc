// The process cannot be dumped. In a child, so that a debugger can still look at the tests.
#include "config/hardening.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>

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

}  // namespace
}  // namespace falcon::config
