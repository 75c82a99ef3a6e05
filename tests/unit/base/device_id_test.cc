// Device ids, alone and joined to a customer's.
#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace falcon {
namespace {

const std::string kCid = "fedcba9876543210fedcba9876543210";
const std::string kAid = "0123456789abcdef0123456789abcdef";
const std::string kUpperAid = "0123456789ABCDEF0123456789ABCDEF";

TEST(DeviceId, IsTheDevicesPartInLowerCase) {
  for (const std::string& text : {kAid, kUpperAid, kCid + "_" + kAid, kCid + "_" + kUpperAid}) {
    EXPECT_TRUE(IsDeviceId(text)) << text;
    EXPECT_EQ(DeviceId(text), kAid) << text;
  }
}

TEST(DeviceId, IsNoOtherText) {
  for (const std::string& text :
       {std::string(), kAid.substr(1), kAid + "0", kCid + kAid, kCid + "-" + kAid,
        kCid + "_" + kAid + "_x", kCid + "_" + kAid.substr(1), "_" + kAid, kAid + "_",
        std::string(32, 'g')}) {
    EXPECT_FALSE(IsDeviceId(text)) << text;
  }
}

}  // namespace
}  // namespace falcon
