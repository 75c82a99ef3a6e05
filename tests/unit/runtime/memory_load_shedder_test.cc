// Memory of this process, and what is shed near its limit.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "runtime/memory.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace falcon::runtime {
namespace {

using falcon::testing::FailsWith;
using falcon::testing::FakeClock;

class MemoryLoadShedderTest : public ::testing::Test {
 protected:
  MemoryLoadShedder Guard(size_t limit) {
    return {clock_,
            {.limit = limit},
            [this] {
              ++looks_;
              return used_;
            },
            [this] { used_ -= freed_; }};
  }
  // After the shedder has read the memory again.
  absl::Status Admit(MemoryLoadShedder& guard, Criticality criticality) {
    clock_.Advance(milliseconds(250));
    return guard.Admit(criticality);
  }

  FakeClock clock_;
  size_t used_ = 0;
  size_t freed_ = 0;  // by a release
  int looks_ = 0;
};

constexpr Criticality kCritical = Criticality::kCritical;
constexpr Criticality kSheddable = Criticality::kSheddable;

TEST_F(MemoryLoadShedderTest, ShedsSheddableCallsFirst) {
  MemoryLoadShedder guard = Guard(1000);
  used_ = 850;
  EXPECT_EQ(Admit(guard, kSheddable), absl::OkStatus());
  used_ = 851;
  const absl::Status refused = Admit(guard, kSheddable);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kResourceExhausted, "MEMORY_PRESSURE"));
  EXPECT_TRUE(RetryAfter(refused).has_value());
  EXPECT_EQ(Admit(guard, kCritical), absl::OkStatus());
  used_ = 951;
  EXPECT_THAT(Admit(guard, kCritical),
              FailsWith(absl::StatusCode::kResourceExhausted, "MEMORY_PRESSURE"));
  EXPECT_EQ(guard.refused(), 2);
}

TEST_F(MemoryLoadShedderTest, AdmitsCallsOnceMemoryIsFree) {
  MemoryLoadShedder guard = Guard(1000);
  used_ = 1000;
  EXPECT_FALSE(Admit(guard, kCritical).ok());
  used_ = 900;
  EXPECT_EQ(Admit(guard, kCritical), absl::OkStatus());
  EXPECT_FALSE(Admit(guard, kSheddable).ok());
  used_ = 500;
  EXPECT_EQ(Admit(guard, kSheddable), absl::OkStatus());
}

TEST_F(MemoryLoadShedderTest, ReadsMemoryAtMostOncePerInterval) {
  MemoryLoadShedder guard = Guard(1000);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(guard.Admit(kCritical), absl::OkStatus());
  EXPECT_EQ(looks_, 1);
  used_ = 2000;
  clock_.Advance(milliseconds(249));
  EXPECT_EQ(guard.Admit(kCritical), absl::OkStatus());
  clock_.Advance(milliseconds(1));
  EXPECT_FALSE(guard.Admit(kCritical).ok());
}

TEST_F(MemoryLoadShedderTest, ReleasesFreeMemoryBeforeShedding) {
  MemoryLoadShedder guard = Guard(1000);
  used_ = 990;
  freed_ = 400;
  EXPECT_EQ(Admit(guard, kSheddable), absl::OkStatus());
  EXPECT_EQ(guard.refused(), 0);
}

TEST_F(MemoryLoadShedderTest, ShedsNothingWithoutLimit) {
  MemoryLoadShedder guard = Guard(0);
  used_ = size_t{1} << 50;
  EXPECT_EQ(Admit(guard, kSheddable), absl::OkStatus());
  EXPECT_EQ(looks_, 0);
}

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
