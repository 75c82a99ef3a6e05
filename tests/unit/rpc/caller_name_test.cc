// Names of callers that no certificate proves.
#include "rpc/caller_name.h"

#include <gtest/gtest.h>

namespace falcon::rpc {
namespace {

TEST(CallerNameTest, SaidNameCountsTogetherWithItsAddress) {
  EXPECT_EQ(UnprovenName("soar", "ipv4:192.0.2.1:54321"), "said:soar@ipv4:192.0.2.1");
  EXPECT_NE(UnprovenName("soar", "ipv4:192.0.2.1:54321"),
            UnprovenName("soar", "ipv4:192.0.2.2:54321"));
  EXPECT_EQ(UnprovenName("soar", "ipv4:192.0.2.1:1"), UnprovenName("soar", "ipv4:192.0.2.1:2"));
}

TEST(CallerNameTest, WithoutANameTheAddressCounts) {
  EXPECT_EQ(UnprovenName("", "ipv6:[2001:db8::1]:54321"), "peer:ipv6:[2001:db8::1]");
  EXPECT_EQ(UnprovenName("", "unix:"), "peer:unix:");
}

TEST(CallerNameTest, LongNamesAreCut) {
  EXPECT_EQ(UnprovenName(std::string(1000, 'x'), "unix:"),
            "said:" + std::string(128, 'x') + "@unix:");
}

}  // namespace
}  // namespace falcon::rpc
