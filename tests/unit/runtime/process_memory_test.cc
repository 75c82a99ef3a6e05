// The memory of this process, and the limit of its control group, as the system's files say.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "runtime/memory.h"
#include "tests/support/temp_dir.h"

namespace falcon::runtime {
namespace {

class CgroupTest : public ::testing::Test {
 protected:
  void Write(const std::string& file, const std::string& text) {
    const auto folder = std::filesystem::path(scratch_.folder()) / file;
    std::filesystem::create_directories(folder.parent_path());
    scratch_.Write(file, text);
  }
  std::optional<size_t> Limit() const { return CgroupMemoryLimit(scratch_.folder()); }

  const falcon::testing::TempDir scratch_;
};

TEST(ProcessMemoryTest, ResidentBytesGrowWithUse) {
  constexpr size_t kMuch = size_t{32} << 20;
  const size_t before = ResidentBytes();
  EXPECT_GT(before, size_t{1} << 20);
  const std::string much(kMuch, 'x');
  EXPECT_GE(ResidentBytes(), before + kMuch / 2) << much.size();
}

TEST_F(CgroupTest, NoFilesMeanNoLimit) { EXPECT_EQ(Limit(), std::nullopt); }

TEST_F(CgroupTest, VersionTwoReadsGroupAndAncestors) {
  Write("proc/self/cgroup", "0::/system.slice/gateway.service\n");
  Write("sys/fs/cgroup/system.slice/gateway.service/memory.max", "max\n");
  EXPECT_EQ(Limit(), std::nullopt);
  Write("sys/fs/cgroup/system.slice/memory.max", "1073741824\n");
  EXPECT_EQ(Limit(), 1'073'741'824);
  Write("sys/fs/cgroup/system.slice/gateway.service/memory.max", "268435456\n");
  EXPECT_EQ(Limit(), 268'435'456) << "the least counts";
}

TEST_F(CgroupTest, VersionTwoInContainerReadsTopGroup) {
  Write("proc/self/cgroup", "0::/\n");
  Write("sys/fs/cgroup/memory.max", "536870912\n");
  EXPECT_EQ(Limit(), 536'870'912);
}

TEST_F(CgroupTest, VersionOneInContainerReadsTopGroup) {
  Write("proc/self/cgroup", "11:cpu,cpuacct:/docker/abc\n9:memory:/docker/abc\n0::/docker/abc\n");
  Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n");
  EXPECT_EQ(Limit(), 134'217'728);
}

TEST_F(CgroupTest, VersionOneMaximumIsNoLimit) {
  Write("proc/self/cgroup", "9:memory:/\n");
  Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(Limit(), std::nullopt);
}

}  // namespace
}  // namespace falcon::runtime
