// A folder for one test, a stand-in for the environment, and a command line.
#ifndef FALCON_TESTS_UNIT_CONFIG_SCRATCH_H_
#define FALCON_TESTS_UNIT_CONFIG_SCRATCH_H_

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include "config/environment.h"

namespace falcon::config {

class Scratch {
 public:
  Scratch() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "falcon-config-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Scratch() { std::filesystem::remove_all(folder_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::string& folder() const { return folder_; }
  // The path of a new file.
  std::string Write(const std::string& name, std::string_view text, mode_t mode = 0600) const {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return path;
  }

 private:
  std::string folder_;
};

class FakeEnvironment final : public Environment {
 public:
  Secret Get(const std::string& name) const override {
    const auto found = values.find(name);
    return found == values.end() ? Secret() : Secret(found->second);
  }
  void Erase(const std::string& name) override { values.erase(name); }

  std::map<std::string, std::string> values;
};

}  // namespace falcon::config

#endif  // FALCON_TESTS_UNIT_CONFIG_SCRATCH_H_
