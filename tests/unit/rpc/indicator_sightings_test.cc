// Indicators as parameters, and how pages of sightings go on whatever Falcon sends.
#include "rpc/services/indicator_sightings.h"

#include <gtest/gtest.h>

namespace falcon::rpc {
namespace {

json::Pagination WithOffset(std::string offset, std::optional<int64_t> total = std::nullopt) {
  json::Pagination pagination;
  pagination.total = total;
  pagination.offset_token = std::move(offset);
  return pagination;
}

TEST(NextOffset, IsTheTokenThatFalconSendsAndNoneAtTheEnd) {
  EXPECT_EQ(NextOffset(WithOffset("WzE3=="), "", 100, 100), "WzE3==");
  EXPECT_EQ(NextOffset(WithOffset("WzE4=="), "WzE3==", 3, 100), "WzE4==");
  EXPECT_EQ(NextOffset(WithOffset(""), "WzE3==", 100, 100), "") << "tokens were sent before";
}

TEST(NextOffset, CountsWhereFalconDoes) {
  EXPECT_EQ(NextOffset(WithOffset("0"), "", 100, 100), "100");
  EXPECT_EQ(NextOffset(WithOffset("100"), "100", 100, 100), "200");
  EXPECT_EQ(NextOffset(WithOffset("200"), "200", 99, 100), "") << "a page that is not full";
  EXPECT_EQ(NextOffset(WithOffset(""), "", 100, 100), "100") << "a full page may not be the last";
  EXPECT_EQ(NextOffset(WithOffset(""), "", 7, 100), "");
  EXPECT_EQ(NextOffset(WithOffset(""), "", 0, 100), "");
}

TEST(NextOffset, BelievesTheTotalMoreThanTheSizeOfAPage) {
  EXPECT_EQ(NextOffset(WithOffset("0", 250), "", 60, 100), "60") << "a short page is not the last";
  EXPECT_EQ(NextOffset(WithOffset("", 250), "60", 100, 100), "160");
  EXPECT_EQ(NextOffset(WithOffset("160", 250), "160", 90, 100), "");
  EXPECT_EQ(NextOffset(WithOffset("", 99), "", 99, 100), "") << "short, and the last";
  EXPECT_EQ(NextOffset(WithOffset("", 100), "", 100, 100), "100") << "full: the total may be wrong";
  EXPECT_EQ(NextOffset(WithOffset("", 0), "", 100, 100), "100") << "a total that cannot be";
  EXPECT_EQ(NextOffset(WithOffset("", 250), "200", 0, 100), "") << "nothing follows nothing";
}

TEST(IndicatorParameters, SpeakFalconsWordsInLowerCase) {
  RequestValidator validator;
  const upstream::Parameters parameters =
      IndicatorParameters(v1::IOC_TYPE_DOMAIN, "Malicious-Domain.COM", validator);
  EXPECT_TRUE(validator.status().ok());
  EXPECT_EQ(parameters,
            (upstream::Parameters{{"type", "domain"}, {"value", "malicious-domain.com"}}));
}

TEST(IndicatorParameters, RefuseWhatIsNoIndicator) {
  const auto refused = [](v1::IocType type, const std::string& value) {
    RequestValidator validator;
    IndicatorParameters(type, value, validator);
    return !validator.status().ok();
  };
  EXPECT_TRUE(refused(v1::IOC_TYPE_UNSPECIFIED, "x"));
  EXPECT_TRUE(refused(v1::IOC_TYPE_SHA256, std::string(63, 'a')));
  EXPECT_TRUE(refused(v1::IOC_TYPE_SHA256, std::string(64, 'g')));
  EXPECT_TRUE(refused(v1::IOC_TYPE_MD5, std::string(64, 'a')));
  EXPECT_TRUE(refused(v1::IOC_TYPE_DOMAIN, ""));
  EXPECT_TRUE(refused(v1::IOC_TYPE_DOMAIN, "a b"));
  EXPECT_TRUE(refused(v1::IOC_TYPE_DOMAIN, std::string(201, 'a')));
  EXPECT_TRUE(refused(v1::IOC_TYPE_IPV4, "256.1.1.1"));
  EXPECT_TRUE(refused(v1::IOC_TYPE_IPV6, std::string("2001:db8::1\0x", 13)));
  EXPECT_FALSE(refused(v1::IOC_TYPE_SHA256, std::string(64, 'A')));
  EXPECT_FALSE(refused(v1::IOC_TYPE_IPV6, "2001:DB8::1"));
}

}  // namespace
}  // namespace falcon::rpc
