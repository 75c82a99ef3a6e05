// Digests that cannot be computed end the program.
#include "base/digest.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace falcon {
namespace {

TEST(DigestTest, HmacIsThatOfTheStandard) {
  const Digest mac = HmacSha256("Jefe", "what do ya want for nothing?");  // RFC 4231, case 2
  EXPECT_EQ(absl::BytesToHexString({reinterpret_cast<const char*>(mac.data()), mac.size()}),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(DigestTest, HmacOfAnEmptyKeyIsStillADigest) { EXPECT_NE(HmacSha256("", "x"), Digest{}); }

TEST(DigestDeathTest, HmacThatFailsEndsTheProgram) {
  const std::string_view too_long("k", size_t{1} << 31);  // never read
  EXPECT_DEATH(HmacSha256(too_long, "x"), "HMAC");
}

}  // namespace
}  // namespace falcon
