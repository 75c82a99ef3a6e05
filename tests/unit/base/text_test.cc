// Text that is joined, escaped, compared, digested or guessed at.
#include "base/text.h"

#include <gtest/gtest.h>
#include <unicode/uchar.h>

#include <array>
#include <string>

#include "absl/strings/escaping.h"
#include "base/digest.h"

namespace falcon {
namespace {

TEST(Text, JoinsEveryKindOfPiece) {
  const std::string owned = "b";
  const std::string_view view = "c";
  EXPECT_EQ(StrCat("a", owned, view, absl::string_view("d"), 5, int64_t{-6}), "abcd5-6");
}

TEST(Text, LowersAndComparesInAscii) {
  EXPECT_EQ(Lower("X-RateLimit"), "x-ratelimit");
  EXPECT_TRUE(EqualsIgnoringCase("Date", "dATE"));
  EXPECT_FALSE(EqualsIgnoringCase("Date", "Dat"));
}

// Assigned as visible, drawn as nothing: blank braille, Khitan filler, null notehead.
bool DrawsNothing(UChar32 c) { return c == 0x2800 || c == 0x16FE4 || c == 0x1D159; }

TEST(IsHostile, IsEveryCharacterThatUnicodeCallsControlInvisibleOrBidi) {
  for (UChar32 c = 0; c <= 0x10FFFF; ++c) {
    const auto category = u_charType(c);
    // Prepended marks, such as the Arabic number sign, are format characters that are drawn.
    const bool format =
        category == U_FORMAT_CHAR && !u_hasBinaryProperty(c, UCHAR_PREPENDED_CONCATENATION_MARK);
    const bool expected = format || category == U_CONTROL_CHAR || category == U_SURROGATE ||
                          category == U_LINE_SEPARATOR || category == U_PARAGRAPH_SEPARATOR ||
                          u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
                          u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL) ||
                          u_hasBinaryProperty(c, UCHAR_NONCHARACTER_CODE_POINT) || DrawsNothing(c);
    if (IsHostile(static_cast<char32_t>(c)) != expected) ADD_FAILURE() << std::hex << c;
  }
}

TEST(EscapeUnsafe, LeavesHonestTextAsItIs) {
  for (const std::string text : {"C:\\Windows\\Temp\\svchost.exe", "h\xC3\xA9llo \xE4\xB8\xAD",
                                 "\xF0\x9F\x98\x80", "'quotes\" and %s", ""}) {
    EXPECT_EQ(EscapeUnsafe(text), text);
  }
}

struct Case {
  std::string_view name;
  std::string_view text;
  std::string_view escaped;
};

TEST(EscapeUnsafe, EscapesWhatCouldAct) {
  const Case cases[] = {
      {"escape sequence", "\x1b[31m", "\\u{001B}[31m"},
      {"line ends", "a\r\nb\tc", "a\\u{000D}\\u{000A}b\\u{0009}c"},
      {"nul", std::string_view("\0", 1), "\\u{0000}"},
      {"DEL and C1", "\x7F\xC2\x9B", "\\u{007F}\\u{009B}"},
      {"right-to-left override", "exe\xE2\x80\xAEgpj", "exe\\u{202E}gpj"},
      {"bidi isolate", "\xE2\x81\xA6", "\\u{2066}"},
      {"zero width space and BOM", "\xE2\x80\x8B\xEF\xBB\xBF", "\\u{200B}\\u{FEFF}"},
      {"line separator", "\xE2\x80\xA8", "\\u{2028}"},
      {"tag character", "\xF3\xA0\x81\x81", "\\u{E0041}"},
      {"variation selectors", "\xEF\xB8\x8F\xF3\xA0\x84\x80", "\\u{FE0F}\\u{E0100}"},
      {"soft hyphen", "\xC2\xAD", "\\u{00AD}"},
      {"Hangul filler", "\xE3\x85\xA4", "\\u{3164}"},
      {"bare continuation byte", "a\x80z", "a\\x{80}z"},
      {"overlong slash", "\xC0\xAF", "\\x{C0}\\x{AF}"},
      {"surrogate", "\xED\xA0\x80", "\\x{ED}\\x{A0}\\x{80}"},
      {"beyond Unicode", "\xF4\x90\x80\x80", "\\x{F4}\\x{90}\\x{80}\\x{80}"},
      {"cut character", "\xE4\xB8", "\\x{E4}\\x{B8}"},
  };
  for (const Case& one : cases) EXPECT_EQ(EscapeUnsafe(one.text), one.escaped) << one.name;
}

TEST(EscapeUnsafe, LeavesNoControlCharacterInAnyTwoBytes) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      for (const char c : EscapeUnsafe(std::string{static_cast<char>(a), static_cast<char>(b)})) {
        EXPECT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7F) << a << ' ' << b;
      }
    }
  }
}

TEST(EscapeUnsafe, CutsWithoutSplittingACharacterOrAnEscape) {
  EXPECT_EQ(EscapeUnsafe("abcdef", 6), "abcdef");
  EXPECT_EQ(EscapeUnsafe("abcdefg", 6), "abcdef...");
  EXPECT_EQ(EscapeUnsafe("abcde\x1b", 6), "abcde...");
  EXPECT_EQ(EscapeUnsafe("abcde\xC3\xA9", 6), "abcde...");
  EXPECT_EQ(EscapeUnsafe(std::string(5000, 'x')), std::string(4096, 'x') + "...");
  EXPECT_EQ(EscapeUnsafe(std::string(5000, 'x'), kNoLimit), std::string(5000, 'x'));
}

TEST(Utf8Prefix, EndsWithAWholeCharacterWithinTheBound) {
  const std::string text = "a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80z";
  const size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  for (size_t bound = 0; bound < std::size(ends); ++bound) {
    EXPECT_EQ(Utf8Prefix(text, bound), std::string_view(text).substr(0, ends[bound])) << bound;
  }
}

TEST(Utf8Prefix, KeepsItsBoundOnTextThatIsNotUtf8) {
  const std::string text(100, '\x80');
  EXPECT_EQ(Utf8Prefix(text, 50).size(), 50u);
}

TEST(EditDistance, CountsEditsAndSwapsWithoutCase) {
  EXPECT_EQ(EditDistance("severity", "severity"), 0);
  EXPECT_EQ(EditDistance("Severity", "sEVERITY"), 0);
  EXPECT_EQ(EditDistance("severty", "severity"), 1);
  EXPECT_EQ(EditDistance("sevreity", "severity"), 1);
  EXPECT_EQ(EditDistance("", "abc"), 3);
  EXPECT_EQ(EditDistance("abc", ""), 3);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
}

TEST(Nearest, FindsTheTypoAndNotTheStranger) {
  constexpr std::array<std::string_view, 3> kNames = {"hostname", "severity", "status"};
  EXPECT_EQ(Nearest("hostnmae", kNames), "hostname");
  EXPECT_EQ(Nearest("sevrity", kNames), "severity");
  EXPECT_EQ(Nearest("status", kNames), "status");
  EXPECT_EQ(Nearest("tactic_id", kNames), "");
  EXPECT_EQ(Nearest("x", std::array<std::string_view, 0>()), "");
}

struct Pair {
  std::string name;
  std::string a;
  std::string b;
  bool same;
};

class FoldCaseTest : public ::testing::TestWithParam<Pair> {};

TEST_P(FoldCaseTest, IsEqualOnlyForTextsThatDifferInCase) {
  EXPECT_EQ(FoldCase(GetParam().a) == FoldCase(GetParam().b), GetParam().same);
}

INSTANTIATE_TEST_SUITE_P(Names, FoldCaseTest,
                         ::testing::Values(Pair{"Ascii", "macbook-7.local", "MacBook-7.LOCAL",
                                                true},
                                           Pair{"Umlaut", "über-pc", "ÜBER-PC", true},
                                           Pair{"FinalSigma", "ΟΔΥΣΣΕΥΣ", "οδυσσευς", true},
                                           Pair{"Cyrillic", "СЕРВЕР-1", "сервер-1", true},
                                           Pair{"SharpS", "straße-1", "STRASSE-1", true},
                                           Pair{"ComposedAccent",
                                                "u\xCC\x88"
                                                "ber-pc",
                                                "Über-pc", true},
                                           Pair{"FullWidthDiffers", "ＳＲＶ-1", "SRV-1", false},
                                           Pair{"AccentDiffers", "uber-pc", "über-pc", false},
                                           Pair{"LongerDiffers", "10-0-0-5", "10-0-0-51", false},
                                           Pair{"PunctuationDiffers", "srv-1", "srv_1", false},
                                           Pair{"BlankDiffers", "srv 1", "srv1", false}),
                         [](const auto& test) { return test.param.name; });

TEST(LetterCase, MapsEveryScript) {
  EXPECT_EQ(UpperCase("über-pc7"), "ÜBER-PC7");
  EXPECT_EQ(LowerCase("ÜBER-PC7"), "über-pc7");
  EXPECT_EQ(UpperCase("10-0-0-5"), LowerCase("10-0-0-5"));
}

TEST(LetterCase, TakesBytesThatAreNoUtf8) {
  EXPECT_EQ(LowerCase("A\xFF"), "a\xEF\xBF\xBD");
  EXPECT_EQ(FoldCase(std::string("A\0B", 3)), std::string("a\0b", 3));
}

const std::string kCid = "fedcba9876543210fedcba9876543210";
const std::string kAid = "0123456789abcdef0123456789abcdef";
const std::string kUpperAid = "0123456789ABCDEF0123456789ABCDEF";

TEST(DeviceId, IsTheDevicesPartInLowerCase) {
  for (const std::string& text : {kAid, kUpperAid, kCid + "_" + kAid, kCid + "_" + kUpperAid}) {
    EXPECT_TRUE(IsDeviceId(text)) << text;
    EXPECT_EQ(DeviceId(text), kAid) << text;
  }
}

TEST(DeviceId, IsNoOtherText) {
  for (const std::string& text :
       {std::string(), kAid.substr(1), kAid + "0", kCid + kAid, kCid + "-" + kAid,
        kCid + "_" + kAid + "_x", kCid + "_" + kAid.substr(1), "_" + kAid, kAid + "_",
        std::string(32, 'g')}) {
    EXPECT_FALSE(IsDeviceId(text)) << text;
  }
}

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
