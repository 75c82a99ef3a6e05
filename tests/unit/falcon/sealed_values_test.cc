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
  const std::string name = one.NameOf("hosts");
  EXPECT_EQ(other.NameOf("hosts"), name);
  for (const std::string& text : {std::string(), std::string("text"), std::string(100'000, 'x')}) {
    EXPECT_THAT(other.Open(name, one.Seal(name, text)), Optional(text));
  }
}

TEST(SealedValues, ShowsNeitherKeysNorTexts) {
  const SealedValues values(Key(), "customer");
  const std::string name = values.NameOf("hosts?filter=canary");
  const std::string sealed = values.Seal(name, "canary");
  EXPECT_THAT(name, StartsWith("falcon:1:"));
  EXPECT_THAT(name, Not(HasSubstr("canary")));
  EXPECT_THAT(sealed, Not(HasSubstr("canary")));
  EXPECT_NE(values.Seal(name, "canary"), sealed) << "nor whether two are equal";
  EXPECT_EQ(name.size(), values.NameOf("").size()) << "nor how long a key is";
}

TEST(SealedValues, DoesNotOpenWhatWasChangedAnywhere) {
  const SealedValues values(Key(), "customer");
  const std::string name = values.NameOf("hosts");
  const std::string sealed = values.Seal(name, "text");
  for (size_t i = 0; i < sealed.size(); ++i) {
    for (const char bit : {'\x01', '\x80'}) {
      std::string changed = sealed;
      changed[i] = static_cast<char>(changed[i] ^ bit);
      EXPECT_EQ(values.Open(name, changed), std::nullopt) << i;
    }
    EXPECT_EQ(values.Open(name, sealed.substr(0, i)), std::nullopt) << i;
  }
  EXPECT_EQ(values.Open(name, sealed + "x"), std::nullopt);
  EXPECT_EQ(values.Open(name, "{\"resources\":[]}"), std::nullopt);
}

TEST(SealedValues, DoesNotOpenWhatBelongsElsewhere) {
  const SealedValues values(Key(), "customer");
  const std::string name = values.NameOf("hosts");
  const std::string sealed = values.Seal(name, "text");
  EXPECT_EQ(values.Open(values.NameOf("alerts"), sealed), std::nullopt) << "another place";
  const SealedValues tenant(Key(), "other customer");
  EXPECT_NE(tenant.NameOf("hosts"), name);
  EXPECT_EQ(tenant.Open(name, sealed), std::nullopt) << "another customer";
  const SealedValues secret(Secret("fedcba9876543210fedcba9876543210"), "customer");
  EXPECT_NE(secret.NameOf("hosts"), name);
  EXPECT_EQ(secret.Open(name, sealed), std::nullopt) << "another key";
}

}  // namespace
}  // namespace falcon::testing
