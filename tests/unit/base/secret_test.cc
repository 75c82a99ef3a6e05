// Secrets do not show themselves, and do not stay.
#include "base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace falcon {
namespace {

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

}  // namespace
}  // namespace falcon
