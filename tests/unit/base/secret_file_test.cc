// Which files are taken for secrets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/text.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace falcon {
namespace {

using ::testing::HasSubstr;

class SecretFileTest : public ::testing::Test {
 protected:
  static std::string Complaint(const absl::StatusOr<Secret>& result) {
    return std::string(result.status().message());
  }
  falcon::testing::TempDir scratch_;
};

TEST_F(SecretFileTest, LineEndsAtTheEndDoNotCount) {
  EXPECT_EQ(ReadSecretFile(scratch_.Write("a", "secret"))->Reveal(), "secret");
  EXPECT_EQ(ReadSecretFile(scratch_.Write("b", "secret\n"))->Reveal(), "secret");
  EXPECT_EQ(ReadSecretFile(scratch_.Write("c", "secret\r\n\n"))->Reveal(), "secret");
  EXPECT_EQ(ReadSecretFile(scratch_.Write("d", " sec\nret \n"))->Reveal(), " sec\nret ");
  EXPECT_EQ(ReadSecretFile(scratch_.Write("e", "secret", 0400))->Reveal(), "secret");
}

TEST_F(SecretFileTest, FilesThatOthersMayReadAreRefusedWithTheCure) {
  for (const mode_t mode : {0640, 0604, 0660, 0666, 0620}) {
    const auto secret = ReadSecretFile(scratch_.Write("open", "secret", mode));
    EXPECT_THAT(Complaint(secret), HasSubstr("chmod 600")) << mode;
  }
  const std::string path = scratch_.Write("group", "A=1", 0640);
  EXPECT_THAT(ReadFile(path, AllowedReaders::kOwnerAndGroup), testing::IsOk());
  const std::string world = scratch_.Write("world", "A=1", 0644);
  EXPECT_THAT(Complaint(ReadFile(world, AllowedReaders::kOwnerAndGroup)), HasSubstr("chmod 640"));
  EXPECT_THAT(ReadFile(world, AllowedReaders::kAnyone), testing::IsOk());
}

TEST_F(SecretFileTest, WhatIsMissingEmptyLargeOrNoFileIsSaid) {
  EXPECT_THAT(Complaint(ReadSecretFile(scratch_.folder() + "/none")),
              HasSubstr("none cannot be opened: No such file"));
  EXPECT_THAT(Complaint(ReadSecretFile(scratch_.folder())), HasSubstr("is a directory"));
  EXPECT_THAT(Complaint(ReadSecretFile(scratch_.Write("empty", ""))), HasSubstr("is empty"));
  EXPECT_THAT(Complaint(ReadSecretFile(scratch_.Write("blank", "\n\n"))), HasSubstr("is empty"));
  const std::string large(65'537, 'x');
  EXPECT_THAT(Complaint(ReadSecretFile(scratch_.Write("large", large))), HasSubstr("64 KiB"));
  EXPECT_THAT(ReadSecretFile(scratch_.Write("most", large.substr(1))), testing::IsOk());
  EXPECT_THAT(ReadFile(scratch_.Write("bundle", large), AllowedReaders::kAnyone), testing::IsOk());
}

TEST_F(SecretFileTest, APipeWillDo) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "secret\n", 7), 7);
  close(ends[1]);
  EXPECT_EQ(ReadSecretFile(StrCat("/dev/fd/", ends[0]))->Reveal(), "secret");
  close(ends[0]);
}

}  // namespace
}  // namespace falcon
