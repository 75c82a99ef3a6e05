// Two thresholds below the limit; files of /proc and /sys, and the allocator at hand.
#include "runtime/memory.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "base/error.h"

// jemalloc's, where it is linked.
extern "C" __attribute__((weak)) int mallctl(const char* name, void* old, size_t* old_size,
                                             void* fresh, size_t fresh_size);

namespace falcon::runtime {
namespace {

constexpr milliseconds kRetryAfter{5'000};

// What version 1 writes for "none" is the largest number of whole pages.
constexpr size_t kNoLimit = size_t{1} << 60;

void LowerToFile(const std::filesystem::path& file, std::optional<size_t>& lowest) {
  std::ifstream in(file);
  size_t bytes = 0;
  // "max" is no number.
  if (!(in >> bytes) || bytes >= kNoLimit) return;
  lowest = std::min(lowest.value_or(bytes), bytes);
}

// Reads the group at `path` below `mount` and its ancestors. In a container `path` may be one of
// the host, which does not exist here: the container's own group is at the top then.
void LowerToAncestors(const std::filesystem::path& mount, std::filesystem::path path,
                      const std::string& file, std::optional<size_t>& lowest) {
  for (path = path.relative_path();; path = path.parent_path()) {
    LowerToFile(mount / path / file, lowest);
    if (path.empty()) return;
  }
}

}  // namespace

size_t MemoryLoadShedder::Threshold(Criticality criticality) const {
  const double share = criticality == Criticality::kSheddable ? options_.sheddable_threshold
                                                              : options_.critical_threshold;
  return static_cast<size_t>(share * static_cast<double>(options_.limit));
}

size_t MemoryLoadShedder::Refresh() {
  const SteadyTime now = clock_.Now();
  const absl::MutexLock lock(&mutex_);
  if (refreshed_at_.has_value() && now - *refreshed_at_ < options_.refresh_interval) return in_use_;
  refreshed_at_ = now;
  in_use_ = used_();
  if (in_use_ > Threshold(Criticality::kSheddable)) {
    release_();
    in_use_ = used_();
  }
  return in_use_;
}

absl::Status MemoryLoadShedder::Admit(Criticality criticality) {
  if (options_.limit == 0 || Refresh() <= Threshold(criticality)) return absl::OkStatus();
  ++refused_;
  const absl::Status pressure =
      Error(absl::StatusCode::kResourceExhausted, "MEMORY_PRESSURE",
            "the gateway is short of memory and takes no further calls like this; retry later");
  return WithRetryAfter(pressure, kRetryAfter);
}

size_t ResidentBytes() {
  std::ifstream in("/proc/self/statm");
  size_t size = 0;
  size_t resident = 0;
  if (!(in >> size >> resident)) return 0;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

void ReleaseFreeMemory() {
  if (mallctl != nullptr) {
    mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);  // of all arenas
  } else {
    malloc_trim(0);
  }
}

std::optional<size_t> CgroupMemoryLimit(const std::filesystem::path& root) {
  const std::filesystem::path mount = root / "sys/fs/cgroup";
  std::optional<size_t> lowest;
  std::ifstream groups(root / "proc/self/cgroup");
  // Lines like "0::/a/b" (version 2) and "9:cpu,memory:/a/b" (version 1).
  for (std::string line; std::getline(groups, line);) {
    const size_t kinds = line.find(':');
    const size_t path = kinds == std::string::npos ? kinds : line.find(':', kinds + 1);
    if (path == std::string::npos) continue;
    const std::string names = "," + line.substr(kinds + 1, path - kinds - 1) + ",";
    const std::string at = line.substr(path + 1);
    if (names == ",,") LowerToAncestors(mount, at, "memory.max", lowest);
    if (names.find(",memory,") == std::string::npos) continue;
    LowerToAncestors(mount / "memory", at, "memory.limit_in_bytes", lowest);
  }
  return lowest;
}

}  // namespace falcon::runtime
