// Instants between processes whose clocks differ.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/fake_clock.h"
#include "upstream/cache/remote_cache.h"

namespace falcon::upstream {

using testing::FakeClock;

namespace {

class CacheEntryTest : public ::testing::Test {
 protected:
  // Of a process that started at another time.
  CacheEntryTest() {
    reader.Advance(std::chrono::hours(7));
    reader.JumpWall(-std::chrono::hours(7));
  }
  CacheEntry Entry() const { return {CacheEntry::Kind::kResponse, "text", "next", writer.Now()}; }
  void Pass(std::chrono::nanoseconds span) {
    writer.Advance(span);
    reader.Advance(span);
  }

  FakeClock writer;
  FakeClock reader;
};

TEST_F(CacheEntryTest, AllOfItComesBack) {
  for (const CacheEntry::Kind kind :
       {CacheEntry::Kind::kResponse, CacheEntry::Kind::kRecord, CacheEntry::Kind::kNegative}) {
    for (const std::string& next : {std::string(), std::string("n\0x", 3)}) {
      const CacheEntry kept{kind, "text", next, writer.Now()};
      const auto read = DecodeCacheEntry(EncodeCacheEntry(kept, writer), reader);
      ASSERT_TRUE(read.has_value());
      EXPECT_EQ(read->kind, kind);
      EXPECT_EQ(read->text, "text");
      EXPECT_EQ(read->next, next);
      EXPECT_EQ(read->at, reader.Now());
    }
  }
}

TEST_F(CacheEntryTest, AgeCountsFromTheCallToFalconNotFromThePutNorTheGet) {
  const CacheEntry kept = Entry();
  Pass(seconds(3));
  const std::string bytes = EncodeCacheEntry(kept, writer);
  Pass(seconds(4));
  EXPECT_EQ(reader.Now() - DecodeCacheEntry(bytes, reader)->at, seconds(7));
}

TEST_F(CacheEntryTest, NothingIsMadeYoungerByRounding) {
  writer.Advance(std::chrono::microseconds(999));
  reader.Advance(std::chrono::microseconds(999));
  const auto read = DecodeCacheEntry(EncodeCacheEntry(Entry(), writer), reader);
  EXPECT_EQ(reader.Now() - read->at, std::chrono::microseconds(999));
}

TEST_F(CacheEntryTest, TheFutureIsToldAsItIsUpToADay) {
  for (const int hours : {1, 24, 25, 24 * 365 * 100}) {
    const std::chrono::hours ahead(hours);
    FakeClock writing;
    writing.JumpWall(ahead);
    const auto read = DecodeCacheEntry(EncodeCacheEntry(Entry(), writing), reader);
    EXPECT_EQ(read->at - reader.Now(), std::min(ahead, std::chrono::hours(24)));
  }
}

TEST_F(CacheEntryTest, AClockThatIsBehindMakesAnswersOlder) {
  writer.JumpWall(-seconds(20));
  const auto read = DecodeCacheEntry(EncodeCacheEntry(Entry(), writer), reader);
  EXPECT_EQ(reader.Now() - read->at, seconds(20));
}

TEST_F(CacheEntryTest, OtherBytesAreNothing) {
  const std::string bytes = EncodeCacheEntry(Entry(), writer);
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto read = DecodeCacheEntry(bytes.substr(0, size), reader);
    if (read.has_value()) EXPECT_TRUE(std::string("text").starts_with(read->text)) << size;
  }
  EXPECT_EQ(DecodeCacheEntry("", reader), std::nullopt);
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string other(random() % 40, '\0');
    for (char& byte : other) byte = static_cast<char>(random() % 64);
    const auto read = DecodeCacheEntry(other, reader);
    if (read.has_value()) EXPECT_LE(read->text.size() + read->next.size(), other.size());
  }
}

}  // namespace
}  // namespace falcon::upstream
