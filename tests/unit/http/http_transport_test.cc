// Names, look-ups and escapes of HTTP.
#include "http/http_transport.h"

#include <gtest/gtest.h>

namespace falcon::http {
namespace {

TEST(Http, PercentEncodesEverythingButUnreservedCharacters) {
  EXPECT_EQ(PercentEncode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(PercentEncode("status:'new'+severity:>=50"),
            "status%3A%27new%27%2Bseverity%3A%3E%3D50");
  EXPECT_EQ(PercentEncode(" /?&=#%"), "%20%2F%3F%26%3D%23%25");
  EXPECT_EQ(PercentEncode("\xC3\xA9\x01"), "%C3%A9%01");
  EXPECT_EQ(PercentEncode(std::string_view("\0", 1)), "%00");
  EXPECT_EQ(PercentEncode(""), "");
}

TEST(Http, FindsFirstHeaderIgnoringCase) {
  const Headers headers = {{"x-ratelimit-limit", "15"}, {"X-RateLimit-Limit", "6000"}};
  EXPECT_EQ(FindHeader(headers, "X-Ratelimit-LIMIT"), "15");
  EXPECT_EQ(FindHeader(headers, "x-ratelimit"), "");
  EXPECT_EQ(FindHeader({}, "date"), "");
}

TEST(Http, NamesItsMethods) {
  EXPECT_EQ(MethodName(Method::kGet), "GET");
  EXPECT_EQ(MethodName(Method::kPost), "POST");
}

}  // namespace
}  // namespace falcon::http
