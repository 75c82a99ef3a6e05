// A control group with a memory limit, version 1 or 2, where the system lets a test make one.
#ifndef FALCON_TESTS_E2E_CGROUP_H_
#define FALCON_TESTS_E2E_CGROUP_H_

#include <sys/types.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace falcon::e2e {

// Goes with the test; the processes in it must have ended.
class Cgroup {
 public:
  explicit Cgroup(int64_t bytes) {
    namespace fs = std::filesystem;
    const std::string name = "falcon-e2e-" + std::to_string(getpid());
    for (const auto& [mount, file] : {std::pair("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                                      std::pair("/sys/fs/cgroup", "memory.max")}) {
      std::error_code error;
      const fs::path path = fs::path(mount) / name;
      if (!fs::create_directory(path, error)) continue;
      if (Write(path / file, bytes)) {
        path_ = path;
        return;
      }
      fs::remove(path, error);
    }
  }
  ~Cgroup() {
    std::error_code error;
    if (made()) std::filesystem::remove(path_, error);
  }
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  bool made() const { return !path_.empty(); }
  bool Add(pid_t pid) const { return Write(path_ / "cgroup.procs", pid); }

 private:
  static bool Write(const std::filesystem::path& path, int64_t value) {
    std::ofstream out(path);
    out << value << std::flush;
    return out.good();
  }

  std::filesystem::path path_;
};

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_CGROUP_H_
