// What gRPC says of connections that fail, and what is made of it.
#include "mcp/connection_advice.h"

#include <gmock/gmock.h>

namespace falcon::mcp {
namespace {

using ::testing::HasSubstr;

TEST(ConnectionAdvice, NamesTheFlagThatHelps) {
  const auto advice = [](const char* end, bool tls) {
    return ConnectionAdvice(std::string("failed to connect to all addresses; last error: ") + end,
                            tls);
  };
  EXPECT_THAT(advice("Failed to connect to remote host: Connection refused", false),
              HasSubstr("Start falcon-gateway"));
  EXPECT_THAT(advice("Ssl handshake failed: SSL routines::wrong version number", true),
              HasSubstr("leave out --tls"));
  EXPECT_THAT(advice("Ssl handshake failed: SSL routines::certificate verify failed", true),
              HasSubstr("--ca-file"));
  EXPECT_THAT(advice("Socket closed", false), HasSubstr("--tls"));
  EXPECT_THAT(advice("Socket closed", true), HasSubstr("--cert and --key"));
  EXPECT_THAT(ConnectionAdvice("DNS resolution failed for nosuch.invalid:1", false),
              HasSubstr("--gateway"));
  EXPECT_THAT(ConnectionAdvice("something new", false), HasSubstr("--gateway"));
}

}  // namespace
}  // namespace falcon::mcp
