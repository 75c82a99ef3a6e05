// Which files are taken for tokens.
#include "mcp/secret_file.h"

#include <gmock/gmock.h>

#include "tests/support/temp_dir.h"

namespace falcon::mcp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Complaint(const absl::StatusOr<std::string>& result) {
  return std::string(result.status().message());
}

TEST(TokenFile, LineEndsAtTheEndDoNotCount) {
  const falcon::testing::TempDir scratch;
  EXPECT_EQ(*ReadTokenFile(scratch.Write("a", "token")), "token");
  EXPECT_EQ(*ReadTokenFile(scratch.Write("b", "token\r\n\n")), "token");
  EXPECT_EQ(*ReadTokenFile(scratch.Write("c", "token", 0400)), "token");
}

TEST(TokenFile, IsRefusedWithTheCureWhereOthersMayReadIt) {
  const falcon::testing::TempDir scratch;
  for (const mode_t mode : {0640, 0604, 0660, 0666, 0620}) {
    const std::string complaint = Complaint(ReadTokenFile(scratch.Write("t", "s3cret", mode)));
    EXPECT_THAT(complaint, HasSubstr("chmod 600")) << mode;
    EXPECT_THAT(complaint, Not(HasSubstr("s3cret")));
  }
}

TEST(TokenFile, IsRefusedWhereItIsNoToken) {
  const falcon::testing::TempDir scratch;
  EXPECT_THAT(Complaint(ReadTokenFile(scratch.Write("a", "\n"))), HasSubstr("is empty"));
  EXPECT_THAT(Complaint(ReadTokenFile(scratch.Write("b", "two words"))), HasSubstr("printable"));
  EXPECT_THAT(Complaint(ReadTokenFile(scratch.Write("c", "t\xc3\xb6ken"))), HasSubstr("printable"));
  EXPECT_THAT(Complaint(ReadTokenFile(scratch.Write("d", std::string(70000, 'a')))),
              HasSubstr("larger than 64 KiB"));
  EXPECT_THAT(Complaint(ReadTokenFile(scratch.folder())), HasSubstr("is a directory"));
  EXPECT_THAT(Complaint(ReadTokenFile(scratch.folder() + "/none")), HasSubstr("cannot be opened"));
}

}  // namespace
}  // namespace falcon::mcp
