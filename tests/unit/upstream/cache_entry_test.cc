// Cache entries between processes: instants of clocks that differ, and what a stranger can read or
// forge.
#include <gmock/gmock.h>

#include <random>

#include "tests/support/fake_clock.h"
#include "upstream/cache/cache_cipher.h"
#include "upstream/cache/remote_cache.h"

namespace falcon::upstream {
namespace {

using testing::FakeClock;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;
using ::testing::StartsWith;

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

class CacheCipherTest : public ::testing::Test {
 protected:
  const Secret key{"0123456789abcdef0123456789abcdef"};
  const CacheCipher values{key, "customer"};
  const CacheCipher::SlotKey slot = values.DeriveSlotKey("hosts");
  const std::string sealed = values.Seal(slot, "text");
};

TEST_F(CacheCipherTest, OpensWhatAReplicaSealed) {
  const CacheCipher other(key, "customer");
  EXPECT_EQ(other.DeriveSlotKey("hosts").name, slot.name);
  for (const std::string& text : {std::string(), std::string("text"), std::string(100'000, 'x')}) {
    EXPECT_THAT(other.Open(slot, values.Seal(slot, text)), Optional(text));
  }
}

TEST_F(CacheCipherTest, ShowsNeitherKeysNorTexts) {
  const CacheCipher::SlotKey named = values.DeriveSlotKey("hosts?filter=canary");
  const std::string bytes = values.Seal(named, "canary");
  EXPECT_THAT(named.name, StartsWith("falcon:1:"));
  EXPECT_THAT(named.name, Not(HasSubstr("canary")));
  EXPECT_THAT(bytes, Not(HasSubstr("canary")));
  EXPECT_NE(values.Seal(named, "canary"), bytes) << "nor whether two are equal";
  EXPECT_EQ(named.name.size(), values.DeriveSlotKey("").name.size()) << "nor how long a key is";
}

TEST_F(CacheCipherTest, DoesNotOpenWhatWasChangedAnywhere) {
  for (size_t i = 0; i < sealed.size(); ++i) {
    for (const char bit : {'\x01', '\x80'}) {
      std::string changed = sealed;
      changed[i] = static_cast<char>(changed[i] ^ bit);
      EXPECT_EQ(values.Open(slot, changed), std::nullopt) << i;
    }
    EXPECT_EQ(values.Open(slot, sealed.substr(0, i)), std::nullopt) << i;
  }
  EXPECT_EQ(values.Open(slot, sealed + "x"), std::nullopt);
  EXPECT_EQ(values.Open(slot, "{\"resources\":[]}"), std::nullopt);
}

TEST_F(CacheCipherTest, DoesNotOpenWhatBelongsElsewhere) {
  const CacheCipher::SlotKey alerts = values.DeriveSlotKey("alerts");
  EXPECT_EQ(values.Open(alerts, sealed), std::nullopt) << "another place";
  const CacheCipher::SlotKey renamed{alerts.name, slot.key};
  EXPECT_EQ(values.Open(renamed, sealed), std::nullopt) << "another name";
  const CacheCipher tenant(key, "other customer");
  const CacheCipher secret(Secret("fedcba9876543210fedcba9876543210"), "customer");
  for (const CacheCipher* stranger : {&tenant, &secret}) {
    const CacheCipher::SlotKey theirs = stranger->DeriveSlotKey("hosts");
    EXPECT_NE(theirs.name, slot.name);
    EXPECT_EQ(stranger->Open(theirs, sealed), std::nullopt) << "moved to another's place";
    const CacheCipher::SlotKey guessed{slot.name, theirs.key};
    EXPECT_EQ(stranger->Open(guessed, sealed), std::nullopt) << "read with another's key";
  }
}

TEST_F(CacheCipherTest, SealsAndOpensNothingWithoutAWholeKey) {
  const std::string_view whole = slot.key.Reveal();
  for (const Secret& part :
       {Secret(), Secret(whole.substr(0, 31)), Secret(std::string(whole) + "x")}) {
    const CacheCipher::SlotKey other{slot.name, part};
    EXPECT_EQ(values.Seal(other, "text"), "");
    EXPECT_EQ(values.Open(other, sealed), std::nullopt);
  }
}

TEST_F(CacheCipherTest, SealsAndOpensNothingWhereOpenSslFails) {
  ASSERT_EQ(EVP_set_default_properties(nullptr, "provider=none"), 1);
  const CacheCipher broken(key, "customer");
  ASSERT_EQ(EVP_set_default_properties(nullptr, ""), 1);
  const CacheCipher::SlotKey none = broken.DeriveSlotKey("hosts");
  EXPECT_TRUE(none.key.empty());
  EXPECT_EQ(broken.Seal(none, "text"), "");
  EXPECT_EQ(broken.Open(slot, sealed), std::nullopt);
}

}  // namespace
}  // namespace falcon::upstream
