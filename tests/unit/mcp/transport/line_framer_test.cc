// Lines of any stream, however it arrives.
#include "mcp/transport/line_framer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace falcon::mcp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr size_t kMostBytes = 8;
constexpr const char* kTooLong = "(too long)";

std::vector<std::string> Frame(const std::vector<std::string_view>& pieces) {
  std::vector<std::string> lines;
  const LineFramer::Take take = [&](const LineFramer::Line& line) {
    lines.emplace_back(line.too_long ? kTooLong : line.text);
  };
  LineFramer framer(kMostBytes);
  for (const std::string_view piece : pieces) framer.Feed(piece, take);
  framer.End(take);
  return lines;
}

TEST(LineFramer, CutsAPieceIntoItsLines) {
  EXPECT_THAT(Frame({"one\ntwo\nthree\n"}), ElementsAre("one", "two", "three"));
}

TEST(LineFramer, PutsALineTogetherFromItsPieces) {
  EXPECT_THAT(Frame({"o", "n", "e\ntw", "o\n"}), ElementsAre("one", "two"));
}

TEST(LineFramer, TakesWhatTheStreamEndsWithAsALine) {
  EXPECT_THAT(Frame({"one\nhalf"}), ElementsAre("one", "half"));
}

TEST(LineFramer, LeavesOutBlankLines) {
  EXPECT_THAT(Frame({"\n\r\n \t\none\n\n", " ", " \n"}), ElementsAre("one"));
  EXPECT_THAT(Frame({}), IsEmpty());
}

TEST(LineFramer, TakesCrLfAsAnEndAndKeepsOtherCarriageReturns) {
  EXPECT_THAT(Frame({"one\r\nt\rwo\r", "\n"}), ElementsAre("one", "t\rwo"));
}

TEST(LineFramer, HandsOnNulAndBytesThatAreNotUtf8) {
  const std::string_view odd("a\0\xFF\n", 4);
  EXPECT_THAT(Frame({odd}), ElementsAre(std::string("a\0\xFF", 3)));
}

TEST(LineFramer, TakesALineOfTheMostBytesWithEitherEnd) {
  EXPECT_THAT(Frame({"12345678\n", "12345678\r\n", "1234", "5678", "\r", "\n"}),
              ElementsAre("12345678", "12345678", "12345678"));
}

TEST(LineFramer, SkipsALineThatIsTooLongAndGoesOnBehindIt) {
  EXPECT_THAT(Frame({"123456789\nnext\n"}), ElementsAre(kTooLong, "next"));
  EXPECT_THAT(Frame({"12345", "67890", "12345", "6\nnext", "\n"}), ElementsAre(kTooLong, "next"));
  EXPECT_THAT(Frame({"12345678\r", "x\n", "next"}), ElementsAre(kTooLong, "next"));
}

TEST(LineFramer, SaysThatTheLastLineWasTooLongWithoutItsEnd) {
  EXPECT_THAT(Frame({"1234567890"}), ElementsAre(kTooLong));
}

}  // namespace
}  // namespace falcon::mcp
