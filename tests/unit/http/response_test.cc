// Responses: bounds of the body, Retry-After, HTML pages, and names of headers and hosts.
#include <gmock/gmock.h>

#include <string>

#include "base/text.h"
#include "http/curl/response_reader.h"
#include "http/http_transport.h"
#include "http/response_hints.h"
#include "tests/support/loopback_server.h"

namespace falcon::http {
namespace {

using falcon::testing::Gzip;
using ::testing::ElementsAre;
using ::testing::Pair;

using Failure = ResponseReader::Failure;

constexpr size_t kMiB = size_t{1} << 20;

TEST(ResponseReader, LowercasesNamesAndTrimsValues) {
  ResponseReader reader(kMiB, 100);
  EXPECT_TRUE(reader.OnHeader("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(reader.OnHeader("X-Cs-Region:  us-2 \r\n"));
  EXPECT_TRUE(reader.OnHeader("Empty:\r\n"));
  EXPECT_TRUE(reader.OnHeader("\r\n"));
  EXPECT_THAT(reader.Take().headers, ElementsAre(Pair("x-cs-region", "us-2"), Pair("empty", "")));
}

TEST(ResponseReader, DropsHeadersOfInterimResponse) {
  ResponseReader reader(kMiB, 100);
  reader.OnHeader("HTTP/1.1 103 Early Hints\r\n");
  reader.OnHeader("link: </a>\r\n");
  reader.OnHeader("HTTP/1.1 200 OK\r\n");
  reader.OnHeader("date: today\r\n");
  EXPECT_THAT(reader.Take().headers, ElementsAre(Pair("date", "today")));
}

TEST(ResponseReader, EveryBodyHasSpareCapacity) {
  for (const size_t size : {0, 1, 15, 16, 64, 4096, 100'000}) {
    ResponseReader reader(kMiB, 100);
    const std::string body(size, 'x');
    for (size_t at = 0; at < size; at += 1000) {
      EXPECT_TRUE(reader.OnBody(body.substr(at, 1000), -1));
    }
    const HttpResponse response = reader.Take();
    EXPECT_EQ(response.body, body);
    EXPECT_GE(response.body.capacity(), size + 64);
  }
}

TEST(ResponseReader, ReservesAnnouncedLengthAtOnce) {
  ResponseReader reader(kMiB, 100);
  reader.OnBody("x", 500'000);
  EXPECT_GE(reader.Take().body.capacity(), 500'000U + 64);
}

TEST(ResponseReader, BoundsReservationOfHugeAnnouncement) {
  ResponseReader reader(1024 * kMiB, 100);
  reader.OnBody("x", int64_t{900} << 20);
  EXPECT_LE(reader.Take().body.capacity(), 16 * kMiB);
}

TEST(ResponseReader, RejectsBodyAnnouncedOverLimit) {
  ResponseReader reader(100, 100);
  EXPECT_FALSE(reader.OnBody("x", 101));
  EXPECT_EQ(reader.failure(), Failure::kBodyTooLarge);
}

TEST(ResponseReader, RejectsBodyThatGrowsOverLimit) {
  ResponseReader reader(100, 100);
  EXPECT_TRUE(reader.OnBody(std::string(100, 'x'), -1));
  EXPECT_FALSE(reader.OnBody("x", -1));
  EXPECT_EQ(reader.failure(), Failure::kBodyTooLarge);
}

TEST(ResponseReader, RejectsBombBeyondFirstMebibyte) {
  const std::string free = Gzip(std::string(kMiB, '0'));
  ResponseReader reader(64 * kMiB, 100);
  EXPECT_TRUE(reader.OnBody(free, -1));
  EXPECT_TRUE(reader.OnEnd());
  reader.Reset();
  EXPECT_FALSE(reader.OnBody(Gzip(std::string(2 * kMiB, '0')), -1));
  EXPECT_EQ(reader.failure(), Failure::kDecompressionBomb);
}

TEST(ResponseReader, DecompressesGzipInPiecesAndConcatenated) {
  const std::string gzip = Gzip("one ") + Gzip("two");
  for (const size_t step : {size_t{1}, size_t{7}, gzip.size()}) {
    ResponseReader reader(kMiB, 100);
    for (size_t at = 0; at < gzip.size(); at += step) {
      ASSERT_TRUE(reader.OnBody(std::string_view(gzip).substr(at, step), -1));
    }
    EXPECT_TRUE(reader.OnEnd());
    EXPECT_EQ(reader.Take().body, "one two");
  }
}

TEST(ResponseReader, DetectsGzipByBodyNotContentEncoding) {
  for (const std::string_view encoding : {"gzip", "utf-8", "none", "identity", "br", "x"}) {
    for (const bool compressed : {false, true}) {
      ResponseReader reader(kMiB, 100);
      reader.OnHeader(StrCat("Content-Encoding: ", encoding, "\r\n"));
      EXPECT_TRUE(reader.OnBody(compressed ? Gzip("{}") : "{}", -1)) << encoding;
      EXPECT_TRUE(reader.OnEnd()) << encoding;
      EXPECT_EQ(reader.Take().body, "{}") << encoding;
    }
  }
}

TEST(ResponseReader, DistinguishesBrokenFromTruncatedGzip) {
  const std::string whole = Gzip(std::string(1000, 'x') + "tail");
  ResponseReader reader(kMiB, 100);
  EXPECT_FALSE(reader.OnBody("\x1F this is no gzip", -1));
  EXPECT_EQ(reader.failure(), Failure::kBrokenGzip);
  reader.Reset();
  EXPECT_TRUE(reader.OnBody(whole.substr(0, whole.size() / 2), -1));
  EXPECT_FALSE(reader.OnEnd());
  EXPECT_EQ(reader.failure(), Failure::kCutGzip);
}

TEST(ResponseReader, InterimStatusLineDoesNotBeginResponse) {
  ResponseReader reader(kMiB, 100);
  reader.OnHeader("HTTP/1.1 103 Early Hints\r\n");
  reader.OnHeader("link: </a>\r\n");
  EXPECT_FALSE(reader.begun());
  reader.OnHeader("HTTP/2 200\r\n");
  EXPECT_TRUE(reader.begun());
  reader.Take();
  EXPECT_FALSE(reader.begun());
}

TEST(ResponseReader, PlainBodyIsNoBomb) {
  ResponseReader reader(64 * kMiB, 100);
  EXPECT_TRUE(reader.OnBody(std::string(8 * kMiB, '0'), -1));
  EXPECT_TRUE(reader.OnEnd());
}

TEST(ResponseReader, RejectsTooManyHeaders) {
  ResponseReader reader(kMiB, 100);
  const std::string line = "a: " + std::string(1000, 'b') + "\r\n";
  int taken = 0;
  while (taken < 1000 && reader.OnHeader(line)) ++taken;
  EXPECT_LT(taken, 300);
  EXPECT_EQ(reader.failure(), Failure::kHeadersTooLarge);
}

TEST(ResponseReader, IsReusableAfterTake) {
  ResponseReader reader(100, 100);
  reader.OnHeader("a: b\r\n");
  reader.OnBody("x", -1);
  reader.Take();
  const HttpResponse next = reader.Take();
  EXPECT_TRUE(next.headers.empty());
  EXPECT_TRUE(next.body.empty());
}

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

TEST(IsMarkup, LooksAtFirstNonBlankCharacter) {
  for (const char* page : {"<html>", " \r\n<!DOCTYPE html>", "<?xml version=\"1.0\"?><Error/>"}) {
    EXPECT_TRUE(IsMarkup(page)) << page;
  }
  for (const char* other : {"", " ", "{\"a\":\"<html>\"}", "404 page not found", "[]"}) {
    EXPECT_FALSE(IsMarkup(other)) << other;
  }
}

TEST(HasHtmlContentType, LooksAtContentType) {
  EXPECT_TRUE(HasHtmlContentType({{"content-type", "Text/HTML; charset=utf-8"}}));
  EXPECT_FALSE(HasHtmlContentType({{"content-type", "application/json"}}));
  EXPECT_FALSE(HasHtmlContentType({}));
}

TEST(MarkupText, OmitsInvisibleContent) {
  EXPECT_EQ(MarkupText("<html><head><title>403 Forbidden</title><STYLE>p{color:red}</STYLE>"
                       "<script>if (1 < 2) alert('x')</script></head><body>\n  <!-- <b>no</b> -->"
                       "<p>Your request\n was <b>blocked</b>.</p></body></html>",
                       200),
            "403 Forbidden Your request was blocked .");
}

TEST(MarkupText, AcceptsTruncatedPage) {
  EXPECT_EQ(MarkupText("<p>abcdef</p>", 3), "abc");
  for (const char* open : {"<", "a<", "a<!--", "a<script>x", "a<style", "a<p"}) {
    EXPECT_LE(MarkupText(open, 10).size(), 1U) << open;
  }
  EXPECT_EQ(MarkupText(std::string(1 << 20, '<'), 10), "");
}

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
