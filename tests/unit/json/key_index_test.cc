// KeyIndex: every key finds its place, and no other does.
#include "json/key_index.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace falcon::json {
namespace {

TEST(KeyIndex, FindsKeysOfEveryLengthAndNothingElse) {
  std::vector<std::string> keys;
  for (size_t size = 1; size <= 40; ++size) {
    keys.push_back(std::string(size, 'a'));
    if (size > 1) keys.push_back(std::string(size - 1, 'a') + "b");
  }
  const KeyIndex index(keys);
  for (size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(index.Find(keys[i]), static_cast<int>(i));
  EXPECT_EQ(index.Find(std::string(41, 'a')), -1);
  for (const std::string& key : keys) EXPECT_EQ(index.Find(key + "c"), -1) << key;
}

TEST(KeyIndex, FindsNoEmptyKey) {
  const KeyIndex index({"a", "", "b", ""});
  EXPECT_EQ(index.Find(""), -1);
  EXPECT_EQ(index.Find("b"), 2);
}

TEST(KeyIndex, TellsLongKeysApartByTheirMiddle) {
  for (size_t size = 17; size <= 40; ++size) {
    const std::string key(size, 'a');
    const KeyIndex index({key});
    for (size_t at = 0; at < size; ++at) {
      std::string other = key;
      other[at] = 'b';
      EXPECT_EQ(index.Find(other), -1) << other;
    }
  }
}

TEST(KeyIndex, MayBeEmpty) {
  EXPECT_EQ(KeyIndex().Find(""), -1);
  EXPECT_EQ(KeyIndex().Find("a"), -1);
}

}  // namespace
}  // namespace falcon::json
