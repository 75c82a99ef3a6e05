// A temporary folder for one test.
#ifndef FALCON_TESTS_SUPPORT_TEMP_DIR_H_
#define FALCON_TESTS_SUPPORT_TEMP_DIR_H_

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace falcon::testing {

// The destructor removes the folder and its content.
class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "falcon-test-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~TempDir() { std::filesystem::remove_all(folder_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

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

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_TEMP_DIR_H_
