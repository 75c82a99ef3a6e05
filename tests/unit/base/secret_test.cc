// Secrets: they do not show themselves, do not stay, and come from files that nobody else reads.
#include "base/secret.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "base/text.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace falcon {
namespace {

using ::testing::HasSubstr;

TEST(Secret, PrintsItselfRedacted) {
  std::ostringstream out;
  out << Secret("hunter2") << '|' << Secret();
  EXPECT_EQ(out.str(), "[redacted]|");
  EXPECT_EQ(::testing::PrintToString(Secret("hunter2")).find("hunter2"), std::string::npos);
}

TEST(Secret, RevealsItsValueOnRequestOnly) {
  const Secret secret("hunter2");
  EXPECT_EQ(secret.Reveal(), "hunter2");
  EXPECT_FALSE(secret.empty());
  EXPECT_TRUE(Secret().empty());
}

TEST(Secret, LeavesNothingBehindWhenMoved) {
  Secret first("hunter2");
  const Secret second(std::move(first));
  EXPECT_TRUE(first.empty());  // NOLINT: the point of the test
  EXPECT_EQ(second, Secret("hunter2"));
}

TEST(Secret, IsReplacedByAssignment) {
  Secret secret("old");
  const Secret fresh("new");
  secret = fresh;
  EXPECT_EQ(secret.Reveal(), "new");
  EXPECT_EQ(fresh.Reveal(), "new");
}

TEST(SecureErase, OverwritesTheBytesAndEmptiesTheString) {
  std::string text(100, 's');
  const char* const bytes = text.data();  // the string keeps its memory
  SecureErase(text);
  EXPECT_TRUE(text.empty());
  EXPECT_TRUE(std::all_of(bytes, bytes + 1, [](char c) { return c == '\0'; }));
  text.resize(100, 'x');
  EXPECT_EQ(text.data(), bytes);
}

TEST(SecureErase, ReachesBytesBeyondTheEndOfAShortenedString) {
  std::string text(100, 's');
  text.resize(1);
  SecureErase(text);
  EXPECT_TRUE(text.empty());
  text.resize(text.capacity(), 'x');
  EXPECT_EQ(text.find('s'), std::string::npos);
}

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
