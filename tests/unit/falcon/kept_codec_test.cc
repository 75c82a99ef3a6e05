// Instants between processes whose clocks differ.
#include "falcon/kept_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/fake_clock.h"

namespace falcon::testing {
namespace {

constexpr seconds kSkew{1};

class KeptCodecTest : public ::testing::Test {
 protected:
  // Of a process that started at another time.
  KeptCodecTest() {
    reader.Advance(std::chrono::hours(7));
    reader.JumpWall(-std::chrono::hours(7));
  }
  Kept Answer() const { return {Kept::Kind::kAnswer, "text", "next", writer.Now()}; }
  void Pass(std::chrono::nanoseconds span) {
    writer.Advance(span);
    reader.Advance(span);
  }

  FakeClock writer;
  FakeClock reader;
};

TEST_F(KeptCodecTest, AllOfItComesBack) {
  for (const Kept::Kind kind : {Kept::Kind::kAnswer, Kept::Kind::kRecord, Kept::Kind::kMissing}) {
    for (const std::string& next : {std::string(), std::string("n\0x", 3)}) {
      const Kept kept{kind, "text", next, writer.Now()};
      const auto read = DecodeKept(EncodeKept(kept, writer), reader, kSkew);
      ASSERT_TRUE(read.has_value());
      EXPECT_EQ(read->kind, kind);
      EXPECT_EQ(read->text, "text");
      EXPECT_EQ(read->next, next);
      EXPECT_EQ(read->at, reader.Now());
    }
  }
}

TEST_F(KeptCodecTest, AgeCountsFromTheCallToFalconNotFromThePutNorTheGet) {
  const Kept kept = Answer();
  Pass(seconds(3));
  const std::string bytes = EncodeKept(kept, writer);
  Pass(seconds(4));
  EXPECT_EQ(reader.Now() - DecodeKept(bytes, reader, kSkew)->at, seconds(7));
}

TEST_F(KeptCodecTest, NothingIsMadeYoungerByRounding) {
  writer.Advance(std::chrono::microseconds(999));
  reader.Advance(std::chrono::microseconds(999));
  const auto read = DecodeKept(EncodeKept(Answer(), writer), reader, kSkew);
  EXPECT_EQ(reader.Now() - read->at, std::chrono::microseconds(999));
}

TEST_F(KeptCodecTest, TheNearFutureIsNowAndTheFarFutureIsNothing) {
  writer.JumpWall(seconds(1));
  const std::string bytes = EncodeKept(Answer(), writer);
  EXPECT_EQ(DecodeKept(bytes, reader, kSkew)->at, reader.Now());
  writer.JumpWall(milliseconds(1));
  EXPECT_EQ(DecodeKept(EncodeKept(Answer(), writer), reader, kSkew), std::nullopt);
  Pass(milliseconds(500));
  EXPECT_EQ(DecodeKept(bytes, reader, kSkew)->at, reader.Now());
}

TEST_F(KeptCodecTest, AClockThatIsBehindMakesAnswersOlder) {
  writer.JumpWall(-seconds(20));
  const auto read = DecodeKept(EncodeKept(Answer(), writer), reader, kSkew);
  EXPECT_EQ(reader.Now() - read->at, seconds(20));
}

TEST_F(KeptCodecTest, OtherBytesAreNothingOrWithinThem) {
  const std::string bytes = EncodeKept(Answer(), writer);
  for (size_t size = 0; size < bytes.size() - 4; ++size) {
    EXPECT_EQ(DecodeKept(bytes.substr(0, size), reader, kSkew), std::nullopt) << size;
  }
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string other(random() % 40, '\0');
    for (char& byte : other) byte = static_cast<char>(random() % 4);
    const auto read = DecodeKept(other, reader, kSkew);
    if (read.has_value()) EXPECT_EQ(read->text.size() + read->next.size() + 13, other.size());
  }
}

}  // namespace
}  // namespace falcon::testing
