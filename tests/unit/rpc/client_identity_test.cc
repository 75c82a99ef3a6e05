// Names of callers that no certificate proves.
#include <gtest/gtest.h>

#include "rpc/server/rpc_environment.h"

namespace falcon::rpc {
namespace {

TEST(ClientIdentityTest, JoinsMetadataNameWithAddress) {
  EXPECT_EQ(UnverifiedIdentity("soar", "ipv4:192.0.2.1:54321"), "metadata:soar@ipv4:192.0.2.1");
  EXPECT_NE(UnverifiedIdentity("soar", "ipv4:192.0.2.1:54321"),
            UnverifiedIdentity("soar", "ipv4:192.0.2.2:54321"));
  EXPECT_EQ(UnverifiedIdentity("soar", "ipv4:192.0.2.1:1"),
            UnverifiedIdentity("soar", "ipv4:192.0.2.1:2"));
}

TEST(ClientIdentityTest, IsTheAddressWithoutName) {
  EXPECT_EQ(UnverifiedIdentity("", "ipv6:[2001:db8::1]:54321"), "peer:ipv6:[2001:db8::1]");
  EXPECT_EQ(UnverifiedIdentity("", "unix:"), "peer:unix:");
}

TEST(ClientIdentityTest, TruncatesLongNames) {
  EXPECT_EQ(UnverifiedIdentity(std::string(1000, 'x'), "unix:"),
            "metadata:" + std::string(128, 'x') + "@unix:");
}

}  // namespace
}  // namespace falcon::rpc
