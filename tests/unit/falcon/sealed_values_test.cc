// What a stranger can do with what stands in the store: nothing.
#include "falcon/sealed_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace falcon::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;
using ::testing::StartsWith;

const Secret& Key() {
  static const Secret key("0123456789abcdef0123456789abcdef");
  return key;
}

TEST(SealedValues, OpensWhatAReplicaSealed) {
  const SealedValues one(Key(), "customer");
  const SealedValues other(Key(), "customer");
  const SealedValues::Place place = one.PlaceOf("hosts");
  EXPECT_EQ(other.PlaceOf("hosts").name, place.name);
  for (const std::string& text : {std::string(), std::string("text"), std::string(100'000, 'x')}) {
    EXPECT_THAT(other.Open(place, one.Seal(place, text)), Optional(text));
  }
}

TEST(SealedValues, ShowsNeitherKeysNorTexts) {
  const SealedValues values(Key(), "customer");
  const SealedValues::Place place = values.PlaceOf("hosts?filter=canary");
  const std::string sealed = values.Seal(place, "canary");
  EXPECT_THAT(place.name, StartsWith("falcon:1:"));
  EXPECT_THAT(place.name, Not(HasSubstr("canary")));
  EXPECT_THAT(sealed, Not(HasSubstr("canary")));
  EXPECT_NE(values.Seal(place, "canary"), sealed) << "nor whether two are equal";
  EXPECT_EQ(place.name.size(), values.PlaceOf("").name.size()) << "nor how long a key is";
}

TEST(SealedValues, DoesNotOpenWhatWasChangedAnywhere) {
  const SealedValues values(Key(), "customer");
  const SealedValues::Place place = values.PlaceOf("hosts");
  const std::string sealed = values.Seal(place, "text");
  for (size_t i = 0; i < sealed.size(); ++i) {
    for (const char bit : {'\x01', '\x80'}) {
      std::string changed = sealed;
      changed[i] = static_cast<char>(changed[i] ^ bit);
      EXPECT_EQ(values.Open(place, changed), std::nullopt) << i;
    }
    EXPECT_EQ(values.Open(place, sealed.substr(0, i)), std::nullopt) << i;
  }
  EXPECT_EQ(values.Open(place, sealed + "x"), std::nullopt);
  EXPECT_EQ(values.Open(place, "{\"resources\":[]}"), std::nullopt);
}

TEST(SealedValues, DoesNotOpenWhatBelongsElsewhere) {
  const SealedValues values(Key(), "customer");
  const SealedValues::Place place = values.PlaceOf("hosts");
  const std::string sealed = values.Seal(place, "text");
  const SealedValues::Place alerts = values.PlaceOf("alerts");
  EXPECT_EQ(values.Open(alerts, sealed), std::nullopt) << "another place";
  const SealedValues::Place renamed{alerts.name, place.key};
  EXPECT_EQ(values.Open(renamed, sealed), std::nullopt) << "another name";
  const SealedValues tenant(Key(), "other customer");
  const SealedValues secret(Secret("fedcba9876543210fedcba9876543210"), "customer");
  for (const SealedValues* stranger : {&tenant, &secret}) {
    const SealedValues::Place theirs = stranger->PlaceOf("hosts");
    EXPECT_NE(theirs.name, place.name);
    EXPECT_EQ(stranger->Open(theirs, sealed), std::nullopt) << "moved to another's place";
    const SealedValues::Place guessed{place.name, theirs.key};
    EXPECT_EQ(stranger->Open(guessed, sealed), std::nullopt) << "read with another's key";
  }
}

TEST(SealedValues, SealsAndOpensNothingWithoutAWholeKey) {
  const SealedValues values(Key(), "customer");
  const SealedValues::Place place = values.PlaceOf("hosts");
  const std::string sealed = values.Seal(place, "text");
  const std::string_view key = place.key.Reveal();
  for (const Secret& part : {Secret(), Secret(key.substr(0, 31)), Secret(std::string(key) + "x")}) {
    const SealedValues::Place other{place.name, part};
    EXPECT_EQ(values.Seal(other, "text"), "");
    EXPECT_EQ(values.Open(other, sealed), std::nullopt);
  }
}

TEST(SealedValues, SealsAndOpensNothingWhereOpenSslFails) {
  ASSERT_EQ(EVP_set_default_properties(nullptr, "provider=none"), 1);
  const SealedValues values(Key(), "customer");
  ASSERT_EQ(EVP_set_default_properties(nullptr, ""), 1);
  const SealedValues::Place place = values.PlaceOf("hosts");
  EXPECT_TRUE(place.key.empty());
  EXPECT_EQ(values.Seal(place, "text"), "");
  const SealedValues working(Key(), "customer");
  const SealedValues::Place other = working.PlaceOf("hosts");
  EXPECT_EQ(values.Open(other, working.Seal(other, "text")), std::nullopt);
}

}  // namespace
}  // namespace falcon::testing
