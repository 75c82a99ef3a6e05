// Names that differ in nothing but case.
#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace falcon {
namespace {

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

}  // namespace
}  // namespace falcon
