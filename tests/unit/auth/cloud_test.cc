// Regions and addresses, as people write them and as attackers would.
#include "auth/cloud.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "base/text.h"
#include "tests/support/status_matchers.h"

namespace falcon::auth {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;

TEST(ParseRegion, TakesTheNamesInAnyCaseWithOrWithoutHyphens) {
  EXPECT_EQ(*ParseRegion("US-1"), "us-1");
  EXPECT_EQ(*ParseRegion("us1"), "us-1");
  EXPECT_EQ(*ParseRegion("Eu-1"), "eu-1");
  EXPECT_EQ(*ParseRegion("USGOV1"), "us-gov-1");
  EXPECT_EQ(*ParseRegion("us_gov_2"), "us-gov-2");
  EXPECT_EQ(*ParseRegion("us-3"), "us-3");
  EXPECT_EQ(*ParseRegion("AUTO"), "auto");
}

TEST(ParseRegion, NamesTheNearestAndAllForAnUnknownOne) {
  const auto region = ParseRegion("us-22");
  EXPECT_THAT(region, FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_REGION"));
  const std::string message(region.status().message());
  EXPECT_THAT(message, HasSubstr("did you mean us-2?"));
  EXPECT_THAT(message, HasSubstr("us-1, us-2, us-3, eu-1, us-gov-1, us-gov-2, auto"));
  EXPECT_FALSE(ParseRegion("").ok());
}

TEST(ParseBaseUrl, NormalisesWhatItTakes) {
  EXPECT_EQ(*ParseBaseUrl("https://API.us-2.CrowdStrike.com/"), "https://api.us-2.crowdstrike.com");
  EXPECT_EQ(*ParseBaseUrl("https://relay.example:8443"), "https://relay.example:8443");
  EXPECT_EQ(*ParseBaseUrl("https://relay.example:443"), "https://relay.example");
  EXPECT_EQ(*ParseBaseUrl("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
  EXPECT_EQ(*ParseBaseUrl("http://localhost:8080/"), "http://localhost:8080");
  EXPECT_EQ(*ParseBaseUrl("http://[::1]:8080"), "http://[::1]:8080");
}

TEST(ParseBaseUrl, RefusesUrlsThatWouldLeakTheSecret) {
  constexpr std::string_view kUrls =
      "|api.crowdstrike.com|http://api.crowdstrike.com|http://127.0.0.1.evil.example|"
      "https://api.crowdstrike.com/v1|https://api.crowdstrike.com?x=1|ftp://127.0.0.1|"
      "https://api.crowdstrike.com#f|https://a b|https://:443|https://host:0|https://host:99999|"
      "https://host:12x|http://10.0.0.1|https:/host|https://[::1|"
      "https://user:password@api.crowdstrike.com|http://localhost@evil.example|"
      "https://api.crowdstrike.com\\@evil.example|http://0x7f000001|https://[fe80::1%lo]";
  for (const std::string& url : std::vector<std::string>(absl::StrSplit(ToAbsl(kUrls), '|'))) {
    EXPECT_THAT(ParseBaseUrl(url),
                FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_BASE_URL"))
        << url;
  }
}

TEST(ParseBaseUrl, DoesNotRepeatAPassword) {
  EXPECT_EQ(ParseBaseUrl("https://u:hunter2@host").status().ToString().find("hunter2"),
            std::string::npos);
}

TEST(Clouds, AreSixAndFoundByRegionAndUrl) {
  EXPECT_EQ(Clouds().size(), 6u);
  for (const Cloud& cloud : Clouds()) {
    EXPECT_EQ(CloudOfRegion(cloud.region), &cloud);
    EXPECT_EQ(CloudOfUrl(cloud.base_url), &cloud);
    EXPECT_EQ(*ParseBaseUrl(cloud.base_url), cloud.base_url);
  }
}

TEST(IsLoopback, ReadsAddressesNotPrefixes) {
  EXPECT_TRUE(IsLoopback("127.0.0.1"));
  EXPECT_TRUE(IsLoopback("127.9.9.9"));
  EXPECT_TRUE(IsLoopback("[::1]"));
  EXPECT_TRUE(IsLoopback("LocalHost"));
  EXPECT_FALSE(IsLoopback("127.0.0.1.evil.example"));
  EXPECT_FALSE(IsLoopback("128.0.0.1"));
  EXPECT_FALSE(IsLoopback("0.0.0.0"));
  EXPECT_FALSE(IsLoopback("localhost.evil.example"));
}

}  // namespace
}  // namespace falcon::auth
