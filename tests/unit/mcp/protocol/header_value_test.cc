// Blanks and base64 in header values.
#include "mcp/protocol/header_value.h"

#include <gtest/gtest.h>

namespace falcon::mcp {
namespace {

TEST(HeaderValue, LosesTheBlanksAroundIt) {
  EXPECT_EQ(TrimmedHeader(" \ta b\t "), "a b");
  EXPECT_EQ(TrimmedHeader(" \t "), "");
  EXPECT_EQ(TrimmedHeader(""), "");
}

TEST(HeaderValue, IsDecodedWhereItIsWrittenInBase64) {
  EXPECT_EQ(DecodedHeader("us-west1"), "us-west1");
  EXPECT_EQ(DecodedHeader(" =?base64?SGVsbG8sIOS4lueVjA==?= "), "Hello, 世界");
  EXPECT_EQ(DecodedHeader("=?base64?IHBhZGRlZCA=?="), " padded ");
  EXPECT_EQ(DecodedHeader("=?base64?bGluZTEKbGluZTI=?="), "line1\nline2");
  EXPECT_EQ(DecodedHeader("=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="), "=?base64?literal?=");
  EXPECT_EQ(DecodedHeader("=?base64?"
                          "?="),
            "");
}

TEST(HeaderValue, IsTakenAsItIsWithoutTheWholeFrame) {
  EXPECT_EQ(DecodedHeader("=?BASE64?SGk=?="), "=?BASE64?SGk=?=");
  EXPECT_EQ(DecodedHeader("=?base64?="), "=?base64?=");
  EXPECT_EQ(DecodedHeader("=?base64?SGk="), "=?base64?SGk=");
}

TEST(HeaderValue, IsRefusedWhereTheBase64IsNone) {
  for (const char* bad : {"=?base64?SGVsbG8?=", "=?base64?SGV%bG8=?=", "=?base64?SGk?=",
                          "=?base64?====?=", "=?base64?SGl=?=", "=?base64?S===?="}) {
    EXPECT_EQ(DecodedHeader(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace falcon::mcp
