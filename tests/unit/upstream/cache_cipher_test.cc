// What a stranger can do with what stands in the store: nothing.
#include "upstream/cache/cache_cipher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace falcon::upstream {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;
using ::testing::StartsWith;

const Secret& Key() {
  static const Secret key("0123456789abcdef0123456789abcdef");
  return key;
}

TEST(CacheCipher, OpensWhatAReplicaSealed) {
  const CacheCipher one(Key(), "customer");
  const CacheCipher other(Key(), "customer");
  const CacheCipher::SlotKey slot = one.DeriveSlotKey("hosts");
  EXPECT_EQ(other.DeriveSlotKey("hosts").name, slot.name);
  for (const std::string& text : {std::string(), std::string("text"), std::string(100'000, 'x')}) {
    EXPECT_THAT(other.Open(slot, one.Seal(slot, text)), Optional(text));
  }
}

TEST(CacheCipher, ShowsNeitherKeysNorTexts) {
  const CacheCipher values(Key(), "customer");
  const CacheCipher::SlotKey slot = values.DeriveSlotKey("hosts?filter=canary");
  const std::string sealed = values.Seal(slot, "canary");
  EXPECT_THAT(slot.name, StartsWith("falcon:1:"));
  EXPECT_THAT(slot.name, Not(HasSubstr("canary")));
  EXPECT_THAT(sealed, Not(HasSubstr("canary")));
  EXPECT_NE(values.Seal(slot, "canary"), sealed) << "nor whether two are equal";
  EXPECT_EQ(slot.name.size(), values.DeriveSlotKey("").name.size()) << "nor how long a key is";
}

TEST(CacheCipher, DoesNotOpenWhatWasChangedAnywhere) {
  const CacheCipher values(Key(), "customer");
  const CacheCipher::SlotKey slot = values.DeriveSlotKey("hosts");
  const std::string sealed = values.Seal(slot, "text");
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

TEST(CacheCipher, DoesNotOpenWhatBelongsElsewhere) {
  const CacheCipher values(Key(), "customer");
  const CacheCipher::SlotKey slot = values.DeriveSlotKey("hosts");
  const std::string sealed = values.Seal(slot, "text");
  const CacheCipher::SlotKey alerts = values.DeriveSlotKey("alerts");
  EXPECT_EQ(values.Open(alerts, sealed), std::nullopt) << "another place";
  const CacheCipher::SlotKey renamed{alerts.name, slot.key};
  EXPECT_EQ(values.Open(renamed, sealed), std::nullopt) << "another name";
  const CacheCipher tenant(Key(), "other customer");
  const CacheCipher secret(Secret("fedcba9876543210fedcba9876543210"), "customer");
  for (const CacheCipher* stranger : {&tenant, &secret}) {
    const CacheCipher::SlotKey theirs = stranger->DeriveSlotKey("hosts");
    EXPECT_NE(theirs.name, slot.name);
    EXPECT_EQ(stranger->Open(theirs, sealed), std::nullopt) << "moved to another's place";
    const CacheCipher::SlotKey guessed{slot.name, theirs.key};
    EXPECT_EQ(stranger->Open(guessed, sealed), std::nullopt) << "read with another's key";
  }
}

TEST(CacheCipher, SealsAndOpensNothingWithoutAWholeKey) {
  const CacheCipher values(Key(), "customer");
  const CacheCipher::SlotKey slot = values.DeriveSlotKey("hosts");
  const std::string sealed = values.Seal(slot, "text");
  const std::string_view key = slot.key.Reveal();
  for (const Secret& part : {Secret(), Secret(key.substr(0, 31)), Secret(std::string(key) + "x")}) {
    const CacheCipher::SlotKey other{slot.name, part};
    EXPECT_EQ(values.Seal(other, "text"), "");
    EXPECT_EQ(values.Open(other, sealed), std::nullopt);
  }
}

TEST(CacheCipher, SealsAndOpensNothingWhereOpenSslFails) {
  ASSERT_EQ(EVP_set_default_properties(nullptr, "provider=none"), 1);
  const CacheCipher values(Key(), "customer");
  ASSERT_EQ(EVP_set_default_properties(nullptr, ""), 1);
  const CacheCipher::SlotKey slot = values.DeriveSlotKey("hosts");
  EXPECT_TRUE(slot.key.empty());
  EXPECT_EQ(values.Seal(slot, "text"), "");
  const CacheCipher working(Key(), "customer");
  const CacheCipher::SlotKey other = working.DeriveSlotKey("hosts");
  EXPECT_EQ(values.Open(other, working.Seal(other, "text")), std::nullopt);
}

}  // namespace
}  // namespace falcon::upstream
