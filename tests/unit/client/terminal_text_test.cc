// Hostile text on a terminal, and its width.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "text.h"

namespace falcon::client {
namespace {

struct HostileCase {
  std::string text;
  std::string shown;
};

TEST(TerminalText, ShowsEveryHostileCharacterAndDropsNone) {
  const std::vector<HostileCase> corpus = {
      {"\x1b[2Jgone", "\\u{001B}[2Jgone"},
      {"\x1b]0;title\x07", "\\u{001B}]0;title\\u{0007}"},
      {"row\nforged row", "row\\u{000A}forged row"},
      {"over\rwritten", "over\\u{000D}written"},
      {std::string("nul\0byte", 8), "nul\\u{0000}byte"},
      {"del\x7f", "del\\u{007F}"},
      {"c1 \xc2\x9b"
       "31m",
       "c1 \\u{009B}31m"},
      {"invoice\xe2\x80\xae"
       "cod.exe",
       "invoice\\u{202E}cod.exe"},
      {"isolate\xe2\x81\xa6x\xe2\x81\xa9", "isolate\\u{2066}x\\u{2069}"},
      {"zero\xe2\x80\x8bwidth\xef\xbb\xbf", "zero\\u{200B}width\\u{FEFF}"},
      {"tag\xf3\xa0\x81\x81", "tag\\u{E0041}"},
      {"selector\xef\xb8\x8f", "selector\\u{FE0F}"},
      {"line\xe2\x80\xa8separator", "line\\u{2028}separator"},
      {"soft\xc2\xadhyphen", "soft\\u{00AD}hyphen"},
      {"broken\xff\xc3", "broken\\x{FF}\\x{C3}"},
      {"overlong \xc0\xaf", "overlong \\x{C0}\\x{AF}"},
      {"surrogate \xed\xa0\x80", "surrogate \\x{ED}\\x{A0}\\x{80}"},
      {"C:\\Windows\\Temp\\svchost.exe", "C:\\Windows\\Temp\\svchost.exe"},
      {"héllo 日本 🔴", "héllo 日本 🔴"},
  };
  for (const HostileCase& one : corpus) EXPECT_EQ(EscapeUnsafe(one.text), one.shown);
}

TEST(TerminalText, NoControlCharacterSurvivesAnyTwoBytes) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text = {static_cast<char>(a), static_cast<char>(b)};
      for (const char c : EscapeUnsafe(text)) {
        EXPECT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f) << a << ' ' << b;
      }
    }
  }
}

TEST(TerminalText, MeasuresWideAndCombiningCharacters) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("日本"), 4u);
  EXPECT_EQ(DisplayWidth("🔴 🟠 🟡 🟢 ⚪"), 14u);
  EXPECT_EQ(DisplayWidth("e\xcc\x81"), 1u);
}

TEST(TerminalText, CutsToTheWidthAndSaysSo) {
  EXPECT_EQ(Truncate("abcdef", 6), "abcdef");
  EXPECT_EQ(Truncate("abcdef", 4), "abc…");
  EXPECT_EQ(Truncate("日本語", 5), "日本…");
  EXPECT_EQ(Truncate("日本語", 4), "日…");
  EXPECT_EQ(Truncate("abc", 0), "");
}

}  // namespace
}  // namespace falcon::client
