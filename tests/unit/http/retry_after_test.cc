// Seconds, milliseconds, delays, skewed clocks and garbage in X-RateLimit-RetryAfter.
#include <gtest/gtest.h>

#include "base/text.h"
#include "http/response_hints.h"

namespace falcon::http {
namespace {

constexpr int64_t kNow = 1'780'000'000;

WallTime Now() { return WallTime(seconds(kNow)); }

std::optional<milliseconds> Delay(std::string_view value) {
  return ParseRetryAfter({{"X-Ratelimit-Retryafter", std::string(value)}}, Now());
}

TEST(ParseRetryAfter, ReadsEpochSecondsAndMillisecondsAndDelays) {
  EXPECT_EQ(Delay(StrCat(kNow + 20)), seconds(20));
  EXPECT_EQ(Delay(StrCat((kNow + 20) * 1000 + 500)), milliseconds(20'500));
  EXPECT_EQ(Delay("20"), seconds(20));
  EXPECT_EQ(Delay(" 20 "), seconds(20));
  EXPECT_EQ(Delay("2.5"), milliseconds(2'500));
  EXPECT_EQ(Delay(StrCat(kNow + 20, ".25")), milliseconds(20'250));
}

TEST(ParseRetryAfter, ClampsToOneSecondAndTwoMinutes) {
  EXPECT_EQ(Delay(StrCat(kNow * 1000 + 1)), seconds(1));
  EXPECT_EQ(Delay(StrCat(kNow + 100'000)), seconds(120));
  EXPECT_EQ(Delay("900"), seconds(120));
  EXPECT_EQ(Delay("1000000000"), seconds(120));
  EXPECT_EQ(Delay("9223372036854775807"), seconds(120));
}

TEST(ParseRetryAfter, IgnoresGarbageAndPast) {
  for (const char* value :
       {"", "soon", "-5", "0", "1e3", "12x", "99999999999999999999", "nan", "inf", "1.2.3", "."}) {
    EXPECT_EQ(Delay(value), std::nullopt) << value;
  }
  EXPECT_EQ(Delay(StrCat(kNow)), std::nullopt);
  EXPECT_EQ(Delay(StrCat(kNow - 1)), std::nullopt);
  EXPECT_EQ(Delay(StrCat((kNow - 1) * 1000)), std::nullopt);
  EXPECT_EQ(ParseRetryAfter({}, Now()), std::nullopt);
}

TEST(ParseRetryAfter, IsRelativeToDateOfResponse) {
  const Headers headers = {{"date", "Wed, 21 Oct 2026 07:28:00 GMT"},
                           {"X-RateLimit-RetryAfter", "1792567690"}};
  EXPECT_EQ(ParseRetryAfter(headers, Now() - std::chrono::hours(9999)), seconds(10));
}

TEST(ParseRetryAfter, FallsBackToStandardHeader) {
  struct Case {
    std::string own;
    std::string standard;
    std::optional<milliseconds> wait;
  };
  const std::string date = "Thu, 28 May 2026 20:26:55 GMT";  // 15 s after kNow
  for (const Case& one : {Case{"", "3", seconds(3)}, Case{"", "2.5", milliseconds(2'500)},
                          Case{"", date, seconds(15)}, Case{"soon", "3", seconds(3)},
                          Case{StrCat(kNow - 9), "3", seconds(3)}, Case{"7", "3", seconds(7)},
                          Case{"", "0", std::nullopt}, Case{"", "later", std::nullopt}}) {
    const Headers headers = {{"retry-after", one.standard}, {"X-RateLimit-RetryAfter", one.own}};
    EXPECT_EQ(ParseRetryAfter(headers, Now()), one.wait) << one.own << " " << one.standard;
  }
}

TEST(ParseHttpDate, ReadsAllThreeFormats) {
  for (const char* text : {"Wed, 21 Oct 2026 07:28:00 GMT", "Wednesday, 21-Oct-26 07:28:00 GMT",
                           "Wed Oct 21 07:28:00 2026"}) {
    EXPECT_EQ(ParseHttpDate(text), WallTime(seconds(1'792'567'680))) << text;
  }
  EXPECT_EQ(ParseHttpDate("Sun Nov  6 08:49:37 1994"), WallTime(seconds(784'111'777)));
  EXPECT_EQ(ParseHttpDate("Thu, 01 Jan 1970 00:00:00 GMT"), WallTime());
}

TEST(ParseHttpDate, RejectsOtherText) {
  for (const char* text :
       {"", "now", "Wed, 21 Okt 2026 07:28:00 GMT", "Wed, 32 Oct 2026 07:28:00 GMT",
        "Wed, 21 Oct 2026 25:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 CET",
        "Wed, 2x Oct 2026 07:28:00 GMT", "Wednesday, 21-Oct-26 07:28:00 CET", "infinite-future",
        "Thu, 21 Oct 9999 07:28:00 GMT", "Sun, 21 Oct 0001 07:28:00 GMT"}) {
    EXPECT_EQ(ParseHttpDate(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace falcon::http
